"""Official counts as a source: groups of offences, quarters, what went unassigned, the nation."""

import csv
import shutil
from collections import Counter

import pandas as pd
import pytest

from cspanalysis.domain import offences
from cspanalysis.explore import entry
from cspanalysis.findings import official
from cspanalysis.sources import ons_csp
from cspanalysis.workspace import init

HEADER = [
    "Financial Year", "Financial Quarter", "Force Name", "CSP Name", "Offence Description",
    "Offence Group", "Offence Subgroup", "Offence Code", "Offence Count",
]  # fmt: skip
#: Code → description, group, subgroup.
CODES = {
    "46": ("Shoplifting", "Theft offences", "Shoplifting"),
    "8N": ("Assault with injury", "Violence against the person", "Violence with injury"),
    "8Q": ("Stalking", "Violence against the person", "Stalking and harassment"),
    "53C": ("Fraud", "Fraud offences", "Fraud offences to 2012/13"),
    "8Z": ("Offence of next year", "Violence against the person", "Violence without injury"),
    "777": ("Nobody knows it", "Other", "Other"),
}
KENT = ("Tonbridge and Malling", "Maidstone", "Swale", "Thanet")
RESIDENTS = {"Tonbridge and Malling": 132_000, "Maidstone": 176_000, "Swale": 152_000,
             "Thanet": 140_000, "Rutland": 41_000, "Dartford": 117_000,
             "Gravesham": 107_000}  # fmt: skip


def years(first, last, each, force="Kent", names=KENT, quarters=(1, 2, 3, 4)):
    """Rows of {code: count} a quarter for every partnership of a force."""
    return [
        [f"{y}/{(y + 1) % 100:02d}", q, force, name, *CODES[code], code, n]
        for y in range(first, last + 1)
        for q in quarters
        for name in names
        for code, n in each.items()
    ]


@pytest.fixture
def review_of(tmp_path):
    def made(rows, csp=KENT[0], period="2024-04/2025-03"):
        # What tests add to a figure stands in its row: a table has one for each.
        counts = Counter()
        for *key, n in rows:
            counts[tuple(key)] += n
        rows = [[*key, n] for key, n in counts.items()]
        root = tmp_path / f"ws{len(list(tmp_path.iterdir()))}"
        init.init(root, csp)
        for source, header, lines in (
            ("home_office_csp", HEADER, rows),
            ("population", ["area_code", "area", "year", "sex", "age", "population"],
             [["", area, 2023, "persons", "all", n] for area, n in RESIDENTS.items()]),
        ):  # fmt: skip
            folder = root / "data/raw" / source
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / f"{source}.csv").open("w", newline="") as stream:
                csv.writer(stream).writerows([header, *lines])
        return entry.open(csp, period, workspace=root)

    return made


def test_every_code_of_a_group_is_the_kind_that_extracts_have_it_as():
    """The groups of the official tables and today's kinds of the extracts are one division."""
    kinds = offences.kinds(offences.NOTIFIABLE)
    names = offences.codes(offences.NOTIFIABLE)
    driving = "death or serious injury caused by illegal driving"
    for code, group in offences.codes(offences.HOME_OFFICE).items():
        kind = kinds[names[code]]
        other = offences.standard(kind, offences.HOME_OFFICE)
        if kind == "other offences":
            other = "miscellaneous crimes against society"
        assert group == other or (group, other) == (driving, "violence with injury"), code
    # Codes of the classification that records bear and the official tables have in other classes.
    of_records = {"8/1", "8/6", "8/30", "125", "195"}
    of_records |= {"8/55", "8/60", "125/9", "125/11", "125/12"}
    assert set(offences.codes(offences.HOME_OFFICE)) == set(names) - of_records
    groups = offences.groups(offences.HOME_OFFICE)
    assert "fraud and forgery" not in groups[offences.ALL] and len(groups[offences.ALL]) == 28


def test_the_lines_of_the_statisticians_are_all_in_the_taxonomy():
    lines = {line for line in ons_csp.LINES if "(per" not in line}
    assert set(offences.kinds(offences.ONS_CSP)) == lines


@pytest.mark.realdata
def test_groups_agree_with_the_reference_table_and_a_table_by_force(shared):
    folder = shared / "data/home_office_pfa"
    known = offences.codes(offences.HOME_OFFICE)
    listed = pd.read_csv(folder / "reccrime-offence-ref.csv", dtype=str).dropna()
    codes = listed["Offence Code"].map(offences.code_key)
    assert set(codes) <= set(known)
    broad = {"Vehicle offences", "Robbery", "Domestic burglary", "Non-domestic burglary"}
    newer = {"8l", "8m", "8q", "4.4", "4.4/6/8", "4.6", "4.8", "4.9", "37.1"}
    for code, label in zip(codes, listed["New ONS sub-offence group"], strict=True):
        if label.strip() not in broad and code not in newer:
            assert known[code] == offences.standard(label, offences.HOME_OFFICE), code
    table = pd.read_csv(folder / "prc-pfa-2017-18.csv.gz", dtype=str)
    count = table["Number of Offences"].str.strip().str.replace(",", "").astype(int)
    groups = table["Offence Code"].map(lambda code: known.get(offences.code_key(code)))
    assert set(table.loc[groups.isna(), "Offence Code"]) == {"AF", "CIFAS", "FFA UK", "UK Finance"}
    assert count[groups == "stalking and harassment"].sum() == 295_948
    assert count[groups == "shoplifting"].sum() == 382_203


def test_a_quarterly_table_gives_the_period_asked_for(review_of):
    rows = years(2022, 2024, {"46": 30, "8N": 20})
    rows += years(2024, 2024, {"46": 20}, names=KENT[:1], quarters=(3, 4))
    review = review_of(rows, period="2024-10/2025-03")
    found = official.change(review, "shoplifting")
    assert (found.values["count"], found.values["compare_count"]) == (100, 60)
    assert (found.id, found.verdict) == ("official.shoplifting.change", "up")
    assert (found.period, found.compare) == ("2024-10/2025-03", "2023-10/2024-03")
    assert found.rows["dispersion"].iloc[0] == 1  # twelve quarters tell that they vary by chance


def test_a_period_that_no_quarters_make_up_gives_the_newest_year(review_of):
    review = review_of(years(2022, 2024, {"46": 30}), period="2025-03/2026-02")
    found = official.change(review)
    assert (found.period, found.values["count"]) == ("2024-04/2025-03", 120)
    assert "in the year to March 2025" in found.sentence


def test_a_year_of_two_quarters_is_compared_with_the_same_two(review_of):
    rows = years(2023, 2024, {"46": 30}) + years(2025, 2025, {"46": 30}, quarters=(1, 2))
    found = official.change(review_of(rows, period="2025-04/2026-03"))
    assert (found.values["count"], found.values["compare_count"]) == (60, 60)
    assert "in April to September 2025" in found.sentence


def test_an_offence_that_nobody_recorded_is_none_and_one_that_no_code_tells_is_missing(review_of):
    rows = years(2023, 2024, {"46": 30}) + years(2023, 2024, {"8Q": 5}, names=KENT[1:])
    review = review_of(rows)
    assert official.change(review, "stalking and harassment").values["count"] == 0
    missing = official.change(review, "rape")
    assert missing.status == "not_available" and "does not tell rape apart" in missing.sentence


def test_fraud_is_left_out_and_unknown_codes_count_in_all_crime_only(review_of):
    rows = years(2023, 2024, {"46": 300, "53C": 50, "8Z": 7, "777": 3})
    review = review_of(rows)
    found = official.change(review)
    assert found.values["count"] == 4 * 310
    assert any("Fraud is left out" in note for note in found.notes)
    assert any("24 offences" in note and "in no group" in note for note in found.notes)
    mix = official.mix(review).rows.set_index("offence")["count"]
    # A code that is new is told by its subgroup.
    assert mix.to_dict() == {
        "shoplifting": 1200, "violence without injury": 28, "code in no group": 12,
    }  # fmt: skip


def test_kinds_that_were_recorded_long_ago_only_are_none_of_today(review_of):
    rows = years(2022, 2024, {"46": 300, "8N": 40}) + years(2022, 2022, {"8Q": 5})
    found = official.changes(review_of(rows))
    assert found.rows["offence"].tolist() == ["shoplifting", "violence with injury"]
    assert found.rows["compare_count"].tolist() == [1200, 160]


def test_two_years_make_no_line(review_of):
    found = official.years(review_of(years(2023, 2024, {"46": 300})))
    assert found.status == "not_available" and "fewer than three whole years" in found.sentence


def test_too_many_unknown_codes_leave_no_group_counted(review_of):
    review = review_of(years(2023, 2024, {"46": 30, "777": 10}))
    found = official.change(review, "shoplifting")
    assert found.status == "not_available" and "have a code that is in no group" in found.sentence
    assert official.change(review).values["count"] == 160


def collapsed():
    """Kent until 2023/24; in 2024/25 all but a few offences are recorded under no partnership."""
    return [
        *years(2019, 2023, {"46": 300}),
        *years(2024, 2024, {"46": 2}),
        *years(2024, 2024, {"46": 1190}, names=("Unassigned Kent",)),
        *years(2019, 2024, {"46": 90}, "Leicestershire", ("Rutland",)),
    ]


def test_a_collapse_is_no_fall_and_no_low_place(review_of):
    review = review_of(collapsed())
    found = official.change(review)
    assert found.status == "not_available" and "under no partnership" in found.sentence
    assert official.rates(review, "nation").status == "not_available"
    line = official.years(review)
    assert line.rows["count"].isna().tolist() == [False] * 5 + [True]
    assert line.verdict == "no_clear_change" and "2023/24" in line.sentence
    before = review_of(collapsed(), period="2023-04/2024-03")
    table = official.rates(before, "nation").rows
    assert set(table["area"]) == {*KENT, "Rutland"}
    # Others' collapse is theirs: in 2024/25 Rutland stands among no partnership of Kent.
    rutland = review_of(collapsed(), "Rutland")
    assert official.change(rutland).verdict == "no_clear_change"
    assert official.rates(rutland, "nation").status == "not_available"


def test_where_the_table_fails_the_street_files_answer(review_of):
    review = review_of(collapsed())
    series = official.official_counts.series
    folder = review.workspace.root / "data/raw/police_extract"
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["incident_id,recorded,offence,district"]
    # fmt: off
    lines += [f"{n},{month}-15,shoplifting,{KENT[0]}"
              for n, month in enumerate(pd.period_range("2023-04", "2025-03", freq="M"))]
    # fmt: on
    (folder / "extract.csv").write_text("\n".join(lines))
    again = entry.open(KENT[0], "2024-04/2025-03", workspace=review.workspace.root)
    found = official.change(again, "shoplifting")
    assert (found.values["count"], found.values["compare_count"]) == (12, 12)
    assert any("The official table does not answer" in n and "under no partnership" in n
               for n in found.notes)  # fmt: skip
    with pytest.raises(official.NotAvailable):
        series(again.store, again.area, "shoplifting", again.period)


def test_rates_are_of_the_table_and_a_group_needs_no_further_file(review_of):
    rows = years(2023, 2024, {"46": 100})
    rows += years(2024, 2024, {"46": 40}, names=("Maidstone",))
    found = official.rates(review_of(rows), "county", "shoplifting")
    table = found.rows.set_index("area")
    assert table.loc["Maidstone", "count"] == 560 and table.loc["Swale", "count"] == 400
    assert table.loc["Maidstone", "rate"] == pytest.approx(1000 * 560 / 176_000)
    assert found.id == "official.shoplifting.peers.county"
    assert "shoplifting offences per 1,000 residents" in found.sentence
    assert any("no figures of Ashford" in note for note in found.notes)


def test_a_district_that_is_counted_with_its_neighbour_is_told_so_and_stands_as_both(review_of):
    names = ("Tonbridge and Malling", "Dartford and Gravesham", "Maidstone")
    rows = years(2023, 2024, {"46": 100}, names=names)
    alone = official.change(review_of(rows, "Dartford"))
    assert alone.status == "not_available"
    assert "counted together with others, as Dartford and Gravesham" in alone.sentence
    found = official.rates(review_of(rows), "county")
    both = found.rows.set_index("area").loc["Dartford and Gravesham"]
    assert (both["count"], both["population"]) == (400, 224_000)
    assert any("Dartford and Gravesham belong to the partnership" in n for n in found.notes)


def test_years_are_compared_from_the_newest_change_of_recording(review_of):
    rows = years(2010, 2024, {"46": 100}) + years(2010, 2015, {"8N": 900})
    found = official.years(review_of(rows))
    assert "Of 15 years" in found.sentence and "the most (4,000)" in found.sentence
    # One year lies after the newest change in how violence is counted: nothing to compare it with.
    assert found.verdict == "none" and "ratio" not in found.values
    # A count of something whose definition held is compared from the first year on.
    thefts = official.years(review_of(rows), "shoplifting")
    assert thefts.rows["compared_from"].iloc[0] == "2010/11"
    assert thefts.verdict == "no_clear_change"
    assert any("inspection of crime recording in 2014" in note for note in found.notes)


@pytest.mark.long
@pytest.mark.realdata
def test_the_place_among_all_partnerships_is_that_of_a_plain_recount(shared, tmp_path):
    (path,) = (shared / "data/ons_csp").glob("*.xlsx")
    init.init(tmp_path / "ws", "Tonbridge and Malling")
    (tmp_path / "ws/data/raw/ons_csp").mkdir(exist_ok=True)
    shutil.copy(path, tmp_path / "ws/data/raw/ons_csp")
    review = entry.open(None, "2025-04/2026-03", workspace=tmp_path / "ws")

    (tidy,) = (shared / "data/ons_csp").glob("*tidy.csv.gz")
    rows = pd.read_csv(tidy, dtype=str).dropna(subset="csp_name")
    rows["csp_name"] = rows["csp_name"].str.replace(r" *\[note.*", "", regex=True).str.strip()
    rows = rows[~rows["csp_name"].str.startswith("Unassigned")]
    rows["value"] = pd.to_numeric(rows["value"], errors="coerce")
    is_count = (rows["measure"] == "count_ye_dec_2022") & rows["offence"].str.startswith(
        "Total rec"
    )
    counts = rows[is_count].set_index("csp_name")["value"]
    assert len(counts) == 306
    people = rows[rows["offence"].str.startswith("Population fig")].set_index("csp_name")["value"]
    rate = (1000 * counts / people).dropna()

    found = official.rates(review, "nation")
    assert (found.values["count"], found.values["of"]) == (8867, len(rate))
    assert found.values["rate"] == pytest.approx(rate["Tonbridge and Malling"])
    assert found.values["rank"] == rate.rank(method="min")["Tonbridge and Malling"]
    changed = official.change(review)
    assert (changed.values["count"], changed.values["compare_count"]) == (8867, 8346)
    assert changed.period == "2022-01/2022-12" and changed.verdict == "up"
    similar = official.rates(review, "similar").rows.set_index("area")["rate"]
    shared_names = similar.index.intersection(rate.index)
    assert len(shared_names) >= 13
    assert similar[shared_names].to_numpy() == pytest.approx(rate[shared_names].to_numpy())
    mix = official.mix(review).rows
    assert mix["count"].sum() == 8867 and len(mix) == 18
    kinds = official.changes(review).rows.set_index("offence")
    assert kinds.loc["vehicle offences", ["compare_count", "count"]].tolist() == [446, 512]
    assert kinds["count"].sum() == 8867 and len(kinds) == 18
    # Hardly anybody lives in the City of London: it would stretch the funnel.
    funnel = official.funnel(review, "nation")
    assert "City of London" not in set(funnel.rows["area"])
    assert len(funnel.rows) == len(rate) - 1

    # Burglary of homes is per 1,000 households, as the publisher itself rates it.
    homes = official.rates(review, "nation", "residential burglary")
    is_rate = rows["offence"].str.lower().str.startswith("residential burglary (per 1,000 house")
    stated = rows[is_rate].dropna(subset="value").drop_duplicates("csp_name")
    stated = stated.set_index("csp_name")["value"]
    assert homes.unit == "per 1,000 households in the period" and "households" in homes.sentence
    assert homes.values["rate"] == pytest.approx(stated["Tonbridge and Malling"], abs=0.06)
