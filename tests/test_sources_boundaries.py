"""Outlines as GeoJSON: which areas are read, which are refused, and that a label lies inside."""

import json
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import boundaries
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.store import clean_run, run_tables
from cspanalysis.store.tables import Store

FIXTURES = Path(__file__).parent / "fixtures/boundaries"
SQUARE = [[0.27, 51.19], [0.28, 51.19], [0.28, 51.2], [0.27, 51.2], [0.27, 51.19]]


def read(path):
    return boundaries.SOURCE.read(Part(path, f"boundaries/{path.name}"), Context())


def written(folder, properties, ring=SQUARE, **more):
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": properties, "geometry": shape, **more}
    path = folder / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_areas_without_a_known_code_or_an_outline_are_set_aside():
    found = read(FIXTURES / "lsoa.geojson")
    assert (found.rows_read, found.rows_kept) == (4, 2)
    frame = found.tables["_boundaries"]
    assert frame.select("kind", "edition", "area_code", "area").rows() == [
        ("lsoa", 2021, "E01024717", "Tonbridge and Malling 005A"),
        ("lsoa", 2021, "E01024718", "Tonbridge and Malling 005B"),
    ]
    reasons = found.problems.table()["reason"].to_list()
    assert sorted(reasons) == ["no area that is known by its code", "no outline"]


@pytest.mark.parametrize(
    ("properties", "kind", "edition"),
    [
        ({"LSOA11CD": "E01024717", "LSOA11NM": "x"}, "lsoa", 2011),
        ({"lsoa21_code": "W01000001", "lsoa21_name": "x"}, "lsoa", 2021),
        ({"LSOA21CD": "E01024717", "LAD24CD": "E07000115"}, "lsoa", 2021),
        ({"WD24CD": "E05015530", "LAD24CD": "E07000115"}, "ward", 2024),
        ({"wd2025_code": "W05000001"}, "ward", 2025),
        ({"FID": 3, "LAD23CD": "E07000115", "LAD23NM": "x"}, "district", 2023),
        ({"ltla_code": "E06000035"}, "district", None),
    ],
)
def test_the_smallest_area_whose_code_is_there_is_meant(properties, kind, edition, tmp_path):
    frame = read(written(tmp_path, properties)).tables["_boundaries"]
    assert frame.select("kind", "edition").row(0) == (kind, edition)
    assert frame["area_code"][0] in properties.values()


def test_holes_run_the_other_way_and_a_label_avoids_them():
    frame = read(FIXTURES / "lsoa.geojson").tables["_boundaries"]
    ((ring, hole),) = boundaries.shape_of(frame["shape"][0])
    assert boundaries._area(ring) > 0 > boundaries._area(hole)
    x, y = frame.select("longitude", "latitude").row(0)
    assert 0.27 < x < 0.28 and 51.19 < y < 51.2
    assert not (0.273 < x < 0.276 and 51.193 < y < 51.196)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Name,Code\n", "no GeoJSON"),
        ('{"type": "Topology", "objects": {}}', "TopoJSON"),
        ("[1, 2]", "no collection of areas"),
        ('{"features": [{"properties": {"MSOA21CD": "E02005167"}}]}', "found are 'MSOA21CD'"),
        ('{"features": [{"properties": {"LSOA21CD": "S01000001"}}]}', "codes of England or Wales"),
    ],
)
def test_what_is_no_geojson_of_areas_is_refused_with_what_to_do(content, told, tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_text(content)
    with pytest.raises(DataRefused, match=told) as refused:
        read(path)
    assert "boundaries/areas.geojson" in str(refused.value) and "Download" in str(refused.value)


def test_coordinates_of_the_national_grid_are_refused(tmp_path):
    grid = [[558_900, 146_300], [559_900, 146_300], [559_900, 147_300], [558_900, 146_300]]
    path = written(tmp_path, {"LSOA21CD": "E01024717"}, grid)
    with pytest.raises(DataRefused, match=r"row 1.*558900, 146300 for E01024717.*EPSG:4326"):
        read(path)


@pytest.mark.parametrize(
    "ring", [[], [[0.2, 51.1]], [[0.2, None], [0.3, 51], [0.3, 52], [0.2, 51]], "no ring", [3]]
)
def test_a_ring_that_is_none_leaves_the_area_without_outline(ring, tmp_path):
    found = read(written(tmp_path, {"LSOA21CD": "E01024717"}, ring))
    assert (found.rows_read, found.rows_kept) == (1, 0)


def test_a_workspace_keeps_the_most_detailed_outline_of_an_area(tmp_path):
    raw = tmp_path / "data/raw/boundaries"
    raw.mkdir(parents=True)
    coarse = written(raw, {"LSOA21CD": "E01024717"}, [*SQUARE[:3], SQUARE[0]])
    coarse.rename(raw / "coarse.geojson")
    (raw / "fine.geojson").write_bytes((FIXTURES / "lsoa.geojson").read_bytes())
    (raw / "wards.geojson").write_bytes((FIXTURES / "wards.geojson").read_bytes())
    clean_run.clean(tmp_path, {})
    table = Store(tmp_path / "data/processed").load("boundaries")
    assert table["kind"].tolist() == ["lsoa", "lsoa", "ward"]
    assert table["file"][0] == "boundaries/fine.geojson"


def test_the_areas_of_a_run_read_the_same_outlines_by_memory_map(tmp_path, monkeypatch):
    raw = tmp_path / "data/raw/boundaries"
    raw.mkdir(parents=True)
    for name in ("lsoa", "wards"):
        (raw / f"{name}.geojson").write_bytes((FIXTURES / f"{name}.geojson").read_bytes())
    clean_run.clean(tmp_path, {})
    processed = tmp_path / "data/processed"
    columns = ["area_code", "longitude", "shape"]
    codes = Store(processed).load("boundaries")["area_code"].tolist()
    asked = [{"kind": k, "area_code": c} for k in ("lsoa", "ward") for c in (codes, codes[:1], [])]
    expected = [Store(processed).load("boundaries", columns, where) for where in (None, *asked)]
    assert {len(table) for table in expected} == {0, 1, 2, 3}
    with run_tables.kept(processed):
        Store(processed).prepare()
        store = Store(processed)
        monkeypatch.setattr(store, "_pieces", None)  # the file is not read again
        for table, where in zip(expected, (None, *asked), strict=True):
            pd.testing.assert_frame_equal(store.load("boundaries", columns, where), table)


@pytest.mark.realdata
def test_every_real_outline_is_read(shared):
    for name, kind, number in (
        ("kent_lsoa21_simplified", "lsoa", 1107), ("kent_wards_may2025_simplified", "ward", 279),
        ("ltla24_england_wales_simplified", "district", 318),
    ):  # fmt: skip
        found = read(shared / f"data/boundaries/{name}.geojson")
        frame = found.tables["_boundaries"]
        assert (found.rows_kept, frame["area_code"].n_unique()) == (number, number)
        assert frame["kind"].unique().to_list() == [kind]
        assert frame.select(pl.col("latitude").is_between(49, 56).all()).item()
