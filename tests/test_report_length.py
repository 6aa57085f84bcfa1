"""How long the printed sample is, and that nothing of it is torn: from its stored notebooks."""

from __future__ import annotations

import io
import json

import pypdf
import pytest

from cspanalysis.present import chromium
from cspanalysis.report import collect, notebooks, pdf, review_folder

pytestmark = pytest.mark.browser

#: Pages that the sample's review may have.
MOST_PAGES = 60


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


@pytest.fixture(scope="module")
def pages(printed):
    """The text of each page, in one line."""
    reader = pypdf.PdfReader(io.BytesIO(printed))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_the_sample_is_no_longer_than_a_board_reads(pages):
    assert len(pages) <= MOST_PAGES


def test_what_has_no_answer_is_not_printed(chapters, pages):
    whole = " ".join(pages)
    lacking = [r for c in chapters for r in c.records if r["status"] == "not_available"]
    titles = {r["title"] for c in chapters for r in c.records if r["status"] != "not_available"}
    assert lacking
    assert not [r["id"] for r in lacking if r["title"] not in titles and r["title"] in whole]
