"""Words about numbers: ordinals, places, months, lists, plurals."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from cspanalysis.domain.periods import Period
from cspanalysis.present.numbers import count, is_missing, number

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SMALL = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]

# Plain fractions a reader knows at once, used only when the share is within a point of them.
_FRACTIONS = {
    1 / 4: "a quarter",
    1 / 3: "a third",
    1 / 2: "half",
    2 / 3: "two thirds",
    3 / 4: "three quarters",
}


# What a register adds to a name: 'Bristol, City of', 'Herefordshire, County of'.
_ADDED = re.compile(r", (?:City|County) of\b(?! (?!Community\b)[A-Z])")
# Areas that a sentence calls with an article, where it does not yet.
_ARTICLED = re.compile(
    r"(?<![Tt]he )\b(?:City of London|Isle of Wight|Isles of Scilly|Vale of Glamorgan"
    r"|Vale of White Horse|Forest of Dean|New Forest)\b(?! (?:Police|Council|district))"
)


def as_said(text: str) -> str:
    """A text with the names of areas as they are said: 'Bristol, City of' is Bristol."""
    if ", C" not in text:
        return text
    return _ADDED.sub("", text.replace("London, City of", "City of London"))


def with_articles(text: str) -> str:
    """Sentences with areas as they are said, with an article: 'The City of London recorded …'."""

    def named(found: re.Match[str]) -> str:
        before = found.string[: found.start()].rstrip()
        is_first = not before or before[-1] in ".!?"
        return f"{'The' if is_first else 'the'} {found[0]}"

    return _ARTICLED.sub(named, as_said(text))


def clean(text: Any) -> str:
    """Text from data on one line, without control characters and direction overrides.

    Overrides (U+202A–202E, U+2066–2069) could make a label read as something else; letters of any
    script stay.
    """
    if is_missing(text):
        return ""
    text = str(text)
    if text.isprintable() and "  " not in text:
        # Nothing unseen is in it, and no space but the plain one.
        return text.strip()
    spaced = re.sub(r"\s+", " ", text)
    return "".join(
        c
        for c in spaced
        if unicodedata.category(c) not in ("Cc", "Cs")
        and not 0x202A <= ord(c) <= 0x202E
        and not 0x2066 <= ord(c) <= 0x2069
    ).strip()


def shorten(text: Any, width: int = 120) -> str:
    """Clean text of at most `width` characters, cut at a word where one is near, with '…'."""
    text = clean(text)
    if len(text) <= width:
        return text
    cut = text[: width - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > width * 0.6 else cut).rstrip(" ,;") + "…"


def capital(text: str) -> str:
    """The text with its first letter upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def inside(text: str) -> str:
    """The text as written inside a sentence: its first letter lower case, the rest as it is."""
    return text[:1].lower() + text[1:]


def in_words(n: int) -> str:
    """Numbers up to twelve in words ('no' for 0), others as figures."""
    return _SMALL[n] if 0 <= n < len(_SMALL) else count(n)


def ordinal(n: int) -> str:
    """'1st', '2nd', '3rd', '11th'."""
    n = int(n)
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def place(rank: int, of: int, ties: int = 1) -> str:
    """A place counted from its nearer end: '3rd lowest', 'highest', 'joint 2nd highest'.

    `rank`: 1 is the lowest; ties share the smallest rank. `of`: how many are ranked. `ties`: how
    many share the rank, the area itself included.
    """
    rank, of, ties = int(rank), int(of), max(int(ties), 1)
    from_top = of - (rank + ties - 1) + 1
    near, end = (rank, "lowest") if rank <= from_top else (from_top, "highest")
    words = end if near == 1 else f"{ordinal(near)} {end}"
    return f"joint {words}" if ties > 1 else words


def month_of_year(n: int) -> str:
    """1 → 'January'."""
    return calendar.month_name[int(n)]


def short_month(n: int) -> str:
    """1 → 'Jan'."""
    return calendar.month_abbr[int(n)]


def month(text: str) -> str:
    """'2007-04' → 'April 2007'."""
    return Period.parse(str(text)).label


def period(text: str | Period) -> str:
    """'2007-04/2008-03' → 'April 2007 to March 2008'."""
    return Period.parse(text).label


def earlier(period: Any, compare: Any) -> str:
    """How a sentence names the period compared with: 'a year earlier' where it is just that.

    'two years earlier' for the same months two years before, 'in …' for any other.
    """
    if is_missing(period) or is_missing(compare) or not period or not compare:
        return "in the period before"
    now, before = Period.parse(period), Period.parse(compare)
    if before.last >= now.first or not before.same_months_as(now):
        return f"in {before.label}"
    years = (now.first - before.first) // 12
    return "a year earlier" if years == 1 else f"{in_words(years)} years earlier"


def hours(first: int, last: int) -> str:
    """Clock hours `first` to `last`, both inside: `hours(20, 3)` is '20:00 to 03:59'."""
    return f"{int(first):02d}:00 to {int(last):02d}:59"


def listed(
    items: Iterable[Any], most: int = 0, further: str = "others", last: str = " and "
) -> str:
    """'a', 'a and b', 'a, b and c'; with `most` = 2 and more than three 'a, b and two others'.

    `last`: what stands before the last, ', and ' where an item holds an 'and' itself.
    """
    items = [str(i) for i in items]
    if most and len(items) > most + 1:
        items = [*items[:most], f"{in_words(len(items) - most)} {further}"]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])}{last}{items[-1]}"


def runs(months: Iterable[str], most: int = 4) -> str:
    """Words for months that may have gaps, each run from its first to its last.

    'April 2004 to March 2006 and May 2007'; of more than `most` runs the rest is counted. Two in a
    row are no span: 'November 2007, and January and February 2008'.
    """
    found: list[Period] = []
    for month in map(Period.parse, sorted(set(months))):
        is_next = bool(found) and found[-1].last + 1 == month.first
        first = found.pop().first if is_next else month.first
        found.append(Period(first, month.last))
    told = [run.label.replace(" to ", " and ") if run.months == 2 else run.label for run in found]
    has_pair = any(run.months == 2 for run in found)
    return listed(told, most, "further times", ", and " if has_pair else " and ")


def plural(n: Any, singular: str, many: str | None = None) -> str:
    """A count with its noun: '1 crime', '2 crimes', '3 children'; a symbol takes the plural."""
    noun = singular if not is_missing(n) and n == 1 else many or f"{singular}s"
    return f"{number(n)} {noun}"


def is_plural(what: str) -> bool:
    """Whether its verb is in the plural: of 'drug offences', but not of 'theft of bicycles'."""
    head = re.split(r" (?:of|from|with|without|in|by) ", what)[0]
    return " and " in head or head.endswith("s")


def verb(name: str, what: str) -> str:
    """A verb as it goes with what is spoken of: 'does', 'are', 'compares'."""
    forms = {"do": ("does", "do"), "is": ("is", "are")}
    return forms.get(name, (f"{name}s", name))[is_plural(what)]


def fraction(value: Any) -> str:
    """A plain fraction within a percentage point of the share, or ''."""
    if is_missing(value):
        return ""
    return next((w for f, w in _FRACTIONS.items() if abs(float(value) - f) <= 0.01), "")
