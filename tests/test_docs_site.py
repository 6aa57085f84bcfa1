"""The documentation as pages: every page and public call is there, links lead somewhere."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import polars as pl
import pytest
from test_docs import PROJECT, blocks

from cspanalysis import cli
from cspanalysis.domain.errors import UsageError
from cspanalysis.explore import documentation
from cspanalysis.findings import perceptions
from cspanalysis.report import bulletin_command
from cspanalysis.sources import column_types, dates
from cspanalysis.store import corrections

DOCS = PROJECT / "docs"


class _Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.loaded = [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[k] for k in ("id", "name") if given.get(k)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag in ("script", "img", "link"):
            self.loaded += [given[k] for k in ("src", "href") if given.get(k)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages, made anew: parsed, by name."""
    pytest.importorskip("sphinx", reason="the extra 'docs' is not installed")
    from tools import site

    folder = tmp_path_factory.mktemp("site")
    warnings = site.build(folder)
    assert warnings == []
    return folder, {path.name: _Page(path) for path in folder.glob("*.html")}


@pytest.mark.long
def test_every_page_is_there_small_and_its_links_lead_somewhere(site):
    folder, pages = site
    assert {f"{path.stem}.html" for path in DOCS.glob("*.md")} <= set(pages)
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < 4_000_000
    for name, page in pages.items():
        for link in page.links:
            target, _, anchor = unquote(link).partition("#")
            if "://" in target or target.startswith("mailto:"):
                continue
            there = pages.get(target) if target else page
            assert there or (folder / target).is_file(), f"{name}: {link}"
            assert not anchor or not there or anchor in there.ids, f"{name}: {link}"
        # Read from disk without a network.
        assert [u for u in page.loaded if "://" in u] == [], name


@pytest.mark.long
def test_the_reference_holds_the_docstrings_of_what_a_notebook_calls(site):
    folder, pages = site
    assert {
        "cspanalysis.open", "cspanalysis.explore.by_hand.ByHand.findings",
        "cspanalysis.review.review.Review.offences_by_month",
        "cspanalysis.domain.periods.Period.parse", "cspanalysis.findings.record.Finding.save",
        "cspanalysis.findings.question.Question.change",
    } <= pages["reference.html"].ids  # fmt: skip
    text = re.sub(r"<[^>]+>", "", (folder / "reference.html").read_text(encoding="utf-8"))
    assert "Whether values under a disclosure policy are protected." in text
    findings = pages["reference_findings.html"].ids
    assert "cspanalysis.findings.overview.recorded_crime_change" in findings
    assert len([i for i in findings if i.startswith("cspanalysis.findings.")]) > 150


def test_every_page_stands_in_the_contents():
    from tools import site

    listed = [page for pages in site.CONTENTS.values() for page in pages]
    assert len(listed) == len(set(listed))
    here = {path.stem for path in DOCS.glob("*.md")}
    assert set(listed) == here | set(site._FURTHER) | {"reference", "reference_findings"}


def test_the_command_opens_the_pages_or_says_how_to_make_them(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(documentation.webbrowser, "open", opened.append)
    monkeypatch.setattr(documentation, "folder", lambda: None)
    assert cli.main(["docs"]) == 2 and "make docs" in capsys.readouterr().err
    page = tmp_path / "documentation" / "index.html"
    page.parent.mkdir()
    page.touch()
    monkeypatch.setattr(documentation, "folder", lambda: tmp_path)
    assert cli.main(["docs"]) == 0
    assert opened == [page.as_uri()] and str(page) in capsys.readouterr().out


def rows(page, heading):
    """Cells of the table beneath a heading, by row: the texts between backticks, and all."""
    part = (DOCS / page).read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [(re.findall(r"`([^`]+)`", line.split("|")[1]), line.split("|")[2]) for line in lines]


def test_dates_are_read_as_the_page_says():
    table = rows("formats.md", "Dates and times")
    assert len(table) == 5
    for written, said in table:
        frame = pl.DataFrame({"text": written})
        if re.fullmatch(r"\s*\d\d:\d\d\s*", said):
            hour, minute = map(int, said.strip().split(":"))
            assert frame.select(dates.time(pl.col("text")))["text"].to_list() == (
                [60 * hour + minute] * len(written)
            )
            continue
        found = frame.select(dates.moment(pl.col("text")))["text"].to_list()
        told = re.match(r"\s*(\d+ \w+ \d{4})(?:, (\d\d:\d\d))?", said)
        shown = {f"{m.day} {m:%B %Y}" + (f", {m:%H:%M}" if told[2] else "") for m in found}
        assert shown == {told[0].strip()}, said


def test_formats_and_signs_are_all_named():
    text = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in dates.FORMATS)
    signs = {sign: said.strip().replace(" ", "_") for found, said in
             rows("formats.md", "Numbers and signs") for sign in found}  # fmt: skip
    assert {s: signs.get(s) for s in column_types.SYMBOLS} == dict(column_types.SYMBOLS)


def test_the_register_of_the_page_is_one(tmp_path):
    (block,) = (text for head, text in blocks(DOCS / "corrections.md") if head == "text")
    (tmp_path / corrections.WORKSPACE_FILE).write_text(block, encoding="utf-8")
    first, second = corrections.load(tmp_path)[-2:]
    assert (first.new, first.expect) == ("Other theft", "1")
    assert (second.source, second.match_column, second.expect) == ("population", "", "")
    assert first.matches("police_uk", "police_uk/2025-03-kent-street.csv") is True
    broken = block.replace(",spelling,", ",,")
    (tmp_path / corrections.WORKSPACE_FILE).write_text(broken, encoding="utf-8")
    with pytest.raises(Exception, match="names its source, file pattern, field and reason"):
        corrections.load(tmp_path)


def test_the_words_of_surveys_are_those_that_are_looked_for():
    text = (DOCS / "survey_words.md").read_text(encoding="utf-8")
    assert f"`{perceptions.SAFETY}`" in text and f"`{perceptions.ANTISOCIAL}`" in text


def test_quarters_are_said_with_their_months(capsys):
    for text in ("2025-Q4", "2025/26-Q4"):
        assert bulletin_command.period(cli._parse(["bulletin", "--quarter", text])).iso == (
            "2026-01/2026-03"
        )
        assert "January to March 2026, quarter 4 of the financial year 2025/26" in (
            capsys.readouterr().out
        )
    with pytest.raises(UsageError, match="is April to June 2025"):
        bulletin_command.period(cli._parse(["bulletin", "--quarter", "2025/27-Q1"]))
