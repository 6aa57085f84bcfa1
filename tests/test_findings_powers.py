"""Powers used against anti-social behaviour and case reviews, as the board reads them."""

import shutil

import pytest

import cspanalysis
from cspanalysis.findings import powers


@pytest.fixture
def review(tmp_path, project):
    def make(*rows, edition="partner", header="Period,District,Power,Agency,Number", area="Dover"):
        (tmp_path / "partnership.toml").write_text(
            f'[area]\nname = "{area}"\n[review]\nperiod = "2025-04/2026-03"\n'
        )
        shutil.copytree(project / "data/raw/lookups", tmp_path / "data/raw/lookups")
        folder = tmp_path / "data/raw/asb_powers"
        folder.mkdir()
        (folder / "powers.csv").write_text("\n".join([header, *rows]) + "\n")
        return cspanalysis.open(workspace=tmp_path, edition=edition)

    return make


def quarters(power, *counts, agency="Council", start=2025):
    return [
        f"{start + at // 4}/{(start + at // 4 + 1) % 100}-Q{at % 4 + 1},Dover,{power},{agency},{n}"
        for at, n in enumerate(counts)
    ]


def test_quarters_are_added_up_and_what_was_not_used_is_said(review):
    found = powers.used(
        review(
            *quarters("CPW", 14, 11, 9, 8), *quarters("CPN", 0, 1, 0, 0),
            *quarters("Closure orders", 0, 0, 0, 0), *quarters("PSPOs", 2, 2, 3, 3),
        )
    )  # fmt: skip
    assert found.sentence == (
        "In April 2025 to March 2026 there were 42 community protection warnings and 1 community "
        "protection notice. There were no closure orders. 3 public spaces protection orders were "
        "in force at the end of March 2026."
    )
    assert found.status == "ok" and found.period == "2025-04/2026-03"


def test_a_quarter_that_is_missing_is_no_zero(review):
    made = review(*quarters("CPW", 14, 11, 9), *quarters("CPN", 3, 2, 1, 6))
    found = powers.used(made)
    assert "warning" not in found.sentence and "12 community protection notices" in found.sentence
    assert "Not known for the whole of" in found.notes[0] and "warnings" in found.notes[0]
    # A blank cell is as little known as a row that is not there.
    assert [r["power"] for r in found.rows.to_dict("records")] == ["community protection notices"]


def test_what_one_agency_left_out_is_not_taken_for_none(review):
    council, police = quarters("CBO", 2, 1, 0, 2), quarters("CBO", 5, 4, agency="Police")
    made = review(*council, *police, *quarters("CPN", 1, 1, 1, 1))
    found = powers.used(made)
    assert (
        "behaviour orders" not in found.sentence and "criminal behaviour orders" in found.notes[0]
    )


def test_nothing_known_for_the_period_says_what_is(review):
    found = powers.used(review(*quarters("CPW", 14, 11, 9)))
    assert found.status == "not_available"
    assert "April to December 2025" in found.sentence and "January to March 2026" in found.sentence


def test_months_and_a_whole_year_serve_alike_and_a_blank_is_unknown(review):
    year = [f"2025/26,Dover,CPN,Police,{n}" for n in (7,)]
    council = [f"2025-{m:02d},Dover,CPN,Council,1" for m in range(4, 13)]
    council += [f"2026-{m:02d},Dover,CPN,Council,1" for m in range(1, 4)]
    found = powers.used(review(*year, *council, "2025/26,Dover,Injunctions,Council,"))
    assert "19 community protection notices" in found.sentence
    row = found.rows.set_index("power").loc["civil injunctions"]
    assert row["status"] == "not_available" and "injunctions" not in found.sentence


def test_changes_have_intervals_and_orders_in_force_are_not_compared(review):
    made = review(
        *quarters("CPW", 10, 12, 9, 9, 25, 24, 22, 27, start=2024),
        *quarters("CPN", 3, 2, 4, 3, 3, 4, 2, 2, start=2024),
        *quarters("PSPO", 2, 2, 2, 2, 9, 9, 9, 9, start=2024),
    )
    found = powers.power_changes(made)
    rows = found.rows.set_index("power")
    assert rows.loc["community protection warnings", "verdict"] == "up"
    assert rows.loc["community protection notices", "verdict"] == "no_clear_change"
    assert rows["lower"].notna().all() and powers.IN_FORCE not in rows.index
    assert "community protection warnings (40 to 98) rose" in found.sentence.lower()
    assert any("fewer than five years" in note.lower() for note in found.notes)


REVIEWS = (
    "{year},Dover,Case review applications,,{applied}", "{year},Dover,Threshold not met,,{no}",
    "{year},Dover,Case reviews carried out,,{held}",
    "{year},Dover,Case reviews with recommendations,,{led}",
)  # fmt: skip


def reviews(year="2025/26", applied=24, no=14, held=10, led=7):
    return [line.format(year=year, applied=applied, no=no, held=held, led=led) for line in REVIEWS]


def test_case_reviews_have_shares_with_their_limits(review):
    made = review(*reviews())
    found = powers.case_reviews(made)
    assert found.sentence == (
        "In April 2025 to March 2026 there were 24 applications for a case review, of which 10 met "
        "the threshold (41.7 per cent, 95% interval 24.5 to 61.2 per cent)."
    )
    assert found.values["count"] == 10 and found.values["share"] == pytest.approx(10 / 24)
    assert powers.recommendations(made).sentence == (
        "Of 10 case reviews in April 2025 to March 2026, 7 led to recommendations (70.0 per cent, "
        "95% interval 39.7 to 89.2 per cent)."
    )


def test_small_numbers_of_case_reviews_are_hidden_in_public(review):
    made = review(*reviews(applied=12, no=9, held=3, led=2), edition="public")
    found = powers.case_reviews(made)
    assert "12 applications" in found.sentence and "hidden" in found.sentence
    led = powers.recommendations(made)
    assert led.status == "suppressed"
    for one in (found, led):
        assert one.rows[["count", "share"]].isna().all(axis=None) and "25" not in str(one.table)


def test_small_uses_of_powers_are_hidden_in_public(review):
    made = review(*quarters("CPW", 9, 9, 9, 9), *quarters("CBO", 1, 1, 0, 1), edition="public")
    found = powers.used(made)
    assert "36 community protection warnings" in found.sentence
    assert (
        "criminal behaviour" not in found.sentence
        and "One of two kinds of power is hidden" in found.sentence
    )


def test_no_application_is_a_finding_and_a_year_without_figures_is_none(review):
    found = powers.case_reviews(review(*reviews(applied=0, no=0, held=0, led=0)))
    assert found.sentence == (
        "There was no application for a case review in April 2025 to March 2026."
    )


def test_the_newest_year_of_case_reviews_is_named(review):
    found = powers.case_reviews(review(*reviews("2024/25")))
    assert "In April 2024 to March 2025 there were 24" in found.sentence
    assert found.period == "2024-04/2025-03"


def test_figures_that_contradict_each_other_give_no_share(review):
    found = powers.case_reviews(review(*reviews(applied=5, no=9)))
    assert "5 applications" in found.sentence and "is not known" in found.sentence
    assert "contradict each other" in found.notes[0]


def test_applications_are_compared_with_the_year_before(review):
    made = review(*reviews("2024/25", applied=8), *reviews(applied=30))
    found = powers.case_reviews_change(made)
    assert found.verdict == "up" and "from 8 a year earlier to 30" in found.sentence
    assert found.sources[0]["source"] == "asb_powers"


def test_another_district_gives_nothing_to_this_one(review):
    made = review(*(row.replace("Dover", "Swale") for row in reviews()))
    assert powers.case_reviews(made).status == "not_available"


WARDS = "Period,District,Ward,Power,Agency,Number"


@pytest.mark.parametrize(
    ("column", "whole", "count"),
    [
        # The whole beside its parts is no further part.
        ("area", "", 7), ("area", "Total", 7), ("area", "All wards", 7), ("area", "dover", 7),
        ("agency", "", 7), ("agency", "All agencies", 7),
        # What is not their sum is of an area or agency that is not known.
        ("area", "", 9), ("agency", "", 9),
    ],
)  # fmt: skip
def test_a_total_beside_its_parts_is_counted_once(review, column, whole, count):
    said = count if count == 7 else 2
    cells = [("Castle", 3), ("River", 4), (whole, said)]
    rows = [
        f"2025/26,Dover,{name},CPN,Council,{n}" if column == "area"
        else f"2025/26,Dover,,CPN,{name},{n}"
        for name, n in cells
    ]  # fmt: skip
    found = powers.used(review(*rows, header=WARDS))
    assert found.rows["count"].tolist() == [count]


def test_a_figure_of_all_that_stands_alone_is_the_figure(review):
    found = powers.used(review("2025/26,Dover,All wards,CPN,All agencies,7", header=WARDS))
    assert found.rows["count"].tolist() == [7]


REGISTER = "Ref,Name,Date of Birth,Address,Order type,Date issued,District,Officer"


def orders(kind, *days, start=0):
    return [
        f"{kind}/{start + n},Jo Public{n},01/02/1990,{n} High Street,{kind},{day},Dover,PC {n}"
        for n, day in enumerate(days)
    ]


def test_a_register_of_single_orders_is_counted_and_keeps_nobody(review, tmp_path):
    made = review(
        *orders("CPW", "02/04/2025", "28/06/2025", "01/07/2025", "30/03/2026"),
        *orders("CBO", "14/09/2025"),
        # Told again with another condition: it counts once.
        *orders("CBO", "14/09/2025"),
        *orders("Closure order", "09/09/2024"),
        *orders("PSPO", "01/05/2025"),
        *orders("PSPO breach FPN", "02/05/2025", "03/05/2025"),
        header=REGISTER,
    )
    found = powers.used(made)
    assert found.sentence == (
        "In April 2025 to March 2026 there were 4 community protection warnings, 2 penalty notices "
        "for breach of a public spaces protection order, 1 public spaces protection order made and "
        "1 criminal behaviour order. There were no closure orders."
    )
    table = made.table("asb_powers")
    kept = table.to_csv() + (tmp_path / "data/processed/problems.csv").read_text("utf-8")
    assert not [word for word in ("Jo Public", "High Street", "1990", "PC ") if word in kept]
    assert not {"date", "order_id"} & set(table.columns)


def test_months_before_the_first_and_after_the_last_order_of_a_register_are_not_known(review):
    rows = orders("CPW", *(f"15/{m:02}/2025" for m in range(4, 13)), "15/02/2026")
    found = powers.used(review(*rows, header=REGISTER))
    assert found.status == "not_available" and "March 2026" in found.sentence
