"""The index of areas: no change is shown there as more than it is."""

import json
import re

import pandas as pd
import pytest

from cspanalysis.domain.areas import Area
from cspanalysis.present.charts.area_maps import NONE, TINTS
from cspanalysis.report import areas_index, district_map
from cspanalysis.report.request import Request, ReviewDone
from cspanalysis.review import small_areas


def done(reports, name, change=None, verdict="none"):
    folder = reports / name.lower()
    folder.mkdir(parents=True)
    values = {"count": 90, "compare_count": 100, "percent_change": change} if change else {}
    found = [{"id": "overview.recorded_crime.rate", "verdict": "none",
              "values": {"count": 90, "rate": 1.5}},
             {"id": "overview.recorded_crime.change", "verdict": verdict,
              "values": values}]  # fmt: skip
    content = {"schema": "cspanalysis.findings/1", "period": "2007-04/2008-03", "findings": found}
    (folder / "findings.json").write_text(json.dumps(content))
    return ReviewDone(Area(name, ""), folder, written=True)


@pytest.fixture
def page(tmp_path):
    def write(*reviews):
        request = Request(tmp_path, (), "2007-04/2008-03", "2006-04/2007-03", out=tmp_path)
        text = areas_index.write(request, reviews).read_text(encoding="utf-8")
        return " ".join(re.sub("<[^>]+>", " ", text).split())

    return write


def test_a_change_that_can_be_chance_is_called_so(tmp_path, page):
    text = page(
        done(tmp_path, "Alpha", -10.0, "down"), done(tmp_path, "Beta", -1.5, "no_clear_change")
    )
    assert "Alpha 90 1.5 −10.0" in text and "Beta 90 1.5 −1.5 (can be chance)" in text
    assert "The reviews of two areas for April 2007 to March 2008, compared with April 2006" in text


def test_nothing_is_said_to_be_compared_where_no_area_has_the_earlier_period(tmp_path, page):
    text = page(done(tmp_path, "Alpha"), done(tmp_path, "Beta"))
    assert "compared with" not in text and "Alpha 90 1.5 –" in text


def glance(reports, name, **subjects):
    """A review with a table at a glance: a row for each subject, of (rate, trend, peers)."""
    review = done(reports, name, -1.0, "down")
    path = review.folder / "findings.json"
    content = json.loads(path.read_text())
    rows = [
        {"subject": subject.replace("_", " "), "count": 10, "rate": rate, "trend": trend,
         "against_peers": peers, "is_total": subject == "recorded_crime", "rank": 2, "of": 13}
        for subject, (rate, trend, peers) in subjects.items()
    ]  # fmt: skip
    content["findings"].append({"id": "glance.table", "verdict": "none", "rows": rows})
    path.write_text(json.dumps(content))
    return review


def test_each_subject_has_its_rate_and_its_two_verdicts(tmp_path, page):
    text = page(glance(
        tmp_path, "Alpha", recorded_crime=(1.5, "falling", "lower"), burglary=(4.04, "rising", "–"),
        violence_and_sexual_offences=(25.0, "not clear", "higher"),
    ))  # fmt: skip
    # ASB and shoplifting are not known: dashes, no zeros.
    assert ("Alpha 90 1.5 lower than peers −1.0 ▼ falling 2 of 13 – "
            "25.0 no clear change higher than peers 4.0 ▲ rising – complete") in text  # fmt: skip


def outlined(monkeypatch, *names):
    """A workspace whose boundaries hold a square for each of some districts."""

    def of(store, kind, codes):
        found = [c for c in codes if c in names]
        squares = [[[[[i, 51], [i + 1, 51], [i + 1, 52], [i, 52]]]] for i, _ in enumerate(found)]
        return pd.DataFrame({"area_code": found, "polygons": squares})

    monkeypatch.setattr(small_areas, "outlines", of)


def test_the_map_links_each_area_and_darker_is_more(monkeypatch):
    rows = [{"area": "Dover", "link": "dover/i.html", "rate": 80.0},
            {"area": "Swale", "link": "", "rate": 60.0},
            {"area": "Nowhere", "link": "n.html", "rate": 1.0}]  # fmt: skip
    outlined(monkeypatch, "E07000108", "E07000113")
    made = district_map.of(None, rows)
    assert [(s.area, s.link) for s in made.shapes] == [("Dover", "dover/i.html"), ("Swale", "")]
    dover, swale = made.shapes
    assert dover.said == "Dover: 80.0 crimes per 1,000 residents"
    assert TINTS.index(dover.tint) > TINTS.index(swale.tint)
    assert [said for _, said in made.key] == ["60.0", "80.0"]
    assert dover.path.startswith("M0 ") and dover.path.endswith("Z")


def test_without_outlines_there_is_no_map(monkeypatch):
    rows = [{"area": "Dover", "link": "d", "rate": None}, {"area": "Swale", "link": "s", "rate": 1}]
    outlined(monkeypatch, "E07000108")
    assert district_map.of(None, rows) is None
    outlined(monkeypatch, "E07000108", "E07000113")
    made = district_map.of(None, rows)
    assert made.shapes[0].tint == NONE and made.shapes[0].said == "Dover"
