"""The data dictionary is what the schemas say."""

import json
import re

from cspanalysis import sources
from cspanalysis.domain import label_lists, offences
from cspanalysis.explore import question_list
from cspanalysis.sources import dictionary
from cspanalysis.sources.schema import key


def test_the_committed_dictionary_is_what_the_schemas_give(project):
    written = (project / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    assert written == dictionary.text(), "run: csp dictionary"


def test_the_committed_list_of_questions_is_what_the_topics_ask(project):
    written = (project / "docs" / "questions.md").read_text(encoding="utf-8")
    assert written == question_list.text(), "run: csp dictionary"
    assert question_list.by_source() == json.loads(question_list.BY_SOURCE.read_text("utf-8"))
    assert "`places.concentration` | `police_uk`" in written and "strategy_2008" in written


def test_every_source_is_described_with_every_column():
    text = dictionary.text()
    for name in sources.names():
        assert f"\n## {name}\n" in text
        for schema in sources.get(name).schemas:
            assert schema.meaning in text
            named = [c for c in schema.columns if not c.name.isdigit()]
            assert named
            assert all(f"| `{c.name}` |" in text and c.meaning for c in named)


def test_an_example_stands_for_every_pattern():
    for name in sources.names():
        for column in (c for s in sources.get(name).schemas for c in s.columns if c.pattern):
            heading = key(column.example)
            assert re.fullmatch(column.pattern, heading), (name, column.name, heading)


def test_writing_it(tmp_path):
    said = dictionary.write(tmp_path / "docs" / "d.md")
    assert str(tmp_path) in said
    assert (tmp_path / "docs" / "d.md").read_text(encoding="utf-8") == dictionary.text()


def test_the_committed_list_of_labels_is_what_the_tables_give(project):
    written = (project / "docs" / "offence_labels.md").read_text(encoding="utf-8")
    assert written == label_lists.text(), "run: csp dictionary"


def test_every_label_is_in_the_list(tmp_path):
    said = label_lists.write(tmp_path / "labels.md")
    assert str(tmp_path) in said
    text = (tmp_path / "labels.md").read_text(encoding="utf-8")
    for row in offences.taxonomy().query("scheme == 'notifiable'").itertuples():
        line = next(at for at in text.splitlines() if at.startswith(f"| {row.offence} |"))
        assert all(label in line for label in (*row.codes, *row.aliases, *row.groups))
