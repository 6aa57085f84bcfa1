"""JupyterLab in headless Chromium: the notebook for exploring runs, and its widgets redraw."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from browsers import headless
from jupyter_core.paths import jupyter_path

from cspanalysis.explore import documentation
from cspanalysis.workspace import init

pytestmark = pytest.mark.browser

PROJECT = Path(__file__).resolve().parents[1]
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
#: The documentation is beneath Help where its pages were made and the extension is installed.
HAS_HELP = documentation.folder() is not None and any(
    (Path(folder) / "cspanalysis" / "package.json").exists()
    for folder in jupyter_path("labextensions")
)
#: Seconds that anything may take before it counts as never; only a hang is this slow.
LIMIT = 300
#: District, an LSOA of it, burglaries and thefts of a bicycle a month, longitude of its dots.
DISTRICTS = (
    ("Tonbridge and Malling", "E01024767", 6, 3, 0.27),
    ("Sevenoaks", "E01024490", 9, 2, 0.19),
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Two districts over two years, with the notebook as it is shipped."""
    root = tmp_path_factory.mktemp("lab") / "ws"
    init.init(root, "Tonbridge and Malling")
    for year in (2024, 2025):
        for month in range(1, 13):
            rows = [HEADER]
            for district, code, *counts, longitude in DISTRICTS:
                for offence, n in zip(("Burglary", "Bicycle theft"), counts, strict=True):
                    rows += [
                        f"{code[-3:]}{offence[:2].encode().hex()}{year}{month:02}{i:051},"
                        f"{year}-{month:02},Kent Police,Kent Police,{longitude + i / 1000},51.2,"
                        f"On or near Street {i},{code},{district} 001A,{offence},"
                        "Under investigation,\n"
                        for i in range(n + month % 3)
                    ]
            path = root / f"data/raw/police_uk/{year}-{month:02}-kent-street.csv"
            path.write_text("".join(rows), encoding="utf-8")
    (root / "data/raw/population/mid_2024.csv").write_text(
        "area_code,area,year,sex,age,population\n"
        "E07000115,Tonbridge and Malling,2024,persons,-1,135000\n"
        "E07000111,Sevenoaks,2024,persons,-1,121000\n",
        encoding="utf-8",
    )
    (root / "notebooks").mkdir()
    shutil.copy(PROJECT / "notebooks" / "explore.ipynb", root / "notebooks")
    return root


@pytest.fixture(scope="module")
def lab(workspace, tmp_path_factory):
    """Address of a JupyterLab on this machine alone."""
    # Without it the widgets are shown as text, as in an environment that was put together by hand.
    manager = "@jupyter-widgets/jupyterlab-manager/package.json"
    if not any((Path(folder) / manager).exists() for folder in jupyter_path("labextensions")):
        pytest.fail(f"{sys.prefix} has no share/jupyter/labextensions with {manager}: install anew")
    home = tmp_path_factory.mktemp("home")
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    except OSError as error:
        pytest.skip(f"no port is free on this machine: {error}")
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(PROJECT),
    }
    # The kernel named in the notebook is started without a question.
    tracker = home / "config/lab/user-settings/@jupyterlab/notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text('{"autoStartDefaultKernel": true}')
    # The debugger's panel, not used here, reports an error of its own when a kernel is late.
    (home / "config/labconfig").mkdir()
    (home / "config/labconfig/page_config.json").write_text(
        '{"disabledExtensions": {"@jupyterlab/debugger-extension": true}}'
    )
    log = (home / "lab.log").open("wb")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "cspanalysis", "lab", "--workspace", str(workspace),
            "--no-browser",
            f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
            "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True",
            "--LabApp.expose_app_in_browser=True",
            # Neither news nor extensions are asked for from the network.
            "--LabApp.news_url=", "--LabApp.extension_manager=readonly",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ],
        stdout=log, stderr=subprocess.STDOUT, env=environment,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status", server, home / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait(LIMIT)
        log.close()


def _wait_for(address, server, log):
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if server.poll() is not None:
            pytest.skip(f"JupyterLab did not start: {log.read_text()[-500:]}")
        try:
            return urllib.request.urlopen(address, timeout=LIMIT).close()
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab did not answer: {log.read_text()[-500:]}")


@pytest.fixture(scope="module")
def page(lab):
    """The notebook opened in a browser that can reach this machine only."""
    with headless("127.0.0.1") as browser:
        # As high as the whole notebook: JupyterLab draws only the cells that are in view.
        page = browser.new_page(viewport={"width": 1400, "height": 9000})
        page.set_default_timeout(LIMIT * 1000)
        page.asked, page.errors, page.has_help = [], [], HAS_HELP
        page.on("request", lambda r: page.asked.append(r.url))
        page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.errors.append(str(e)))
        page.goto(f"{lab}/lab/tree/notebooks/explore.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_selector("#jupyterlab-splash", state="detached")
        page.wait_for_function(CONNECTED)
        yield page


#: The kernel answers; the status in the toolbar says so before its channel is open.
CONNECTED = (
    "() => { const s = window.jupyterapp?.shell.currentWidget?.sessionContext;"
    " const k = s?.isReady && s.session?.kernel;"
    " return k && k.connectionStatus === 'connected' && k.status === 'idle' && !!k.model; }"
)
WIDGETS = ".jp-Cell:has(.widget-dropdown)"
CHARTS = f"{WIDGETS} .js-plotly-plot .main-svg"
DRAWN = (
    "([cell, text]) => { const it = document.querySelector(cell);"
    " return it && it.textContent.includes(text) &&"
    " it.querySelectorAll('.js-plotly-plot .mlayer path, .js-plotly-plot .scatterlayer path')"
    ".length > 0; }"
)


def shown(page, text):
    """Waits until the widgets show a text, with charts that have marks."""
    try:
        page.wait_for_function(DRAWN, arg=[WIDGETS, text])
    except Exception as error:
        outputs = page.locator(".jp-OutputArea").all_inner_texts()
        raise AssertionError(f"{text} is not shown: {page.errors} {outputs[:2]}") from error
    return page.locator(CHARTS).count()


#: Code cells without a number yet, by the notebook's own model: what is out of view has no text.
NOT_RUN = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(c => c.model.type === 'code' && !c.model.executionCount)
  .map(c => c.model.sharedModel.getSource())"""


def every_cell_has_run(page):
    try:
        page.wait_for_function(f"() => !({NOT_RUN})().length")
    except Exception as error:
        said = [text[-500:] for text in page.locator(".jp-OutputArea").all_text_contents()]
        raise AssertionError(f"not run: {page.evaluate(NOT_RUN)} {page.errors} {said}") from error


#: Of the cell with a finding that has a chart: what stands beneath each other, and what is folded.
FOLDED = """() => {
  const cell = [...document.querySelectorAll('.jp-CodeCell')].find(
    c => c.textContent.includes('kinds_change('));
  const top = e => e && e.getBoundingClientRect().top;
  const fold = cell.querySelector('details');
  return {sentence: top(cell.querySelector('.jp-RenderedMarkdown h3 + p')),
    chart: top(cell.querySelector('.js-plotly-plot')), fold: top(fold), open: fold.open,
    table: !!fold.querySelector('table'), shown: fold.querySelector('table').checkVisibility()};
}"""


def a_finding_is_sentence_picture_then_folds(page):
    found = page.evaluate(FOLDED)
    assert found["sentence"] < found["chart"] < found["fold"]
    assert found["table"] and not found["open"] and not found["shown"]


def names_are_completed_and_misspelt_ones_answered(page):
    page.locator(".jp-CodeCell .cm-content").last.click()
    for key in ("Escape", "b", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function(CONNECTED)
    page.keyboard.type('a.map("bicyc')
    page.keyboard.press("Tab")
    # One name is written at once; of several a list is shown.
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cm-content')].at(-1).textContent"
        ".includes('bicycle theft') || document.querySelector('.jp-Completer:not(.lm-mod-hidden)')"
        "?.innerText.includes('bicycle theft')"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type('a.map("burglery")')
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-OutputArea')]"
        '.some(o => o.textContent.includes("Did you mean \'burglary"))'
    )
    assert not page.get_by_text("Traceback (most recent call last)").count()


def the_documentation_is_under_help(page):
    if not page.has_help:
        return
    page.get_by_role("menuitem", name="Help", exact=True).click()
    with page.expect_popup() as opened:
        page.get_by_text("cspanalysis: documentation").click()
    there = opened.value
    there.wait_for_load_state()
    assert there.url.endswith("/static/documentation/index.html")
    assert "Community Safety Partnership" in there.inner_text("body")
    there.close()


def test_explore_runs_redraws_and_asks_nothing_off_the_machine(page, lab):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    assert shown(page, "Tonbridge and Malling") >= 3
    every_cell_has_run(page)
    assert not page.locator(".jp-RenderedText[data-mime-type*=stderr]").count()
    area, offence = page.locator(f"{WIDGETS} select").all()
    area.select_option("Sevenoaks")
    shown(page, "Sevenoaks recorded")
    offence.select_option("bicycle theft")
    assert shown(page, "Where is bicycle theft recorded?") >= 3
    period = page.locator(f"{WIDGETS} input[type=text]")
    period.fill("2025")
    period.press("Enter")
    page.wait_for_function(
        "cell => document.querySelector(cell).textContent.includes(\"'2025' is not a period\")",
        arg=WIDGETS,
    )
    assert not page.locator(CHARTS).count()
    a_finding_is_sentence_picture_then_folds(page)
    names_are_completed_and_misspelt_ones_answered(page)
    the_documentation_is_under_help(page)
    assert page.errors == []
    here = lab.removeprefix("http")
    strange = [u for u in page.asked if not u.startswith((f"http{here}", "data:", "blob:"))]
    assert strange == []
