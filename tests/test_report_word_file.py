"""The Word file: the pages' order in a template's styles; tables, captions, texts for pictures."""

from __future__ import annotations

import io

import docx
import pytest
from docx.oxml.ns import qn
from test_report_pages import context, figure, record

from cspanalysis.domain.errors import UsageError
from cspanalysis.present import chromium
from cspanalysis.report import collect, single_file, word_file, word_styles
from cspanalysis.report.collect import Rendered, Section

PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"


def chapter():
    """A chapter of two answered questions, the first with a chart, and one without an answer."""
    two = {"columns": [{"key": "place", "label": "Ward", "numeric": False}],
           "rows": [["North"], ["South"]], "own": []}  # fmt: skip
    table = record(
        title="Which wards?", id="a.wards", sentence="Two wards.", has_figure=False, table=two
    )
    lacking = record(title="Who?", id="a.who", status="not_available", table={}, has_figure=False)
    first = record("It rose.", title="Did it rise?", alt="A bar of 1.")
    sections = (Section(first, collect.chart_json(figure())), Section(table), Section(lacking))
    return Rendered("40_violence", "violence", "Violence", "<p>The lead.</p>", sections)


def made(template=None, **more):
    c = context(**more)
    spoken = {r["id"]: r["alt"] for r in chapter().records}
    page = single_file.page([chapter()], c, is_drawn=False)
    content, told = word_file.content(page, c, template, spoken)
    return docx.Document(io.BytesIO(content)), told, content


@pytest.fixture
def bare(monkeypatch):
    monkeypatch.setattr(chromium, "browser", lambda: None)


def said(document, style):
    return [p.text for p in document.paragraphs if p.style.name == style]


def test_order_styles_and_what_the_document_is(bare):
    document, _, _ = made(synthetic=True)
    styles = [p.style.name for p in document.paragraphs]
    assert styles[:2] == ["Title", "Subtitle"]
    assert any(t.startswith("Synthetic data.") for t in said(document, "Note"))
    assert "Public edition" in said(document, "Normal")
    heads = said(document, "Heading 1")
    assert heads[0] == "Summary" and chapter().title in heads
    titles = [r["title"] for r in chapter().records if r["status"] != "not_available"]
    shown = [t for t in said(document, "Heading 2") if t in titles]
    assert shown == [t for t in titles if t in shown] and len(shown) == 2
    assert "Who?" not in [p.text for p in document.paragraphs]  # it has no answer
    answers = said(document, "Answer")
    assert all(r["sentence"] in answers for r in chapter().records if r["title"] in shown)
    foot = document.sections[0].footer.paragraphs[0].text
    assert "public edition" in foot and "synthetic data" in foot and "page" in foot


def test_contents_point_to_the_headings_by_page(bare):
    document, _, _ = made()
    body = document.element.body
    marks = [m.get(qn("w:name")) for m in body.iter(qn("w:bookmarkStart"))]
    fields = [t.text.split()[1] for t in body.iter(qn("w:instrText")) if "PAGEREF" in t.text]
    assert fields == marks and len(marks) == len(said(document, "Heading 1"))


def test_tables_have_header_rows_that_come_again_and_rows_that_stay_whole(bare):
    document, _, _ = made()
    assert document.tables
    for table in document.tables:
        first, *others = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(r._tr.trPr.find(qn("w:tblHeader")) is None for r in others)
        assert all(r._tr.trPr.find(qn("w:cantSplit")) is not None for r in table.rows)
        assert table.style.name == "CSP table"


def test_a_column_is_as_wide_as_what_it_holds(bare):
    """Columns of one width broke reasons into seven lines beside a number with room for ten."""
    table = docx.Document().add_table(2, 3)
    words = [["Source", "Reason", "Rows"], ["Fires", "a total of a region or of England", "101"]]
    word_styles.columns_as_wide(table, words, 9_000_000)
    source, reason, rows = (c.width for c in table.columns)
    assert reason > 3 * source > 3 * rows
    assert source + reason + rows == pytest.approx(9_000_000, rel=0.001)
    assert table.rows[1].cells[1].width == reason


def test_without_a_browser_charts_are_described_and_the_message_says_so(bare):
    document, told, _ = made()
    assert told.startswith("The Word file has no charts") and "Install one" in told
    figures = [s for s in chapter().sections if s.figure]
    told = [t for t in said(document, "Source") if t.startswith("Chart not drawn.")]
    assert len(told) == len(figures) > 0
    assert all(any(s.record["alt"] in t for t in told) for s in figures)


@pytest.mark.browser
def test_charts_are_pictures_with_captions_and_text_alternatives():
    if chromium.browser() is None:
        pytest.skip("no Chromium, Chrome or Edge was found")
    document, told, content = made()
    figures = [s.record for s in chapter().sections if s.figure]
    assert told == "" and content[:2] == b"PK"
    spoken = [p.get("descr") for p in document.element.body.iter(PICTURE)]
    assert spoken == [r["alt"] for r in figures]
    styles = [p.style.name for p in document.paragraphs]
    for number in [i for i, s in enumerate(styles) if s == "Picture"]:
        assert styles[number - 1] == "Caption"


def test_the_same_pages_give_the_same_bytes(bare):
    assert made()[2] == made()[2]


def test_a_councils_template_keeps_its_styles_header_and_foot_and_loses_its_text(bare, tmp_path):
    own = docx.Document()
    own.add_paragraph("Write your report here")
    own.styles["Heading 1"].font.name = "Comic Sans MS"
    own.sections[0].header.paragraphs[0].text = "Anytown Council"
    own.sections[0].footer.paragraphs[0].text = "www.anytown"
    own.save(tmp_path / "own.docx")
    word_file.check_template(tmp_path / "own.docx")
    document, _, _ = made(tmp_path / "own.docx")
    texts = [p.text for p in document.paragraphs]
    assert "Write your report here" not in texts
    assert document.styles["Heading 1"].font.name == "Comic Sans MS"
    section = document.sections[0]
    assert section.header.paragraphs[0].text == "Anytown Council"
    foot = [p.text for p in section.footer.paragraphs]
    assert foot[0] == "www.anytown" and "public edition" in foot[1]


@pytest.mark.parametrize("content, found", [(None, "is not there"), (b"x", "is no Word file")])
def test_a_template_that_cannot_be_used_is_told_before_anything_runs(tmp_path, content, found):
    path = tmp_path / "own.docx"
    if content:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=f"the template {found}"):
        word_file.check_template(path)


def test_the_restricted_edition_says_so_on_its_cover_and_every_page(bare):
    document, _, _ = made(edition="partner")
    assert any(t.startswith("RESTRICTED") for t in said(document, "Note"))
    assert "RESTRICTED" in document.sections[0].footer.paragraphs[0].text
    assert document.core_properties.comments == "RESTRICTED"


def test_the_analysts_text_stands_beneath_what_it_is_about(bare):
    text = {"text": "Because of the fair.", "html": "<p>Because of the <em>fair</em>.</p>",
            "note": ""}  # fmt: skip
    whole = '<div class="assessment"><p class="src"><b>Assessment</b></p>\n<p>Of it all.</p></div>'
    chapter_ = chapter()
    first = Section({**chapter_.sections[0].record, "assessment": text}, None)
    told = Rendered("40_violence", "violence", "Violence", "", (whole, first))
    page = single_file.page([told], context(), is_drawn=False)
    content, _ = word_file.content(page, context(), None, {})
    written = [p.text for p in docx.Document(io.BytesIO(content)).paragraphs]
    # The chapter's first, then the finding's beneath its answer.
    assert written.count("Assessment") == 2
    of = [written.index(t) for t in ("Of it all.", "Did it rise?", "Because of the fair.")]
    assert of == sorted(of)


def test_small_pictures_of_a_page_leave_no_empty_columns(bare):
    page = """<html><body><main id="main"><h2>Summary</h2>
    <p>Told. <span class="drawn">Dot: the area.</span></p>
    <table><thead><tr><th>Subject</th><th>Months</th><th>Note</th></tr></thead><tbody>
    <tr><th>Theft</th><td><svg></svg></td><td></td></tr>
    <tr><th>Fraud</th><td><svg></svg></td><td></td></tr></tbody></table></main></body></html>"""
    content, _ = word_file.content(page, context(), None, {})
    document = docx.Document(io.BytesIO(content))
    rows = [[c.text for c in row.cells] for row in document.tables[0].rows]
    # A column that is empty and no picture stays.
    assert rows == [["Subject", "Note"], ["Theft", ""], ["Fraud", ""]]
    assert any(p.text.strip() == "Told." for p in document.paragraphs)
