"""Published health indicators: from an export of the true layout to sentence and table."""

import shutil

import pytest

import cspanalysis
from cspanalysis.domain.periods import Period
from cspanalysis.findings import assault, substance

HEADER = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,"
    "Category Type,Category,Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,"
    "Lower CI 99.8 limit,Upper CI 99.8 limit,Count,Denominator,Value note,Recent Trend,"
    "Compared to England value or percentiles,Compared to Region value or percentiles,"
    "Time period Sortable,New data,Compared to goal\n"
)
OWN, ENGLAND = ("E07000115", "Tonbridge and Malling"), ("E92000001", "England")
SPECIFIC = "Admission episodes for alcohol-specific conditions"


def line(place, value, lower="", upper="", *, name=SPECIFIC, number=92906, period="2023/24",
         sex="Persons", age="All ages", category=("", ""), count="", of=""):  # fmt: skip
    code, area = place
    return (
        f"{number},{name},E92000001,England,{code},{area},District,{sex},{age},{category[0]},"
        f"{category[1]},{period},{value},{lower},{upper},,,{count},{of},,,,,20230000,,\n"
    )


@pytest.fixture
def review(tmp_path, project):
    def make(*lines, area="Tonbridge and Malling", period="2024-04/2025-03"):
        (tmp_path / "partnership.toml").write_text(
            f'[area]\nname = "{area}"\n[review]\nperiod = "{period}"\n', encoding="utf-8"
        )
        shutil.copytree(project / "data/raw/lookups", tmp_path / "data/raw/lookups")
        folder = tmp_path / "data/raw/fingertips"
        folder.mkdir()
        (folder / "indicators.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
        return cspanalysis.open(workspace=tmp_path)

    return make


@pytest.mark.parametrize(
    ("england", "verdict", "words"),
    [
        (626.3, "lower", "lower than in England (626.3)"),
        (450, "higher", "higher than in England (450.0)"),
        (545, "similar", "not clearly different from England (545.0)"),
    ],
)
def test_the_published_interval_against_englands_value(review, england, verdict, words):
    here = review(line(OWN, 540, 500.2, 582.1), line(ENGLAND, england, england - 2, england + 2))
    found = substance.alcohol_admissions_published(here)
    assert found.verdict == verdict and found.values["rate"] == 540
    assert found.sentence == (
        "Admission episodes for alcohol-specific conditions (all ages, 2023/24): 540.0 in "
        f"Tonbridge and Malling (95% interval 500.2 to 582.1), {words}."
    )
    assert found.period == "2023-04/2024-03" and found.table["rows"][0][5] == f"{england:g}"


def test_the_newest_year_by_the_end_of_the_period_of_all_persons_and_no_group(review):
    here = review(
        line(OWN, 500, 460, 540, period="2021/22"), line(ENGLAND, 600, period="2021/22"),
        line(OWN, 510, 470, 550), line(ENGLAND, 620),
        line(OWN, 530, 490, 570, period="2025/26"), line(ENGLAND, 640, period="2025/26"),
        line(OWN, 700, 650, 750, sex="Male"), line(ENGLAND, 800, sex="Male"),
        line(ENGLAND, 1, category=("Deprivation", "Most deprived")),
    )  # fmt: skip
    found = substance.alcohol_admissions_published(here)
    assert found.rows["rate"].tolist() == [510] and found.rows["england"].tolist() == [620]


def test_a_value_that_is_not_published_is_said_and_is_not_zero(review):
    young = "Alcohol-specific admissions - Under 18s"
    here = review(
        line(OWN, 540, 500, 582), line(ENGLAND, 626),
        line(OWN, "", name=young, number=92904, age="<18 yrs", period="2021/22 - 23/24"),
        line(ENGLAND, 22, name=young, number=92904, age="<18 yrs", period="2021/22 - 23/24"),
    )  # fmt: skip
    found = substance.alcohol_admissions_published(here)
    assert found.sentence.endswith(
        "For one indicator no value of Tonbridge and Malling is published."
    )
    assert found.rows["rate"].isna().sum() == 1


def test_without_limits_there_is_no_verdict(review):
    found = substance.alcohol_admissions_published(review(line(OWN, 540), line(ENGLAND, 626)))
    assert found.verdict == "none"
    assert found.sentence.endswith("published without an interval; 626.0 in England.")


@pytest.mark.parametrize(
    ("count", "of", "said"),
    [
        (72, 13_400, "540.0 per 100,000 in Tonbridge and Malling"),
        (720, 13_400, "540.0 per 10,000 in Tonbridge and Malling"),
        # Neither of a hundred thousand nor of ten thousand: the publisher's definition says it.
        (230, 13_400, "540.0 in Tonbridge and Malling"),
    ],
)
def test_what_a_value_is_per_is_worked_out_from_count_and_denominator(review, count, of, said):
    found = substance.alcohol_admissions_published(
        review(line(OWN, 540, 500, 582, count=count, of=of), line(ENGLAND, 626))
    )
    assert f": {said} (95% interval" in found.sentence
    heads = [c["label"] for c in found.table["columns"]]
    assert ("Per" in heads) == (" per " in said)


def test_what_lacks_in_profiles_that_are_there_is_named(review):
    here = review(line(ENGLAND, 626), line(OWN, 50, 40, 60, name="Hip fractures", number=1))
    found = substance.alcohol_admissions_published(here)
    # The profiles are there: they would not supply what they lack.
    assert found.status == "not_available" and "no indicator on alcohol" in found.sentence
    assert assault.assault_admissions_published(here).status == "not_available"


def test_a_partnership_of_several_districts_has_no_value_of_its_own(review):
    here = review(line(ENGLAND, 626), area="Dartford and Gravesham")
    found = substance.alcohol_admissions_published(here)
    assert found.status == "not_available" and "this area has several" in found.sentence


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023", "2023-01/2023-12"),
        ("2023/24", "2023-04/2024-03"),
        ("2021/22 - 23/24", "2021-04/2024-03"),
        ("2019 - 21", "2019-01/2021-12"),
        ("2019 – 2021", "2019-01/2021-12"),
        ("2021 - 19", None),
        ("Q1 2023", None),
        ("", None),
    ],
)
def test_years_as_fingertips_writes_them(text, iso):
    found = Period.of_years(text)
    assert found == (Period.parse(iso) if iso else None)


def test_groups_never_stand_for_everybody(review):
    sex = [line(place, 700, 650, 750, sex=sex) for sex in ("Male", "Female")
           for place in (OWN, ENGLAND)]  # fmt: skip
    group = line(OWN, 9, 8, 10, category=("Ethnic groups", "White"))
    found = substance.alcohol_admissions_published(review(*sex, group))
    assert found.status == "not_available"
    assert "only values of one sex or of groups" in found.sentence


def test_values_that_differ_by_a_column_nobody_knows_are_no_value_of_all(review):
    rows = [line(OWN, 540, 500, 582), line(OWN, 90, 80, 99), line(ENGLAND, 626)]
    assert substance.alcohol_admissions_published(review(*rows)).status == "not_available"
