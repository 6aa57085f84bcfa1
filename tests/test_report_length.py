"""How long printed reviews are, and that nothing of them is torn.

The sample from its stored notebooks; of today's synthetic town, and of `CSP_REVIEWS`, the PDF that
lies beside the folder of the review.
"""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import pypdf
import pytest

from cspanalysis.present import chromium
from cspanalysis.report import collect, notebooks, pdf, review_folder, summary

pytestmark = pytest.mark.browser

#: Pages that the sample's review may have, and one of open data.
MOST_PAGES, MOST_OF_OPEN_DATA = 60, 25
#: So many words tell an answer from all others.
TOLD = 4
#: Of a page between its margins what is at least taken, of any page and of all; A4 in points.
LEAST_FULL, FULL = 0.55, 0.9
TOP, FOOT, HIGH = 802, 40, 754


@pytest.fixture(scope="module")
def chapters():
    found = notebooks.chapters()
    texts = [json.loads(c.path.read_text(encoding="utf-8")) for c in found]
    return [
        collect.collect(text, c.key, c.slug, c.title) for c, text in zip(found, texts, strict=True)
    ]


@pytest.fixture(scope="module")
def printed(chapters):
    if chromium.browser() is None:
        pytest.skip("no Chromium, Chrome or Edge was found")
    context = review_folder.context_of(
        chapters,
        area={"name": "Tonbridge and Malling", "code": "E07000115"},
        period="2007-04/2008-03",
        compare="2006-04/2007-03",
        edition="public",
    )
    return pdf.review(chapters, context)


def pages_of(content):
    """The text of each page, in one line."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    # Ligatures of the printed font are letters to a reader.
    texts = (page.extract_text().replace("ﬀ", "ff").replace("ﬁ", "fi") for page in reader.pages)
    return [" ".join(text.split()) for text in texts]


def fullness(content):
    """Of each page but the cover and the last how far down its words reach."""
    found = []
    for page in pypdf.PdfReader(io.BytesIO(content)).pages[1:-1]:
        heights = []

        def seen(text, cm, tm, font, size, heights=heights):
            if text.strip():
                heights.append(tm[5] * cm[3] + cm[5])

        page.extract_text(visitor_text=seen)
        found.append((TOP - min(h for h in heights if h > FOOT)) / HIGH)
    return found


@pytest.fixture(scope="module")
def pages(printed):
    return pages_of(printed)


@pytest.fixture(scope="module")
def of_open_data(project):
    """Pages and titles of the reviews of open data whose PDF is there."""
    named = [Path(p) for p in os.environ.get("CSP_REVIEWS", "").split(":") if p]
    folders = [*(project / "build/today/reports").glob("*/[0-9]*"), *named]
    found = {}
    for folder in folders:
        for path in folder.parent.glob(f"*_{folder.name}.pdf"):
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
            titles = [c["title"] for c in manifest["chapters"]]
            found[path.name] = pages_of(path.read_bytes()), titles, findings["findings"]
    if not found:
        pytest.skip("no PDF of open data has been written (make review-today)")
    return found


def body(page):
    """A page without its running foot, which a reader of the text meets first."""
    return re.sub(r"^\d* ?\S.{0,80}? edition(?: – synthetic data)? ?\d*", "", page).strip()


def torn(pages, titles, records):
    """What stands at the foot of a page without what follows it."""
    found = []
    # The summary names questions that it does not answer.
    for number, page in enumerate(pages[1 + summary_of(pages) :], 2 + summary_of(pages)):
        found += [f"In short, page {number}"] * body(page).startswith("In short")
        found += [f"{title}, page {number}" for title in titles if body(page).endswith(title)]
        for title in {r["title"] for r in records if r["title"] in page}:
            # Of several findings of one title one has to be answered here.
            alike = [r["sentence"] for r in records if r["title"] == title]
            if not any(" ".join(said.split()[:TOLD]) in page for said in alike):
                found.append(f"{title}, page {number}")
    return found


def summary_of(pages):
    """How many pages the summary takes: from page two to that on which a chapter begins."""
    contents = re.findall(r"([A-Z][^\d]+?) (\d+)(?= [A-Z]|$)", pages[0].partition("Contents")[2])
    title, page = next((t.strip(), int(p)) for t, p in contents if t.strip() != "Summary")
    return page - 1 - body(pages[page - 1]).startswith(title)


def test_the_sample_is_no_longer_than_a_board_reads(pages):
    assert len(pages) <= MOST_PAGES


def test_a_review_of_open_data_is_no_longer_than_a_board_reads(of_open_data):
    for name, (pages, _, _) in of_open_data.items():
        assert len(pages) <= MOST_OF_OPEN_DATA, name


def test_pages_are_full(printed):
    full = fullness(printed)
    assert min(full) >= LEAST_FULL and sum(full) / len(full) >= FULL


def test_the_table_of_priorities_stands_on_one_page_with_its_heading(chapters, pages):
    (matrix,) = [r for c in chapters for r in c.records if r["id"] == "priorities.matrix"]
    of = next(page for page in pages[1:] if "Recommended priorities" in page)
    table = of.partition("Recommended priorities")[2]
    scored = [r for r in matrix["rows"] if r["score"] is not None][: summary.MOST_PANEL]
    assert len(scored) > 3 and all(row["label"] in table for row in scored)


def test_the_printed_summary_takes_two_pages(pages):
    assert summary_of(pages) <= 2


def test_the_printed_summary_of_open_data_takes_two_pages(of_open_data):
    assert {name: summary_of(pages) for name, (pages, _, _) in of_open_data.items()} == {
        name: 2 for name in of_open_data
    }


def test_no_question_is_torn_from_its_answer_and_no_heading_from_what_it_heads(chapters, pages):
    assert torn(pages, [c.title for c in chapters], [r for c in chapters for r in c.records]) == []


def test_nothing_of_a_printed_review_of_open_data_is_torn(of_open_data):
    assert {name: torn(*printed) for name, printed in of_open_data.items()} == {
        name: [] for name in of_open_data
    }


def test_what_has_no_answer_is_not_printed(chapters, pages):
    whole = " ".join(pages)
    lacking = [r for c in chapters for r in c.records if r["status"] == "not_available"]
    titles = {r["title"] for c in chapters for r in c.records if r["status"] != "not_available"}
    assert lacking
    assert not [r["id"] for r in lacking if r["title"] not in titles and r["title"] in whole]
