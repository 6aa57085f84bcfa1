"""Diagnoses as partners write them: codes of the ICD-10, and what lies beneath them.

F10.2, F102 and f10.2 are one code and lie beneath F10; Y04 lies within X85 to Y09.
"""

from __future__ import annotations

import functools
import re

from cspanalysis.domain import reference

_CODE = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z])(\d\d)(?:\.?([\dXx]))?[\dXx]?(?:[DdAa*†+]|\.?-)?(?![A-Za-z0-9])"
)
_TO = re.compile(r"\s*(?:-|–|—|\bto\b|:)\s*", re.IGNORECASE)

#: 'Chapter V', 'ICD-10 chapter 19', 'XX External causes of morbidity': a chapter by its number.
_CHAPTER = re.compile(
    r"\s*(?:icd[- ]?10\s*)?(?:(?:chapter|ch\.?)\s*([ivx]+|\d{1,2})\b(.*)|([ivx]+)\b\W+(.+))",
    re.IGNORECASE | re.DOTALL,
)

#: A stretch of codes, both ends with their fourth digit and without dot: F10 is F100 to F109.
Span = tuple[str, str]


@functools.lru_cache(maxsize=4096)
def spans(text: str) -> tuple[Span, ...]:
    """The codes that a label names, in order; none where it names none.

    `text`: 'F10.2', 'f102', 'X85 to Y09', 'T51.0; T51.9', 'F10 - disorders due to alcohol'.
    """
    found: list[Span] = []
    end = None
    for code in _CODE.finditer(text):
        stem = code[1].upper() + code[2]
        digit = code[3] if code[3] and code[3].isdigit() else ""
        low, high = stem + (digit or "0"), stem + (digit or "9")
        if end is not None and _TO.fullmatch(text, end, code.start()) and low >= found[-1][0]:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
        end = code.end()
    return tuple(found) or _chapter(text)


def _chapter(text: str) -> tuple[Span, ...]:
    """The codes of the chapter that a label names by number or name; none where it names none.

    A numeral alone is no chapter: its name, or the word, must stand beside it.
    """
    told = _CHAPTER.fullmatch(text)
    number = ((told[1] or told[3]) if told else "").upper()
    name = _words((told[2] or told[4] or "") if told else text)
    for at, row in enumerate(reference.rows("icd_chapters"), 1):
        is_name = bool(name) and name == row["name"]
        is_number = number in (row["chapter"], str(at))
        is_start = len(name) > 8 and row["name"].startswith(name)
        if is_name or (is_number and told and (told[1] or is_start)):
            return ((f"{row['first']}0", f"{row['last']}9"),)
    return ()


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z]+", " ", re.sub(r"\(.*?\)", " ", text.lower())).split())


def label(text: str) -> str:
    """A label in one spelling: its codes where it names any ('F10.2', 'X85-Y09'), else itself."""
    return ", ".join(map(_written, spans(text))) or text


def is_within(text: str, cause: str) -> bool:
    """Whether all that a label names is of a cause."""
    if not (named := spans(text)):
        return text.lower() == cause.lower()
    return all(any(_holds(wide, one) for wide in spans(cause)) for one in named)


def touches(text: str, cause: str) -> bool:
    """Whether something that a label names is of a cause."""
    return is_within(text, cause) or any(
        one[0] <= wide[1] and wide[0] <= one[1] for one in spans(text) for wide in spans(cause)
    )


def is_external(cause: str) -> bool:
    """Whether it is an external cause (V01 to Y98), which never is the main diagnosis."""
    return all("V" <= low[0] <= "Y" for low, _ in spans(cause)) and bool(spans(cause))


def _holds(wide: Span, one: Span) -> bool:
    return wide[0] <= one[0] and one[1] <= wide[1]


def _written(span: Span) -> str:
    (low, high) = span
    if low[:3] == high[:3] and low == high:
        return f"{low[:3]}.{low[3]}"
    if low[3] == "0" and high[3] == "9":
        return low[:3] if low[:3] == high[:3] else f"{low[:3]}-{high[:3]}"
    return f"{low[:3]}.{low[3]}-{high[:3]}.{high[3]}"
