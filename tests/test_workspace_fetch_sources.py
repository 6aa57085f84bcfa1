"""`csp fetch` against every publisher's layout: right, resumed, or refused with the right words."""

import csv
import io
import json
import tomllib
import zipfile
from datetime import date

import pytest
from publishers import (
    COLLISIONS,
    ONS_PAGE,
    TABLES,
    TABLES_PAGE,
    Fault,
    Server,
    archive,
    everything,
    feature_service,
    fingertips,
    outlines,
    searches,
    street,
)

import cspanalysis as csp
from cspanalysis.domain import areas
from cspanalysis.domain.errors import UsageError
from cspanalysis.workspace import fetch, publishers
from cspanalysis.workspace.fetch import FetchFailed, geography, home_office, nomis
from cspanalysis.workspace.fetch.gov_uk import Attachment
from cspanalysis.workspace.fetch.web import ATTEMPTS, Web

HTML = b"<!DOCTYPE html><html><body>Service unavailable</body></html>"
TODAY = date(2025, 11, 20)
POLICE = "/police/latest.zip"
NOMIS = "/nomis/dataset/NM_2002_1.data.csv"


class Place:
    """A workspace and the publishers that it fetches from."""

    def __init__(self, root, server):
        self.root, self.server = root, server
        self.options = everything(server)
        self.lines = []

    def fetch(self, *sources, months=2):
        self.lines.clear()
        return fetch.run(
            self.root,
            {"fetch": self.options},
            areas.find("Tonbridge and Malling"),
            sources,
            months,
            self.lines.append,
            web=Web(sleep=lambda _: None, timeout=300),
            today=TODAY,
        )

    def raw(self, path):
        return self.root / "data" / "raw" / path

    def sidecar(self, path):
        return tomllib.loads(self.raw(path + ".source.toml").read_text("utf-8"))

    def left_over(self):
        return [p.name for p in self.raw(".").rglob("*") if ".part" in p.name]


@pytest.fixture
def place(tmp_path):
    with Server() as server:
        yield Place(tmp_path, server)


def test_everything_arrives_with_provenance_and_a_second_call_changes_nothing(place):
    first = place.fetch()
    assert {f.source for f in first} == set(fetch.SOURCES)
    assert {f.status for f in first} == {"fetched"}
    for file in first:
        sidecar = tomllib.loads(
            file.path.with_name(file.path.name + ".source.toml").read_text("utf-8")
        )
        assert sidecar["licence"] == "Open Government Licence v3.0"
        assert sidecar["attribution"] and sidecar["publisher"]
        assert sidecar["url"].startswith(place.server.base)
        assert sidecar["retrieved"] == TODAY
    assert place.left_over() == []
    second = place.fetch()
    assert {f.status for f in second} == {"unchanged"}
    assert place.lines[-1].endswith("transferred in all")


def test_only_the_wanted_force_months_leave_the_archive(place):
    place.server.content[POLICE] = whole = archive(["2025-08", "2025-09"], noise=2_000_000)
    found = place.fetch("police_uk")
    assert [f.path.name for f in found] == [
        "2025-08-kent-street.csv", "2025-08-btp-street.csv",
        "2025-09-kent-street.csv", "2025-09-btp-street.csv",
    ]  # fmt: skip
    assert found[0].path.read_bytes() == street("2025-08", "kent")
    assert place.sidecar("police_uk/2025-08/2025-08-kent-street.csv")["published"] == date(
        2025, 11, 3
    )
    assert sum(f.bytes for f in found) < len(whole) / 20
    assert any("transferred" in line for line in place.lines)


def test_the_newest_archive_may_send_on_to_where_it_is_stored(place):
    # As data.police.uk does: every request for latest.zip ends at the store's own address.
    stored = "/store/2025-09.zip"
    place.server.content[stored] = place.server.content.pop(POLICE)
    place.server.misbehave(POLICE, *[Fault(302, {"Location": stored})] * 40)
    found = place.fetch("police_uk")
    assert len(found) == 4 and {f.status for f in found} == {"fetched"}
    assert sum(f.bytes for f in found) < len(place.server.content[stored]) / 20


def test_months_beyond_one_archive_come_from_the_one_before(place):
    found = place.fetch("police_uk", months=5)
    months = sorted({f.path.parent.name for f in found})
    assert months == ["2025-05", "2025-06", "2025-07", "2025-08", "2025-09"]


def test_the_oldest_archive_ends_the_search_without_failing(place):
    found = place.fetch("police_uk", months=40)
    assert len({f.path.parent.name for f in found}) == 6
    assert any("no archive goes further back" in line for line in place.lines)


def test_a_revised_month_is_fetched_again_and_others_are_not(place):
    place.fetch("police_uk")
    path = place.raw("police_uk/2025-09/2025-09-kent-street.csv")
    path.write_bytes(path.read_bytes().replace(b"Shoplifting", b"Other theft"))
    found = {f.path.name: f.status for f in place.fetch("police_uk")}
    assert found.pop("2025-09-kent-street.csv") == "fetched"
    assert set(found.values()) == {"unchanged"}
    assert path.read_bytes() == street("2025-09", "kent")


def test_months_already_held_in_an_archive_are_not_counted_twice(place):
    folder = place.raw("police_uk")
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "kent_2025.zip", "w") as out:
        out.writestr("2025-09/2025-09-kent-street.csv", street("2025-09", "kent"))
    found = {f.path.name: f.status for f in place.fetch("police_uk")}
    assert found["kent_2025.zip"] == "held"
    assert not (folder / "2025-09" / "2025-09-kent-street.csv").exists()


def test_refused_ranges_are_explained_and_the_whole_archive_taken_on_request(place):
    place.server.honours_ranges = False
    with pytest.raises(FetchFailed, match="whole_archive = true"):
        place.fetch("police_uk")
    assert not list(place.raw("police_uk").rglob("*.csv"))
    place.options["whole_archive"] = True
    assert [f.status for f in place.fetch("police_uk")] == ["fetched"] * 4
    assert place.left_over() == []


def test_an_archive_interrupted_half_way_keeps_its_finished_months(place):
    place.server.content[POLICE] = archive(["2025-08", "2025-09"], noise=2_000_000)
    place.server.misbehave(POLICE, Fault(), Fault(), *[Fault(cut=10)] * ATTEMPTS)
    with pytest.raises(FetchFailed, match="cut off in the middle"):
        place.fetch("police_uk")
    assert len(list(place.raw("police_uk").rglob("*street.csv"))) == 1
    statuses = [f.status for f in place.fetch("police_uk")]
    assert statuses == ["unchanged", "fetched", "fetched", "fetched"]


def test_a_force_the_archive_lacks_is_a_question(place):
    place.options["forces"] = ["Gwent"]
    with pytest.raises(FetchFailed, match=r"no force 'gwent'.*kent, metropolitan") as error:
        place.fetch("police_uk")
    assert error.value.exit_code == 2


def test_forces_can_be_named_in_words(place):
    place.options["forces"] = ["KENT Police", "kent", "British Transport Police"]
    place.fetch("police_uk", months=1)
    names = {path.name for path in place.raw("police_uk").rglob("*street.csv")}
    assert names == {"2025-09-kent-street.csv", "2025-09-btp-street.csv"}


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("Kent", "kent"), ("west yorkshire", "west-yorkshire"),
        ("west-yorkshire", "west-yorkshire"),
        ("Metropolitan Police Service", "metropolitan"), ("metropolitan", "metropolitan"),
        ("London, City of", "city-of-london"), ("City of London Police", "city-of-london"),
        ("Devon & Cornwall", "devon-and-cornwall"), ("Devon and Cornwall", "devon-and-cornwall"),
        ("Hampshire and Isle of Wight Constabulary", "hampshire"), ("BTP", "btp"),
        ("Dyfed-Powys", "dyfed-powys"), ("northern-ireland", "northern-ireland"),
        ("Police", None), ("", None), ("Yorkshire", None),
    ],
)  # fmt: skip
def test_the_short_name_of_a_force(written, short):
    assert publishers.short_name(written) == short


def test_every_force_has_a_short_name_of_its_own():
    names = areas.register()["force"].unique()
    found = [publishers.short_name(name) for name in names]
    assert len(set(found)) == len(names)
    assert [publishers.short_name(name) for name in found] == found


def test_changed_columns_of_a_street_file_are_refused(place):
    whole = archive(["2025-09"])
    place.server.content[POLICE] = whole
    with zipfile.ZipFile(place.root / "new.zip", "w") as out:
        out.writestr("2025-09/2025-09-kent-street.csv", b"Identifier,Period,Kind\n1,2,3\n")
    place.server.content[POLICE] = (place.root / "new.zip").read_bytes()
    with pytest.raises(FetchFailed, match="changed the layout") as error:
        place.fetch("police_uk", months=1)
    assert error.value.exit_code == 3


def test_one_publisher_down_does_not_stop_the_others(place):
    place.server.misbehave(NOMIS, *[Fault(500)] * ATTEMPTS)
    with pytest.raises(FetchFailed, match=r"1 of 2 sources.*\n  population: .*500") as error:
        place.fetch("population", "fingertips")
    statuses = {f.source: f.status for f in error.value.fetched}
    assert statuses == {"population": "failed", "fingertips": "fetched"}
    assert error.value.exit_code == 1
    assert {f.status for f in place.fetch("population")} == {"fetched"}


FILES = [
    ("fingertips", "/fingertips/all_data/csv/by_indicator_id"),
    ("dfe_exclusions", "/ees/data-set-files/d2/download"),
    ("home_office_csp", "/media/prc-csp-mar21-sep25-tables-231025.xlsx"),
    ("stats19", "/roads/dft-road-casualty-statistics-collision-2024.csv"),
    ("lait", "/lait/bds_long_0.parquet"),
]


@pytest.mark.parametrize(("source", "path"), FILES)
def test_a_web_page_in_place_of_the_file_is_refused_and_mended_by_a_second_call(
    place, source, path
):
    place.server.misbehave(path, Fault(body=HTML))
    with pytest.raises(FetchFailed, match=r"HTML page|a web page"):
        place.fetch(source)
    assert not [p for p in place.raw(source).glob("*") if b"<html>" in p.read_bytes()]
    assert place.left_over() == []
    assert place.fetch(source)[0].status in ("fetched", "unchanged")


@pytest.mark.parametrize(("source", "path"), FILES)
def test_a_file_cut_off_for_good_is_no_file_and_a_second_call_completes_it(place, source, path):
    place.server.misbehave(path, *[Fault(cut=5)] * ATTEMPTS)
    with pytest.raises(FetchFailed, match="cut off in the middle"):
        place.fetch(source)
    assert not [p for p in place.raw(source).glob("[!.]*") if path.rsplit("/", 1)[1] == p.name]
    assert {f.status for f in place.fetch(source)} <= {"fetched", "unchanged"}
    assert place.left_over() == []


def test_a_failed_second_fetch_leaves_the_first_one_in_use(place):
    place.fetch("fingertips")
    kept = place.raw("fingertips/indicators_districts.csv")
    before = kept.read_bytes()
    place.server.content["/fingertips/all_data/csv/by_indicator_id"] = b"Id,Name,Area\n1,2,3\n"
    with pytest.raises(FetchFailed, match="column 'Indicator ID'") as error:
        place.fetch("fingertips")
    assert error.value.exit_code == 3
    assert kept.read_bytes() == before


def test_an_indicator_number_with_another_meaning_is_refused(place):
    changed = fingertips().replace(b"hospital admissions for violence", b"hip fractures")
    changed = changed.replace(b"Violence", b"Falls").replace(b"sexual violence", b"all falls")
    place.server.content["/fingertips/all_data/csv/by_indicator_id"] = changed
    with pytest.raises(FetchFailed, match="indicator 11201 is called 'Falls"):
        place.fetch("fingertips")


def test_population_comes_page_by_page_and_never_in_part(place, monkeypatch):
    monkeypatch.setattr(nomis, "PAGE", 50)
    place.fetch("population")
    with place.raw("population/nomis_mid_year_totals.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    expected = 3 * len(areas.register())
    assert len(rows) == expected
    assert len({(r["GEOGRAPHY_CODE"], r["GENDER_NAME"]) for r in rows}) == expected
    true = place.server.content[NOMIS]
    place.server.content[NOMIS] = lambda query: (
        true(query) if query["recordoffset"] == "0" else true({**query, "recordoffset": "99999"})
    )
    with pytest.raises(FetchFailed, match="rows came"):
        place.fetch("population")


def test_what_was_fetched_is_cleaned_without_refusal(place):
    from cspanalysis.store import clean_run
    from cspanalysis.store.tables import Store

    place.fetch(months=1)
    clean_run.clean(place.root, {}, report=lambda _: None)
    store = Store(place.root / "data" / "processed")
    assert len(store.load("police_uk")) == 40
    own = store.load("population", where={"area_code": ["E07000115"]})
    assert set(own["age"]) == {-1, 0, 1, 90}
    assert set(own["sex"]) == {"persons", "male", "female"}
    assert set(store.load("lsoas")["lsoa_edition"]) >= {"2021"}
    assert store.load("districts")["csp"].tolist() == ["Tonbridge and Malling"]
    assert set(store.load("home_office_csp")["year"]) == {
        "2003/04", "2018/19", "2023/24", "2024/25",
    }  # fmt: skip
    assert set(store.load("ons_csp")["period"]) == {"2022-04/2023-03", "2023-04/2024-03"}
    assert set(store.load("fingertips")["indicator_id"]) == {"92906", "92904", "93764", "11201"}
    assert "Kent" in set(store.load("dfe_exclusions")["area"])
    for source in ("police_uk", "population", "home_office_csp", "fingertips"):
        assert store.citation(source)["licence"] == "Open Government Licence v3.0"


def test_a_feature_service_that_is_gone_says_where_to_name_the_new_one(place):
    path = "/arcgis/LSOA21_WD24_LAD24_EW_LU/FeatureServer/0/query"
    place.server.content[path] = json.dumps(
        {"error": {"code": 400, "message": "Invalid URL"}}
    ).encode()
    with pytest.raises(FetchFailed, match=r"Invalid URL.*lookup_services"):
        place.fetch("lookups")


def test_boundaries_hold_every_area_of_the_district(place):
    place.fetch("boundaries")
    shapes = json.loads(place.raw("boundaries/lsoa_2021.geojson").read_text())
    assert [f["properties"]["LSOA21CD"] for f in shapes["features"]] == [
        "E01024710", "E01024711", "E01024712",
    ]  # fmt: skip
    # Two pages, since the layer gives two shapes at once.
    layer = f"/arcgis/{geography.BOUNDARY_SERVICE}/FeatureServer/0/query"
    assert place.server.requests(layer) == 3
    kinds = [f["geometry"]["type"] for f in shapes["features"]]
    assert kinds == ["Polygon", "Polygon", "MultiPolygon"]


def test_wards_and_districts_come_with_the_small_areas(place):
    found = place.fetch("boundaries")
    assert [f.path.name for f in found] == [
        "lsoa_2021.geojson", "wards_2024.geojson", "districts_2024.geojson",
    ]  # fmt: skip
    (ward,) = json.loads(place.raw("boundaries/wards_2024.geojson").read_text())["features"]
    assert ward["properties"]["WD24CD"] == "E05015530"
    assert place.sidecar("boundaries/wards_2024.geojson")["published"] == date(2024, 5, 1)


def test_file_7_of_the_indices_of_deprivation_is_chosen(place):
    (found,) = place.fetch("deprivation")
    assert found.path.name.startswith("File_7_IoD2025") and found.status == "fetched"
    card = place.sidecar(f"deprivation/{found.path.name}")
    assert card["published"] == date(2025, 10, 30)
    assert card["publisher"].startswith("Ministry of Housing")
    assert place.fetch("deprivation")[0].status == "unchanged"


def test_a_page_without_file_7_says_what_it_lists(place):
    page = "/deprivation/government/statistics/english-indices-of-deprivation-2025"
    listed = [{"title": "File 1: Index", "url": f"{place.server.base}/media/iod/File_1.xlsx"}]
    place.server.content[page] = json.dumps({"details": {"attachments": listed}}).encode()
    with pytest.raises(FetchFailed, match=r"no File 7 as CSV; it lists: File 1.*deprivation_page"):
        place.fetch("deprivation")


def test_wales_has_an_index_of_its_own(place):
    address = f"{place.server.base}/wales/wimd-2019-ranks.ods"
    place.server.content["/wales/wimd-2019-ranks.ods"] = HTML
    options = {**place.options, "deprivation_wales": address}
    cardiff = areas.find("Cardiff")

    def fetched():
        return fetch.run(
            place.root, {"fetch": options}, cardiff, ["deprivation"], 2, place.lines.append,
            web=Web(sleep=lambda _: None), today=TODAY,
        )  # fmt: skip

    with pytest.raises(FetchFailed, match=r"what came is a web page.*deprivation_wales"):
        fetched()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("content.xml", "<a/>")
    place.server.content["/wales/wimd-2019-ranks.ods"] = packed.getvalue()
    (found,) = fetched()
    assert found.path.name == "wimd-2019-ranks.ods"
    assert place.sidecar("deprivation/wimd-2019-ranks.ods")["publisher"] == "Welsh Government"


def test_fetched_outlines_lie_beneath_the_map(place):
    (place.root / "partnership.toml").write_text('[area]\nname = "Tonbridge and Malling"\n')
    place.fetch("lookups", "population", "police_uk", "boundaries", months=1)
    review = csp.open(None, "2025-09/2025-09", workspace=place.root)
    *below, dots = review.map("shoplifting").data
    # Three LSOAs of four parts in all; a hole in one is no part of its own.
    assert sum(list(trace.x).count(None) for trace in below) == 4
    assert all(trace.fill == "toself" for trace in below) and dots.mode == "markers+text"
    corners = [x for trace in below for x in trace.x if x is not None]
    assert 0.26 < min(corners) < max(corners) < 0.31 and max(len(str(x)) for x in corners) < 9


def test_outlines_that_do_not_all_come_are_not_kept(place):
    layer = f"/arcgis/{geography.BOUNDARY_SERVICE}/FeatureServer/0/query"
    place.server.content[layer] = feature_service(outlines()[:2])
    with pytest.raises(FetchFailed, match="outlines are missing for 1 of 3 LSOAs"):
        place.fetch("boundaries")
    assert not place.raw("boundaries/lsoa_2021.geojson").exists()


def test_the_newest_partnership_table_and_the_closed_windows_are_fetched(place):
    found = place.fetch("home_office_csp")
    assert [f.path.name for f in found] == [name for _, name in TABLES[1:]]
    card = place.sidecar("home_office_csp/prc-csp-mar21-sep25-tables-231025.xlsx")
    assert card["published"] == date(2025, 10, 23)
    assert card["title"].endswith("year ending September 2025")
    place.options["home_office_since"] = 2016
    assert len(place.fetch("home_office_csp")) == 2


def test_a_table_within_a_newer_one_is_left_out():
    title = "Community Safety Partnership open data, year ending March {} to year ending March {}"
    spans = [(2016, 2020), (2021, 2025), (2021, 2026)]
    tables = [Attachment(title.format(*span), f"x/prc-csp-{n}.ods") for n, span in enumerate(spans)]
    chosen = home_office.windows(tables)
    assert [home_office.window(one) for one in chosen] == [(2021, 2026), (2016, 2020)]
    named = Attachment("CSP tables", "x/prc-csp-0708-to-1011-tabs.xlsx")
    assert home_office.window(named) == (2008, 2011)


def moved(place, where="statistics/police-recorded-crime-open-data-tables"):
    """The page with the tables moves; a search still finds it."""
    content = place.server.content
    content[f"/govuk/content/government/{where}"] = content.pop(TABLES_PAGE)
    links = ("/government/statistics/hate-crime", f"/government/{where}")
    pages = [{"title": "Police recorded crime", "link": link} for link in links]
    content["/govuk/search.json"] = json.dumps({"results": pages}).encode()


def test_tables_that_moved_are_found_by_search(place):
    moved(place)
    assert len(place.fetch("home_office_csp")) == 3


def test_a_page_that_sends_on_is_followed(place):
    moved(place)
    del place.server.content["/govuk/search.json"]
    to = "/government/statistics/police-recorded-crime-open-data-tables"
    place.server.content[TABLES_PAGE] = json.dumps(
        {"schema_name": "redirect", "redirects": [{"path": "/x", "destination": to}]}
    ).encode()
    assert len(place.fetch("home_office_csp")) == 3


def test_files_linked_in_the_text_of_a_page_count_too(place):
    link = f"{place.server.base}/media/{TABLES[1][1]}"
    body = f'<p><a class="govuk-link" href="{link}">Community Safety <b>Partnership</b></a></p>'
    place.server.content[TABLES_PAGE] = json.dumps({"details": {"body": body}}).encode()
    (found,) = place.fetch("home_office_csp")
    assert found.path.name == TABLES[1][1]


def test_stop_and_search_comes_from_the_same_archive(place):
    found = place.fetch("stop_and_search")
    assert [f.path.name for f in found] == [
        "2025-08-kent-stop-and-search.csv", "2025-08-btp-stop-and-search.csv",
        "2025-09-kent-stop-and-search.csv", "2025-09-btp-stop-and-search.csv",
    ]  # fmt: skip
    assert found[0].path.read_bytes() == searches("2025-08")
    assert not place.raw("police_uk").exists()
    assert {f.status for f in place.fetch("stop_and_search")} == {"unchanged"}
    place.options["forces"] = ["Kent", "Surrey"]
    assert len(place.fetch("stop_and_search")) == 2
    assert any("surrey published nothing for 2025-09" in line for line in place.lines)


def test_the_newest_fly_tipping_table_by_authority_is_fetched_and_read(place):
    from cspanalysis.store import clean_run
    from cspanalysis.store.tables import Store

    (found,) = place.fetch("fly_tipping")
    assert found.path.name.endswith("2012-13_to_2023-24_accessible.xlsx")
    assert place.sidecar(f"fly_tipping/{found.path.name}")["published"] == date(2025, 2, 26)
    clean_run.clean(place.root, {}, report=lambda _: None)
    table = Store(place.root / "data" / "processed").load("fly_tipping")
    own = table[table["district"] == "Tonbridge and Malling"]
    assert dict(zip(own["year"], own["count"], strict=True)) == {"2022/23": 827, "2023/24": 1017}


def test_the_newest_fire_statistics_by_small_area_are_fetched_and_read(place):
    from cspanalysis.store import clean_run
    from cspanalysis.store.tables import Store

    place.fetch("lookups")
    (found,) = place.fetch("fire_statistics", months=1)
    assert found.path.name == "Low_level_geography_dataset_202324_to_present.ods"
    card = place.sidecar(f"fire_statistics/{found.path.name}")
    assert card["published"] == date(2025, 7, 22) and "Local Government" in card["publisher"]
    clean_run.clean(place.root, {}, report=lambda _: None)
    table = Store(place.root / "data" / "processed").load("fire_statistics")
    assert set(table["district"]) == {"Tonbridge and Malling"}
    fires = table[table["kind"].isin(["primary fire", "secondary fire"])]
    assert fires.groupby("year")["count"].sum().to_dict() == {"2023/24": 12, "2024/25": 9}
    # The closed table comes where the months wanted, and two years before them, reach into it.
    both = place.fetch("fire_statistics", months=36)
    assert [(f.path.name[28:-4], f.status) for f in both] == [
        ("202324_to_present", "unchanged"), ("201718_to_202223", "fetched"),
    ]  # fmt: skip


def test_a_page_without_the_fires_by_small_area_says_what_it_lists(place):
    page = next(p for p in place.server.content if p.endswith("incident-level-datasets"))
    files = [{"title": "Dwelling fires dataset", "url": "https://example.org/dwelling_fires.ods"}]
    place.server.content[page] = json.dumps({"details": {"attachments": files}}).encode()
    with pytest.raises(FetchFailed) as failed:
        place.fetch("fire_statistics")
    assert "low level geography dataset; it lists: Dwelling fires" in str(failed.value)
    assert "fire_statistics_page" in str(failed.value)


def test_the_years_of_a_fire_table_are_read_from_its_name():
    from cspanalysis.workspace.fetch import fire_tables
    from cspanalysis.workspace.fetch.gov_uk import Attachment

    def window(title, name):
        return fire_tables.window(Attachment(title, f"https://example.org/{name}"))

    assert window("", "Low_level_geography_dataset_201718_to_202223.ods") == (2017, 2022)
    assert window("Low level geography dataset, 2023/24 to present", "a.ods") == (2023, 9999)
    assert window("Low level geography dataset", "low-level-geography-dataset-300921.ods") == (0, 0)


def test_the_newest_edition_of_the_statisticians_is_fetched(place):
    (found,) = place.fetch("ons_csp")
    assert found.path.name == "csptablesyemar24correction.xlsx"
    card = place.sidecar("ons_csp/csptablesyemar24correction.xlsx")
    assert card["title"].endswith("Year ending March 2024") and card["published"] == date(
        2024, 7, 23
    )
    (page,) = [p for p in place.server.content if p.endswith("partnershiparea/data")]
    place.server.content[page] = json.dumps({"datasets": [{"uri": "/x/current"}]}).encode()
    with pytest.raises(FetchFailed, match="lists no edition"):
        place.fetch("ons_csp")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("prc-csp-mar16-mar20-tables-290126.ods", "prc-csp-mar21-sep25-tables-290126.ods"),
        ("prc-csp-mar16-mar20-tables-230726.ods", "prc-csp-mar2021-mar2026-tables-230726.ods"),
        ("prc-csp-0203-to-0607-tabs.xlsx", "prc-csp-1112-1415-tables.xlsx"),
    ],
)
def test_the_newest_table_is_told_by_the_names_it_has_had(older, newer):
    for listed in ((older, newer), (newer, older)):
        tables = [Attachment("Community Safety Partnership", f"x/{n}") for n in listed]
        assert home_office.windows(tables)[0].name == newer


def test_a_page_without_such_a_table_lists_what_it_has(place):
    place.server.content[TABLES_PAGE] = json.dumps(
        {"details": {"attachments": [{"title": "Outcomes", "url": "http://x/outcomes.ods"}]}}
    ).encode()
    with pytest.raises(FetchFailed, match="it lists: Outcomes"):
        place.fetch("home_office_csp")


def test_the_exclusions_of_local_authorities_are_chosen_from_the_catalogue(place):
    (found,) = place.fetch("dfe_exclusions")
    assert found.path.name == "suspensions-and-exclusions-by-geography.csv"
    sidecar = place.sidecar("dfe_exclusions/suspensions-and-exclusions-by-geography.csv")
    assert sidecar["published"] == date(2025, 7, 10)
    assert "Academic year 2023/24" in sidecar["title"]


def test_a_census_table_of_something_else_is_refused(place):
    (found,) = place.fetch("ethnic_groups")
    assert found.path.name == "nomis_census_2021_ts021.csv"
    assert "White: Irish" in found.path.read_text()
    path = "/nomis/dataset/NM_2041_1.data.csv"
    other = place.server.content[path]
    place.server.content[path] = lambda query: other(query).replace(b"White: Irish", b"Tenure")
    with pytest.raises(FetchFailed, match="not that of ethnic groups"):
        place.fetch("ethnic_groups")
    assert "White: Irish" in found.path.read_text()


def test_of_the_interactive_tool_the_measures_asked_for_are_kept_and_read(place):
    from cspanalysis.store import clean_run
    from cspanalysis.store.tables import Store

    (found,) = place.fetch("lait")
    assert found.path.name == "lait_long.csv" and place.fetch("lait")[0].status == "unchanged"
    lines = found.path.read_text().splitlines()
    assert lines[0].startswith("topic,measure,Short Desc,Years,LA and Regions")
    assert len(lines) == 12 and not any("CINPermExclusion" in line for line in lines)
    clean_run.clean(place.root, {}, report=lambda _: None)
    table = Store(place.root / "data" / "processed").load("lait")
    own = table[(table["key"] == "FirstYJS") & (table["area"] == "Kent")]
    assert dict(zip(own["period"], own["value"], strict=True)) == {
        "2023-01/2023-12": 182, "2024-01/2024-12": 148
    }  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"Short Desc": ["FirstYJS"], "Years": ["2024"], "Values": ["1"]}, "LA and Regions"),
        ({"Short Desc": ["Other"], "Years": ["2024"], "LA and Regions": ["Kent"],
          "Values": ["1"]}, "none of the measures"),
    ],
)  # fmt: skip
def test_a_changed_table_of_the_interactive_tool_is_refused(place, columns, words):
    import polars as pl

    stream = io.BytesIO()
    pl.DataFrame(columns).write_parquet(stream)
    place.server.content["/lait/bds_long_0.parquet"] = stream.getvalue()
    with pytest.raises(FetchFailed, match=words):
        place.fetch("lait")
    assert place.left_over() == [] and not list(place.raw("lait").glob("*.csv"))


def test_a_catalogue_without_the_data_set_lists_what_it_has(place):
    place.options["dfe_data_set"] = "by ward"
    with pytest.raises(FetchFailed, match="called 'by ward'; there are 'Exclusions by reason'"):
        place.fetch("dfe_exclusions")


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("home_office_csp", TABLES_PAGE),
        ("ons_csp", "/ons" + ONS_PAGE + "/data"),
        ("dfe_exclusions", "/ees/data-set-files"),
        ("lookups", "/arcgis/LAD24_CSP24_PFA24_EW_LU/FeatureServer/0/query"),
    ],
)
@pytest.mark.parametrize("reply", [b"[]", b'{"results": [{}], "count": "x", "details": 5}'])
def test_a_reply_of_another_shape_is_refused_in_words(place, source, path, reply):
    place.server.content[path] = reply
    with pytest.raises(FetchFailed) as error:
        place.fetch(source)
    assert source in str(error.value)


def test_a_year_of_road_data_not_yet_published_is_passed_over(place):
    del place.server.content["/roads/dft-road-casualty-statistics-collision-2024.csv"]
    found = place.fetch("stats19")
    assert {f.path.name[-8:-4] for f in found} == {"2023", "2022", "2021"}
    assert any("2024 is not published yet" in line for line in place.lines)


def test_a_hole_among_the_years_is_a_failure(place):
    del place.server.content["/roads/dft-road-casualty-statistics-collision-2023.csv"]
    with pytest.raises(FetchFailed, match="404"):
        place.fetch("stats19")


def test_unchanged_files_are_not_transferred_again(place):
    place.fetch("stats19")
    before = len(place.server.asked)
    found = place.fetch("stats19")
    assert {f.status for f in found} == {"unchanged"}
    assert sum(f.bytes for f in found) == 0
    assert len(place.server.asked) - before == len(found)


def test_a_file_changed_by_hand_is_fetched_anew(place):
    (first, *_) = place.fetch("stats19")
    first.path.write_bytes(b"changed")
    place.fetch("stats19")
    assert first.path.read_bytes() == COLLISIONS


@pytest.mark.parametrize("name", ["polis_uk", "fingertip"])
def test_an_unknown_source_is_a_usage_error_with_a_suggestion(place, name):
    with pytest.raises(UsageError, match="Did you mean"):
        place.fetch(name)


def test_a_second_fetch_at_the_same_time_is_refused(place):
    import filelock

    place.raw(".").mkdir(parents=True)
    with (
        filelock.FileLock(place.raw(".fetch.lock")),
        pytest.raises(UsageError, match="another fetch is at work"),
    ):
        place.fetch("lookups")


def test_an_area_without_codes_says_so(place):
    with pytest.raises(UsageError, match="no district code"):
        fetch.run(place.root, {}, areas.Area("Nowhere"), web=Web())


def test_publishers_of_england_alone_are_passed_over_in_wales(place):
    lines = []
    found = fetch.run(
        place.root, {"fetch": place.options}, areas.find("Cardiff"), ["fingertips"],
        report=lines.append, web=Web(), today=TODAY,
    )  # fmt: skip
    assert found == []
    assert "covers England only" in lines[0]


def test_the_documentation_names_every_source_and_setting(project):
    text = (project / "docs" / "fetching.md").read_text("utf-8")
    block = text.split("```toml", 1)[1].split("```", 1)[0]
    settings = tomllib.loads(block)["fetch"]
    assert set(settings) == set(publishers.KEYS)
    publishers.check(settings, project / "docs" / "fetching.md")
    for source in fetch.SOURCES:
        assert f"| `{source}` |" in text


def test_the_command_fetches_into_a_new_workspace(place, tmp_path, capsys):
    from cspanalysis import cli

    root = tmp_path / "dover"
    assert cli.main(["init", str(root), "--csp", "Dover"]) == 0
    settings = root / "partnership.toml"
    lines = [f'{key} = "{base}"' for key, base in place.options.items()]
    settings.write_text(
        settings.read_text("utf-8") + "\n[fetch]\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    command = ["fetch", "--workspace", str(root)]
    assert cli.main([*command, "police_uk", "fingertips", "--months", "1"]) == 0
    assert "police_uk: 2 fetched" in capsys.readouterr().out
    assert (root / "data/raw/police_uk/2025-09/2025-09-kent-street.csv").is_file()
    del place.server.content["/fingertips/all_data/csv/by_indicator_id"]
    assert cli.main([*command, "fingertips"]) == 1
    said = capsys.readouterr().err
    assert "404" in said and "Traceback" not in said
    assert cli.main([*command, "fingertip"]) == 2
    assert cli.main([*command, "--months", "0"]) == 2
