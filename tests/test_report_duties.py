"""How a review meets the duty: what is answered by figures, what needs words, what lacks."""

import dataclasses
import importlib
import pkgutil
import re
from fnmatch import fnmatchcase

import pytest
from test_report_summary import chapter, record

from cspanalysis import findings
from cspanalysis.domain import areas, reference
from cspanalysis.findings.question import SPECS
from cspanalysis.report import commentary, duties, markup

ENGLAND = markup.Context(area="A", period="2025-04/2026-03", code="E22000148")
WALES = markup.Context(area="A", period="2025-04/2026-03", code="W22000001")

LEVELS = (
    "The levels and patterns of crime and disorder, with anti-social behaviour and what harms the "
    "local environment"
)


def made(*chapters, context=ENGLAND):
    found = duties.of_review(chapters, context)
    return {one.asks: one for duty in found for one in duty.asked}


def crime(**more):
    return chapter("10_overview", record("overview.recorded_crime.change", "up", **more))


def test_figures_answer_levels_and_changes_and_never_why():
    asked = made(crime())
    assert asked[LEVELS].state == "covered"
    assert asked["How they changed since the last assessment"].state == "covered"
    why = asked["Why they changed"]
    assert why.state == "missing" and not why.answers and not why.chapters
    assert "figures show that something changed and never why" in why.lacking[0]
    assert asked["What became of last year's plan"].state == "missing"
    assert asked["What became of last year's plan"].lacking == (
        "Not in this review: the plan's targets and actions.",
    )


@pytest.mark.parametrize("of", ["overview.recorded_crime.change", "10_overview"])
def test_what_the_analyst_wrote_on_a_finding_or_a_chapter_answers_why(of):
    piece = commentary.Piece(of, "A gang was jailed.", "About overview.recorded_crime.change.")
    chapters, _ = commentary.applied([crime()], {of: piece}, "public")
    why = made(*chapters)["Why they changed"]
    assert why.state == "covered" and why.texts == 1 and why.lacking == ()


def test_a_stale_text_that_the_public_edition_withholds_answers_nothing():
    piece = commentary.Piece("overview.recorded_crime.change", "A gang was jailed.", "It fell.")
    chapters, _ = commentary.applied([crime()], {piece.of: piece}, "public")
    assert made(*chapters)["Why they changed"].state == "missing"


def test_what_to_do_first_needs_an_order_and_the_boards_word():
    first = "What the responsible authorities should do first"
    order = record("priorities.matrix")
    assert made(crime())[first].state == "missing"
    assert made(crime(), chapter("80_p", order))[first].state == "part"
    decided = record("priorities.list", rows=[{"issue": "A", "decided": "in"}])
    assert made(crime(), chapter("80_p", order, decided))[first].state == "covered"
    # An order that could not be given is none.
    none = record("priorities.matrix", status="too_few")
    assert made(crime(), chapter("80_p", none))[first].state == "missing"


def test_a_figure_of_the_county_is_not_passed_off_as_the_districts():
    asked = made(
        crime(), chapter("55_y", record("young_people.reoffending.authority", level="county"))
    )
    one = asked["Re-offending by people who live in the area (since 2010)"]
    assert one.state == "part" and one.lacking == ("Known for the county only.",)


def test_powers_and_case_reviews_are_covered_once_their_figures_are_there():
    reviews, used = "antisocial.case_reviews", "antisocial.powers.used"
    done = chapter("30_a", record(reviews), record(used, status="suppressed"))
    names = [a for a in made(crime()) if a.startswith(("Case reviews", "Use of the powers"))]
    assert len(names) == 2
    for name in names:
        assert made(crime())[name].state == "missing"
        assert made(crime(), done)[name].state == "covered"


def test_wales_has_its_own_list_and_shares_the_duties_of_both():
    wales, england = made(crime(), context=WALES), made(crime())
    own = "What the public services board should take from it for its assessment of well-being"
    assert own in wales and own not in england
    both = {"The kinds of serious violence in the area", "Its levels and patterns"}
    assert both <= set(wales) & set(england)


def test_a_county_above_district_councils_asks_for_more():
    county = "What the county strategy group should take up in its community safety agreement"
    kent = dataclasses.replace(ENGLAND, county="Kent")
    assert county not in made(crime()) and county in made(crime(), context=kent)
    assert areas.find("Tonbridge and Malling").two_tier_county == "Kent"
    assert areas.find("Medway").two_tier_county == "" == areas.find("Cardiff").two_tier_county


def test_reviews_of_some_chapters_have_no_such_page():
    some = markup.Context(area="A", period="2025-04/2026-03", code="E22000148", partial=True)
    assert duties.of_review([crime()], some) == []
    assert duties.SLUG not in dict(duties.in_menu([crime()], True))
    assert duties.in_menu([], False) == ()


def test_the_menu_names_the_page_before_that_about_the_data():
    about = chapter("90_data", record("quality.rows"))
    assert [slug for slug, _ in duties.in_menu([about, crime()], False)] == [
        "overview", "duty", "data",
    ]  # fmt: skip


def test_the_page_links_what_answers_and_names_what_lacks():
    asked = duties.of_review([crime()], ENGLAND)
    page = duties.page(ENGLAND, asked, ("index", "Summary"), None)
    assert 'href="overview.html#overview.recorded_crime.change"' in page
    assert "How this meets the duty" in page and "no legal advice" in page
    assert page.count('class="state missing"') == sum(
        one.state == "missing" for duty in asked for one in duty.asked
    )


def test_each_thing_asked_says_where_it_stands_in_the_law():
    rows = reference.rows("duties")
    assert all(row["law"] for row in rows)
    page = duties.page(ENGLAND, duties.of_review([crime()], ENGLAND), None, None)
    assert "(SI 2007/1830, regs 5 to 7)" in page and "SI 2007/3076" not in page
    # What the Act of 2022 itself asks for stands before what guidance under it does.
    serious = [r["law"] for r in rows if r["duty"].startswith("The Serious Violence Duty")]
    assert [law[:2] for law in serious] == ["s."] * 3 + ["gu"] * 3


def test_powers_used_are_no_levels_of_anti_social_behaviour():
    used = chapter("30_a", record("antisocial.powers.used"), record("antisocial.case_reviews"))
    assert made(used)["Its levels and patterns"].state == "missing"


def test_every_pattern_of_the_register_is_met_by_a_question_():

    # A pattern with a name to be filled in is met by the id with any word for it.
    for module in pkgutil.iter_modules(findings.__path__):
        importlib.import_module(f"{findings.__name__}.{module.name}")
    ids = {re.sub(r"{[^{}]*}", "x", spec.id) for spec in SPECS}
    ids |= {f"places.{kind}.map" for kind in ("antisocial", "violence")}
    unmet = {
        pattern
        for row in reference.rows("duties")
        for pattern in row["findings"].split("|")
        if not any(fnmatchcase(id, pattern) for id in ids)
    }
    assert unmet == set()
