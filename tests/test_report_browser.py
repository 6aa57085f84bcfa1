"""Every page in headless Chromium: offline, accessible, drawn, usable by keyboard, phone, paper."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browsing import CROWDED, GEOMETRY, check, visit
from report_helpers import contents, make, request, review_folder

from cspanalysis.report import pdf, runner

pytestmark = pytest.mark.browser

LONG = "A very long place name without any end, as partners' columns sometimes hold, " * 3
HOSTILE_CHAPTER = f"""
import dataclasses
f = made.peers()
rows = f.rows.assign(area=["<img src=x onerror=alert(1)>", {LONG!r}, *f.rows["area"][2:]])
f.figure.data[0].y = list(rows["area"])[::-1]
dataclasses.replace(f, id="hostile.peers", chapter="hostile", rows=rows,
                    table=made._table(rows, [0]), title="<script>alert(1)</script>",
                    sentence={LONG!r})
"""


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    """The made review with a hostile chapter and a failed one, in the partner edition."""
    chapters = {
        **make.CHAPTERS,
        "06_hostile": ("Hostile <b>", "Lead.", [HOSTILE_CHAPTER]),
        "07_failed": ("Failed", "Lead.", ["1 / 0"]),
    }
    asked = request(
        tmp_path_factory.mktemp("browser"), chapters, edition="partner", single_file=True,
        areas=(runner.Area("Tonbridge and Malling"),), all_areas=True,
    )  # fmt: skip
    outcome = runner.run(asked)
    assert [f.chapter for f in outcome.failures] == ["Failed"], outcome.failures
    where = review_folder(asked)
    return {
        **{p.stem: p for p in sorted(where.glob("*.html"))},
        "single-file": outcome.reviews[0].extras[0],
        "areas": outcome.index,
    }


PAGES = ("index", "data-quality", "overview", "violence", "hostile", "failed", "single-file",
         "areas")  # fmt: skip


@pytest.fixture(scope="module")
def sample(project):
    """The sample's own review, where `csp review` has written it."""
    where = project / "reports" / "tonbridge-and-malling" / "2007-04_2008-03"
    if not (where / "index.html").is_file():
        pytest.skip("the sample's review has not been written (make review)")
    return {p.stem: p for p in sorted(where.glob("*.html"))}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_offline_drawn_accessible_and_fits_a_phone(tab, axe, review, name):
    check(tab, axe, review[name])


def test_every_page_of_the_sample_too(tab, axe, sample):
    for path in sample.values():
        # Its tables are hundreds, all of one template, which the made pages have unfolded.
        check(tab, axe, path, is_unfolded=False)
        assert path.stat().st_size <= 200_000
    folder = next(iter(sample.values())).parent
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) <= 12_000_000


@pytest.mark.parametrize("width", [360, 1100])
def test_no_words_of_the_samples_charts_are_crowded_or_cut_off(tab, sample, width):
    for path in sample.values():
        page = visit(tab, path, width)
        assert page.evaluate(CROWDED) == [], path.stem


def test_on_a_phone_limits_and_the_own_name_stand_in_the_key(tab, sample):
    page = visit(tab, sample["overview"], 360)
    keys = {
        name: page.locator(f'[data-chart="{name}"] .annotation-text').all_text_contents()
        for name in ("overview.recorded_crime.months", "overview.recorded_crime.funnel.msg")
    }
    control, funnel = keys.values()
    assert control[0].startswith("upper limit 22.8, mean 20.5, lower limit 18.1")
    assert len(control) == 1 and funnel[-1].startswith("● Tonbridge and Malling")


def test_a_row_is_a_list_on_a_phone_and_a_table_still(tab, sample):
    page = visit(tab, sample["acquisitive-crime"], 360)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    box = page.locator(".scroll.list", has_text="963").first
    assert box.evaluate("b => b.scrollWidth <= b.clientWidth")
    label = box.locator("td").last.evaluate("c => getComputedStyle(c, '::before').content")
    assert label == '"95% interval of the ratio"'
    assert box.get_by_role("columnheader").count() == box.get_by_role("cell").count() + 1
    assert box.get_by_role("rowheader").count() == 1


def test_keyboard_reaches_skip_link_chapters_tables_and_neighbours_in_order(tab, review):
    page = visit(tab, review["overview"])
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "(e => e.tagName + ' ' + (e.getAttribute('href') || e.getAttribute('role') || ''))"
                "(document.activeElement)"
            )
        )
        if seen[-1].startswith("BODY") or (seen[1:] and seen[-1] == seen[0]):
            break
    assert seen[0] == "A #main"
    wanted = ["A index.html", "A overview.html", "SUMMARY ", "DIV region", "A violence.html"]
    places = [len(seen) - 1 - seen[::-1].index(w) for w in wanted]
    assert places == sorted(places)
    assert len(seen) < 40  # no trap, and nothing inside the charts takes the focus


def test_a_chart_is_taken_as_png_and_svg_by_the_keyboard(tab, review):
    page = visit(tab, review["overview"], 360)
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        button = page.get_by_role("button", name=f"Save as {kind}: ").first
        button.focus()
        with page.expect_download() as taken:
            page.keyboard.press("Enter")
        content = Path(taken.value.path()).read_bytes()
        assert content.startswith(start) and taken.value.suggested_filename.endswith(kind.lower())
    # Whatever the window: a document's width, with its source and what edition it is.
    assert b'width="720"' in content and b"Source: " in content and b"RESTRICTED" in content
    assert page.errors == []


def test_focus_is_visible_and_the_skip_link_works(tab, review):
    page = visit(tab, review["overview"])
    page.keyboard.press("Tab")
    box = page.locator(".skip").bounding_box()
    assert box["x"] >= 0 and box["y"] >= 0
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_without_scripts_the_tables_are_there(chromium, review):
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(review["overview"].as_uri())
    assert page.locator("noscript").count() == 2
    page.locator("summary").first.click()
    assert page.locator("table").first.is_visible()


def test_printing_leaves_folds_shut_and_fits_the_charts(tab, review):
    page = visit(tab, review["violence"])
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = [c["width"] for c in page.evaluate(GEOMETRY)]
    assert page.evaluate("[...document.querySelectorAll('.main-svg')].every(s => "
                         "s.getBoundingClientRect().width <= 660.5)")  # fmt: skip
    page.emulate_media(media="print")
    # What is folded is in the workbook; what a reader has opened is printed.
    assert page.evaluate("[...document.querySelectorAll('details')].every(d => !d.offsetHeight)")
    page.evaluate("document.querySelector('details').open = true")
    assert page.evaluate("document.querySelector('details').offsetHeight") > 40
    page.evaluate("document.querySelector('details').open = false")
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("[...document.querySelectorAll('details')].every(d => !d.open)")
    assert [c["width"] for c in page.evaluate(GEOMETRY)] == widths
    content = page.pdf(format="A4", tagged=True)
    assert content.startswith(b"%PDF") and b"/StructTreeRoot" in content


def test_pdf_of_the_whole_review_is_tagged_and_the_same_each_time(chromium, review):
    text = review["single-file"].read_text(encoding="utf-8")
    content = pdf.from_html(text)
    assert b"/StructTreeRoot" in content and b"/MarkInfo" in content
    assert b"D:20000101000000" in content
    assert len(content) > 30_000
    assert content.count(b"/S /H2") > 0 and content.count(b"/S /Figure") > 0
    assert pdf.from_html(text) == content


def test_pdf_does_not_depend_on_what_the_browser_counted_before(chromium):
    page = (
        "<!doctype html><html lang=en><title>A table</title>{}<table><tr><th id=a>Area<th>Count"
        "<tr><td headers=a>Dover<td>5</table>"
    )
    further = "<script>for (let i = 0; i < 7; i++) document.createElement('p')</script>"
    plain, counted = pdf.from_html(page.format("")), pdf.from_html(page.format(further))
    assert b"/ID (node00000001)" in plain
    assert plain == counted


def test_areas_are_sorted_and_searched(tab, tmp_path):
    areas = tuple(runner.Area(n) for n in ("Alpha", "Beta", "Gamma"))
    chapters = {"10_overview": ("Overview", "Lead.", [
        "f = made.change()",
        "import dataclasses; dataclasses.replace(f, values={**f.values, "
        "'count': {'Alpha': 20, 'Beta': 3, 'Gamma': 100}[csp]})",
    ])}  # fmt: skip
    asked = request(tmp_path, chapters, areas=areas, all_areas=True)
    page = visit(tab, runner.run(asked).index)
    names = (
        "[...document.querySelectorAll('#areas tbody tr:not([hidden]) th')].map(e => e.textContent)"
    )
    page.get_by_role("button", name="Crimes recorded").click()
    assert page.evaluate(names) == ["Beta", "Alpha", "Gamma"]
    page.get_by_role("button", name="Crimes recorded").click()
    assert page.evaluate(names) == ["Gamma", "Alpha", "Beta"]
    page.get_by_label("Find an area").fill("et")
    assert page.evaluate(names) == ["Beta"]
    assert page.get_by_role("status").inner_text() == "1 area"


def test_sizes_of_the_made_review(review):
    folder = review["index"].parent
    assert sum(len(c) for c in contents(folder).values()) <= 8_000_000
    assert all(p.stat().st_size <= 200_000 for p in folder.glob("*.html"))
    assert json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
