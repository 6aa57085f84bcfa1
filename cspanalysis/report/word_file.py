"""The review as a Word file, made from the pages as the single-file edition shows them.

Headings, captions, tables and lists take the styles of a template, so that a council's own can be
laid over it. What a page keeps folded stays out, as in print.
"""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import html

from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.present import chromium
from cspanalysis.present.charts import pictures
from cspanalysis.report import word_styles
from cspanalysis.report.markup import Context

#: Elements of a page that paper does not need.
_LEFT_OUT = ("script", "style", "noscript", "nav", "button", "template", "svg")
_CLASSES_LEFT_OUT = frozenset(
    {"unseen", "skip", "take", "more", "drawn", "synthetic", "not_available", "uncovered"}
)
#: Classes of a page's paragraphs that have a style of their own.
_STYLED = {"answer": "Answer", "src": "Source", "note": "Note", "lead": "Lead"}
_WIDE = 7  # columns; tables of more are set smaller
_SHORT = 10  # rows; tables of fewer are not torn over two pages
_PNG_SCALE = 1.6
#: A picture's share of the width and, at most, of the height of what a page holds.
_WIDEST, _HIGHEST = 0.84, 0.4


def content(
    page: str,
    context: Context,
    template: Path | None = None,
    spoken: Mapping[str, str] | None = None,
) -> tuple[bytes, str]:
    """The Word file of a review.

    `page`: the single-file edition. `template`: a Word file whose styles, header and footer are
    taken. `spoken`: what each picture shows in words, by the finding's id. Returns it with what
    could not be done, '' if all could: without a browser no charts are drawn.
    """
    document = word_styles.opened(template)
    tree = html.document_fromstring(page)
    main = tree.get_element_by_id("main")
    charts = _charts(tree)
    wanted = [e.get("data-chart") for e in main.iter("div") if e.get("data-chart") in charts]
    wanted = [i for i in dict.fromkeys(wanted) if _is_shown(main, i)]
    told = ""
    try:
        made = pictures.draw(
            [charts[i] for i in wanted], scale=_PNG_SCALE, is_bare=True, instead="leave it as it is"
        )
    except chromium.NoBrowser as error:
        made = []
        told = f"The Word file has no charts, only their descriptions. {error}"
    _Writer(document, context, dict(zip(wanted, made, strict=False)), spoken or {}).write(main)
    _properties(document, context)
    packed = io.BytesIO()
    document.save(packed)
    return _settled(packed.getvalue()), told


def check_template(template: Path) -> None:
    """Refuses what is no Word file before anything runs."""
    try:
        docx.Document(str(template))
    except Exception as error:  # what damaged files raise differs by what is damaged
        found = "is not there" if not template.exists() else "is no Word file that can be opened"
        raise UsageError(
            paragraph(
                f"the template {found}",
                file=template,
                allowed="a .docx file",
                do="Save a .dotx template as .docx in Word, and name that.",
            )
        ) from error


def _charts(tree: Any) -> dict[str, dict[str, Any]]:
    """The charts of a page as `pictures.draw` takes them."""
    holder = tree.find('.//script[@id="charts"]')
    if holder is None:
        return {}
    content = json.loads(holder.text)
    found = {}
    for key, chart in content["charts"].items():
        layout = dict(chart["layout"])
        if chart["template"] is not None:
            layout["template"] = content["templates"][chart["template"]]
        found[key] = {
            "about": chart["about"],
            "alt": "",
            "figure": {"data": chart["data"], "layout": layout},
        }
    return found


def _is_shown(main: Any, chart: str) -> bool:
    places = (e for e in main.iter("div") if e.get("data-chart") == chart)
    return any(not any(map(_is_left_out, (e, *e.iterancestors()))) for e in places)


def _is_left_out(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT:
        return True
    if element.tag == "details" and element.get("open") is None:
        return True
    return bool(_CLASSES_LEFT_OUT & {*(element.get("class") or "").split()})


class _Writer:
    """Walks through a page from top to bottom and writes what it shows."""

    def __init__(
        self,
        document: Document,
        context: Context,
        made: Mapping[str, pictures.Picture],
        spoken: Mapping[str, str],
    ) -> None:
        self.document, self.context, self.made, self.spoken = document, context, made, spoken
        self.marks = 0
        self.last: Paragraph | None = None
        section = document.sections[-1]
        self.width = Emu(section.page_width - section.left_margin - section.right_margin)
        high = section.page_height - section.top_margin - section.bottom_margin
        self.tallest, self.widest = int(high * _HIGHEST), int(self.width * _WIDEST)

    def write(self, main: Any) -> None:
        self._cover([e for e in main.iter("h2") if self._level(e) == 1])
        word_styles.footer(self.document, self._running())
        for child in main:
            self._block(child)

    def _running(self) -> str:
        c = self.context
        marks = ["RESTRICTED"] if c.edition == "partner" else []
        marks += [c.named, c.period_label, f"{c.edition} edition"]
        return " · ".join([*marks, *(["synthetic data"] if c.synthetic else [])])

    def _cover(self, chapters: list[Any]) -> None:
        c = self.context
        self._said(c.product, "Title")
        self._said(f"{c.named}, {c.period_label}", "Subtitle")
        if c.edition == "partner":
            self._said("RESTRICTED. Partner edition: holds figures that must not be published.",
                       "Note")  # fmt: skip
        lines = [c.owner, f"{c.edition.capitalize()} edition"]
        if c.compare:
            lines.append(f"Compared with {c.compare_label}")
        for line in (*lines, *([f"{c.as_of}."] if c.as_of else [])):
            self._said(line, "Normal")
        if c.synthetic:
            self._said("Synthetic data. This document is made from a synthetic reconstruction, "
                       "not from records of real incidents.", "Note")  # fmt: skip
        if chapters:
            self._said("Contents", "Contents heading")
            for number, heading in enumerate(chapters, 1):
                self._entry(_words(heading), f"csp_{number}")
        for line in (*c.attributions, *(f"Licence: {x}" for x in c.licences)):
            self._said(line, "Source")

    def _entry(self, title: str, mark: str) -> None:
        """A line of the contents: title, dots and the page on which its heading stands."""
        entry = self.document.add_paragraph(style="Contents line")
        stops = entry.paragraph_format.tab_stops
        if not len(stops):
            stops.add_tab_stop(self.width, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), mark)
        entry._p.append(link)
        link.append(entry.add_run(f"{title}\t")._r)
        for part in word_styles.field(entry, f"PAGEREF {mark} \\h", "–"):
            link.append(part)

    def _block(self, e: Any) -> None:
        if _is_left_out(e):
            return
        classes = {*(e.get("class") or "").split()}
        if e.tag in ("h1", "h2", "h3", "h4", "h5"):
            self._heading(e)
        elif e.tag == "figure":
            self._figure(e)
        elif e.tag == "table":
            self._table(e)
        elif e.tag in ("ul", "ol") and not list(e.iter("table", "figure")):
            for item in e.iterchildren("li"):
                self._item(item)
        elif e.tag == "dl":
            self._terms(e)
        elif e.tag in ("p", "summary", "figcaption", "blockquote", "pre"):
            style = next((_STYLED[c] for c in _STYLED if c in classes), "Normal")
            if any("note" in (a.get("class") or "").split() for a in e.iterancestors()):
                style = "Note"
            style = "Caption" if e.tag in ("summary", "figcaption") else style
            self._text(e, style)
        elif e.tag == "div" and "lead" in classes:
            for child in e:
                self._text(child, "Lead")
        else:
            # What holds words of its own beside blocks would lose them.
            if (e.text or "").strip() and not len(e):
                self._text(e, "Normal")
            for child in e:
                self._block(child)

    def _level(self, e: Any) -> int:
        """Of a heading; a part of a chapter is one below its chapter, whatever its own tag."""
        inside = [set((a.get("class") or "").split()) for a in e.iterancestors("section")]
        own = int(e.tag[1]) - 1
        return max(own, 2) if any({"part", "finding"} & i for i in inside) else max(own, 1)

    def _heading(self, e: Any) -> None:
        if e.tag == "h1":
            return  # the cover has it
        level = self._level(e)
        heading = self.document.add_paragraph(style=f"Heading {min(level, 3)}")
        heading.add_run(_words(e))
        if level == 1:
            self.marks += 1
            for kind in ("Start", "End"):
                mark = OxmlElement(f"w:bookmark{kind}")
                mark.set(qn("w:id"), str(self.marks))
                if kind == "Start":
                    mark.set(qn("w:name"), f"csp_{self.marks}")
                heading._p.append(mark)
            # The cover is a page of its own; a template says whether each chapter begins one.
            if self.marks == 1:
                heading.paragraph_format.page_break_before = True

    def _figure(self, e: Any) -> None:
        place = next((d for d in e.iter("div") if d.get("data-chart")), None)
        caption = e.find("figcaption")
        if self.last is not None:
            self.last.paragraph_format.keep_with_next = True
        if caption is not None:
            self._text(caption, "Caption")
        if place is None:
            for child in e:
                if child is not caption:
                    self._block(child)
            return
        alt = self.spoken.get(place.get("data-chart")) or place.get("aria-label") or ""
        made = self.made.get(place.get("data-chart"))
        if made is None:
            self._said(f"Chart not drawn. {alt}", "Source")
            return
        holder = self.document.add_paragraph(style="Picture")
        wide = self.widest
        high = wide * made.height // made.width
        if high > self.tallest:
            wide, high = wide * self.tallest // high, self.tallest
        shape = holder.add_run().add_picture(io.BytesIO(made.png), Emu(wide), Emu(high))
        shape._inline.docPr.set("descr", alt)
        shape._inline.docPr.set("name", f"Chart {shape._inline.docPr.id}")
        section = next(e.iterancestors("section"), e)
        if made.source and not any(_words(p).startswith("Source:") for p in section.iter("p")):
            self._said(f"Source: {made.source}", "Source")

    def _table(self, e: Any) -> None:
        rows = [[c for c in row if c.tag in ("td", "th")] for row in e.iter("tr")]
        rows = [row for row in rows if row]
        if not rows:
            return
        heads = len(list(e.iterfind("./thead/tr"))) or 1
        rows = _without_pictures(rows, heads)
        columns = max(map(len, rows))
        table: Table = self.document.add_table(len(rows), columns)
        table.style = word_styles.TABLE
        if self.last is not None:
            self.last.paragraph_format.keep_with_next = True
        style = "Table text" if columns <= _WIDE else "Table text small"
        words = [[_words(cell) for cell in row] for row in rows]
        word_styles.columns_as_wide(table, words, int(self.width))
        for number, (row, cells) in enumerate(zip(rows, table.rows, strict=True)):
            # A short table stays on one page, as its sentence stays with it.
            is_kept = number < heads or number < len(rows) - 1 < _SHORT
            word_styles.keep_row(cells, is_head=number < heads, is_kept=is_kept)
            is_own = "own" in (row[0].getparent().get("class") or "").split()
            for cell, target in zip(row, cells.cells, strict=False):
                line = target.paragraphs[0]
                line.style = style
                run = line.add_run(_words(cell))
                run.bold = True if number < heads or is_own else None
                if "n" in (cell.get("class") or "").split():
                    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        word_styles.named(table, self._caption_of(e))
        self.document.add_paragraph(style="Table end")

    @staticmethod
    def _caption_of(e: Any) -> str:
        holder = next((a for a in e.iterancestors() if a.get("aria-label")), None)
        return holder.get("aria-label") if holder is not None else ""

    def _item(self, e: Any) -> None:
        inner = [c for c in e if c.tag in ("ul", "ol", "dl", "div", "p", "h3", "h4")]
        if not inner:
            self._text(e, "List Bullet")
            return
        for child in e:
            if child.tag in ("h3", "h4"):
                self._heading(child)
            else:
                self._block(child)

    def _terms(self, e: Any) -> None:
        for part in e.iter("dt", "dd"):
            if any(map(_is_left_out, part.iterancestors())):
                continue
            line = self._text(part, "Normal")
            if line is not None and part.tag == "dt":
                line.paragraph_format.keep_with_next = True
                for run in line.runs:
                    run.bold = True

    def _text(self, e: Any, style: str) -> Paragraph | None:
        pieces = list(_pieces(e))
        if not "".join(text for text, *_ in pieces).strip():
            return None
        line = self.last = self.document.add_paragraph(style=style)
        for text, is_bold, is_italic in _trimmed(pieces):
            run = line.add_run(text)
            run.bold, run.italic = is_bold or None, is_italic or None
        if e.tag == "summary":
            line.paragraph_format.keep_with_next = True
        return line

    def _said(self, text: str, style: str) -> None:
        self.document.add_paragraph(text, style=style)


def _without_pictures(rows: list[list[Any]], heads: int) -> list[list[Any]]:
    """The rows of a table without columns that hold small pictures of a page and no words."""
    body = rows[heads:]
    if len({len(row) for row in rows}) != 1:
        return rows
    drawn = [
        all(not _words(row[i]) for row in body)
        and any(row[i].find("svg") is not None for row in body)
        for i in range(len(rows[0]))
    ]
    return [[c for c, is_drawn in zip(row, drawn, strict=True) if not is_drawn] for row in rows]


def _pieces(e: Any, is_bold: bool = False, is_italic: bool = False) -> Iterator[tuple]:
    """The words of an element with how they are set; those that nobody sees are left out."""
    if e.text:
        yield e.text, is_bold, is_italic
    for child in e:
        if not _is_left_out(child):
            if child.tag in ("br", "small") and child.tag == "br":
                yield "\n", is_bold, is_italic
            if child.tag == "small":
                yield " – ", is_bold, is_italic
            yield from _pieces(
                child,
                is_bold or child.tag in ("b", "strong"),
                is_italic or child.tag in ("i", "em"),
            )
        if child.tail:
            yield child.tail, is_bold, is_italic


def _trimmed(pieces: list[tuple]) -> Iterator[tuple]:
    """The same with the blanks that a browser would show."""
    is_open = False
    for text, is_bold, is_italic in pieces:
        words = " ".join(text.split())
        before = " " if is_open and text[:1].isspace() else ""
        if not words:
            if before and is_open:
                yield " ", is_bold, is_italic
                is_open = False
            continue
        yield before + words + (" " if text[-1:].isspace() else ""), is_bold, is_italic
        is_open = not text[-1:].isspace()


def _words(e: Any) -> str:
    return " ".join("".join(text for text, *_ in _pieces(e)).split())


def _properties(document: Document, context: Context) -> None:
    core = document.core_properties
    core.title = f"{context.product}: {context.named}, {context.period_label}"
    core.author = core.last_modified_by = context.owner
    core.subject = "Synthetic data" if context.synthetic else ""
    core.comments = "RESTRICTED" if context.edition == "partner" else ""
    core.keywords = f"{context.edition} edition"
    core.language = "en-GB"
    core.revision = 1
    # The clock would make every run's file differ.
    end = datetime.datetime.combine(Period.parse(context.period).end, datetime.time())
    core.created = core.modified = core.last_printed = end


def _settled(content: bytes) -> bytes:
    """The same file whenever it was packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name), compresslevel=6)
    return out.getvalue()
