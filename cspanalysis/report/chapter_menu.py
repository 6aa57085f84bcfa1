"""Which chapters a reader meets, and in what order; what stands in the chapter beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cspanalysis.report import layout
from cspanalysis.report.collect import Rendered, Section

#: A chapter that says so few things of its own, while most of its questions have no answer, is no
#: page of its own.
TOO_FEW = 1


def is_empty(chapter: Rendered) -> bool:
    """Whether a chapter has nothing to show, so that no menu leads to it."""
    return not chapter.failure and not any(map(layout.is_answered, chapter.records))


def in_order(chapters: Sequence[Rendered]) -> list[Rendered]:
    """The chapters that a menu names: those with something to show, that on the data last."""
    named = [c for c in joined(chapters) if not is_empty(c)]
    return sorted(named, key=_is_of_data)


def joined(chapters: Sequence[Rendered]) -> list[Rendered]:
    """The chapters, those that mostly say what another says put into that one.

    Such a chapter's answers are all said in others, or but one is not while most of its questions
    have no answer. What it has of its own, and its questions without an answer, stand in the one
    that says most of the rest; what is said twice is said there once. A chapter of which the
    analyst wrote something, or whose notebook is the workspace's own, stays. findings.json and
    the workbook hold all findings as they were asked.
    """
    kept = list(chapters)
    for chapter in sorted(chapters, key=lambda c: len(_answered(c))):
        others = [c for c in kept if c.key != chapter.key and not _is_of_data(c)]
        twice = [len(_said(chapter) & _said(other)) for other in others]
        if not _is_own(chapter, others) and any(twice):
            host = others[twice.index(max(twice))]
            kept = [_with(c, chapter, others) if c is host else c for c in kept]
            kept = [c for c in kept if c.key != chapter.key]
    return kept


def _is_of_data(chapter: Rendered) -> bool:
    return any(r["id"] == layout.ABOUT_DATA for r in chapter.records)


def _is_own(chapter: Rendered, others: Sequence[Rendered]) -> bool:
    """Whether a chapter is a page of its own."""
    written = any(isinstance(b, str) and not layout.is_heading(b) for b in chapter.blocks)
    assessed = any(r.get("assessment") for r in chapter.records)
    if chapter.failure or chapter.is_own or written or assessed or _is_of_data(chapter):
        return True
    own = _left(chapter, others)
    answered = len(_answered(chapter))
    is_mostly_open = len(chapter.records) - answered > answered
    return len(own) > (TOO_FEW if is_mostly_open else 0)


def _with(host: Rendered, chapter: Rendered, others: Sequence[Rendered]) -> Rendered:
    """A chapter with what another says besides, and with its open questions."""
    own = _left(chapter, others)
    more = [s for s in chapter.sections if s in own or not layout.is_answered(s.record)]
    return replace(host, blocks=(*host.blocks, *more))


def _left(chapter: Rendered, others: Sequence[Rendered]) -> list[Section]:
    """The answers of a chapter that no other says."""
    told = set().union(*map(_said, others))
    return [s for s in _answered(chapter) if _key(s) not in told]


def _answered(chapter: Rendered) -> list[Section]:
    return [s for s in chapter.sections if layout.is_answered(s.record)]


def _said(chapter: Rendered) -> set[Any]:
    """What a chapter says: of what is hidden or too few every chapter says the same."""
    return {_key(s) for s in chapter.sections if s.record["status"] == "ok"}


def _key(section: Section) -> tuple[Any, ...]:
    record = section.record
    return record.get("sentence"), record.get("period"), record.get("compare")
