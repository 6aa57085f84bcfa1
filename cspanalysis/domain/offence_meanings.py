"""What an offence label means where the taxonomy does not know it: by code, or by its words.

A meaning is proposed to a person, who takes it or not; nothing here is taken in silence.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from cspanalysis.domain import offences, reference

#: '046/00', '8/6': class and subclass of the Home Office; a class with its letter; words around.
_CLASS = re.compile(r"^0*(\d{1,3})([a-z])?\s*/\s*\d{1,2}[a-z]?(?![\d/])", re.IGNORECASE)
_PREFIX = re.compile(
    r"^\s*(?:ho(?:c|me office)?|hoccs?|class|code|offence)\s*(?:code|class)?\s*[:.-]?\s*(?=\d)",
    re.IGNORECASE,
)
#: What says how far it came or how much it was worth, and not what it was.
_AROUND = re.compile(
    r"\b(attempt(?:ed|s|ing)?(?: to)?|conspir(?:e|acy) to|aid(?:ing)? (?:and|&) abet\w*|adult|youth"
    r"|domestic(?: related)?|(?:value|valued)? ?(?:under|over|less than|up to) ?£? ?[\d,]+k?)\b"
    r"|\bcontrary to .*$",
    re.IGNORECASE,
)


class Meaning(NamedTuple):
    """An offence that a label is taken to mean.

    Parameters
    ----------
    offence : str
        Name of the taxonomy; '' where nothing is told.
    why : str
        What tells it, in words.
    """

    offence: str
    why: str = ""


def of(label: str) -> Meaning:
    """What a label means by the code that it begins with, or by its words.

    Code and words that speak of different kinds tell nothing: one of them is wrong.
    """
    text = _PREFIX.sub("", label.strip())
    code = _CLASS.match(text)
    rest = text[code.end() :].strip(" -–:;.") if code else text
    by_class = offences.of_class(code[1], code[2] or "") if code else ()
    why = f"class {code[1]} of the Home Office" if code else ""
    words = _of_words(rest)
    if by_class and words:
        kinds = offences.kinds(offences.NOTIFIABLE)
        held = {kinds[one] for one in by_class} | set(by_class)
        around = {words, kinds[words], *_around(words)}
        if held & around or all(words in (one, *_around(one)) for one in by_class):
            return Meaning(words, f"{why} and its words")
        return Meaning("")
    if by_class:
        return Meaning(offences.common(by_class), why)
    if (plain := offences.standard(text)) and text != label.strip():
        return Meaning(plain, "its code")
    return Meaning(words, "its words") if words else Meaning("")


def _of_words(text: str) -> str:
    plain = " ".join(_AROUND.sub(" ", text).split())
    for one in (text, plain):
        if one and (found := offences.standard(one)) and not one.isdigit():
            return found
    words = " ".join(re.sub(r"[^a-z0-9&]+", " ", plain.lower()).replace("&", " and ").split())
    return next((offence for pattern, offence in _rules() if words and pattern.search(words)), "")


def _around(offence: str) -> tuple[str, ...]:
    """The groups that an offence is in."""
    found = offences.groups(offences.NOTIFIABLE)
    return tuple(group for group, members in found.items() if offence in members)


@functools.cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(row["words"]), row["offence"]) for row in reference.rows("offence_meanings")
    )
