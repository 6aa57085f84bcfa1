"""Charts of an exported notebook: pictures with texts, or the charts themselves; never nothing."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from test_present_pictures import finding
from traitlets.config import Config

from cspanalysis.findings.record import MIME
from cspanalysis.present import chromium
from cspanalysis.present.charts import pictures, plot


def notebook():
    f = finding()
    chart = {"data": f.figure.to_plotly_json()["data"], "layout": {"height": 300}}
    outputs = [
        nbformat.v4.new_output("display_data", {MIME: f.record(), "text/markdown": "It rose."}),
        nbformat.v4.new_output("display_data", {plot.MIME: chart}),
        nbformat.v4.new_output("display_data", {plot.MIME: chart}),
    ]
    cell = nbformat.v4.new_code_cell("f", outputs=outputs)
    return nbformat.v4.new_notebook(cells=[cell])


def exported(project):
    """The HTML, made as Jupyter makes it with the configuration that the wheel installs."""
    path = project / "cspanalysis" / "explore" / "lab" / "jupyter_config.json"
    config = Config(json.loads(path.read_text(encoding="utf-8")))
    nb = notebook()
    before = nbformat.writes(nb)
    text, _ = HTMLExporter(config=config, template_name="basic").from_notebook_node(nb)
    assert nbformat.writes(nb) == before  # what is stored stays
    return text


@pytest.mark.browser
def test_each_chart_is_a_picture_with_what_its_finding_says(project):
    if chromium.browser() is None:
        pytest.skip("no Chromium, Chrome or Edge was found")
    text = exported(project)
    images = re.findall(r'<img alt="([^"]*)"[^>]*base64,([^"]+)"', text)
    assert [alt for alt, _ in images] == ["Beta has most.", "Chart"]
    drawn = [base64.b64decode(packed).decode("utf-8") for _, packed in images]
    assert "Anytown, 2025/26" in drawn[0] and "Synthetic data" in drawn[0]
    assert "Anytown" not in drawn[1] and "plotly.js" not in text


def test_without_a_browser_the_page_draws_them_itself_with_one_script(project, monkeypatch):
    monkeypatch.setattr(chromium, "browser", lambda: None)
    text = exported(project)
    assert text.count("Plotly.newPlot(") >= 2 and '<script src="http' not in text
    assert text.count("plotly.js v") == 1


@pytest.mark.browser
def test_in_lab_two_buttons_beneath_each_chart_save_it_by_the_keyboard(tab, project):
    """The extension as JupyterLab loads it, on outputs as JupyterLab draws them."""
    folder = project / "cspanalysis" / "explore" / "lab" / "labextension"
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    entry = folder / package["jupyterlab"]["_build"]["load"]
    tab.set_content(
        '<div class="jp-OutputArea"><div class="jp-OutputArea-child"><h3>Did it rise?¶</h3></div>'
        '<div class="jp-OutputArea-child"><div id="chart"></div></div></div>'
    )
    for text in (pictures.plotly_js(), entry.read_text(encoding="utf-8")):
        tab.add_script_tag(content=text)
    tab.evaluate(
        "async name => { const box = window._JUPYTERLAB[name]; await box.init({});"
        " (await box.get('./extension'))().default[0].activate();"
        " await Plotly.newPlot('chart', [{y: [1, 2]}]); }",
        package["name"],
    )
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        button = tab.get_by_role("button", name=f"Save as {kind}: Did it rise?")
        button.focus()
        with tab.expect_download() as taken:
            tab.keyboard.press("Enter")
        assert taken.value.suggested_filename == f"Did_it_rise.{kind.lower()}"
        assert Path(taken.value.path()).read_bytes().startswith(start)
    assert tab.locator(".csp-take button").count() == 2
