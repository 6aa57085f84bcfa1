"""The index of areas: no change is shown there as more than it is."""

import json
import re

import pytest

from cspanalysis.domain.areas import Area
from cspanalysis.report import areas_index
from cspanalysis.report.request import Request, ReviewDone


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
    assert "Alpha 90 −10.0 1.5" in text and "Beta 90 −1.5 (can be chance) 1.5" in text
    assert "The reviews of two areas for April 2007 to March 2008, compared with April 2006" in text


def test_nothing_is_said_to_be_compared_where_no_area_has_the_earlier_period(tmp_path, page):
    text = page(done(tmp_path, "Alpha"), done(tmp_path, "Beta"))
    assert "compared with" not in text and "Alpha 90 – 1.5" in text
