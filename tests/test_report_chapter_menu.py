"""Which chapters a menu names, and what stands in the chapter beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_report_layout import section

from cspanalysis.report import chapter_menu, layout
from cspanalysis.report.collect import Rendered


def told(id, sentence, **more):
    return section(id, sentence=sentence, **more)


def open_question(id):
    return section(id, status="not_available", drawn=False)


def chapter(key, *sections):
    return Rendered(key, key[3:], key[3:].title(), "", sections)


@pytest.fixture
def serious():
    return chapter("35_serious", told("s.change", "Violence fell."), told("s.where", "Here."))


def test_a_chapter_without_an_answer_leaves_the_menu_and_that_on_the_data_is_last():
    gone = Rendered("20_b", "b", "B", "", (section("b.x", status="not_available"),))
    data = Rendered("05_data", "data", "Data", "", (section("quality.rows"),))
    failed = Rendered("30_c", "c", "C", failure="It stopped.")
    order = chapter_menu.in_order([data, gone, chapter("10_a", section("a.x")), failed])
    assert [c.slug for c in order] == ["a", "c", "data"]


def test_what_another_chapter_says_and_little_else_stands_there(serious):
    night = chapter(
        "40_night", told("n.change", "Violence fell."), told("n.hospital", "More were admitted."),
        *(open_question(f"n.{i}") for i in range(3)),
    )  # fmt: skip
    (joined,) = chapter_menu.in_order([serious, night])
    assert joined.slug == "serious"
    # What is said twice is said once; what is of its own and what is open go along.
    assert [r["id"] for r in joined.records] == [
        "s.change", "s.where", "n.hospital", "n.0", "n.1", "n.2",
    ]  # fmt: skip
    drawn = {s.record["id"] for s in layout.layout(joined).sections}
    assert "n.hospital" in drawn


@pytest.mark.parametrize(
    "more",
    [
        # Two findings of its own, or one and most of it answered.
        (told("n.hospital", "More."), told("n.hours", "By night."), *map(open_question, "abcd")),
        (told("n.hospital", "More."), open_question("n.0")),
    ],
)
def test_a_chapter_with_findings_of_its_own_keeps_its_page(serious, more):
    night = chapter("40_night", told("n.change", "Violence fell."), *more)
    assert [c.slug for c in chapter_menu.in_order([serious, night])] == ["serious", "night"]


def test_a_chapter_of_which_the_analyst_wrote_keeps_its_page(serious):
    night = chapter("40_night", told("n.change", "Violence fell."))
    assert len(chapter_menu.in_order([serious, night])) == 1
    written = replace(night, blocks=(*night.blocks, "<p>It is the bars that close at two.</p>"))
    assert len(chapter_menu.in_order([serious, written])) == 2
    by_hand = replace(night, is_own=True)
    assert len(chapter_menu.in_order([serious, by_hand])) == 2
    headed = replace(night, blocks=("<h2>By night</h2>", *night.blocks))
    assert len(chapter_menu.in_order([serious, headed])) == 1


def test_of_two_chapters_that_say_the_same_one_stays(serious):
    twin = chapter("40_twin", told("t.change", "Violence fell."), told("t.where", "Here."))
    assert len(chapter_menu.in_order([serious, twin])) == 1


def test_hidden_counts_are_not_what_another_chapter_says():
    hidden = {"status": "suppressed", "verdict": "none"}
    one = chapter("10_a", told("a.x", "Counts are hidden.", **hidden), told("a.y", "It rose."))
    other = chapter("20_b", told("b.x", "Counts are hidden.", **hidden))
    assert len(chapter_menu.in_order([one, other])) == 2
