"""Who supplies each source, in words for the sentence of a finding that cannot be had."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cspanalysis import present, sources
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period

#: So many suppliers are named in the line on what a chapter does not cover.
MOST_NAMED = 3


def supplier(source: str) -> str:
    """Who has a source, as a noun phrase: "the fire service's incident extract"."""
    found = sources.find(source)
    return found.supplier if found else source


def held(source: str) -> tuple[str, str]:
    """How a sentence names a source that is there, with its verb: 'the log of calls', 'covers'."""
    found = sources.find(source)
    return found.held if found else (source, "covers")


def names(missing: NotAvailable, there: Collection[str] = ()) -> str:
    """What would supply the missing data, any one of them: 'the … or the …'.

    `there`: sources that the workspace holds already: they do not supply it.
    """
    lacking = [supplier(source) for source in missing.needs if source not in there]
    *first, last = lacking or [""]
    return f"{', '.join(first)} or {last}" if first else last


def within(missing: NotAvailable, period: Period) -> NotAvailable:
    """What is missing of a period, without sources that begin after it, which no file can supply.

    Where none is left, it is said when they begin.
    """
    late = {n: found for n in missing.needs if (found := sources.find(n)) and found.since}
    late = {n: found for n, found in late.items() if Period.parse(found.since).first > period.last}
    able = tuple(n for n in missing.needs if n not in late)
    if not late or able:
        return NotAvailable(able, missing.detail) if late else missing
    told = [
        f"{found.supplier} {'begin' if found.is_plural else 'begins'} in "
        f"{Period.parse(found.since).label}"
        for found in late.values()
    ]
    return NotAvailable((), "; ".join(filter(None, (missing.detail.rstrip("."), *told))))


def missing_sentence(would_show: str, missing: NotAvailable, there: Collection[str] = ()) -> str:
    """The sentence of a finding whose data are not there: what would supply it.

    `would_show`: what the finding would show, as a clause: 'whether burglary rose or fell'.
    `missing`: the sources any of which would supply it, and what exactly is missing, as a clause.
    `there`: sources that the workspace holds already.
    """
    lacking, supply = detail(missing, there), names(missing, there)
    text = f"This review cannot say {would_show}"
    text += f": {lacking}." if lacking else "."
    return f"{text} {present.capital(supply)} would supply it." if supply else text


def shared_sentence(missing: NotAvailable, there: Collection[str] = ()) -> str:
    """The same beneath a question or several: what would answer them all."""
    lacking = detail(missing, there)
    parts = [f"{present.capital(lacking)}."] if lacking else []
    if supply := names(missing, there):
        parts.append(f"{present.capital(supply)} would answer these questions.")
    return " ".join(parts)


def answering(shared: str, number: int) -> str:
    """A `shared_sentence` beneath so many questions."""
    return shared if number > 1 else shared.replace("these questions", "this question")


def not_covered(numbers: Mapping[tuple[str, ...], int]) -> str:
    """One line on the questions of a chapter that nobody has supplied the data for.

    `numbers`: sources any of which would do → how many questions await them.
    """
    total = sum(numbers.values())
    ranked = sorted(numbers.items(), key=lambda item: -item[1])
    # One more is named as shortly as it is left out.
    shown = len(ranked) if len(ranked) == MOST_NAMED + 1 else MOST_NAMED
    named = [
        f"{names(NotAvailable(needs))} would answer {present.in_words(n) if n < total else 'them'}"
        for needs, n in ranked[:shown]
    ]
    if total == 1:
        named = [f"{names(NotAvailable(ranked[0][0]))} would answer it"]
    if rest := sum(n for _, n in ranked[shown:]):
        named.append(f"other data would answer {present.in_words(rest)}")
    number = present.capital(present.in_words(total))
    have = "question needs" if total == 1 else "questions need"
    return f"{number} further {have} data that nobody has supplied: {'; '.join(named)}."


def detail(missing: NotAvailable, there: Collection[str]) -> str:
    """What exactly is missing; 'it' in it stands for the source, which the sentence has to name."""
    text, known = missing.detail.rstrip("."), [s for s in missing.needs if s in there]
    if not text:
        return f"no row of {held(known[0])[0]} can be used for it" if known else ""
    if not text.startswith("it "):
        return text
    named = f" ({held(known[0])[0]})" if len(known) == 1 else ""
    return f"the source here{named} {text[3:]}"
