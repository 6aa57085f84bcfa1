"""The area: residents, ages, density, deprivation, and what rates per resident mean."""

from dataclasses import replace

import pandas as pd
import pytest
from test_findings_outcomes import HEADER, Files

import cspanalysis
from cspanalysis.cli import main
from cspanalysis.domain import areas, reference
from cspanalysis.domain.areas import Area
from cspanalysis.domain.periods import Period
from cspanalysis.findings import area, area_deprivation, area_wording
from cspanalysis.findings.shapes.rankings import merged_notes

#: Small areas of the Tonbridge and Malling of today.
LSOAS = ["E01024717", "E01024718", "E01024719", "E01024720"]


def estimates(name="Tonbridge and Malling", code="E07000115", young=20, year=2022):
    ages = [(age, young if age < 16 else 10) for age in range(91)]
    return [
        f"{code},{name},{year},{sex},{age},{n}" for sex in ("female", "male") for age, n in ages
    ]


def opened(root, files, csp="Tonbridge and Malling", period="2022-04/2023-03"):
    assert main(["init", str(root), "--csp", csp]) == 0
    for name, lines in files.items():
        path = root / "data/raw" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
    assert main(["clean", "--workspace", str(root)]) == 0
    return cspanalysis.open(None, period, workspace=root)


HEAD = "area_code,area,year,sex,age,population"
YEARS = [
    "area_code,area,2012,2013,2022,2025",
    "E07000115,Tonbridge and Malling,2000,2010,2140,9999",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    street = Files()
    for month in Period.parse("2022-04/2023-03").month_list():
        street.add(9, month, "")
    lines = [line for _, line in street]
    # One small area has most of the crimes, with a quarter of the residents.
    others = [line.replace(LSOAS[0], code).rstrip() for code in LSOAS[1:] for line in lines[:5]]
    head = "LSOA code (2021),Index of Multiple Deprivation (IMD) Decile"
    deciles = [f"{c},{d}" for c, d in zip(LSOAS, (1, 2, 5, 10), strict=True)]
    people = [f"{code},x,2021,500" for code in LSOAS]
    street_file = [HEADER.strip(), *(line.rstrip() for line in lines), *others]
    files = {
        "population/ages.csv": [HEAD, *estimates()],
        "population/years.csv": YEARS,
        "population/lsoas.csv": ["LSOA21CD,LSOA21NM,year,all ages", *people],
        "deprivation/imd2025.csv": [head, *deciles],
        "police_uk/2022-04-kent-street.csv": street_file,
    }
    return opened(tmp_path_factory.mktemp("area") / "ws", files)


def test_the_fixtures_small_areas_are_the_districts():
    assert {areas.district_of(code)[1] for code in LSOAS} == {"Tonbridge and Malling"}


def test_residents_are_of_the_periods_year_and_its_ten_years_before(made):
    found = area.population(made)
    assert found.rows["year"].tolist() == [2012, 2013, 2022]
    assert found.values == {"population": 2140}
    assert found.sentence == (
        "2,140 people lived in Tonbridge and Malling in mid-2022, 140 (7.0 per cent) more than in "
        "mid-2012."
    )
    assert "no interval" in found.definition


def test_estimates_made_before_a_census_are_no_series_with_those_after_it(tmp_path):
    """Mid-2020 of the edition of 2021 beside mid-2022: the Census of 2021 lies between."""
    head = "area_code,area,2020"
    old = [head, "E07000115,Tonbridge and Malling,2100"]
    files = {"population/ages.csv": [HEAD, *estimates()], "population/mid2020.csv": old}
    found = area.population(opened(tmp_path / "ws", files))
    assert found.sentence == "2,140 people lived in Tonbridge and Malling in mid-2022."
    assert any("mid-2020 are held, too, but were made before" in note for note in found.notes)


def test_an_area_of_several_districts_says_which():
    parts = Area("West Kent", districts=("Sevenoaks", "Tonbridge and Malling"))
    said = merged_notes(parts)
    assert said == ["West Kent is two districts together: Sevenoaks and Tonbridge and Malling."]
    named = replace(parts, name="Dartford and Gravesham", districts=("Dartford", "Gravesham"))
    assert merged_notes(named) == merged_notes(replace(parts, districts=("Sevenoaks",))) == []


def test_ages_are_shares_of_all_and_stand_alone_without_the_country(made):
    found = area.ages(made)
    rows = found.rows.set_index("age")
    assert rows["count"].tolist() == [640, 180, 400, 400, 520]
    assert rows["count"].sum() == rows["total"].iloc[0] == 2140
    assert "29.9 per cent were under 16," in found.sentence and "Wales" not in found.sentence


def test_the_country_stands_beside_where_all_districts_are_there(tmp_path):
    register = areas.register()
    lines = [HEAD]
    for name, code in zip(register["district"], register["district_code"], strict=True):
        quoted = f'"{name}"' if "," in name else name
        own = name == "Tonbridge and Malling"
        lines += estimates(quoted, code, young=20 if own else 10)
    found = area.ages(opened(tmp_path / "ws", {"population/ages.csv": lines}))
    assert found.rows["compare_share"].iloc[0] == pytest.approx(16 / 91, abs=0.001)
    assert "(England and Wales 17.6 per cent)" in found.sentence


def test_density_and_class(made):
    row = area.density(made).rows.iloc[0]
    assert row["per_hectare"] == pytest.approx(2140 / 24012)
    assert row["rural_urban"] == "intermediate rural, nearer to a major town or city"


def test_deprivation_counts_small_areas_by_fifth(made):
    found = area_deprivation.by_fifth(made)
    assert found.rows["count"].tolist() == [2, 0, 1, 0, 1]
    assert found.sentence == (
        "Of four small areas, two are among the most deprived fifth of England (one among the most "
        "deprived tenth), and one among the least deprived fifth (IMD 2025)."
    )


def test_small_areas_of_an_earlier_census_are_named_beside_those_of_today(tmp_path):
    """WIMD 2019 ranks 214 of Cardiff where the lookups hold 218: one here that was cut in two."""
    head = "LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM"
    today = [f"{code},Cardiff x,W05001290,Butetown,W06000015,Cardiff"
             for code in ("W01001710", "W01002022", "W01002023")]  # fmt: skip
    files = {
        "deprivation/wimd.csv": ["lsoa11_code,IMD_decile", "W01001709,1", "W01001710,10"],
        "lookups/lookup_lsoa21_ward24_ltla24.csv": [head, *today],
    }
    ours = opened(tmp_path / "ws", files, csp="Cardiff")
    assert area_deprivation.by_fifth(ours).sentence.startswith(
        "Of two small areas as drawn in 2011 (three since 2021), one is among"
    )


def test_busy_small_areas_are_told_beside_their_residents(made):
    row = area.denominators(made).rows.iloc[0]
    assert (row["small_areas"], row["busy_areas"]) == (4, 1)
    assert row["busy_residents_share"] == 0.25
    assert row["busy_crimes_share"] == pytest.approx(108 / 123)


def test_where_few_live_and_many_work_a_rate_says_little():
    table = pd.DataFrame(
        {"area": ["City of London"], "population": 8331, "is_few": True,
         "workday": "56 times as many people as live there"}
    )  # fmt: skip
    said = area_wording.denominators_told(table, when="mid-2020").text
    assert "held 56 times as many people" in said and "says little about the risk" in said


def test_without_estimates_it_says_who_would_supply_them(tmp_path):
    found = area.population(opened(tmp_path / "ws", {}, period="2022-04/2023-03"))
    assert found.status == "not_available" and "population" in found.sentence.lower()


def test_working_day_populations_are_of_districts_of_today():
    register = areas.register()
    known = dict(zip(register["district_code"], register["district"], strict=True))
    for row in reference.rows("workday"):
        assert known[row["district_code"]] == row["district"]
