"""Hostile text in every text column of every source, in settings and sidecars, end to end.

From the raw files to every page, workbook, table and single file: it stays text, and legible.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import zipfile
from html.parser import HTMLParser

import hostile
import pandas as pd
import pytest
from browsing import GEOMETRY, SIDEWAYS, visit

from cspanalysis import cli, sources
from cspanalysis.disclosure import audit
from cspanalysis.domain.periods import Period
from cspanalysis.present.display_tables import MOST_TEXT
from cspanalysis.report import bulletin_page, review_command, runner, single_file

#: Elements and attributes of our own templates and of Markdown; nothing else may be on a page.
TAGS = frozenset(
    {"html", "head", "meta", "title", "style", "body", "header", "footer", "main", "nav", "section"}
    | {"h1", "h2", "h3", "h4", "p", "a", "b", "strong", "small", "span", "div", "ul", "ol", "li"}
    | {"dl", "dt", "dd", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}
    | {"figure", "figcaption", "noscript", "script", "input", "label", "button"}
)
ATTRIBUTES = frozenset(
    {"lang", "charset", "name", "content", "http-equiv", "class", "id", "href", "src", "rel"}
    | {"role", "scope", "tabindex", "open", "type", "for", "autocomplete", "hidden", "aria-label"}
    | {"aria-labelledby", "aria-current", "aria-sort", "data-chart", "data-value"}
    | {"data-finding", "data-of"}
)
#: Of the small pictures in a page: shapes and numbers, no text and no link.
DRAWN = frozenset({"svg", "path", "polyline", "circle"})
SHAPE = frozenset(
    {"class", "viewbox", "width", "height", "aria-hidden", "focusable", "d", "points"}
    | {"cx", "cy", "r"}
)
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@pytest.fixture(scope="module")
def planted(project, tmp_path_factory):
    """The hostile workspace and where its texts lie."""
    root = tmp_path_factory.mktemp("hostile")
    return root, hostile.workspace(project, root)


@pytest.fixture(scope="module")
def outcome(planted):
    """Its review, with the single-file edition, an index of areas and a bulletin."""
    root, _ = planted
    asked = cli._parse(["review", "--workspace", str(root), "--single-file"])
    request = dataclasses.replace(review_command.review_request(asked), all_areas=True)
    found = runner.run(request)
    bulletin_page.write(root, None, Period.parse("2008-02"))
    return found


@pytest.fixture(scope="module")
def pages(outcome):
    """Every page by its name: the review's, the single file, the index of areas, the bulletin."""
    (done,) = outcome.reviews
    found = [outcome.index, *done.extras, *done.folder.glob("*.html")]
    found += done.folder.parent.glob("bulletin_*.html")
    return {p.name: p for p in sorted(found, key=lambda p: p.name != "index.html")} | {
        "areas.html": outcome.index
    }


class Page(HTMLParser):
    """What an HTML parser makes of a page."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.tags, self.words, self.scripts, self._inside = [], [], 0, ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside not in ("script", "style"):
            self.words += data.split()


def test_every_text_column_of_every_layout_is_planted(planted):
    wanted = {
        (name, schema.name, column.name)
        for name in sources.names()
        for schema in sources.get(name).schemas
        for column in schema.columns
        if column.kind in hostile.WORDS
    }
    assert planted[1] == wanted - hostile.REFUSED


def test_no_chapter_fails_and_nothing_protected_is_recovered(outcome):
    assert outcome.failures == ()
    assert audit.check(outcome.reviews[0].folder) == []


def test_pages_hold_our_own_elements_only(pages):
    assert len(pages) >= 14
    for name, path in pages.items():
        page = Page(path)
        assert {t for t, _ in page.tags} <= TAGS | DRAWN, name
        for tag, attrs in page.tags:
            assert attrs.keys() <= (SHAPE if tag in DRAWN else ATTRIBUTES), (name, tag)
        links = [attrs[k] for _, attrs in page.tags for k in ("href", "src") if k in attrs]
        assert not [x for x in links if re.match(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", x, re.I)], name
        scripts = [attrs for tag, attrs in page.tags if tag == "script"]
        data = [attrs["id"] for attrs in scripts if attrs.get("type") == "application/json"]
        assert len({*data}) == len(data) and {*data} <= {"charts", "findings"}, name
        assert len(scripts) - len(data) <= len(single_file.scripts()), name
        assert [t for t, _ in page.tags].count("h1") == 1, name


def test_the_texts_did_reach_the_reader(pages):
    shown = {name: path.read_text(encoding="utf-8").count(hostile.MARK)
             for name, path in pages.items()}  # fmt: skip
    wordless = {"areas.html", "index.html"}
    assert all(n > 3 for name, n in shown.items() if name not in wordless), shown
    assert sum(shown.values()) > 1000


def test_words_are_cut_before_they_break_a_page(pages):
    for name, path in pages.items():
        assert max(map(len, Page(path).words)) <= MOST_TEXT, name
        if "_" not in name:
            assert path.stat().st_size <= 200_000, name


def test_nothing_unseen_is_written_anywhere(outcome):
    (done,) = outcome.reviews
    for path in done.folder.parent.rglob("*"):
        if path.suffix in (".html", ".json", ".csv", ".log"):
            text = path.read_text(encoding="utf-8")
            # plotly.js, inside the single file, holds such a mark of its own in a table of fonts.
            text = re.sub(r"(?s)<script>.*?</script>", "", text)
            assert not UNSEEN.search(text), path.name
            assert not re.search(r"\\u(?:202[a-e]|206[6-9]|00[01])", text), path.name


def test_tables_hold_no_formula_and_no_link(outcome):
    folder = outcome.reviews[0].folder
    with (folder / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row if cell.strip()]
    numbers = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
    assert not [c for c in cells if c.lstrip()[0] in "=+-@" and not numbers.fullmatch(c)]
    book = folder / "tables.xlsx"
    with zipfile.ZipFile(book) as content:
        for name in content.namelist():
            text = content.read(name).decode("utf-8")
            assert not re.search(r"<f[ >]", text), name
            if name.endswith(".rels"):
                assert not re.search(r"https?://(?!schemas\.)", text), name
    for name, sheet in pd.read_excel(book, sheet_name=None, header=None, engine="calamine").items():
        texts = [c for c in sheet.to_numpy().ravel() if isinstance(c, str)]
        assert not [c for c in texts if c.lstrip()[:1] in tuple("=+-@")], name


def test_findings_are_whole_and_their_sentences_short(outcome):
    content = json.loads((outcome.reviews[0].folder / "findings.json").read_text(encoding="utf-8"))
    longest = max(content["findings"], key=lambda f: len(f["sentence"]))
    assert len(longest["sentence"]) < 2500, longest["id"]


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_nothing_breaks(tab, pages):
    for path in pages.values():
        page = visit(tab, path, width=320)
        assert page.errors == [], path.name
        assert all(url.startswith(path.parent.as_uri()) for url in page.asked), path.name
        assert page.evaluate("window.owned") is None, path.name
        assert page.evaluate("document.querySelectorAll('img, iframe, [onerror]').length") == 0
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate(SIDEWAYS) <= 0, path.name
        assert all(c["drawn"] > 0 and c["outside"] == 0 for c in page.evaluate(GEOMETRY)), path.name
