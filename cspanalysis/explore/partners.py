"""`csp partners`: what to ask which partner for, with columns and the questions it answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path

from cspanalysis import present
from cspanalysis.domain import areas, whole_files
from cspanalysis.domain.errors import UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.explore import by_hand, entry
from cspanalysis.explore.by_hand import ByHand
from cspanalysis.findings import Finding
from cspanalysis.workspace import fetch, layout_notes, workspace

FILE = "partners.md"


def write(root: Path | None = None) -> tuple[Path, str]:
    """The request list of a workspace's partnership: the file, and one line on it."""
    space = workspace.load(root)
    review = _review(space)
    found = list(by_hand.findings(review).values())
    folder = space.reports / areas.slug(review.area.name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    whole_files.text(path, request_list(review, found))
    asked = sum(f.status == "not_available" for f in found)
    return path, f"{path}: what would answer {present.plural(asked, 'further question')}."


def _review(space: workspace.Workspace) -> ByHand:
    try:
        return entry.open(workspace=space.root)
    except UsageError:
        if space.period:
            raise
        # Nothing is there yet that a period could be taken from: the last whole year.
        year = datetime.date.today().year - 1
        return entry.open(period=Period.calendar_year(year), workspace=space.root)


def request_list(review: ByHand, found: Iterable[Finding]) -> str:
    """The list as text that can be sent on: a part a source, the one of most questions first.

    `found`: the findings of the review; those without an answer make the list.
    """
    open_questions = [f for f in found if f.status == "not_available"]
    # Nobody supplies for Wales what is published for England only.
    is_wales = areas.are_welsh(review.area.district_codes)
    wanted: dict[str, list[Finding]] = {}
    for finding in open_questions:
        for source in finding.awaits:
            if is_wales and source in fetch.ENGLAND_ONLY:
                continue
            wanted.setdefault(source, []).append(finding)
    ranked = sorted(wanted, key=lambda source: (source in fetch.SOURCES, -len(wanted[source])))
    parts = [_source(source, wanted[source]) for source in ranked]
    lacking: dict[str, list[Finding]] = {}
    for finding in open_questions:
        if not finding.awaits:
            lacking.setdefault(finding.lacks, []).append(finding)
    number = present.in_words(len(open_questions))
    head = (
        f"# What to ask partners for\n\n{review.area.name}, {review.period.label}: "
        f"{number} {'question has' if len(open_questions) == 1 else 'questions have'} no answer "
        "yet. Each part below can be sent to the partner that it names. No names or dates of birth "
        "are asked for; references to people may be pseudonyms.\n"
    )
    return "\n".join([head, *parts, *_of_held(lacking)])


def _source(source: str, questions: list[Finding]) -> str:
    title, supplier, description = layout_notes.about(source)
    number = present.in_words(len(questions))
    what = "question" if len(questions) == 1 else "questions"
    text = f"## {title}\n\nFrom: {supplier}. {description}\n\n"
    if source in fetch.SOURCES:
        text += f"This is published: `csp fetch {source}` downloads it.\n\n"
    text += f"It would answer {number} {what}:\n\n{_listed(questions)}\n\n"
    if source not in fetch.SOURCES:
        text += layout_notes.columns(source)
    return text + f"What arrives goes into data/raw/{source}.\n"


def _of_held(lacking: Mapping[str, list[Finding]]) -> list[str]:
    """What the files that are there lack, each with the questions it leaves open."""
    if not lacking:
        return []
    parts = ["## What the files here lack\n"]
    return parts + [f"{why}\n\n{_listed(questions)}\n" for why, questions in lacking.items()]


def _listed(questions: Iterable[Finding]) -> str:
    return "\n".join(f"- {title}" for title in dict.fromkeys(f.title for f in questions))
