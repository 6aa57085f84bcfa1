"""Text from data that a terminal, a page or a spreadsheet shows and never obeys."""

from __future__ import annotations

import re

#: Control characters and the marks that turn the direction of the text after them: they could
#: hide or reorder what a reader sees, or steer a terminal. Tabs and line ends stay.
UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
_UNSEEN = re.compile(UNSEEN)
_SURROGATE = re.compile("[\ud800-\udfff]")
#: With what a spreadsheet begins a formula; the patterns are for engines, too.
_FORMULA = ("=", "+", "-", "@")
FORMULA = r"^\s*(?:[=+@]|-\s*(?:[^\d.\s]|[\d.,]*[^\d.,]))"


def seen(text: str) -> str:
    """A text without what no reader sees and a terminal or a page would obey."""
    if text.isprintable():  # none of these is, and most texts are
        return text
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", text))


def neutral(text: str) -> str:
    """A text that a spreadsheet cannot take for a formula.

    A leading apostrophe is what spreadsheets themselves use to mark text. Negative numbers stay
    numbers: only texts come here.
    """
    return "'" + text if text.lstrip()[:1] in _FORMULA and text.strip() else text


def say(text: object) -> None:
    """Print: nothing that data or file names hold steers the terminal."""
    print(seen(str(text)), flush=True)
