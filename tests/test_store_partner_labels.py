"""Labels of partners' files: what they mean, what they bring together, and what nobody knows."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cspanalysis
from cspanalysis.domain import diagnoses
from cspanalysis.domain.errors import DataRefused
from cspanalysis.findings import (
    environment,
    fire_and_rescue,
    perceptions,
    substance,
    young_people,
    youth,
)
from cspanalysis.sources.fires import BURNED, INCIDENTS
from cspanalysis.sources.word_rules import told
from cspanalysis.sources.youth_offending import TOPICS
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store


def workspace(root, files, settings="", name="Dover", period="2024-04/2025-03"):
    root.mkdir(exist_ok=True)
    (root / "partnership.toml").write_text(
        f'[area]\nname = "{name}"\n[review]\nperiod = "{period}"\n{settings}'
    )
    for path, text in files.items():
        path = root / "data" / "raw" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def opened(root, files, settings="", **kwargs):
    return cspanalysis.open(workspace=workspace(root, files, settings, **kwargs))


def kind(text, words):
    found = pl.DataFrame({"text": [text]}).select(told("text", words)).item()
    return found and found.removesuffix(" by name")


# ---------------------------------------------------------------- fires


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Primary Fire", "fire"), ("Fire – Secondary", "fire"), ("FDR1", "fire"),
        ("FDR 3", "fire"), ("Chimney", "fire"), ("Late Call", "fire"), ("Fire", "fire"),
        ("False Alarm", "false alarm"), ("AFA", "false alarm"),
        ("Fire alarm - good intent", "false alarm"), ("False alarm of fire", "false alarm"),
        ("Special Service", "special service"), ("SSC", "special service"),
        ("Special service: fire standby", "special service"), ("RTC", "special service"),
        ("Effecting entry", "special service"), ("Flood call attendance", "special service"),
        ("Non-domestic", None), ("Category 7", None),
    ],
)  # fmt: skip
def test_what_an_incident_was_is_told_by_its_words(label, expected):
    assert kind(label, INCIDENTS) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Dwelling - semi-detached house", "dwelling"), ("Non-domestic building", "other building"),
        ("Public house", "other building"), ("Wheelie bin", "refuse"), ("Car", "road vehicle"),
        ("Car park", "other building"), ("Grassland, woodland and crops", "grass or trees"),
        ("Street furniture", None),
    ],
)  # fmt: skip
def test_what_burned_is_told_by_its_words(label, expected):
    assert kind(label, BURNED) == expected


HEADER = "Incident Number,Date of Call,Local Authority,Incident Group,Motive,Property\n"


def incidents(*groups):
    """Rows of one type each: label, number in each month of 2023, number in each of 2024."""
    rows, number = [], 0
    for label, *numbers in groups:
        for year, a_month in zip((2023, 2024), numbers, strict=True):
            for month in range(1, 13):
                for _ in range(a_month):
                    number += 1
                    day = f"{number % 28 + 1:02d}/{month:02d}/{year}"
                    rows.append(f"{number:06d},{day},Dover,{label},Deliberate - own,Rubbish\n")
    return HEADER + "".join(rows)


def test_false_alarms_and_special_services_are_set_apart_with_their_numbers(tmp_path):
    text = incidents(("Fire", 4, 4), ("False Alarm", 1, 9), ("Special Service", 1, 6))
    review = opened(tmp_path, {"fires/all.csv": text}, period="2024-01/2024-12")
    found = fire_and_rescue.change(review)
    assert (found.values["count"], found.values["compare_count"]) == (48, 48)
    note = " ".join(found.notes)
    assert "108 false alarms and 72 special services of the 228 incidents" in note
    counts = Store(tmp_path / "data/processed").problem_counts()
    assert counts.groupby("action")["count"].sum().to_dict() == {"noted": 120 + 84}
    kinds = fire_and_rescue.type_changes(review)
    assert kinds.rows.set_index("kind")["count"].to_dict() == {
        "deliberate fires of refuse": 48, "other fires": 0,
    }  # fmt: skip
    assert "names no dwelling, grass or trees and road vehicle" in " ".join(kinds.notes)


def test_an_unknown_type_counts_and_is_named(tmp_path):
    text = incidents(("Fire", 3, 3), ("Category 7", 1, 2))
    review = opened(tmp_path, {"fires/all.csv": text}, period="2024-01/2024-12")
    found = fire_and_rescue.change(review)
    assert found.values["count"] == 60
    assert "'category 7' (24)" in " ".join(found.notes)
    problems = Store(tmp_path / "data/processed").problems()
    assert (problems["found"] == "category 7").sum() == 36


def test_a_row_for_each_appliance_is_one_fire(tmp_path):
    lines = incidents(("Fire", 4, 4)).splitlines(keepends=True)
    text = lines[0] + "".join(line * 3 for line in lines[1:])
    review = opened(tmp_path, {"fires/all.csv": text}, period="2024-01/2024-12")
    assert fire_and_rescue.change(review).values["count"] == 48
    problems = Store(tmp_path / "data/processed").problem_counts()
    assert problems["count"].sum() == 2 * 96


# ---------------------------------------------------------------- diagnoses


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("F10.2", "F10.2"), ("f102", "F10.2"), ("F10.20", "F10.2"), ("F10.-", "F10"),
        ("F10 – disorders due to alcohol", "F10"), ("Toxic effect (T51)", "T51"),
        ("X85 to Y09", "X85-Y09"), ("x85–y09", "X85-Y09"), ("F10.0-F10.9", "F10"),
        ("T51.0; T519", "T51.0, T51.9"), ("alcohol", "alcohol"), ("COVID19", "COVID19"),
    ],
)  # fmt: skip
def test_codes_are_written_in_one_way(text, label):
    assert diagnoses.label(text) == label


CODES = st.builds("{}{:02d}.{}".format, st.sampled_from("FTXY"), st.integers(0, 99),
                  st.integers(0, 9))  # fmt: skip


@given(CODES)
def test_a_code_lies_beneath_its_three_digits_however_it_is_written(code):
    stem = code[:3]
    for written in (code, code.lower(), code.replace(".", "")):
        assert diagnoses.is_within(written, stem)
        assert not diagnoses.is_within(stem, written)
        assert diagnoses.is_within(written, "X85-Y09") == ("X85" <= stem <= "Y09")
    assert diagnoses.touches(f"A00-{stem}", stem) and not diagnoses.is_within(f"A00-{stem}", stem)


ADMISSIONS = "Financial year,ICD10,Sex,Age group,Admissions,Local authority\n"


def admissions(*rows, years=("2023/24", "2024/25")):
    """Rows of code, count and, where they differ, sex, age band and district."""
    usual = ("male", "10-19", "Dover")
    lines = []
    for year in years:
        for code, count, *rest in rows:
            sex, age, district = (*rest, *usual[len(rest) :])
            lines.append(f"{year},{code},{sex},{age},{count},{district}\n")
    return ADMISSIONS + "".join(lines)


def years(found):
    return found.rows.set_index("year")["count"].to_dict()


def test_codes_beneath_a_cause_are_added_up_and_named(tmp_path):
    text = admissions(("F10.0", 30), ("F102", 20), ("f10.9 - unspecified", 10), ("K70.3", 99))
    found = substance.alcohol_disorders_trend(opened(tmp_path, {"hospital_extract/a.csv": text}))
    assert years(found) == {"2023/24": 60, "2024/25": 60}
    assert "F10.0, F10.2 and F10.9" in " ".join(found.notes)


def test_a_code_beside_its_parts_is_their_total(tmp_path):
    text = admissions(("F10", 50), ("F10.0", 30), ("F10.2", 20))
    found = substance.alcohol_disorders_trend(opened(tmp_path, {"hospital_extract/a.csv": text}))
    assert years(found)["2024/25"] == 50
    assert "parts of F10 and not added: F10.0 and F10.2" in " ".join(found.notes)


def test_a_code_that_counts_fewer_than_its_parts_is_one_of_them(tmp_path):
    text = admissions(("F10", 5), ("F10.0", 30))
    found = substance.alcohol_disorders_trend(opened(tmp_path, {"hospital_extract/a.csv": text}))
    assert years(found)["2024/25"] == 35


def test_a_total_of_one_code_is_not_the_total_of_all(tmp_path):
    text = admissions(("F10.0", 30), ("F10.0", 30, "persons", "all ages"), ("F10.2", 20))
    found = substance.alcohol_disorders_trend(opened(tmp_path, {"hospital_extract/a.csv": text}))
    assert years(found)["2024/25"] == 50


def test_codes_that_are_not_understood_are_named(tmp_path):
    text = admissions(("Alcohol", 30), ("F10-F19", 20))
    review = opened(tmp_path, {"hospital_extract/a.csv": text})
    none = substance.alcohol_admissions_trend(review)
    assert none.status == "not_available" and "Alcohol and F10-F19" in none.sentence
    more = substance.alcohol_disorders_trend(review)
    assert more.status == "not_available" and "F10-F19, which takes in more" in more.sentence
    problems = Store(tmp_path / "data/processed").problems()
    assert set(problems.loc[problems["column"] == "cause", "found"]) == {"Alcohol"}


def test_a_sex_nobody_knows_stays_in_the_total(tmp_path):
    text = admissions(("T51", 30), ("T51", 10, "Indeterminate"))
    found = substance.alcohol_admissions_trend(opened(tmp_path, {"hospital_extract/a.csv": text}))
    assert years(found)["2024/25"] == 40
    assert "not known count in totals only" in " ".join(found.notes)


def test_districts_of_one_partnership_are_added_up(tmp_path):
    text = admissions(("T51", 30), ("T51", 25, "male", "10-19", "Thanet"))
    review = east_kent(tmp_path, {"hospital_extract/a.csv": text})
    found = substance.alcohol_admissions_trend(review)
    assert years(found)["2024/25"] == 55


# ---------------------------------------------------------------- values brought together

BOTH = '[sources.hospital_extract.values.cause]\n"F10.0" = "F10"\n"F10.2" = "F10"\n'


@pytest.mark.parametrize("counts", [(30, 20), (20, 20)])
def test_rows_that_the_settings_make_alike_are_added_up(tmp_path, counts):
    text = admissions(*zip(("F10.0", "F10.2"), counts, strict=True))
    review = opened(tmp_path, {"hospital_extract/a.csv": text}, BOTH)
    assert years(substance.alcohol_disorders_trend(review))["2024/25"] == sum(counts)
    problems = Store(tmp_path / "data/processed").problems()
    assert "'f10.0' and 'f10.2'" in set(problems["found"])
    assert not (problems["action"] == "set aside").any()


def mapped(source, column, **values):
    return {"sources": {source: {"values": {column: values}}}}


ALCOHOL = mapped("hospital_extract", "cause", **{"F10.0": "F10", "F10.2": "F10"})


def test_a_hidden_part_hides_the_sum(tmp_path):
    text = admissions(("F10.0", 30), ("F10.2", "*"))
    clean_run.clean(workspace(tmp_path, {"hospital_extract/a.csv": text}), ALCOHOL)
    table = Store(tmp_path / "data/processed").load("hospital_extract")
    assert table["status"].tolist() == ["suppressed"] * 2 and table["count"].isna().all()


def test_the_account_holds_for_rows_added_up(tmp_path):
    text = admissions(("F10.0", 30), ("F10.2", 20))
    report = clean_run.clean(workspace(tmp_path, {"hospital_extract/a.csv": text}), ALCOHOL)
    assert report.account[["rows_read", "rows_kept", "rows_set_aside"]].iloc[0].tolist() == [
        4,
        4,
        0,
    ]


def test_a_code_and_what_is_mapped_to_it_may_be_total_and_parts(tmp_path):
    text = admissions(("F10", 50), ("F10.0", 30))
    root = workspace(tmp_path, {"hospital_extract/a.csv": text})
    with pytest.raises(DataRefused, match=r"'f10' and 'f10.0'.*total of the others"):
        clean_run.clean(root, ALCOHOL)


YOUTH = "Financial year,Local authority,Category,Number\n"
SCHOOLS = "Year,District,Cluster,Exclusion type,Exclusions,Children,Roll\n"
PEERS = "group,area,is_own,offence,period,count,population\n"
SURVEY = "Survey,Year,District,Question,Answer,%,Unweighted base\n"


@pytest.mark.parametrize(
    ("path", "text", "settings"),
    [
        (
            "youth_offending/a.csv",
            YOUTH + "2024/25,Dover,Burglary,12\n2024/25,Dover,Theft,30\n",
            mapped("youth_offending", "measure", Burglary="stealing", Theft="stealing"),
        ),
        (
            "school_exclusions/a.csv",
            SCHOOLS + "2024/25,Dover,East,Perm,4,4,900\n2024/25,Dover,East,Managed,3,3,900\n",
            mapped("school_exclusions", "kind", Managed="permanent", Perm="permanent"),
        ),
        (
            "surveys/a.csv",
            SURVEY + "Panel,2024,Dover,Safe?,Very,20,600\nPanel,2024,Dover,Safe?,Fairly,40,600\n",
            mapped("surveys", "response", Very="yes", Fairly="yes"),
        ),
        (
            "peer_counts/a.csv",
            PEERS + "msg,Dover,yes,a,2024-04,5,900\nmsg,Dover,yes,b,2024-04,6,900\n",
            mapped("peer_counts", "offence", a="burglary", b="burglary"),
        ),
    ],
)
def test_what_cannot_be_added_up_is_refused(tmp_path, path, text, settings):
    root = workspace(tmp_path, {path: text})
    with pytest.raises(DataRefused, match=r"partnership\.toml brings .* together .*added up"):
        clean_run.clean(root, settings)


def test_two_files_of_labels_brought_together_are_refused(tmp_path):
    files = {
        "hospital_extract/a.csv": admissions(("F10.0", 30)),
        "hospital_extract/b.csv": admissions(("F10.2", 20)),
    }
    with pytest.raises(DataRefused, match=r"'f10\.0' of this file and 'f10\.2' of .*b\.csv"):
        clean_run.clean(workspace(tmp_path, files), ALCOHOL)


def test_a_newer_file_of_the_same_labels_still_replaces_the_older(tmp_path):
    files = {
        "hospital_extract/a.csv": admissions(("F10.0", 30), ("F10.2", 20)),
        "hospital_extract/b.csv": admissions(("F10.0", 31)),
    }
    clean_run.clean(workspace(tmp_path, files), ALCOHOL)
    assert Store(tmp_path / "data/processed").load("hospital_extract")["count"].tolist() == [31, 31]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Permanent exclusions", "permanent"), ("PEX", "permanent"),
        ("Suspensions", "fixed term"), ("Fixed Period Exclusion", "fixed term"),
        ("Managed move", "managed move"),
    ],
)  # fmt: skip
def test_kinds_of_exclusion_are_told_by_their_words_and_none_vanishes(tmp_path, label, kind):
    text = SCHOOLS + f"2024/25,Dover,East,{label},12,9,900\n"
    clean_run.clean(workspace(tmp_path, {"school_exclusions/a.csv": text}), {})
    store = Store(tmp_path / "data/processed")
    assert store.load("school_exclusions")["kind"].tolist() == [kind]
    assert ("kind" in set(store.problems()["column"])) == (kind == "managed move")


@pytest.mark.parametrize("label", ["All clusters", "All schools", "All", "District total"])
def test_a_row_of_all_clusters_is_none_of_them(tmp_path, label):
    rows = f"2024/25,Dover,East,Permanent,12,9,900\n2024/25,Dover,{label},Permanent,12,9,900\n"
    clean_run.clean(workspace(tmp_path, {"school_exclusions/a.csv": SCHOOLS + rows}), {})
    store = Store(tmp_path / "data/processed")
    assert store.load("school_exclusions")["cluster"].tolist() == ["East"]
    assert set(store.problems()["reason"]) == {"a total of other rows"}


@pytest.mark.parametrize(("blank", "counts"), [(20, [12, 8]), (3, [12, 8, 3])])
def test_a_row_without_a_cluster_is_their_total_if_it_counts_as_many(tmp_path, blank, counts):
    rows = "".join(
        f"2024/25,Dover,{cluster},Permanent,{n},,900\n"
        for cluster, n in (("East", 12), ("West", 8), ("", blank))
    )
    clean_run.clean(workspace(tmp_path, {"school_exclusions/a.csv": SCHOOLS + rows}), {})
    store = Store(tmp_path / "data/processed")
    assert store.load("school_exclusions")["count"].tolist() == counts
    aside = store.problems().query("reason == 'a total of other rows'")
    assert len(aside) == 3 - len(counts)


def test_figures_of_the_council_are_added_up(tmp_path):
    text = "District,Month,Indicator,Unit,Value\n"
    text += "Dover,2024-04,small tips,incidents,7\nDover,2024-04,large tips,incidents,5\n"
    settings = mapped("environmental", "indicator",
                      **{"small tips": "fly-tipping", "large tips": "fly-tipping"})  # fmt: skip
    clean_run.clean(workspace(tmp_path, {"environmental/a.csv": text}), settings)
    assert Store(tmp_path / "data/processed").load("environmental")["value"].tolist() == [12]


def test_rows_that_an_unread_column_tells_apart_are_refused(tmp_path):
    text = ADMISSIONS.strip() + ",Provider\n"
    text += "2024/25,T51,male,10-19,30,Dover,East Kent\n2024/25,T51,male,10-19,9,Dover,Medway\n"
    root = workspace(tmp_path, {"hospital_extract/a.csv": text})
    with pytest.raises(DataRefused, match=r"rows 2, 3 .*'Provider', which is not read"):
        clean_run.clean(root, {})


@pytest.mark.parametrize("counts", [(9, 9), ("*", "*")])
def test_equal_figures_of_two_providers_are_no_repeats(tmp_path, counts):
    text = ADMISSIONS.strip() + ",Provider\n"
    text += "".join(
        f"2024/25,T51,male,10-19,{n},Dover,{provider}\n"
        for n, provider in zip(counts, ("East Kent", "Medway"), strict=True)
    )
    root = workspace(tmp_path, {"hospital_extract/a.csv": text})
    with pytest.raises(DataRefused, match=r"rows 2, 3 .*'Provider', which is not read"):
        clean_run.clean(root, {})


@pytest.mark.parametrize("states", [("Provisional", "Final"), ("draft", "")])
def test_equal_figures_of_two_editions_are_one(tmp_path, states):
    text = ADMISSIONS.strip() + ",State\n"
    text += "".join(f"2024/25,T51,male,10-19,9,Dover,{state}\n" for state in states)
    clean_run.clean(workspace(tmp_path, {"hospital_extract/a.csv": text}), {})
    assert Store(tmp_path / "data/processed").load("hospital_extract")["count"].tolist() == [9]


def test_months_that_are_all_hidden_are_no_repeats_of_one(tmp_path):
    text = ADMISSIONS.strip() + ",Month\n"
    for sex in ("male", "female", "persons"):
        text += "".join(f"2024/25,T51,{sex},10-19,*,Dover,{m}\n" for m in ("April", "May", "June"))
    root = workspace(tmp_path, {"hospital_extract/a.csv": text})
    with pytest.raises(DataRefused, match=r"several figures .*'Month', which is not read"):
        clean_run.clean(root, {})


def test_months_in_an_unread_column_are_no_corrections(tmp_path):
    text = ADMISSIONS.strip() + ",Month\n"
    for sex, base in (("male", 5), ("female", 7), ("persons", 12)):
        for month in range(1, 4):
            text += f"2024/25,T51,{sex},10-19,{base * month},Dover,{month}\n"
    root = workspace(tmp_path, {"hospital_extract/a.csv": text})
    with pytest.raises(DataRefused, match="'Month', which is not read"):
        clean_run.clean(root, {})


def test_a_correction_lower_down_is_still_one(tmp_path):
    text = ADMISSIONS.strip() + ",Rate,Remarks\n"
    text += "2024/25,T51,male,10-19,30,Dover,2.5,first\n2024/25,T51,male,10-19,31,Dover,2.6,new\n"
    clean_run.clean(workspace(tmp_path, {"hospital_extract/a.csv": text}), {})
    assert Store(tmp_path / "data/processed").load("hospital_extract")["count"].tolist() == [31]


# ---------------------------------------------------------------- youth justice


@pytest.mark.parametrize(
    ("label", "topic"),
    [
        ("First time entrants to the youth justice system", "first-time entrants"),
        ("FTEs aged 10-17", "first-time entrants"),
        ("FTE rate per 100,000", "rates"),
        ("Referrals to the Youth Justice Service", "referrals"),
        ("Young people referred", "referrals"), ("Referral orders", "outcomes"),
        ("Re-offending within 12 months", "reoffending"), ("Custodial sentences", "outcomes"),
        ("Proven offences", "all offences"), ("All offences", "all offences"),
        ("Drug offences", "offences"), ("Public order", "offences"),
        ("Breach of statutory order", "offences"), ("Violence against the person", "offences"),
        ("Looked-after children", None),
    ],
)  # fmt: skip
def test_what_a_youth_figure_counts_is_told_by_its_words(label, topic):
    assert kind(label, TOPICS) == topic


def figures(**by_label):
    """Three years of each measure."""
    rows = [
        f"{year},Dover,{label.replace('_', ' ')},{count}\n"
        for label, counts in by_label.items()
        for year, count in zip(("2022/23", "2023/24", "2024/25"), counts, strict=True)
    ]
    return YOUTH + "".join(rows)


def test_entrants_are_a_finding_of_their_own_and_no_offence(tmp_path):
    text = figures(First_time_entrants=(40, 44, 36), Violence=(20, 22, 25), NEET=(7, 8, 9))
    review = opened(tmp_path, {"youth_offending/a.csv": text})
    found = youth.entrants_years(review)
    assert years(found) == {"2022/23": 40, "2023/24": 44, "2024/25": 36}
    assert "first time entrants" in found.sentence and "36" in found.sentence
    assert youth.entrants_change(review).values["count"] == 36
    kinds = youth.offending_by_kind(review)
    assert kinds.rows["kind"].tolist() == ["Violence"] and "'NEET'" in " ".join(kinds.notes)
    referred = youth.offending_years(review)
    assert referred.status == "not_available" and "fewer than two years" not in referred.sentence
    assert "First time entrants" in referred.sentence and "no referrals" in referred.sentence


def test_referrals_under_other_words_are_referrals(tmp_path):
    text = figures(Referrals_to_the_YJS=(180, 175, 160))
    review = opened(tmp_path, {"youth_offending/a.csv": text})
    assert years(youth.offending_years(review))["2024/25"] == 160
    assert "'Referrals to the YJS'" in youth.offending_change(review).sentence


def test_two_kinds_of_referral_are_not_chosen_from(tmp_path):
    text = figures(Referrals_by_police=(80, 75, 60), Referrals_by_schools=(8, 7, 6))
    found = youth.offending_years(opened(tmp_path, {"youth_offending/a.csv": text}))
    assert found.status == "not_available" and "in several ways" in found.sentence


# ---------------------------------------------------------------- surveys


def answers(text):
    shares = {"Very safe": (22, 20), "Fairly safe": (40, 40), "Very unsafe": (13, 12)}
    return text + "".join(
        f"Panel,{year},Dover,How safe do you feel after dark?,{answer},{share},640\n"
        for answer, both in shares.items()
        for year, share in zip((2023, 2024), both, strict=True)
    )


def test_question_and_answer_stand_together(tmp_path):
    review = opened(tmp_path, {"surveys/a.csv": answers(SURVEY)})
    found = perceptions.safety(review)
    assert "12 per cent answered 'Very unsafe' to 'How safe do you feel after dark?'" in (
        found.sentence
    )
    assert "How safe do you feel after dark?: Very unsafe" in set(found.rows["question"])
    assert perceptions.problems(review).status == "not_available"
    assert len(perceptions.changes(review).rows) == 3


def test_a_survey_without_answers_is_set_beside_its_average(tmp_path):
    text = SURVEY.replace("Answer,", "")
    text += "Panel,2024,Dover,feels safe,60,640\nPanel,2024,Kent average,feels safe,70,6400\n"
    found = perceptions.average(opened(tmp_path, {"surveys/a.csv": text}))
    assert found.rows["compare_share"].tolist() == [0.7]


def east_kent(root, files):
    workspace(root, files)
    (root / "partnership.toml").write_text(
        '[area]\nname = "East Kent"\ncode = "X1"\ndistricts = ["Dover", "Thanet"]\n'
        '[review]\nperiod = "2024-04/2025-03"\n'
    )
    return cspanalysis.open(workspace=root)


def test_answers_of_an_area_and_its_districts_are_not_mixed(tmp_path):
    row = "Panel,{},{},feels safe,yes,{},640\n"
    text = SURVEY + row.format(2023, "East Kent", 50) + row.format(2024, "East Kent", 60)
    text += row.format(2024, "Dover", 90)
    found = perceptions.changes(east_kent(tmp_path / "a", {"surveys/a.csv": text}))
    assert found.rows[["compare_share", "share"]].to_numpy().tolist() == [[0.5, 0.6]]
    text = SURVEY + row.format(2024, "Dover", 90) + row.format(2024, "Thanet", 30)
    found = perceptions.safety(east_kent(tmp_path / "b", {"surveys/a.csv": text}))
    assert found.status == "not_available"
    assert "Dover and Thanet, and shares of districts cannot be added up" in found.sentence


def test_exclusions_without_the_roll_are_compared_as_counts(tmp_path):
    text = "".join(
        f"{year},Dover,East,{kind},{count}\n"
        for kind in ("Permanent", "Suspension")
        for year, count in (("2022/23", 20), ("2023/24", 60))
    )
    text = "Year,District,Cluster,Exclusion type,Exclusions\n" + text
    found = young_people.exclusions_change(opened(tmp_path, {"school_exclusions/a.csv": text}))
    assert found.verdict == "up" and "per 100 pupils" not in found.sentence


def test_a_year_that_one_district_lacks_is_no_sum(tmp_path):
    row = "{},{},East,Permanent,{}\n"
    text = "Year,District,Cluster,Exclusion type,Exclusions\n" + row.format("2022/23", "Dover", 20)
    for year in ("2023/24", "2024/25"):
        text += row.format(year, "Dover", 20) + row.format(year, "Thanet", 30)
    review = east_kent(tmp_path, {"school_exclusions/a.csv": text})
    found = young_people.exclusions_change(review, kinds=["permanent"])
    assert found.rows[["school_year", "count"]].to_numpy().tolist() == [
        ["2023/24", 50], ["2024/25", 50],
    ]  # fmt: skip


def test_council_figures_under_other_words_are_named(tmp_path):
    row = "Dover,{}-{:02d},{},reports,{}\n"
    text = "District,Month,Indicator,Unit,Value\n"
    text += "".join(row.format(2024, month, "bags of litter", 5) for month in range(1, 13))
    review = opened(tmp_path, {"environmental/a.csv": text})
    assert "it holds 'bags of litter'" in environment.environment_changes(review).sentence


def test_answers_without_a_column_of_answers_are_refused_with_the_wording(tmp_path):
    text = answers(SURVEY.replace("Answer,", "Number,"))
    text = text.replace("Very safe", "1").replace("Fairly safe", "2").replace("Very unsafe", "3")
    root = workspace(tmp_path, {"surveys/a.csv": text})
    with pytest.raises(DataRefused, match=r"column 'Answer'.*phrase that holds its answer"):
        clean_run.clean(root, {})
