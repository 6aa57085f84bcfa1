"""Exploring by hand: widgets, maps without a network, and errors that help."""

import json

import pandas as pd
import pytest

from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.explore import entry, widgets
from cspanalysis.present import charts
from cspanalysis.present.charts import maps

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
SQUARE = [[0.2, 51.1], [0.3, 51.1], [0.3, 51.2], [0.2, 51.1]]


@pytest.fixture(scope="module")
def sample(project):
    return entry.open("Tonbridge and Malling", workspace=project)


def street(i, code="E01024767", point="0.27,51.2", offence="Burglary"):
    """One row of a street-level file."""
    return (
        f"{i:064x},2025-01,Kent Police,Kent Police,{point},On or near Street {i % 3},{code},"
        f"Tonbridge and Malling 001A,{offence},Under investigation,\n"
    )


@pytest.fixture
def open_data(tmp_path):
    """A workspace with a month of street-level data: ten burglaries, two without a map point."""
    from cspanalysis.workspace import init

    root = tmp_path / "ws"
    init.init(root, "Tonbridge and Malling")
    rows = [street(i) for i in range(8)] + [street(i, point=",") for i in (8, 9)]
    (root / "data/raw/police_uk/2025-01-kent-street.csv").write_text(HEADER + "".join(rows))
    return entry.open(None, "2025-01/2025-01", workspace=root)


def outline(review, code, shape):
    """The review with the outline of an LSOA, which lies where `csp fetch` would put it."""
    folder = review.workspace.raw / "boundaries"
    folder.mkdir(exist_ok=True)
    feature = {
        "type": "Feature",
        "properties": {"LSOA21CD": code, "LSOA21NM": "Tonbridge and Malling 001A"},
        "geometry": shape,
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    (folder / "lsoa_2021.geojson").write_text(json.dumps(collection))
    return entry.open(None, review.period, workspace=review.workspace.root)


def test_the_map_shows_every_located_record_and_says_how_many_it_cannot(open_data):
    chart = open_data.map("burglary")
    dots = chart.data[-1]
    assert sum(int(t.rsplit(": ", 1)[1]) for t in dots.hovertext) == 8
    assert len(chart.data) == 1  # no outlines have been fetched
    note = widgets.place_note(open_data, "burglary")
    assert note.startswith("8 of 10 records have a map point; the other 2 are not on the map.")
    assert chart.layout.yaxis.scaleanchor == "x" and "geo" not in chart.to_plotly_json()["layout"]


def test_outlines_lie_beneath_and_are_tinted_by_the_count(open_data):
    open_data = outline(
        open_data, "E01024767", {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
    )
    below, dots = open_data.map("burglary").data
    assert below.fill == "toself" and below.name == "8" and dots.mode == "markers+text"
    assert list(below.x).count(None) == 2  # two parts, each closed by a gap


def test_outlines_of_another_edition_are_not_tinted(open_data):
    open_data = outline(open_data, "E01024767", {"type": "Polygon", "coordinates": [SQUARE]})
    raw = open_data.workspace.raw / "police_uk/2025-02-kent-street.csv"
    raw.write_text(
        (HEADER + street(50) + street(51, code="E01099999")).replace("2025-01", "2025-02")
    )
    moved = open_data.moved(period="2025-02/2025-02")
    below = moved.map("burglary").data[0]
    assert below.fillcolor == maps.TINTS[0] and not below.showlegend


@pytest.mark.parametrize(
    ("counts", "steps"),
    [
        ([], []),
        ([0, 0], [(0, 0)]),
        ([5], [(5, 5)]),
        ([1, 2, 3, 4, 5, 6], [(1, 2), (3, 4), (5, 6)]),
        ([0, 7, 7, 7], [(0, 0), (7, 7)]),
        ([float("nan")], []),
    ],
)
def test_steps_hold_every_count_once(counts, steps):
    found = maps._steps(pd.Series(counts, dtype=float))
    assert found == steps
    for n in (c for c in counts if c == c):
        assert sum(low <= n <= high for low, high in found) == 1


def test_no_points_no_map():
    empty = pd.DataFrame(columns=["longitude", "latitude", "place", "count"])
    assert charts.place_map(empty) is None


def test_a_choice_becomes_findings_with_charts(sample):
    shown = widgets.outputs(sample, "Tonbridge and Malling", "burglary", "2007-04/2008-03")
    kinds = [next(iter(part["data"])) for part in shown]
    assert kinds.count("application/vnd.plotly.v1+json") >= 2
    assert all(part["output_type"] == "display_data" for part in shown)
    assert "burglary" in shown[0]["data"]["text/markdown"].lower()
    json.dumps(shown)  # what a notebook can hold


@pytest.mark.parametrize(
    ("area", "offence", "period", "says"),
    [
        ("Nowhere at all", "burglary", "2007-04/2008-03", "Did you mean"),
        ("Tonbridge and Malling", "burglry", "2007-04/2008-03", "Did you mean 'burglary'"),
        ("Tonbridge and Malling", "burglary", "last year", "YYYY-MM/YYYY-MM"),
        ("Tonbridge and Malling", "burglary", "1999-01/1999-12", "touches April 2004 to"),
    ],
)
def test_a_choice_that_cannot_be_shown_is_one_paragraph(sample, area, offence, period, says):
    (shown,) = widgets.outputs(sample, area, offence, period)
    assert says in shown["data"]["text/markdown"]


def test_boxes_redraw_and_keep_nothing_in_the_cell(sample):
    box = widgets.explore(sample)
    (area, offence, period), shown = box.children[0].children, box.children[1]
    assert area.options == ("Tonbridge and Malling",) and "burglary" in offence.options
    before = shown.outputs
    offence.value = "burglary"
    assert shown.outputs and shown.outputs != before
    period.value = "nonsense"
    assert len(shown.outputs) == 1 and "not a period" in shown.outputs[0]["data"]["text/plain"]


def test_periods_offered_are_covered(sample):
    offered = widgets.periods(sample)
    assert offered[0] == "2007-04/2008-03" and "2004-04/2005-03" in offered
    assert "2003-04/2004-03" not in offered and len(offered) == len(set(offered))


def test_errors_say_what_there_is(sample):
    with pytest.raises(NotAvailable, match="groups of Tonbridge and Malling: msg, county"):
        sample.peers.rate("burglary", "cuonty")
    with pytest.raises(NotAvailable, match=r"cannot say how .* would supply it"):
        sample.peers.rate("burglary", "county", "1999-01/1999-12")
    with pytest.raises(NotAvailable, match="street-level files"):
        sample.map("burglary")
    with pytest.raises(UsageError, match="10_overview"):
        sample.findings("weather")


def test_completion_finds_what_a_review_offers_and_each_part_says_what_it_is(sample):
    wanted = {"findings", "incidents", "peers", "map", "explore", "records", "offences_by_month"}
    assert wanted <= set(dir(sample)) and {"rate", "groups", "areas"} <= set(dir(sample.peers))
    for thing in (sample, sample.peers):
        for name in (n for n in dir(type(thing)) if not n.startswith("_")):
            assert getattr(type(thing), name).__doc__, name


def test_the_notebook_keeps_findings_only(project):
    notebook = json.loads((project / "notebooks/explore.ipynb").read_text(encoding="utf-8"))
    assert "widgets" not in notebook["metadata"]
    cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert any("a.explore()" in "".join(c["source"]) for c in cells)
    for cell in cells:
        assert cell["execution_count"]
        if "nbval-ignore-output" in cell["metadata"].get("tags", []):
            assert cell["outputs"] == []
        else:
            assert cell["outputs"]


def test_labels_of_a_map_do_not_collide_and_a_scale_says_how_far(open_data):
    close = pd.DataFrame(
        {
            "longitude": [0.270, 0.271, 0.272, 0.273, 0.40],
            "latitude": [51.200, 51.2005, 51.201, 51.2, 51.26],
            "place": [f"On or near a Long Street {i}" for i in range(5)],
            "count": [9, 8, 7, 6, 5],
        }
    )
    chart = charts.place_map(close)
    ground = maps._Ground.of(close, None)
    (dots,) = chart.data
    boxes = []
    for x, y, text, side, size in zip(
        dots.x, dots.y, dots.text, dots.textposition, dots.marker.size, strict=True
    ):
        if text:
            right, up = next((r, u) for name, r, u in maps._SIDES if name == side)
            px, py = ground.pixels(x, y)
            away, width = size / 2 + 3, maps._LETTER * len(text)
            boxes.append(
                maps._box(
                    px + right * (away + width / 2),
                    py + up * (away + maps._LINE / 2),
                    width,
                    maps._LINE,
                )
            )
    assert 2 <= len(boxes) <= 5 and dots.text[0] == "On or near a Long Street 0"
    assert not any(maps._overlap(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    (scale,) = chart.layout.shapes
    kilometres = (scale.x1 - scale.x0) / ground.ratio * maps._DEGREE
    assert chart.layout.annotations[0].text == "2 km" and kilometres == pytest.approx(2)
