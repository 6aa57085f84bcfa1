"""Built reports as a board meets them: how long a page is, in light and in dark, folds closed.

The sample's review and that of today's synthetic town where they have been written, and what
`CSP_REVIEWS` names besides (folders of reviews, apart by ':').
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from browsing import AXE, RULES, visit

pytestmark = pytest.mark.browser

SCREEN, WIDTH = 900, 1100
#: Of a page what is its own: neither the partnership's head nor the licences at its foot.
MAIN = "document.querySelector('main').getBoundingClientRect().height"
WORDS = "document.querySelector('main').innerText"
PICTURES = (
    "document.querySelectorAll('main .tiles svg, main [data-chart], main .glance table').length"
)


@pytest.fixture(scope="module")
def asked_for(project):
    """The sample's review, and those named by hand."""
    named = [Path(p) for p in os.environ.get("CSP_REVIEWS", "").split(":") if p]
    found = [project / "reports" / "tonbridge-and-malling" / "2007-04_2008-03", *named]
    found = [f for f in found if (f / "index.html").is_file()]
    if not found:
        pytest.skip("no review has been written (make review)")
    return found


@pytest.fixture(scope="module")
def reviews(project, asked_for):
    """The same, and that of the town."""
    town = (project / "build/today/reports").glob("*/[0-9]*/index.html")
    return [*asked_for, *(path.parent for path in town)]


def pages_of(review):
    return sorted(review.glob("*.html"))


def test_the_summary_is_short_and_has_pictures(tab, reviews):
    for review in reviews:
        page = visit(tab, review / "index.html", WIDTH)
        text = page.evaluate(WORDS)
        assert len(text.split()) <= 600, review
        assert page.evaluate(PICTURES) >= 4, review
        for sentence in re.split(r"(?<=[.!?])\s", text):
            assert sentence.count("interval") <= 1, sentence


def test_no_chapter_is_longer_than_four_screens_beyond_its_folds(tab, reviews):
    long = {}
    for review in reviews:
        for path in pages_of(review):
            height = visit(tab, path, WIDTH).evaluate(MAIN)
            if height > 4 * SCREEN:
                long[f"{review.parent.name}/{path.stem}"] = round(height / SCREEN, 1)
    assert long == {}


def test_the_menu_leads_to_pages_with_findings_and_the_data_come_last(tab, reviews):
    for review in reviews:
        page = visit(tab, review / "index.html", WIDTH)
        menu = page.eval_on_selector_all(".contents a", "links => links.map(a => a.pathname)")
        slugs = [Path(link).stem for link in menu]
        assert slugs[0] == "index" and slugs[-1] == "data-quality"
        for slug in slugs[1:]:
            text = visit(tab, review / f"{slug}.html", WIDTH)
            assert text.locator(".finding").count() > 0, slug
            # What is not covered is a line and a fold.
            assert text.locator(".finding.not_available").count() == 0, slug


def test_a_page_says_caption_and_sentence_once_and_has_one_fold_on_how_we_know(reviews):
    for review in reviews:
        for path in pages_of(review):
            text = path.read_text(encoding="utf-8")
            assert text.count('<details class="how"') <= 1, path.stem
            assert "-alt" not in "".join(re.findall(r'id="([^"]*)"', text))
            for caption in re.findall(r"<figcaption[^>]*>(.*?)<", text):
                labels = re.findall(r'role="img" aria-label="([^"]*)"', text)
                assert all(caption not in label for label in labels)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_by_day_and_in_the_dark(chromium, axe, asked_for, scheme):
    seen = chromium.new_context(color_scheme=scheme, viewport={"width": WIDTH, "height": SCREEN})
    page, found = seen.new_page(), {}
    for review in asked_for:
        for path in pages_of(review):
            page.goto(path.as_uri())
            session = seen.new_cdp_session(page)
            session.send("Runtime.evaluate", {"expression": axe})
            wrong = page.evaluate(AXE, RULES)["violations"]
            if wrong:
                name = f"{review.parent.name}/{path.stem}"
                found[name] = [(v["id"], v["nodes"][0]["html"][:200]) for v in wrong]
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (paper == "rgb(20, 24, 28)") is (scheme == "dark")
    seen.close()
    assert found == {}
