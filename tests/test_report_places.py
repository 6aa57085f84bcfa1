"""The map in a browser without a network, and the files of places beside the report."""

import csv
import json

import pytest
from browsing import CROWDED, check, visit
from places_workspace import LSOAS, make

from cspanalysis.report import runner


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The chapter on places of the made-up grid."""
    root = make(tmp_path_factory.mktemp("places") / "ws")
    request = runner.Request(
        workspace=root, areas=(runner.Area("Tonbridge and Malling", "E22000148"),),
        period="2025-01/2025-12", compare="2024-01/2024-12", chapters=("places",),
    )  # fmt: skip
    outcome = runner.run(request)
    assert outcome.exit_code == 0
    return outcome.reviews[0].folder


def test_counts_of_places_lie_beside_the_report(folder):
    with (folder / "places.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    top = {r["code"]: int(r["count"]) for r in rows if r["id"] == "places.top"}
    assert len(top) == 30 and top[LSOAS[0]] == 240 and sum(top.values()) == 900
    assert {r["kind"] for r in rows} == {"lsoa", "ward"}
    shapes = json.loads((folder / "places.geojson").read_text())["features"]
    assert len(shapes) == 35
    first = next(f for f in shapes if f["properties"]["code"] == LSOAS[0])
    assert first["properties"]["places.top"] == 240
    assert first["geometry"]["coordinates"][0][0][0] == [0.2, 51.1]
    page = (folder / "index.html").read_text()
    assert 'href="places.csv"' in page and 'href="places.geojson"' in page


@pytest.mark.browser
def test_the_map_is_drawn_without_a_network_read_aloud_and_fits_a_phone(tab, axe, folder):
    path = folder / "places.html"
    check(tab, axe, path)
    for width in (1100, 360):
        page = visit(tab, path, width)
        assert [url for url in page.asked if not url.startswith("file:")] == []
        assert page.errors == [] and page.evaluate(CROWDED) == []
        place = page.locator('[data-chart="places.top"]')
        assert place.locator("path.js-fill").count() >= 3
        box = place.bounding_box()
        assert 0 < box["width"] <= width and box["height"] < 900
        assert place.get_attribute("role") == "img"
        words = place.locator(".annotation-text").all_text_contents()
        assert any("Ward 0 (000A): 240" in w for w in words)
