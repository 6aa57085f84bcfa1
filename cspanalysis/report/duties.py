"""The page "How this meets the duty": what the law asks, what of the review answers it, what lacks.

Figures alone never answer why something happened or what should be done: there the analyst's
text counts, and its lack is said. The page is a map of this review and no legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from cspanalysis.domain import reference
from cspanalysis.report import chapter_menu, layout, markup
from cspanalysis.report.collect import Rendered

SLUG, TITLE = "duty", "How this meets the duty"
#: State of what is asked → its words.
STATES = {"covered": "Covered", "part": "In part", "missing": "Missing"}
#: Statuses of findings that say something of what is asked; hidden counts do.
ANSWERED = ("ok", "suppressed")
#: Of findings at these levels a district's own figures are not known.
WIDER = ("county", "force", "national")


@dataclass(frozen=True)
class Answer:
    """A finding that speaks to what is asked."""

    slug: str
    id: str
    title: str
    is_assessed: bool


@dataclass(frozen=True)
class Asked:
    """One thing that a duty asks for, and how far this review answers it.

    Parameters
    ----------
    asks, law : str
        In plain words, and where it stands.
    state : str
        Key of `STATES`.
    chapters : tuple of (slug, title, number)
        Chapters with the findings that answer.
    answers : tuple of Answer
    lacking : tuple of str
        What is missing, in sentences.
    """

    asks: str
    law: str
    state: str
    chapters: tuple[tuple[str, str, int], ...]
    answers: tuple[Answer, ...]
    lacking: tuple[str, ...]

    @property
    def texts(self) -> int:
        """How many of its findings the analyst wrote about."""
        return sum(answer.is_assessed for answer in self.answers)


@dataclass(frozen=True)
class Duty:
    """A duty with all that it asks for."""

    name: str
    asked: tuple[Asked, ...]

    @property
    def missing(self) -> tuple[Asked, ...]:
        """What is not covered in full."""
        return tuple(one for one in self.asked if one.state != "covered")


def of_review(chapters: Sequence[Rendered], context: markup.Context) -> list[Duty]:
    """The duties of an area of its nation and tier; none of a partial or an empty review."""
    told = chapter_menu.in_order(chapters)
    if context.partial or not told:
        return []
    kinds = ("W" if context.code.startswith("W") else "E") + ("T" if context.county else "")
    duties: dict[str, list[Asked]] = {}
    for row in reference.rows("duties"):
        if set(kinds) & set(row["nation"]):
            duties.setdefault(row["duty"], []).append(_asked(row, told))
    return [Duty(name, tuple(asked)) for name, asked in duties.items()]


def in_menu(chapters: Sequence[Rendered], is_partial: bool) -> tuple[tuple[str, str], ...]:
    """Slugs and titles for the menu: the duties stand before the chapter about the data."""
    told = chapter_menu.in_order(chapters)
    entries = [(c.slug, c.title) for c in told]
    if entries and not is_partial:
        is_last = any(r["id"] == layout.ABOUT_DATA for r in told[-1].records)
        entries.insert(len(entries) - is_last, (SLUG, TITLE))
    return tuple(entries)


def page(
    context: markup.Context,
    duties: Sequence[Duty],
    before: tuple[str, str] | None,
    after: tuple[str, str] | None,
) -> str:
    """The page of its own, duty.html."""
    return markup.render(
        "duty.html.j2", c=context, policy=markup.CSP, here=SLUG, title=TITLE, duties=duties,
        states=STATES, before=before, after=after,
    )  # fmt: skip


def _asked(row: Mapping[str, str], chapters: Sequence[Rendered]) -> Asked:
    patterns = row["findings"].split("|")
    answers, counted, wider, has_own = [], [], set(), False
    for chapter in chapters:
        is_told = any(isinstance(b, str) and b.startswith('<div class="assessment"')
                      for b in chapter.blocks)  # fmt: skip
        found = [r for r in chapter.records if _speaks(r, patterns)]
        if found:
            counted.append((chapter.slug, chapter.title, len(found)))
        for place, record in enumerate(found):
            is_assessed = _is_decided(record) or bool(record.get("assessment"))
            is_assessed = is_assessed or (is_told and place == 0)
            answers.append(Answer(chapter.slug, record["id"], record["title"], is_assessed))
            if record.get("level") in WIDER:
                wider.add(str(record["level"]))
            else:
                has_own = True
    needs_figures, needs_words = row["needs"] != "words", row["needs"] != "figures"
    has_words = any(answer.is_assessed for answer in answers)
    if not needs_figures:
        # Figures alone answer nothing here.
        answers = [answer for answer in answers if answer.is_assessed]
        told = {answer.slug for answer in answers}
        counted = [one for one in counted if one[0] in told]
    lacking = []
    if needs_figures and not answers:
        lacking.append(f"Not in this review: {row['lacking']}.")
    elif needs_figures and not has_own:
        lacking.append(f"Known for the {' and the '.join(sorted(wider))} only.")
    if needs_words and not has_words:
        lacking.append(
            f"Not written: {row['lacking']}."
            if not needs_figures
            else "The analyst has not written what the partnership makes of it."
        )
    met = [*([bool(answers)] if needs_figures else []), *([has_words] if needs_words else [])]
    state = "covered" if not lacking else "part" if any(met) else "missing"
    return Asked(
        row["asks"], row["law"], state, tuple(counted), tuple(answers), tuple(lacking)
    )  # fmt: skip


def _speaks(record: Mapping[str, Any], patterns: Sequence[str]) -> bool:
    return record["status"] in ANSWERED and any(fnmatchcase(record["id"], p) for p in patterns)


def _is_decided(record: Mapping[str, Any]) -> bool:
    """Whether it holds what the board decided, which is a word on the matter."""
    return any(row.get("decided") for row in record.get("rows", ()))
