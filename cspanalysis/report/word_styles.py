"""Styles of the Word file: those of a council's template where it has them, else ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

#: Style of the tables; a template may define it as it likes.
TABLE = "CSP table"
#: Letters of a cell that a column makes room for; longer texts are broken.
_MOST_LETTERS = 60
#: Letters that the edges of a cell take, bold type counted, and the width of a letter.
_EDGES, _LETTER = 4, Pt(5)

_BLUE, _SOFT, _AMBER = (RGBColor.from_string(c) for c in ("12436D", "4B555D", "B45309"))
#: Style → on what it is based, and its size, colour, bold, space before and after, kept with next.
_OWN = {
    "Title": ("Normal", 30, _BLUE, True, 120, 6, True),
    "Subtitle": ("Normal", 18, _SOFT, False, 0, 24, False),
    "Heading 1": ("Normal", 20, _BLUE, True, 28, 8, True),
    "Heading 2": ("Normal", 14, None, True, 16, 4, True),
    "Heading 3": ("Normal", 12, None, True, 12, 4, True),
    "Lead": ("Normal", 12, None, False, 0, 8, False),
    "Answer": ("Normal", 11, None, False, 0, 6, False),
    "Note": ("Normal", 10.5, _AMBER, False, 4, 8, False),
    "Source": ("Normal", 9, _SOFT, False, 0, 4, False),
    "Caption": ("Normal", 10.5, None, True, 8, 2, True),
    "Picture": ("Normal", 10.5, None, False, 0, 2, True),
    "List Bullet": ("Normal", 10.5, None, False, 0, 3, False),
    "Table text": ("Normal", 9, None, False, 1, 1, False),
    "Table text small": ("Normal", 7, None, False, 1, 1, False),
    "Table end": ("Normal", 4, None, False, 0, 4, False),
    "Contents heading": ("Normal", 14, _BLUE, True, 18, 6, True),
    "Contents line": ("Normal", 10.5, None, False, 0, 3, False),
}


def opened(template: Path | None) -> Document:
    """An empty document with every style that the Word file uses.

    `template`: a Word file whose styles, header, footer and margins stay; its text goes.
    """
    document = docx.Document(str(template) if template else None)
    body = document.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    if template is None:
        section = document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin, section.bottom_margin = Cm(2), Cm(2.2)
        _fonts(document.styles["Normal"], 10.5, None, False)
        document.styles["Normal"].paragraph_format.space_after = Pt(6)
    known = {s.name for s in document.styles}
    for name, (base, *look) in _OWN.items():
        if name in known and template is not None:
            continue
        style = (
            document.styles[name]
            if name in known
            else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        )
        style.base_style = document.styles[base]
        _look(style, *look)
    if TABLE not in known:
        _table_style(document)
    _language(document)
    return document


def footer(document: Document, text: str) -> None:
    """The running foot with the page's number, unless the template has a foot of its own."""
    foot = document.sections[-1].footer
    line = foot.paragraphs[0] if foot.paragraphs else foot.add_paragraph()
    if "".join(p.text for p in foot.paragraphs).strip():
        line = foot.add_paragraph()
    line.style = document.styles["Source"]
    line.alignment = WD_ALIGN_PARAGRAPH.LEFT
    line.add_run(f"{text} · page ")
    for part in field(line, "PAGE", "1"):
        line._p.append(part)


def field(line: Paragraph, instruction: str, shown: str) -> list[Any]:
    """The runs of a field that Word works out, with what is shown until then."""
    parts = []
    for kind in ("begin", "instruction", "separate", "shown", "end"):
        run = line.add_run(shown if kind == "shown" else "")._r
        if kind == "instruction":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {instruction} "
            run.append(text)
        elif kind != "shown":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            if kind == "begin":
                mark.set(qn("w:dirty"), "true")
            run.append(mark)
        parts.append(run)
    return parts


def columns_as_wide(table: Table, words: Sequence[Sequence[str]], width: int) -> None:
    """Columns as wide as what they hold asks for: a reason has more room than a number.

    `words`: the texts of each row; `width` that of all columns together.
    """
    texts = [[row[i] for row in words if i < len(row)] for i in range(len(table.columns))]
    least = [_EDGES + max((len(w) for t in column for w in t.split()), default=1)
             for column in texts]  # fmt: skip
    wanted = [max(n, _EDGES + min(max(map(len, column), default=1), _MOST_LETTERS))
              for n, column in zip(least, texts, strict=True)]  # fmt: skip
    # No word is broken; what room is left goes to those that would have more of it.
    left = max(0.0, width / _LETTER - sum(least))
    more = [n - few for n, few in zip(wanted, least, strict=True)]
    shares = [few + left * n / (sum(more) or 1) for n, few in zip(more, least, strict=True)]
    table.autofit = False
    for column, letters in zip(table.columns, shares, strict=True):
        column.width = Emu(int(width * letters / sum(shares)))
        for cell in column.cells:
            cell.width = column.width


def keep_row(row: Any, *, is_head: bool, is_kept: bool) -> None:
    """A row is not torn over two pages; a heading comes again at the top of each.

    `is_kept`: it stays on the page of the next one.
    """
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))
    if is_kept:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def named(table: Table, title: str) -> None:
    """What a table is, for those who hear it."""
    if title:
        said = OxmlElement("w:tblCaption")
        said.set(qn("w:val"), title)
        table._tbl.tblPr.append(said)


def _look(style: Any, size: float, colour: Any, bold: bool, *spaces: Any) -> None:
    _fonts(style, size, colour, bold)
    before, after, keep = spaces
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.keep_with_next = keep
    style.quick_style = True
    style.hidden = False


def _fonts(style: Any, size: float, colour: Any, bold: bool) -> None:
    style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), bold
    style.font.italic = False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for kind in ("w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(kind), "Arial")
    if colour is not None:
        style.font.color.rgb = colour
    elif style.font.color.type is not None:
        style.font.color.rgb = RGBColor(0x10, 0x15, 0x1A)


def _table_style(document: Document) -> None:
    style = document.styles.add_style(TABLE, WD_STYLE_TYPE.TABLE)
    style.base_style = document.styles["Normal Table"]
    properties = OxmlElement("w:tblPr")
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "D5DADE")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    properties.append(borders)
    style.element.append(properties)


def _language(document: Document) -> None:
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
