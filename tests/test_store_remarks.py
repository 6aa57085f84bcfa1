"""Labels that are not ours: named with their rows, counted in what they belong to, never lost."""

import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cspanalysis
from cspanalysis.audit import register_series
from cspanalysis.audit.register_series import Named
from cspanalysis.domain import district_labels, offences, premises
from cspanalysis.domain.errors import UsageError
from cspanalysis.domain.problem_limits import LISTED
from cspanalysis.findings import (
    acquisitive,
    antisocial,
    call_log,
    domestic,
    overview,
    quality,
    violence,
    youth,
)
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store

SETTINGS = {"area": {"name": "Dover"}}


def workspace(root, own=SETTINGS, **files):
    """Clean files given as text by source; the report and the store."""
    for source, text in files.items():
        folder = root / "data" / "raw" / source
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "file.csv").write_text(text, encoding="utf-8")
    report = clean_run.clean(root, own)
    return report, Store(root / "data" / "processed")


def extract(*rows, head="Crime Reference,Offence,Date Recorded,Local Authority"):
    """An extract of (number, offence, day, district)."""
    lines = [head]
    for number, *cells in rows:
        for _ in range(number):
            lines.append(",".join([f"C{len(lines)}", *cells]))
    return "\n".join(lines) + "\n"


def crimes(*numbers):
    return extract(*((n, "Robbery", "14/01/2024", label) for n, label in numbers))


@pytest.mark.parametrize(
    "label",
    [
        "DOVER", "E07000108", "Dover DC", "Dover District Council", "Dover CSP", "Kent - Dover",
        "Kent Police: Dover", "Dover (Kent)", "Dover (E07000108)", "Safer Dover CSP",
        "District of Dover",
    ],
)  # fmt: skip
def test_words_around_a_name_do_not_make_another_district(label):
    assert district_labels.match(label).name == "Dover"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("King's Lynn & W Norfolk", "King's Lynn and West Norfolk"),
        ("KINGS LYNN AND WEST NORFOLK BC", "King's Lynn and West Norfolk"),
        ("London Borough of Bexley", "Bexley"),
        ("City of York", "York"),
        ("Bristol City Council", "Bristol, City of"),
        ("St Albans City & District Council", "St Albans"),
        ("Shepway DC", "Folkestone and Hythe"),
        ("Durham - Darlington", "Darlington"),
    ],
)
def test_a_district_is_known_by_its_many_names(label, name):
    assert district_labels.match(label).name == name


@pytest.mark.parametrize(
    ("label", "near"),
    [
        ("Dovr", ("Dover",)),
        ("Dover Town CSU", ("Dover",)),
        ("Surrey - Dover", ("Dover",)),
        ("E07000108 Ashford", ("Ashford",)),
        ("Newcastle", ("Newcastle upon Tyne", "Newcastle-under-Lyme")),
        ("Swale/Dover", ("Dover", "Swale")),
        ("Durham County Council", ("County Durham",)),
        ("Kent", ()),
        ("Outside force area", ()),
    ],
)
def test_what_is_only_like_a_district_is_proposed_and_not_taken(label, near):
    assert district_labels.match(label) == ("", False, near)


def test_every_district_is_known_by_its_own_name():
    from cspanalysis.domain import reference

    for row in reference.rows("areas"):
        for text in (row["district"], row["district"].upper(), f"{row['district']} Council"):
            assert district_labels.match(text).name == row["district"]


def test_a_district_that_is_not_known_is_named_with_its_rows_and_the_line_that_takes_it(tmp_path):
    report, store = workspace(
        tmp_path, police_extract=crimes((3, "Dover"), (2, "Dovr"), (4, "Nowhere"), (1, "Dover DC"))
    )
    text = report.text()
    assert "6 rows with a district that is not known, counted for no area" in text
    assert "'Nowhere' (4), 'Dovr' (2)" in text
    assert '[sources.police_extract.values.district]: "Dovr" = "Dover"' in text
    assert "the district is taken: 'Dover DC' for Dover (1)" in text
    assert set(store.notices()) >= {line for line in store.notices() if "Dovr" in line}
    assert store.load("police_extract")["district"].eq("Dover").sum() == 4
    assert set(store.problems()["found"]) == {"Dovr", "Nowhere"}


def test_the_line_of_the_settings_takes_the_label(tmp_path):
    values = {"sources": {"police_extract": {"values": {"district": {"Dovr": "Dover"}}}}}
    report, store = workspace(
        tmp_path, SETTINGS | values, police_extract=crimes((3, "Dover"), (2, "Dovr"))
    )
    assert store.load("police_extract")["district"].eq("Dover").all()
    assert "not known" not in report.text()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("asb_calls", "Date,Received By,Type,District\n04/01/2023,Police,Noise,{}\n"),
        (
            "fires",
            "Incident Number,Date Of Call,Incident Type,Motive,Property Type,District\n"
            "F1,04/01/2023,Primary fire,Accidental,Dwelling,{}\n",
        ),
        ("youth_offending", "year,district,measure,count\n2005/06,{},arson,6\n"),
    ],
)
def test_districts_are_matched_in_every_source(tmp_path, source, text):
    report, _ = workspace(tmp_path, **{source: text.format("Dovr")})
    assert f"{source}: 1 row with a district that is not known" in report.text()
    assert "'Dovr' (1)" in report.text()


def test_a_district_of_the_settings_is_known(tmp_path):
    settings = {"area": {"name": "Our town"}, "peers": {"near": {"areas": ["Their town"]}}}
    report, _ = workspace(
        tmp_path, settings, police_extract=crimes((1, "Our town"), (1, "Their town"))
    )
    assert "not known" not in report.text()


def test_a_value_that_comes_after_the_first_thousand_is_listed_too(tmp_path):
    report, store = workspace(
        tmp_path, police_extract=crimes((LISTED + 100, "Nowhere"), (200, "Elsewhere"))
    )
    problems = store.problems()
    assert len(problems) == LISTED + 2
    last = problems.set_index("found").loc["Elsewhere"]
    assert last["row"] == LISTED + 102
    assert "200 further rows, of which this is the first" in last["reason"]
    assert "more than 1,000 rows of one kind" in report.text()
    assert store.problem_counts()["count"].sum() == LISTED + 300


def test_a_list_that_is_whole_is_not_said_to_be_cut(tmp_path):
    report, store = workspace(tmp_path, police_extract=crimes((LISTED, "Nowhere")))
    assert len(store.problems()) == LISTED
    assert "more than 1,000" not in report.text()
    assert Path(tmp_path / "data" / "processed" / "problems.csv").is_file()


@pytest.mark.parametrize(
    ("label", "offence"),
    [
        ("8N", "assault with injury"),
        ("008n", "assault with injury"),
        ("105A: Common assault", "assault without injury"),
        ("28E Burglary - Residential", "burglary residential"),
        ("Burglary – Business & Community", "burglary business and community"),
        ("Common Assault", "assault without injury"),
        ("Assault occasioning actual bodily harm (ABH)", "assault with injury"),
        ("Violence with injury - ABH", "assault with injury"),
        ("Theft - Shoplifting", "shoplifting"),
        ("Robbery (Personal)", "robbery of personal property"),
        ("Burglary in a dwelling(outcome only)", "burglary dwelling"),
        ("Public fear, alarm or distress", "public fear, alarm or distress"),
        ("Bicycle theft", "theft of pedal cycle"),
        ("1/4.1/4.2", "homicide"),
    ],
)
def test_an_offence_is_known_by_code_title_and_todays_label(label, offence):
    assert offences.standard(label) == offence


@pytest.mark.parametrize(
    "label", ["Mopery", "Theft / Robbery", "8N Shoplifting", "Violence with injury / Rape", ""]
)
def test_a_label_of_two_offences_or_none_is_not_known(label):
    assert offences.standard(label) is None


def test_a_number_is_a_code_only_beside_codes_with_a_letter():
    assert offences.standards(["45", "46"]) == {}
    assert offences.standards(["46", "8N"]) == {"46": "shoplifting", "8N": "assault with injury"}
    assert offences.near("46") == "shoplifting"


@pytest.mark.parametrize("scheme", [offences.NOTIFIABLE, offences.POLICE_UK])
def test_every_label_of_the_taxonomy_means_its_own_offence(scheme):
    for row in offences.taxonomy().query("scheme == @scheme").itertuples():
        assert offences.standard(row.offence, scheme) == row.offence
        for label in (*row.aliases, *row.codes):
            assert offences.standard(label, scheme) == row.offence, label


def test_todays_groups_hold_their_offences():
    assert "assault with injury" in offences.members("violence with injury")
    assert set(offences.members("robbery")) > {"robbery of business property"}
    assert "burglary residential" in offences.members("burglary dwelling")
    assert not set(offences.members("theft")) & set(offences.members("burglary"))
    kinds = set(offences.kinds(offences.NOTIFIABLE).values())
    assert kinds <= set(offences.groups(offences.NOTIFIABLE))


YEAR, BEFORE = "2024-01/2024-12", "2023-01/2023-12"


def reviewed(root, *rows, head="Crime Reference,Offence,Date Recorded,Local Authority", **more):
    """A review of Dover over 2024 from an extract; every month of both years has a record."""
    months = [f"14/{m:02d}/{y}" for y in (2023, 2024) for m in range(1, 13)]
    every = [(1, "Vehicle interference", day, "Dover", *more.get("blank", ())) for day in months]
    (root / "partnership.toml").parent.mkdir(parents=True, exist_ok=True)
    text = '[area]\nname = "Dover"\n' + more.get("settings", "")
    (root / "partnership.toml").write_text(text)
    workspace(root, tomllib.loads(text), police_extract=extract(*every, *rows, head=head))
    return cspanalysis.open("Dover", YEAR, compare=BEFORE, workspace=root)


def test_an_unknown_offence_counts_in_all_crime_and_is_said_beside_every_figure(tmp_path):
    review = reviewed(
        tmp_path, (30, "Mopery", "20/06/2023", "Dover"), (32, "Mopery", "20/06/2024", "Dover"),
        (40, "Robbery", "20/06/2023", "Dover"), (10, "Robbery", "20/06/2024", "Dover"),
    )  # fmt: skip
    found = overview.recorded_crime_change(review)
    assert (found.values["count"], found.values["compare_count"]) == (54, 82)
    assert review.offences_by_month("recorded crime", YEAR).table["count"].sum() == 54
    assert len(review.records("recorded crime", YEAR).table) == 54
    assert "32 have a label that is in no group: 'mopery' (32)" in " ".join(found.notes)
    robbery = acquisitive.change(review, "robbery", "robbery", subject="robbery")
    assert robbery.verdict == "down"
    assert "'mopery' (32)" in " ".join(robbery.notes)


def test_no_fall_is_told_that_another_label_could_explain(tmp_path):
    review = reviewed(
        tmp_path, (40, "Robbery", "20/06/2023", "Dover"), (10, "Robbery", "20/06/2024", "Dover"),
        (30, "Robb. pers", "20/06/2024", "Dover"),
    )  # fmt: skip
    found = acquisitive.change(review, "robbery", "robbery", subject="robbery")
    assert (found.status, found.verdict) == ("not_comparable", "none")
    assert "'robb. pers' (30)" in found.sentence


def test_of_a_category_that_no_record_bears_it_is_not_said_that_none_was_recorded(tmp_path):
    review = reviewed(tmp_path, (3, "Mopery", "20/06/2024", "Dover"))
    found = acquisitive.change(review, "robbery", "robbery", subject="robbery")
    assert found.status == "not_available"
    assert "no record of the police extract bears a label of robbery" in found.sentence
    assert "'mopery'" in found.sentence
    other = reviewed(tmp_path / "b", (3, "Robbery", "20/06/2024", "Ashford"))
    found = acquisitive.change(other, "robbery", "robbery", subject="robbery")
    assert "none was recorded" in found.sentence


def test_a_question_of_2008_answered_from_todays_labels_says_what_changed(tmp_path):
    review = reviewed(
        tmp_path, (24, "Residential burglary", "20/06/2023", "Dover"),
        (36, "28E", "20/06/2024", "Dover"),
    )  # fmt: skip
    found = acquisitive.change(review, "x", "burglary dwelling", subject="burglary of dwellings")
    assert (found.values["count"], found.values["compare_count"]) == (36, 24)
    assert "esidential burglary (which since April 2017 includes sheds" in found.sentence
    assert any("since April 2017" in note for note in found.notes)


def test_the_night_counts_todays_violence(tmp_path):
    review = reviewed(
        tmp_path, *((5, label, "20/06/2024", "Dover", "20/06/2024 23:30", "Public place")
                    for label in ("ABH", "Common assault", "Robbery")),
        head="Crime Reference,Offence,Date Recorded,Local Authority,From Date,Premises",
        blank=("", ""),
    )  # fmt: skip
    assert violence.nte_change(review).values["count"] == 10


def test_a_mix_is_shown_by_kind(tmp_path):
    review = reviewed(
        tmp_path, (5, "ABH", "20/06/2024", "Dover"), (4, "GBH", "20/06/2024", "Dover"),
        (3, "Mopery", "20/06/2024", "Dover"),
    )  # fmt: skip
    rows = overview.offence_mix(review).rows.set_index("offence")["count"]
    assert rows.to_dict() == {
        "vehicle interference": 12, "violence with injury": 9, "mopery": 3,
    }  # fmt: skip


def test_offences_are_counted_by_what_there_is_only(tmp_path):
    review = reviewed(tmp_path)
    assert list(review.offences_by_month("recorded crime", YEAR, by="kind").table)[1] == "kind"
    with pytest.raises(UsageError, match=r"not counted by 'ward'.*by='offence'"):
        review.offences_by_month("recorded crime", YEAR, by="ward")


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Street", "public place"),
        ("Pub / Club", "licensed premises"),
        ("Public House", "licensed premises"),
        ("Licensed premises - pub", "licensed premises"),
        ("Off Licence", "shop"),
        ("DWELLING", "dwelling"),
        ("Shop or pub", ""),
        ("Beer garden", ""),
    ],
)
def test_premises_are_known_by_the_words_of_forces(label, kind):
    assert premises.kind(label) == kind


AT_NIGHT = "Crime Reference,Offence,Date Recorded,Local Authority,From Date,Premises"


def at_night(number, place, year=2024):
    day = f"20/06/{year}"
    return (number, "Violence against the person", day, "Dover", f"{day} 23:30", place)


def test_the_forces_own_words_for_premises_count(tmp_path):
    review = reviewed(
        tmp_path, at_night(4, "Street"), at_night(3, "Pub / Club"), at_night(2, "House"),
        at_night(5, "Nightclub", 2023), head=AT_NIGHT, blank=("", ""),
    )  # fmt: skip
    found = violence.nte_change(review)
    assert (found.values["count"], found.values["compare_count"]) == (7, 5)


def test_premises_that_are_not_known_are_named_instead_of_none_recorded(tmp_path):
    review = reviewed(
        tmp_path, at_night(4, "ZZ9"), at_night(4, "ZZ9", 2023), head=AT_NIGHT, blank=("", "")
    )
    found = violence.nte_change(review)
    assert found.status == "not_available"
    assert "'zz9' (8)" in found.sentence
    assert any("'zz9' (8)" in notice for notice in review.store.notices())


def test_no_fall_at_night_that_another_word_for_premises_could_explain(tmp_path):
    review = reviewed(
        tmp_path, at_night(30, "Street", 2023), at_night(2, "Street"), at_night(28, "ZZ9"),
        head=AT_NIGHT, blank=("", ""),
    )  # fmt: skip
    found = violence.nte_change(review)
    assert found.status == "not_comparable"
    assert "'zz9' (28)" in found.sentence


def test_a_definition_may_name_the_forces_own_label(tmp_path):
    settings = '[night_time_economy]\npremises = ["ZZ9"]\n'
    review = reviewed(
        tmp_path, at_night(4, "ZZ9"), at_night(3, "Street"), head=AT_NIGHT, blank=("", ""),
        settings=settings,
    )  # fmt: skip
    assert violence.nte_change(review).values["count"] == 4
    assert not any("zz9" in notice for notice in review.store.notices())


def calls(root, *receivers, types=("Noise",)):
    lines = ["Date,Received By,Type,District"]
    for year in (2023, 2024):
        for month in range(1, 13):
            for who in receivers:
                lines += [f"04/{month:02d}/{year},{who},{kind},Dover" for kind in types]
    settings = '[area]\nname = "Dover"\n[review]\nagenda = ["today", "strategy_2008"]\n'
    (root / "partnership.toml").write_text(settings)
    workspace(root, asb_calls="\n".join(lines) + "\n")
    return cspanalysis.open("Dover", YEAR, compare=BEFORE, workspace=root)


def test_who_received_a_call_may_be_written_in_any_way(tmp_path):
    review = calls(tmp_path, "Police", "POLICE CONTROL ROOM", "Community Safety Team")
    found = antisocial.calls_change(review)
    assert (found.values["count"], found.values["compare_count"]) == (36, 36)
    assert "Community Safety Team" in found.definition
    assert antisocial.calls_by_type(review).rows["count"].tolist() == [24]
    received = antisocial.calls_by_receiver(review).rows
    assert sorted(received["count"]) == [12, 24]
    officer = antisocial.officer_reports_by_type(review)
    assert officer.status == "not_available"
    assert "'Community Safety Team' (24)" in officer.sentence


def test_a_log_without_calls_to_the_police_says_whom_it_names(tmp_path):
    review = calls(tmp_path, "Wardens", "wardens")
    for found in (antisocial.calls_by_type(review), antisocial.type_changes(review)):
        assert found.status == "not_available"
        assert "'Wardens' (48)" in found.sentence
    assert antisocial.calls_change(review).values["count"] == 24


def test_bogus_callers_are_left_out_however_written_and_not_said_to_be_none(tmp_path):
    review = calls(tmp_path, "Police", types=("Noise", "Bogus callers"))
    assert antisocial.calls_change(review).values["count"] == 12
    assert antisocial.bogus_callers_change(review).values["count"] == 12
    # Nor do they count where priorities and targets name the log, and nothing else goes with them.
    of_log = Named("asb_calls", where=call_log.IS_ASB)
    assert register_series.count(review, of_log, review.period) == 12
    assert register_series.count(review, of_log._replace(where=""), review.period) == 24
    (tmp_path / "b").mkdir()
    found = antisocial.bogus_callers_change(calls(tmp_path / "b", "Police"))
    assert "no call of the log is of the type 'bogus caller'" in found.sentence


VICTIMS = (
    "Crime Reference,Offence,Date Recorded,Local Authority,Victim Reference,Victim Age,Domestic"
)


def persons(root, *rows):
    """A review of an extract of (reference, offence, day, victim, age, domestic)."""
    months = [f"14/{m:02d}/{y}" for y in (2023, 2024) for m in range(1, 13)]
    lines = [f"M{at},Vehicle interference,{day},Dover,,," for at, day in enumerate(months)]
    lines += [f"{r},{offence},{day},Dover,{v},{age},{dv}" for r, offence, day, v, age, dv in rows]
    (root / "partnership.toml").write_text('[area]\nname = "Dover"\n')
    report, _ = workspace(root, police_extract="\n".join([VICTIMS, *lines]) + "\n")
    review = cspanalysis.open("Dover", YEAR, compare=BEFORE, edition="partner", workspace=root)
    return report.text(), review


def victims_of(reference, number, day="20/06/2024", offence="Robbery", age=40, flag=""):
    return [(reference, offence, day, f"V{n}", age, flag) for n in range(number)]


def test_a_crime_of_several_victims_counts_once_and_its_rows_are_kept(tmp_path):
    text, review = persons(tmp_path, *victims_of("A1", 3), *victims_of("A2", 1))
    assert review.offences_by_month("robbery", YEAR).table["count"].sum() == 2
    assert len(review.records("robbery", YEAR).table) == 2
    assert len(review.records("robbery", YEAR, people=True).table) == 4
    assert "28 rows tell of 26 crimes. 1 crime reference stands in several rows" in text
    assert "28 rows read = 28 kept" in text
    further = review.store.problems().query("column == 'incident_id'")
    assert further["row"].tolist() == [27, 28]
    assert any("26 crimes" in note for note in quality.row_account(review).notes)


def test_rows_of_one_reference_that_differ_are_said(tmp_path):
    text, review = persons(
        tmp_path, *victims_of("A1", 1, "22/06/2024"),
        *victims_of("a1", 1, "20/06/2024", offence="Theft from the person"),
    )  # fmt: skip
    assert "in 1 of them the offence differs, and the row of the earliest day counts" in text
    assert "in 1 of them the day recorded differs" in text
    assert review.offences_by_month("theft from the person", YEAR).table["count"].sum() == 1
    assert review.offences_by_month("recorded crime", YEAR).table["count"].sum() == 13


def test_a_reference_that_begins_anew_each_year_is_another_crime(tmp_path):
    _, review = persons(tmp_path, *victims_of("1", 1), *victims_of("1", 1, "20/06/2023"))
    assert review.offences_by_month("robbery").table["count"].sum() == 2


@pytest.mark.parametrize(
    ("reference", "again"),
    [
        ("46/00012/24", "46-00012-24"),
        ("46/00012/24", "46 / 00012 / 24"),
        ("kp-12", "KP–12"),
        ("00531204", "531204"),
        ("531204", "531204.0"),
    ],
)
def test_a_reference_in_another_spelling_is_the_same_crime(tmp_path, reference, again):
    _, review = persons(tmp_path, *victims_of(reference, 1), *victims_of(again, 1))
    assert review.offences_by_month("robbery", YEAR).table["count"].sum() == 1


@pytest.mark.parametrize("reference", ["not known", "-", "000", "5.3E+05"])
def test_what_is_no_reference_makes_no_two_rows_one_crime(tmp_path, reference):
    _, review = persons(tmp_path, *victims_of(reference, 3))
    assert review.offences_by_month("robbery", YEAR).table["count"].sum() == 3


def test_questions_on_people_are_answered_from_all_rows_of_a_crime(tmp_path):
    rows = victims_of("A1", 2) + victims_of("A1", 2, age=12) + victims_of("A2", 1, age=15)
    _, review = persons(tmp_path, *rows, *victims_of("A3", 1))
    found = youth.youth_violence_change(review, "violent crime", 18)
    assert found.rows["count"].iloc[0] == 2


def test_a_crime_is_domestic_where_any_of_its_rows_is(tmp_path):
    rows = victims_of("A1", 1, flag="no") + victims_of("A1", 2, flag="yes")
    _, review = persons(tmp_path, *rows, *victims_of("A2", 1, flag="yes"))
    table = review.records(None, YEAR).table
    assert table["is_domestic"].sum() == 2
    # V0 in two crimes, V1 in one: the row that names V0 of A1 a second time is no second crime.
    assert domestic.repeat_victims(review).rows["total"].iloc[0] == 2


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A1", "a1", "B 2", "B2", "none", "0"]),
            st.sampled_from(["20/06/2024", "21/06/2024", "20/06/2023"]),
        ),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_there_are_as_many_crimes_as_references_of_a_year(rows):
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"{ref},Robbery,{day},Dover" for ref, day in rows]
        head = "Crime Reference,Offence,Date Recorded,Local Authority"
        _, store = workspace(Path(folder), police_extract="\n".join([head, *lines]) + "\n")
        table = store.load("police_extract")
    assert len(table) == len(rows)
    named = {(r.lower().replace(" ", ""), d[-4:]) for r, d in rows if r not in ("none", "0")}
    assert table["is_crime"].sum() == len(named) + sum(r in ("none", "0") for r, _ in rows)


def test_cleaning_says_in_which_group_of_today_an_offence_counts(tmp_path):
    rows = (3, "Modern slavery", "20/06/2024", "Dover"), (2, "8N", "20/06/2024", "Dover")
    report, store = workspace(tmp_path, police_extract=extract(*rows))
    text = report.text()
    assert (
        "5 rows count in groups of today: 'modern slavery' in violence without injury (3)" in text
    )
    assert "'8n' in violence with injury (2)" in text
    assert store.problems().empty
