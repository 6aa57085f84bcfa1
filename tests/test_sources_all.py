"""What holds of every source: its fixture is read, and all that is known of it agrees."""

import polars as pl
import pytest
from test_sources_fuzz import CONTEXT, FILES

from cspanalysis import sources
from cspanalysis.domain import protections
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import dictionary
from cspanalysis.sources.archive import Part

#: Layouts of which neither a fixture nor the sample holds a file.
FURTHER = {
    "environmental/defra.csv": b"Financial Year,ONS Code,LA Name,Total incidents\n"
    b"2023/24,E07000115,Tonbridge and Malling,812\n2023/24,E07000108,Dover,z\n"
}
TYPES = {
    "integer": pl.Int64, "count": pl.Int64, "figure": pl.Float64, "number": pl.Float64,
    "date": pl.Date, "datetime": pl.Datetime("us"), "boolean": pl.Boolean,
    "category": pl.Categorical,
}  # fmt: skip
ALL = pytest.mark.parametrize("source", sources.SOURCES, ids=lambda s: s.name)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Source → table → the frames that its fixtures gave."""
    folder = tmp_path_factory.mktemp("all")
    found = {one.name: {} for one in sources.SOURCES}
    for number, (file, content) in enumerate({**FILES, **FURTHER}.items()):
        name, _, bare = file.partition("/")
        path = folder / str(number) / bare
        path.parent.mkdir()
        path.write_bytes(content)
        try:
            read = sources.get(name).read(Part(path, file), CONTEXT)
        except DataRefused:
            assert bare.startswith("no_"), file  # broken on purpose
            continue
        assert read.rows_read == read.rows_kept + read.rows_set_aside and read.rows_kept, file
        for table, frame in read.tables.items():
            found[name].setdefault(table, []).append(frame)
    for one in sources.SOURCES:
        if one.combine:
            parts = {n: pl.concat(f) for n, f in found[one.name].items() if n.startswith("_")}
            found[one.name] |= {n: [frame] for n, frame in one.combine(parts).items()}
    return found


@ALL
def test_every_table_has_the_columns_that_are_described_and_no_other(source, tables):
    made = {name: frames for name, frames in tables[source.name].items() if name[0] != "_"}
    assert made and set(source.derived) <= set(made)
    assert source.name in made or source.combine
    for name, frames in made.items():
        derived = source.derived.get(name, {})
        for frame in frames:
            assert frame.schema == frames[0].schema, name
            assert set(derived) <= set(frame.columns) <= {*source.columns, *derived, "file", "row"}


@ALL
def test_columns_have_the_type_of_their_kind(source, tables):
    (frame, *_) = tables[source.name].get(source.name, [None])
    if source.reader or frame is None:
        pytest.skip("its reader makes the table")
    layout = [c for c in source.schemas[0].columns if c.name not in source.hidden]
    assert layout and frame.columns[-2:] == ["file", "row"]
    for column in layout:
        if column.kind in TYPES and not column.allowed:
            assert frame.schema[column.name] == TYPES[column.kind], column.name
    assert [c for c in frame.columns if c in source.schemas[0].find(frame.columns)] == [
        c.name for c in layout
    ]


@ALL
def test_the_dictionary_describes_it(source):
    text = dictionary.text().partition(f"\n## {source.name}\n")[2].partition("\n## ")[0]
    assert f"**{source.title}.** {source.description}" in text
    for name, columns in source.derived.items():
        part = text.partition(f"### Table `{name}`")[2].partition("###")[0]
        assert columns and all(
            f"| `{c}` | {one.meaning} |" in part and one.meaning for c, one in columns.items()
        )


@ALL
def test_its_keys_are_columns_of_its_tables(source, tables):
    named = {**source.keys, **source.editions, **source.telling}
    assert set(named) <= set(tables[source.name])
    for name, (key, _) in source.keys.items():
        columns = [k for k in key if isinstance(k, str)]
        assert set(columns) <= set(tables[source.name][name][0].columns)
        assert set(source.added.get(name, ())) <= set(tables[source.name][name][0].columns)
    for name, editions in source.editions.items():
        used = {*editions.figure, *editions.details, *editions.also, *sum(editions.whole, ())}
        assert used <= set(tables[source.name][name][0].columns)


@ALL
def test_it_can_be_named_in_a_sentence(source):
    called, verb = source.held
    assert called and verb in ("cover", "covers")
    for phrase in (source.supplier, called):
        assert (phrase == phrase.strip(" .") and phrase[0].islower()) or phrase[:2] == "ON"
    assert source.policy in protections.POLICIES


def test_names_and_folders_are_of_one_source_each():
    folders = [f for one in sources.SOURCES for f in (one.name, *one.folders)]
    assert len(folders) == len(set(folders))
    assert sources.find("fly_tipping") is sources.get("environmental")
    assert sources.find("nothing") is None
    with pytest.raises(KeyError):
        sources.get("fly_tipping")
