"""The review as a tagged PDF, printed by the Chromium (or Chrome, or Edge) that is installed."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pypdf

from cspanalysis.present import chromium
from cspanalysis.report import review_folder, single_file
from cspanalysis.report.collect import Rendered
from cspanalysis.report.markup import Context

_ELEMENT = re.compile(rb"\(node\d{8}\)")


def review(
    chapters: Sequence[Rendered], context: Context, previous: Mapping[str, Any] | None = None
) -> bytes:
    """The whole review as a PDF with cover, contents, page numbers and running foot.

    `previous`: an earlier review's findings.json.
    """
    # The contents are as long whatever numbers they bear, so that a second printing is enough.
    pages: dict[str, int] = {}
    for _ in range(2):
        content = from_html(
            single_file.page(
                chapters, context, previous, template="printed.html.j2", numbers=pages,
                only=single_file.on_paper(chapters), foot=running_foot(context),
                further=[review_folder.template_file("paper.js")],
            )
        )  # fmt: skip
        pages = page_numbers(content)
    return content


def running_foot(context: Context) -> str:
    """What stands at the foot of each page, as a text of a style sheet."""
    marks = ["RESTRICTED"] if context.edition == "partner" else []
    marks += [context.named, context.period_label, f"{context.edition} edition"]
    marks += ["synthetic data"] if context.synthetic else []
    # Whatever an area is called, it ends neither the text nor the style.
    return re.sub(r"[^\w ,.()–]", lambda sign: f"\\{ord(sign[0]):06x}", " – ".join(marks))


def page_numbers(content: bytes) -> dict[str, int]:
    """On which page each part of a printed page stands, by its id."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    found = ((name, reader.get_destination_page_number(d)) for name, d in
             reader.named_destinations.items())  # fmt: skip
    return {name.lstrip("/"): page + 1 for name, page in found if page is not None}


def from_html(text: str, timeout: float = 600) -> bytes:
    """Print a page to a tagged PDF, without any network.

    `text`: a page that needs no other file. `timeout`: seconds allowed.
    """
    instead = "print the single-file edition from any browser"
    return _settled(chromium.printed(text, what="PDF", instead=instead, timeout=timeout))


def _settled(content: bytes) -> bytes:
    """The same file whenever it was printed: texts of the same length keep a PDF's offsets.

    Chromium writes the clock into it, and names elements by numbers that go on from whatever the
    browser counted before.
    """
    content = re.sub(rb"/(CreationDate|ModDate) \(D:\d{14}", rb"/\1 (D:20000101000000", content)
    names = sorted(set(_ELEMENT.findall(content)))
    own = {name: b"(node%08d)" % number for number, name in enumerate(names, 1)}
    return _ELEMENT.sub(lambda found: own[found[0]], content)
