"""Which months a source covers: a missing month is never zero, whatever the source."""

import io
import re
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cspanalysis
from cspanalysis import present
from cspanalysis.cli import main
from cspanalysis.domain import breaks
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import (
    acquisitive,
    antisocial,
    fire_and_rescue,
    overview,
    quality,
    violence,
)
from cspanalysis.findings.shapes import change_wording
from cspanalysis.present import phrases
from cspanalysis.review import coverage, log_gaps, series
from cspanalysis.review.coverage import Coverage
from cspanalysis.stats import change

MONTHS = Period.parse("2023-01/2024-12").month_list()
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


def street(month, force, number, kind="Burglary", place="Tonbridge and Malling 001A"):
    where = f"0.3,51.2,On or near High Street,E01024717,{place}" if place else ",,No Location,,"
    return "".join(f",{month},{force},{force},{where},{kind},,\n" for _ in range(number))


def workspace(root, files, period="2024-01/2024-12", area="Tonbridge and Malling"):
    assert main(["init", str(root), "--csp", area]) == 0
    for name, text in files.items():
        path = root / "data" / "raw" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text)
    assert main(["clean", "--workspace", str(root)]) == 0
    return cspanalysis.open(None, period, workspace=root)


def archive(rows):
    """Street-level files of one archive from (month, force) to their rows."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for (month, force), text in rows.items():
            name = f"{month}/{month}-{force.lower().replace(' ', '-')}-street.csv"
            packed.writestr(name, HEADER + text)
    return file.getvalue()


# ---------------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("quiet", "covered"),
    [(0, ["2024-01", "2024-02", "2024-05"]), (2, [f"2024-0{m}" for m in range(1, 6)])],
)
def test_a_log_has_quiet_months_and_an_extract_has_none(quiet, covered):
    assert log_gaps.log_months(["2024-01", "2024-02", "2024-05", None], quiet) == covered


@given(st.sets(st.sampled_from(MONTHS), min_size=1), st.integers(0, 4))
def test_covered_months_hold_every_record_and_no_longer_gap(months, quiet):
    covered = log_gaps.log_months(months, quiet)
    assert months <= set(covered) <= set(Period.parse(f"{min(months)}/{max(months)}").month_list())
    empty = [m not in months for m in covered]
    assert all(sum(empty[i : i + quiet + 1]) <= quiet for i in range(len(empty)))


@given(st.dictionaries(st.sampled_from(MONTHS), st.integers(0, 40)))
def test_a_month_with_records_never_vanishes(counts):
    gone = log_gaps.vanished(counts, MONTHS)
    assert not {m for m in gone if counts.get(m)}


def test_a_quiet_month_of_a_small_district_is_none_and_of_a_large_one_missing():
    small = {m: 2 for m in MONTHS if m != "2023-05"}
    large = {m: 200 for m in MONTHS if m != "2023-05"}
    assert log_gaps.vanished(small, MONTHS) == set()
    assert log_gaps.vanished(large, MONTHS) == {"2023-05"}


def test_a_single_crime_of_another_force_is_no_series_that_ends():
    assert log_gaps.vanished({MONTHS[-1]: 1}, MONTHS) == set()


def test_runs_are_named_and_what_lacks_is_said_by_its_reason():
    months = [m for m in MONTHS if not "2023-05" <= m <= "2023-09"]
    known = Coverage("fires", tuple(months))
    with pytest.raises(NotAvailable) as refused:
        known.check(Period.parse("2023-01/2023-12"))
    assert str(refused.value) == (
        "the fire service's incident extract covers January to April 2023 and October 2023 to "
        "December 2024, with no records of May to September 2023"
    )
    assert known.told(["2022-12", "2023-06"]).endswith(
        "with no records of June 2023, and December 2022 would be needed too"
    )
    known = Coverage("police_uk", tuple(months), incomplete=("2023-05",), elsewhere=("2023-06",),
                     area="Dover")  # fmt: skip
    assert known.gaps_told(["2023-05", "2023-06", "2023-07"]) == (
        "May 2023 incomplete as published, no records of Dover of June 2023, while those of other "
        "areas go on and no records of July 2023"
    )
    known.check(Period.parse("2024-01/2024-12"))


@given(st.sets(st.sampled_from(MONTHS), max_size=8))
def test_as_many_months_are_named_as_there_are(months):
    said = present.runs(months, most=99)
    spans = re.split(", and | and |, ", said) if months else []
    assert len(spans) <= len(months)
    assert all(str(m)[:4] in said for m in months)


# ---------------------------------------------------------------------- sources


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    """An extract and a log of calls without most of 2023; fires without five months of it."""
    day = "{}/{:02d}/{:04d}"
    crime, calls, fire = ["Crime Ref,Offence,Date Recorded,District"], [], []
    for i, month in enumerate(MONTHS):
        year, number = map(int, month.split("-"))
        when = day.format("07", number, year)
        if not "2023-03" <= month <= "2023-11":
            crime += [f"A{i}-{k},Theft from vehicle,{when},Dover" for k in range(9)]
            calls += [f"{when},Police,Noise,High Street,Dover"] * 5
        # Ashford goes on: only Dover's file is missing.
        crime += [f"B{i}-{k},Theft from vehicle,{when},Ashford" for k in range(9)]
        if not "2023-05" <= month <= "2023-09":
            fire += [f"{i}-{k},{when},Dover,Primary,Accidental,Dwelling" for k in range(4)]
    return workspace(
        tmp_path_factory.mktemp("partners") / "ws",
        {
            "police_extract/crime.csv": "\n".join(crime),
            "asb_calls/log.csv": "Date,Received by,Type,Street,District\n" + "\n".join(calls),
            "fires/fires.csv": "Incident number,Date of call,District,Type,Motive,Property\n"
            + "\n".join(fire),
        },
        area="Dover",
    )


@pytest.mark.parametrize(
    ("make", "missing"),
    [
        (overview.recorded_crime_change, "March to November 2023"),
        (antisocial.calls_change, "March to November 2023"),
        (fire_and_rescue.change, "May to September 2023"),
    ],
)
def test_missing_months_are_named_and_never_none(partners, make, missing):
    found = make(partners)
    assert found.status == "not_available" and missing in found.sentence
    # The source is there: it would supply nothing.
    assert "extract would supply" not in found.sentence
    assert "log of anti-social behaviour calls" not in found.sentence


def test_an_area_that_vanishes_from_an_extract_is_not_quiet(partners):
    known = partners.coverage("police_extract")
    assert len(known.elsewhere) == 9
    assert "while those of other areas go on" in known.told(known.gaps)
    ashford = coverage.of(partners.store, "police_extract", partners.workspace.area("Ashford"))
    assert len(ashford.months) == 24 and not ashford.gaps


def test_the_page_on_the_data_names_the_gaps_of_every_source(partners):
    found = quality.source_months(partners)
    assert found.sentence.count("May to September 2023") == 1
    assert found.sentence.count("March to November 2023") == 2
    assert "March to November 2023 are missing" in quality.coverage(partners).sentence


def test_a_yearly_table_of_the_council_is_a_source_of_its_own(tmp_path):
    head = "Year,ONS Code,LA Name,Region,Total Incidents"
    lines = [f"{y}-{y - 1999},E07000105,Ashford,South East,{y - 1600}" for y in (2018, 2019, 2021)]
    files = {"fly_tipping/defra.csv": "\n".join([head, *lines, ""])}
    review = workspace(tmp_path / "ws", files, area="Ashford")
    found = quality.source_months(review)
    assert found.rows["whose"].tolist() == ["the yearly table of fly-tipping"]
    assert found.rows["count"].tolist() == [36]
    assert "no figures of April 2020 to March 2021" in found.rows["gaps"].iloc[0]
    assert "nothing of" not in found.sentence and found.sources


def test_rounds_mid_years_and_whole_periods_have_their_line(tmp_path):
    people = [f"Ashford,{year},100000" for year in (2018, 2019, 2021)] + ["Dover,2022,100000"]
    counts = [f"county,{area},robbery,{p},9" for area in ("Ashford DC", "Dover")
              for p in ("2022-04/2023-03", "2023-04/2024-03")]  # fmt: skip
    files = {
        "population/p.csv": "\n".join(["area,year,population", *people, ""]),
        "peer_counts/c.csv": "\n".join(["group,area,offence,period,count", *counts, ""]),
        "surveys/s.csv": "Survey,Round,Area,Question,Percent,Base\n"
        "Panel,2021,Ashford,feels safe,60,500\nPanel,2023/24,Ashford,feels safe,62,500\n"
        "Panel,2022,Dover,feels safe,62,500\n",
    }
    review = workspace(tmp_path / "ws", files, area="Ashford")
    found = quality.source_months(review)
    assert found.rows["covers"].tolist() == [
        "April 2022 to March 2024",
        "the rounds of 2021 and 2023/24",
        "mid-2018 to mid-2019 and mid-2021",
    ]
    assert found.rows["gaps"].tolist() == ["none", "none", "no estimate of mid-2020"]
    months = found.rows["count"]
    assert months.iloc[0] == 24 and months.iloc[1:].isna().all()
    assert "the estimates of residents have no estimate of mid-2020" in found.sentence
    empty = quality.source_months(workspace(tmp_path / "other", files, area="Swale"))
    assert "nothing of this area in the peers' counts, survey results" in empty.sentence


def test_half_a_year_of_quarters_covers_half_a_year_of_the_partnership_alone(tmp_path):
    head = "Financial Year,Financial Quarter,Police Force,CSP Name,Offence Group,Offence Count"
    lines = [
        f"{year},{quarter},Kent,{name},Robbery,{9 + quarter}"
        for year, quarters in (("2022/23", (1, 2, 3, 4)), ("2023/24", (1, 2)))
        for quarter in quarters
        for name in ("Dover", "Unassigned Kent", *(["Ashford"] if year == "2022/23" else []))
    ]
    files = {"home_office_csp/csp.csv": "\n".join([head, *lines, ""])}
    review = workspace(tmp_path / "ws", files, area="Dover")
    assert quality.source_months(review).rows["covers"].tolist() == ["April 2022 to September 2023"]
    known = coverage.of(review.store, "home_office_csp", review.workspace.area("Ashford"))
    assert known.months[-1] == "2023-03" and len(known.months) == 12


@pytest.mark.parametrize(
    ("part", "months"),
    [("1,2", 6), ("4", 3), ("1,2,3,4", 12), ("autumn term", 4), ("academic year", 12),
     ("autumn and spring term", 7), (None, 12)],
)  # fmt: skip
def test_a_quarter_or_a_term_is_so_many_months_of_its_year(part, months):
    assert len(coverage._within(Period.financial_year(2023), part)) == months


def test_every_chapter_is_there_where_labels_and_sources_lack(partners):
    """Vehicle crime alone, calls in unknown words, no other source: no chapter ends in an error."""
    found = partners.findings()
    assert len(found) > 50 and all(f.sentence for f in found.values())
    assert not [f.id for f in found.values() if "from none" in f.sentence]


def test_a_period_that_nothing_covers_is_said(partners):
    window = Comparison(Period.parse("2031-01/2031-12"), Period.parse("2023-01/2023-12"), True)
    partners.comparisons.append(window)
    try:
        notes = quality.source_months(partners).notes
    finally:
        partners.comparisons.pop()
    asked = (
        "No source covers a month of January to December 2031, which a further period of the "
        "settings asks for."
    )
    assert [asked in note for note in notes].count(True) == 1


def test_that_no_record_is_of_a_kind_is_an_answer(partners):
    assert "no record of the police extract" in violence.violent_crime_mix(partners).sentence


@pytest.mark.long
def test_a_chapter_without_a_record_of_its_kind_is_reviewed(partners):
    options = ["--period", partners.period.iso, "--chapter", "violence"]
    assert main(["review", "--workspace", str(partners.workspace.root), *options]) == 0


# ---------------------------------------------------------------------- street-level files


def test_open_data_that_stand_in_for_a_log_say_why_it_is_not_used(tmp_path):
    kind = "Anti-social behaviour"
    rows = {(m, "Kent Police"): street(m, "Kent Police", 10, kind) for m in MONTHS}
    days = [f"0{1 + n % 9}/{m[5:]}/{m[:4]},police,noise" for m in MONTHS for n in range(3)]
    log = "\n".join(["Date,Received By,Type", *days, ""])
    files = {"police_uk/archive.zip": archive(rows), "asb_calls/log.csv": log}
    found = antisocial.incidents_change(workspace(tmp_path / "ws", files))
    assert found.values["count"] == 120 and "incidents" in found.measure
    assert any("The log of calls is not used" in n and "no district" in n for n in found.notes)
    alone = workspace(tmp_path / "alone", {"police_uk/archive.zip": archive(rows)})
    assert not any("log of calls" in n for n in antisocial.incidents_change(alone).notes)


def test_a_second_force_whose_files_end_is_left_out_of_both_periods(tmp_path):
    rows = {(m, "Kent Police"): street(m, "Kent Police", 10) for m in MONTHS}
    police = "British Transport Police"
    rows |= {(m, police): street(m, police, 4) for m in MONTHS if m < "2024-02"}
    review = workspace(tmp_path / "ws", {"police_uk/archive.zip": archive(rows)})
    found = overview.recorded_crime_change(review)
    assert (found.values["count"], found.values["compare_count"]) == (120, 120)
    told = "52 records of British Transport Police, of which there are none of February to December"
    assert any(told in note for note in found.notes)
    assert len(review.records("recorded crime", review.period).table) == 120
    assert police in quality.source_months(review).sentence
    before = review.moved(period="2023-01/2023-12")
    assert before.offences_by_month("recorded crime", before.period).table["count"].sum() == 168


def test_a_second_force_of_a_few_rows_may_have_quiet_months(tmp_path):
    rows = {(m, "Kent Police"): street(m, "Kent Police", 10) for m in MONTHS}
    rows |= {(m, "Sussex Police"): street(m, "Sussex Police", 1) for m in MONTHS[::5]}
    text = HEADER + "".join(rows.values())
    review = workspace(tmp_path / "ws", {"police_uk/2023-01-kent-street.csv": text})
    assert overview.recorded_crime_change(review).values["count"] == 122


def placed(total, here):
    kent = "Kent Police"
    return street("{m}", kent, here) + street("{m}", kent, total - here, place="")


@pytest.mark.parametrize(
    ("before", "now", "verdict", "says"),
    [
        ((100, 99), (100, 84), "none", "1.0 per cent had no place in January to December 2023"),
        ((100, 99), (50, 42), "down", "16.0 per cent in January to December 2024"),
        ((100, 99), (100, 99), "no_clear_change", None),
    ],
)
def test_a_fall_that_records_without_a_place_explain_is_none(tmp_path, before, now, verdict, says):
    rows = {}
    for month in MONTHS:
        text = placed(*(before if month < "2024" else now)).replace("{m}", month)
        rows[month, "Kent Police"] = text
    review = workspace(tmp_path / "ws", {"police_uk/archive.zip": archive(rows)})
    found = overview.recorded_crime_change(review)
    assert found.verdict == verdict
    assert says in found.sentence if says else "no place" not in found.sentence
    assert (found.status == "not_comparable") == (verdict == "none")


def test_categories_that_were_split_are_not_compared_and_their_sum_is(tmp_path):
    rows = {}
    for month in Period.parse("2010-12/2012-11").month_list():
        kinds = (
            {"Other crime": 20}
            if month < "2011-09"
            else {
                "Other crime": 12,
                "Shoplifting": 4,
                "Other theft": 2,
                "Criminal damage and arson": 2,
            }
        )
        text = "".join(street(month, "Kent Police", n, k) for k, n in kinds.items())
        rows[month, "Kent Police"] = text  # fmt: skip
    files = {"police_uk/archive.zip": archive(rows)}
    review = workspace(tmp_path / "ws", files, "2011-12/2012-11")
    whole = overview.recorded_crime_change(review)
    assert whole.verdict == "no_clear_change" and whole.values["count"] == 240
    for offence in ("shoplifting", "other theft", "theft", "criminal damage"):
        found = acquisitive.change(review, "x", offence, subject=offence)
        assert found.status == "not_comparable" and "September 2011" in found.sentence
    several = acquisitive.changes(review, ["burglary", "theft"]).sentence
    assert "rose" not in several and "could not be compared" in several
    assert (
        "September 2011"
        in acquisitive.offence_season(review, "x", "theft", subject="theft").sentence
    )


# ---------------------------------------------------------------------- breaks and verdicts


@pytest.mark.parametrize(
    ("series", "spans", "refused"),
    [
        ("theft", ("2013-05/2014-04", "2012-05/2013-04"), False),
        ("theft from the person", ("2013-05/2014-04", "2012-05/2013-04"), True),
        ("recorded crime", ("2011-09/2012-08", "2010-12/2011-08"), False),
        ("burglary", ("2011-09/2012-08", "2010-12/2011-08"), False),
        ("shoplifting", ("2012-09/2013-08", "2011-09/2012-08"), False),
        (["burglary", "shoplifting"], ("2011-09/2012-08", "2010-12/2011-08"), True),
    ],
)
def test_a_border_hurts_who_holds_one_side_of_it(series, spans, refused):
    found = [b for b in breaks.crossing(series, *spans, "police_uk") if b.action == "refuse"]
    assert bool(found) == refused
    assert not [b for b in breaks.crossing(series, *spans) if b.scheme]


@given(st.floats(0, 0.3), st.floats(0, 0.3), st.integers(200, 2000), st.integers(200, 2000))
def test_a_verdict_that_stands_is_the_one_of_the_counts(now, before, count, compare):
    days = {"days": [365], "compare_days": [365]}
    plain = change.change(pd.DataFrame({"count": [count], "compare_count": [compare], **days}))
    judged = change.with_places(plain, now, before)
    assert judged["verdict"].iloc[0] in (plain["verdict"].iloc[0], "none")
    if abs(now - before) < change.PLACES_DIFFER:
        assert judged is plain


def test_a_verdict_that_dispersion_takes_back_is_taken_back_in_the_row():
    counts = [60, 20] * 3 + [20, 60] * 3 + [30] * 4 + [80] * 4 + [30] * 4
    by_month = pd.DataFrame({"month": MONTHS, "count": counts})
    periods = [Period.parse("2024-01/2024-12"), Period.parse("2023-01/2023-12")]
    result = change.between(by_month, *periods)
    assert result["verdict"].iloc[0] == "up"
    judged = change.with_dispersion(result, by_month, *periods)
    assert judged["verdict"].iloc[0] == "no_clear_change"
    assert "the counts vary more" in change_wording.change(judged, subject="x").text


def test_an_empty_table_has_its_columns_still():
    assert list(phrases.shown(pd.DataFrame({"a": [], "b": []}), "a")) == ["a", "b"]


def test_months_of_the_pandemic_alone_have_no_season(tmp_path):
    months = Period.parse("2020-04/2021-03").month_list()
    rows = {(m, "Kent Police"): street(m, "Kent Police", 9) for m in months}
    files = {"police_uk/archive.zip": archive(rows)}
    review = workspace(tmp_path / "ws", files, "2020-04/2021-03")
    found = acquisitive.offence_season(review, "b", "burglary", subject="burglary")
    assert found.status == "not_available" and "pandemic" in found.sentence


@pytest.mark.long
def test_a_review_without_any_data_ends_with_1_and_says_what_to_do(tmp_path, capsys):
    assert main(["init", str(tmp_path / "ws"), "--csp", "Dover"]) == 0
    options = ["--period", "2024-01/2024-12", "--chapter", "perceptions"]
    assert main(["review", "--workspace", str(tmp_path / "ws"), *options]) == 1
    said = capsys.readouterr().out
    assert "no data are in" in said and "csp fetch" in said


# ---------------------------------------------------------------------- real files


@pytest.mark.long
@pytest.mark.realdata
def test_avon_and_somerset_lack_july_2019_and_places(shared, tmp_path):
    root, name = tmp_path / "ws", "avon-and-somerset_2018-01_2021-09.zip"
    assert main(["init", str(root), "--csp", "Bristol, City of"]) == 0
    (root / "data/raw/police_uk" / name).symlink_to(shared / "data/police_uk" / name)
    assert main(["clean", "--workspace", str(root)]) == 0
    review = cspanalysis.open(None, "2018-10/2019-09", workspace=root)
    account = review.store.account()
    assert account.loc[account["source"] == "police_uk", "rows_read"].sum() == 620_495
    assert "July 2019" in quality.coverage(review).sentence
    assert "July 2019" in overview.recorded_crime_change(review).sentence
    later = review.moved(period="2020-10/2021-09")
    found = overview.recorded_crime_change(later)
    assert "had no place in October 2019 to September 2020" in found.sentence


def test_figures_of_years_count_for_whole_years_only_and_for_all_of_them():
    rows = pd.DataFrame({"year": ["2005/06", "2006/07", "2006/07"], "count": [3, 4, None]})
    known = Coverage("youth_offending", ())
    years = series.Yearly(rows, known, "burglary", sources=("youth_offending",))
    assert years.count(Period.parse("2005-04/2006-03")) == 3
    # A part that is hidden is no 0.
    assert pd.isna(years.count(Period.parse("2005-04/2007-03")))
    for period, told in (
        ("2005-05/2006-04", "by financial year, not May 2005"),
        ("2005-04/2005-09", "by financial year, not April to September 2005"),
        ("2006-04/2008-03", "nothing on 'burglary' in 2007/08"),
    ):
        with pytest.raises(NotAvailable, match=told):
            years.count(Period.parse(period))
    with pytest.raises(NotAvailable, match="its figures are by year"):
        _ = years.by_month
