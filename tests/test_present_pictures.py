"""Charts as pictures: drawn by Chromium with what, where, when and source; told where it is not."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET

import plotly.graph_objects as go
import pytest

from cspanalysis.domain.errors import UsageError
from cspanalysis.findings.record import Finding
from cspanalysis.present import captions, chromium
from cspanalysis.present.charts import pictures

SVG = "{http://www.w3.org/2000/svg}"
SOURCE = {"title": "Calls & <b>more</b>", "publisher": "The council", "as_of": "2026-04-01"}


def finding(**more):
    figure = go.Figure(go.Bar(x=[3, 5], y=["Alpha", "Beta"], orientation="h"))
    given = {
        "id": "a.b", "chapter": "a", "title": "How many?", "sentence": "Five.",
        "caption": "Crimes <i>by</i> ward – Anytown, 2025/26", "alt": "Beta has most.",
        "sources": ({**SOURCE, "synthetic": True},), "figure": figure,
    }  # fmt: skip
    return Finding(**{**given, **more})


@pytest.fixture
def browser():
    if chromium.browser() is None:
        pytest.skip("no Chromium, Chrome or Edge was found")


@pytest.mark.browser
def test_a_saved_picture_tells_what_where_when_and_from_whom(browser, tmp_path):
    path = finding().save(tmp_path / "pictures" / "a.svg")
    drawn = ET.parse(path).getroot()
    texts = ["".join(t.itertext()) for t in drawn.iter(f"{SVG}text")]
    assert texts[:2] == ["Crimes <i>by</i> ward", "Anytown, 2025/26"]
    said = " ".join(texts[-2:])
    assert "Synthetic data. Source: Calls & <b>more</b> – The council" in said
    assert "1 April 2026" in said and {"Alpha", "Beta"} <= set(texts)
    assert drawn.find(f"{SVG}desc").text == "Beta has most."
    # Both bars are drawn, the longer one five thirds as long.
    assert len([p for p in drawn.iter(f"{SVG}path") if "vector-effect" in str(p.attrib)]) >= 2


@pytest.mark.browser
def test_png_is_twice_the_size_of_the_page_and_svg_the_same_each_time(browser, tmp_path):
    f = finding()
    content = f.save(tmp_path / "a.PNG").read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG") and width == 1440 and height > 300
    one, two = (f.save(tmp_path / f"{n}.svg").read_text(encoding="utf-8") for n in "ab")
    assert len(one) == len(two)


def test_what_cannot_be_saved_is_told_in_a_paragraph(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match=r"'\.gif'.*Allowed: \.png or \.svg"):
        finding().save(tmp_path / "a.gif")
    with pytest.raises(UsageError, match="'How many\\?' has no chart"):
        finding(figure=None).save(tmp_path / "a.png")
    monkeypatch.setattr(chromium, "browser", lambda: None)
    with pytest.raises(chromium.NoBrowser, match="Install one, or take the picture from the page"):
        finding().save(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.browser
def test_many_charts_keep_their_order(browser, monkeypatch):
    monkeypatch.setattr(pictures, "TOGETHER", 2)
    charts = []
    for number in range(3):
        one = finding(caption=f"Number {number}")
        about = captions.about(one.record())
        charts.append({"about": about, "alt": "", "figure": one.figure.to_plotly_json()})
    made = pictures.draw(charts, png=False)
    assert [f"<title>Number {n}</title>" in p.svg for n, p in enumerate(made)] == [True] * 3
    assert all(p.png == b"" for p in made)
