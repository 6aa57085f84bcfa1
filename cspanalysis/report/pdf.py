"""The review as a tagged PDF, printed by the Chromium (or Chrome, or Edge) that is installed."""

from __future__ import annotations

import re

from cspanalysis.present import chromium

_ELEMENT = re.compile(rb"\(node\d{8}\)")


def from_html(text: str, timeout: float = 180) -> bytes:
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
