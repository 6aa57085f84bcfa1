"""A chapter's page: what lies open, what is folded, what is said once."""

from __future__ import annotations

import re

import pytest
from test_report_pages import context, figure, record

from cspanalysis.report import collect, layout, markup
from cspanalysis.report.collect import Rendered, Section


def section(id, role="", *, drawn=True, height=300, **more):
    made = collect.clean(record(id=id, title=f"{id}?", role=role, **more))
    if not drawn:
        return Section(made)
    chart = figure(id)
    chart["layout"]["height"] = height
    return Section(made, collect.chart_json(chart))


def chapter(*sections):
    return Rendered("10_a", "a", "A", "", sections)


def ids(sections):
    return [s.record["id"] for s in sections]


def test_parts_stand_in_the_order_of_a_chapter_whatever_the_notebooks():
    laid = layout.layout(
        chapter(*(section(f"a.{role}", role) for role in ("action", "peers", "parts", "trend")))
    )
    assert [p.heading for p in laid.parts] == [
        "Trend", "What it consists of", "Compared with peers", "What is being done",
    ]  # fmt: skip
    assert all(len(p.shown) == 1 and not p.folded for p in laid.parts)


def test_the_first_picture_of_each_part_lies_open_before_a_second_of_any():
    made = chapter(
        *(section(f"a.peers.{i}", "peers", height=600) for i in range(4)),
        *(section(f"a.months.{i}", "trend", height=600) for i in range(4)),
    )
    trend, peers = layout.layout(made).parts
    assert ids(trend.shown)[0] == "a.months.0" and ids(peers.shown)[0] == "a.peers.0"
    opened = [s for p in (trend, peers) for s in p.shown]
    assert sum(map(layout.height, opened)) <= layout.MOST_HEIGHT
    # Nothing is lost: what does not lie open is folded.
    assert sorted(ids([*trend.shown, *trend.folded, *peers.shown, *peers.folded])) == sorted(
        r["id"] for r in made.records
    )


def test_a_part_without_room_for_its_picture_has_its_answer():
    tall = [section(f"a.{role}", role, height=800) for role in ("trend", "parts", "where")]
    parts = layout.layout(chapter(*tall)).parts
    assert [p.is_brief for p in parts] == [False, False, True]
    page = markup.page(context(), chapter(*tall))
    assert page.count("<summary>The picture") == 1


def test_a_part_without_room_for_its_table_has_its_answer():
    tall = [section(f"a.{role}", role, height=800) for role in ("trend", "parts")]
    rows = [[f"Power {i}", str(i)] for i in range(12)]
    columns = [{"label": "Power", "numeric": False}, {"label": "Number", "numeric": True}]
    last = section("a.action", "action", drawn=False, table={"columns": columns, "rows": rows})
    made = chapter(*tall, section("a.where", "where", height=700), last)
    assert layout.layout(made).parts[-1].is_brief
    page = markup.page(context(), made)
    folded = page.partition("<summary>The figures")[2].partition("</details>")[0]
    assert "Power 11" in folded


def test_several_changes_without_a_picture_are_drawn_in_one():
    def changed(name, now):
        row = {"count": now, "compare_count": 100, "ratio": now / 100, "lower": now / 120,
               "upper": now / 80, "verdict": "no_clear_change"}  # fmt: skip
        return section(f"a.{name}.change", "change", drawn=False, measure=name, rows=[row],
                       compare="2006-04/2007-03")  # fmt: skip

    laid = layout.layout(chapter(changed("theft", 90), changed("arson", 120)))
    [drawn] = [s for s in laid.sections if s.record["id"] == "violence.drawn_changes"]
    assert drawn.figure is not None and drawn.record["sentence"] == (
        "There was no clear change in theft (100 to 90) and arson (100 to 120)."
    )
    alone = layout.layout(chapter(changed("theft", 90)))
    assert all(s.figure is None for s in alone.sections)


def test_what_several_findings_share_is_said_once():
    note = "Residents are those of mid-2024."
    made = chapter(
        section("a.one", "trend", notes=[note, "Only here."], definition="", method=""),
        section("a.two", "peers", notes=[note], definition="", method=""),
    )
    laid = layout.layout(made)
    assert [(r.kind, r.text, r.of) for r in laid.remarks] == [("Note", note, ())]
    page = markup.page(context(), made)
    assert page.count(note) == 1 and page.count("Only here.") == 1
    assert page.count('<details class="how"') == 1


def test_a_table_of_one_row_is_no_evidence_and_one_of_some_is():
    table = {"columns": [{"key": "n", "label": "N", "numeric": True}], "own": []}
    for rows, is_open in ((1, False), (2, True), (layout.MOST_ROWS + 1, False)):
        one = section("a", drawn=False, table={**table, "rows": [["1"]] * rows})
        assert layout.is_evidence(one) is is_open


@pytest.mark.parametrize("verdict, first", [("none", "a.rate"), ("down", "a.change")])
def test_in_short_begins_with_what_is_judged(verdict, first):
    made = chapter(
        section("a.rate", "change", drawn=False, verdict="none"),
        section("a.change", "change", drawn=False, verdict=verdict),
        section("a.peers", "peers", verdict="higher"),
    )
    assert [r["id"] for r in layout.layout(made).short] == [first, "a.peers"]


@pytest.mark.parametrize("now, first", [("359", "a.kinds"), ("3,590", "a.change")])
def test_in_short_says_no_change_once(now, first):
    change = section("a.change", "change", verdict="no_clear_change",
                     values={"count": 359, "compare_count": 361})  # fmt: skip
    kinds = section("a.kinds", "parts", sentence=f"No change in burglary (361 to {now}) and theft.")
    made = chapter(change, kinds, section("a.peers", "peers", verdict="similar"))
    told = [r["id"] for r in layout.layout(made).short]
    assert told == [first, "a.peers" if first == "a.kinds" else "a.kinds"]


@pytest.mark.parametrize("verdict, is_told", [("higher", True), ("similar", False)])
def test_in_short_says_of_a_difference_from_peers_how_clear_it_is(verdict, is_told):
    how_clear = "It is higher by more than chance, but not by more than is usual among them."
    said = f"It lies above the others. {how_clear} Two had no figures."
    peers = section("a.peers", "peers", verdict=verdict, sentence=said)
    page = markup.page(context(), chapter(section("a.change", "change", drawn=False), peers))
    short = page.partition("In short")[2].partition("</ul>")[0]
    assert "It lies above the others." in short and "Two had" not in short
    assert (how_clear in short) is is_told


@pytest.mark.parametrize("note", ["limits at three deviations", "Residents are of mid-2024."])
def test_whom_a_remark_holds_for_is_a_sentence_of_its_own(note):
    made = chapter(
        section("a.one", "trend", notes=[note], definition="", method="", measure="thefts"),
        section("a.two", "peers", notes=[note], definition="", method="", measure="fires"),
        section("a.three", "parts", definition="", method=""),
    )
    page = re.sub("<[^>]*>", "", markup.page(context(), made))
    assert f"{note.rstrip('.')}. This holds for thefts and fires." in page


def test_the_chapter_on_the_data_begins_with_rows_and_months():
    made = chapter(section(layout.ABOUT_DATA), section("quality.problems"),
                   section(layout.MONTHS_HELD), section("quality.table", verdict="up"))  # fmt: skip
    told = [r["id"] for r in layout.layout(made).short]
    assert told == [layout.ABOUT_DATA, layout.MONTHS_HELD]


def test_a_caution_that_several_findings_bear_is_said_once_of_the_chapter():
    lost = "Of the {} that Avon Police recorded, 1.0 per cent had no place in 2023 and 4.0 per cent"
    lost += " in 2024; what has no place counts for no district."
    rose = "It rose from 40 to 60."
    alone = section("a.one", "trend", sentence=f"{rose} {lost.format('thefts')}")
    laid = layout.layout(chapter(alone, section("a.two", "parts")))
    assert laid.caution == "" and "counts for no district" in laid.sections[0].record["sentence"]
    other = section("a.two", "parts", sentence=f"{rose} {lost.format('burglaries')}")
    made = chapter(alone, other)
    laid = layout.layout(made)
    assert [s.record["sentence"] for s in laid.sections] == [rose, rose]
    page = markup.page(context(), made)
    assert page.count(layout.UNPLACED) == 1
    # By how much stays beneath each.
    assert page.count("Of the thefts that") == page.count("Of the burglaries that") == 1
    assert page.index("Of the thefts that") > page.index("How we know")


def test_a_caution_that_is_the_reason_stays_where_it_is():
    said = "They cannot be compared: of the thefts, 1 per cent had no place, which counts for no "
    said += "district."
    made = chapter(*(section(f"a.{i}", "trend", sentence=said) for i in range(2)))
    laid = layout.layout(made)
    assert laid.caution == "" and all(s.record["sentence"] == said for s in laid.sections)


def test_a_long_name_beside_numbers_takes_one_line_and_the_table_no_more_room():
    """The table of rows read pushed the months held into a fold: its names are long."""
    rows = [["Street-level crime and anti-social behaviour, data.police.uk", "2 files", "5", "5"]]
    table = {"columns": [{"key": k, "label": k} for k in "abcd"], "rows": rows * 10}
    made = section("quality.rows", drawn=False, sentence="All rows were kept.", table=table)
    assert layout.height(made) == layout.words(made) + 120 + 10 * (18 + 21)
    wide = [[*("a reason that takes many words " * 3 for _ in range(3)), "5"]]
    taller = section("quality.x", drawn=False, sentence="All.", table={**table, "rows": wide * 10})
    assert layout.height(taller) > layout.height(made) + 10 * 21


def test_intervals_are_no_line_chart():
    points = {"mode": "markers", "x": [1, 2, 3]}
    intervals = {"mode": "lines", "x": [1, 2, None, 3, 4, None]}
    line = {"mode": "lines+markers", "x": [1, 2, 3]}
    assert markup.picture({"data": [intervals, points]}) == "Dot chart"
    assert markup.picture({"data": [intervals, line]}) == "Line chart"
    assert markup.picture({"data": [{"mode": "lines", "x": {"bdata": "AAAA"}}]}) == "Line chart"
    assert markup.picture({"data": [{"type": "bar"}, line]}) == "Bar chart"
