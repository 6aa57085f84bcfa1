"""Districts that are unlike the usual one, recounted from the street files by plain pandas.

The City of London, a Welsh city, a district of Avon and Somerset and three districts as one area.
"""

import shutil
import zipfile

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.findings import antisocial, area, area_deprivation, overview
from cspanalysis.workspace import init

pytestmark = pytest.mark.realdata


def opened(shared, root, name, period, *street, more=()):
    init.init(root, name)
    raw = root / "data/raw"
    files = [("lookups", path) for path in sorted((shared / "data/lookups").glob("lookup_*"))]
    files += [("population", shared / "data/population/population20_ltla21.csv")]
    files += [(source, shared / "data" / source / file) for source, file in more]
    for source, path in files:
        (raw / source).mkdir(exist_ok=True)
        shutil.copy(path, raw / source)
    for path in street:
        shutil.copy(path, raw / "police_uk")
    return cspanalysis.open(None, period, workspace=root)


def rows(*archives, months):
    """Rows of street files: month, district (by the LSOA's name), kind."""
    found = []
    for path in archives:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith("-street.csv") and name.rsplit("/", 1)[-1][:7] in months:
                    with archive.open(name) as file:
                        found.append(pd.read_csv(file))
    table = pd.concat(found, ignore_index=True)
    # A crime that is told again in every column counts once; what has no id is no repeat.
    again = table.duplicated() & table["Crime ID"].notna()
    table = table[~again].dropna(subset=["LSOA name"])
    district = table["LSOA name"].str.rsplit(" ", n=1).str[0]
    return table.assign(district=district, kind=table["Crime type"].str.lower())


def months(first, last):
    return pd.period_range(first, last, freq="M").astype(str).tolist()


def part(tmp_path, source, target, wanted):
    """An archive with some months of another."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / target, "w") as new:
        for name in old.namelist():
            if name.rsplit("/", 1)[-1][:7] in wanted:
                new.writestr(name, old.read(name))
    return tmp_path / target


def test_the_city_of_london_is_counted_and_its_residents_are_said_to_say_little(shared, tmp_path):
    archive = shared / "data/police_uk/city_of_london_2017-12_to_2020-11.zip"
    city = opened(shared, tmp_path / "ws", "City of London", "2018-12/2019-11", archive)
    now = rows(archive, months=months("2018-12", "2019-11"))
    now = now[now["district"] == "City of London"]
    is_crime = now["kind"] != "anti-social behaviour"
    found = overview.recorded_crime_change(city)
    assert found.values["count"] == is_crime.sum() == 7609
    assert antisocial.incidents_change(city).values["count"] == (~is_crime).sum()
    assert "56 times as many people as live there" in area.denominators(city).sentence


def test_a_district_of_avon_and_somerset_lacks_july_2019_and_says_so(shared, tmp_path):
    whole = shared / "data/police_uk/avon-and-somerset_2018-01_2021-09.zip"
    wanted = months("2019-01", "2020-06")
    archive = part(tmp_path, whole, "avon-and-somerset.zip", wanted)
    name = "Bath and North East Somerset"
    bath = opened(shared, tmp_path / "ws", name, "2019-08/2020-06", archive)
    now = rows(archive, months=months("2019-08", "2020-06"))
    now = now[(now["district"] == name) & (now["kind"] != "anti-social behaviour")]
    assert overview.recorded_crime_rate(bath).values["count"] == len(now)
    lacking = overview.recorded_crime_rate(bath, over="2019-01/2019-12")
    assert lacking.status == "not_available" and "no records of July 2019" in lacking.sentence


def test_three_districts_as_one_area_are_their_sum(shared, tmp_path):
    archive = shared / "data/police_uk/kent_2025.zip"
    three = ["Sevenoaks", "Tonbridge and Malling", "Tunbridge Wells"]
    root = tmp_path / "ws"
    opened(shared, root, three[1], "2025-01/2025-12", archive)
    settings = root / "partnership.toml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace('name = "Tonbridge and Malling"', 'name = "West Kent"', 1)
    text = text.replace('code = "E22000148"\n', "", 1)
    text = text.replace('districts = ["Tonbridge and Malling"]', f"districts = {three}", 1)
    settings.write_text(text.replace("'", '"'), encoding="utf-8")
    west_kent = cspanalysis.open(None, "2025-01/2025-12", workspace=root)
    now = rows(archive, months=months("2025-01", "2025-12"))
    now = now[now["district"].isin(three) & (now["kind"] != "anti-social behaviour")]
    rate = overview.recorded_crime_rate(west_kent)
    assert west_kent.area.name == "West Kent" and rate.values["count"] == len(now)
    residents = pd.read_csv(shared / "data/population/population20_ltla21.csv")
    own = residents[residents.isin(three).any(axis=1)]
    numbers = own.select_dtypes("number")
    assert rate.values["population"] in set(numbers.sum())
    peers = overview.recorded_crime_peers(west_kent, "county")
    assert set(peers.rows["of"]) == {10}  # nine other districts of Kent, and West Kent


def test_a_welsh_city_from_counts(shared, tmp_path):
    counts = pd.read_parquet(
        shared / "data/police_uk/lsoa_month_type_counts_2023-05_2026-04.parquet"
    )
    lookup = pd.read_csv(shared / "data/lookups/lookup_lsoa21_ward24_ltla24.csv.gz")
    wales = lookup[lookup["ltla24_name"].isin(["Cardiff", "Vale of Glamorgan", "Swansea"])]
    wanted = months("2025-10", "2025-12")
    own = counts[counts["month"].isin(wanted) & counts["lsoa_code"].isin(wales["lsoa21_code"])]
    own = own.astype({"month": str, "lsoa_code": str, "crime_type": str})
    own = own.merge(wales, left_on="lsoa_code", right_on="lsoa21_code")
    folder = tmp_path / "street"
    folder.mkdir()
    for month, rows_of in own.groupby("month"):
        each = rows_of.loc[rows_of.index.repeat(rows_of["count"])]
        file = pd.DataFrame({
            "Crime ID": "", "Month": month, "Reported by": "South Wales Police",
            "Falls within": "South Wales Police", "Longitude": "", "Latitude": "",
            "Location": "On or near", "LSOA code": each["lsoa_code"],
            "LSOA name": each["lsoa21_name"], "Crime type": each["crime_type"],
            "Last outcome category": "", "Context": "",
        })  # fmt: skip
        file.to_csv(folder / f"{month}-south-wales-street.csv", index=False)
    cardiff = opened(
        shared, tmp_path / "ws", "Cardiff", "2025-10/2025-12", *sorted(folder.iterdir()),
        more=[("deprivation", "wimd2019_wales_lsoa11.csv.gz")],
    )  # fmt: skip
    inside = own[own["ltla24_name"] == "Cardiff"]
    crimes = inside[inside["crime_type"] != "Anti-social behaviour"]["count"].sum()
    assert overview.recorded_crime_rate(cardiff).values["count"] == crimes
    assert "of Wales" in area_deprivation.by_fifth(cardiff).sentence
    assert "of Wales" in area_deprivation.places(cardiff).sentence
