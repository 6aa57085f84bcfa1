"""From an unknown file to a proposal: which source and which sheet it is, if that can be told."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cspanalysis import sources
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.sources import grid, headings
from cspanalysis.sources.grid import Grid
from cspanalysis.sources.headings import Header, Match
from cspanalysis.sources.schema import key
from cspanalysis.sources.source import Source
from cspanalysis.workspace.mapping import answered_survey, cell_evidence, column_map
from cspanalysis.workspace.mapping.cell_evidence import LOOKED_AT
from cspanalysis.workspace.mapping.proposal import Proposal
from cspanalysis.workspace.mapping.questions import Question

#: Two sources this near each other are a question.
CLOSE = 1.0
#: Unless one of them lacks so much more of what is needed.
APART = 0.2
#: Less of the required columns than this, and the file is not taken for the source.
ENOUGH = 0.4


#: From here on all that is required is there.
WHOLE = 0.85


def propose(
    file: Path | str,
    given: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    source: str = "",
    sheet: str = "",
    area: str = "",
) -> Proposal:
    """Look at an extract and propose its map.

    `file`: csv, txt, tsv, csv.gz, xlsx, xls or ods. `given`: the section `sources` of
    partnership.toml: what it answers is used and not asked again. `source`, `sheet`: what the
    person says it is, and which sheet is meant. `area`: the workspace's. Returns: what was
    understood and what not; `text()` shows it, `mapping.write` puts it into partnership.toml.
    """
    path, given = Path(file), given or {}
    if source and source not in [s.name for s in sources.SOURCES if s.is_mapped]:
        known = ", ".join(s.name for s in sources.SOURCES if s.is_mapped)
        raise UsageError(paragraph(f"--source {source} cannot be mapped", allowed=known))
    grids = _sheets(path, sheet)
    judge = functools.partial(_judged, given=given)
    read = [
        (g, h)
        for g in grids
        for h in headings.find(g, given, functools.partial(judge, g))
        if (not source or h.source == source)
        and not _is_foreign(h)
        and (source or h.source == path.parent.name or _is_told(path, g, h))
    ]
    # The settings say what a file is, then its folder, then its title, then its headings.
    its_folder = sources.find(path.parent.name)
    read.sort(
        key=lambda one: (
            not one[1].is_answered,
            not _is_of(one[1], its_folder) or _confidence(one[1], given) < ENOUGH,
            sources.get(one[1].source).told is None or _confidence(one[1], given) < WHOLE,
            -one[1].worth,
        )
    )
    best = _confidence(read[0][1], given) if read else 0.0
    is_told = bool(read) and (best >= ENOUGH or read[0][1].is_answered)
    own = given.get("surveys", {})
    is_survey = (
        source == "surveys"
        or (its_folder is not None and its_folder.name == "surveys")
        or (not source and answered_survey.is_named(grids, own))
    )
    if is_survey or not (source or (is_told and (read[0][1].is_answered or its_folder))):
        survey = answered_survey.proposed(path, grids, own, area, is_said=is_survey)
        if survey and not (is_told and _is_of_shares(read[0][1])):
            return survey
    if not read or (not is_told and not source):
        return _unknown(path, max(grids, key=lambda g: len(g.rows)), source)
    found, header = read[0]
    rival = next((h for g, h in read[1:] if g is found and h.source != header.source), None)
    is_said = header.is_answered or _is_of(header, its_folder)
    is_close = rival is not None and header.worth - rival.worth < CLOSE
    if rival and is_close and not is_said and _apart(header, rival, given) < APART:
        return _either(path, found, header, rival)
    proposal = column_map.proposed(
        path, found, header, given.get(header.source, {}),
        confidence=_confidence(header, given), area=area,
    )  # fmt: skip
    others = [
        g.sheet for g, h in read[1:]
        if g is not found and h.source == header.source and _confidence(h, given) >= ENOUGH
    ]  # fmt: skip
    return _with_sheets(proposal, list(dict.fromkeys(others)), sheet)


def _sheets(path: Path, sheet: str) -> list[Grid]:
    """The sheets of a file, or the one that is meant."""
    grids = grid.read(path)
    if not sheet:
        return grids
    meant = [g for g in grids if g.sheet.strip().lower() == sheet.strip().lower()]
    if not meant:
        names = ", ".join(f"'{g.sheet}'" for g in grids if g.sheet) or "none: it is no workbook"
        raise UsageError(
            paragraph(f"there is no sheet '{sheet}' in it", file=path.name, allowed=names)
        )
    return meant


def _with_sheets(proposal: Proposal, others: Sequence[str], said: str) -> Proposal:
    """The sheet that is taken is said, where another one could be meant."""
    if said or not others or sources.get(proposal.source).is_of_sheets:
        return replace(proposal, is_sheet_said=bool(said))
    names = ", ".join(f"'{name}'" for name in others)
    note = (
        f"the sheet '{proposal.sheet}' is taken; {names} could be read as well: name the one that "
        f'is meant, such as --sheet "{others[0]}"'
    )
    return replace(proposal, notes=(note, *proposal.notes), is_sheet_said=True)


def _is_of_shares(header: Header) -> bool:
    """Whether a header is one of a survey's shares, and not of its respondents."""
    shares = header.stack is not None or any(m.column == "percent" for m in header.matches)
    return header.source == "surveys" and shares


def _is_foreign(header: Header) -> bool:
    """Whether some heading says that a file is another thing: casualties are no admissions."""
    foreign = sources.get(header.source).foreign
    return bool(foreign) and any(
        re.search(foreign, key(heading)) for heading in header.headings if heading
    )


def _is_told(path: Path, found: Grid, header: Header) -> bool:
    """Whether title, sheet, file or headings say what columns that many tables have do not."""
    told = sources.get(header.source).told
    above = [" ".join(filter(None, row)) for _, row in found.rows[: header.index]]
    return told is None or told((*above, found.sheet, path.stem), header.headings)


def _judged(found: Grid, header: Header, given: Mapping[str, Mapping[str, Any]]) -> Header:
    """A header with what the cells beneath it show: what is belied goes, what is told comes."""
    own = headings.named_in(header.headings, given.get(header.source, {}).get("columns", {}))
    body = [row for _, row in found.rows[header.index + 1 : header.index + 1 + LOOKED_AT]]
    cells = {
        at: [row[at] for row in body if at < len(row) and row[at]]
        for at, heading in enumerate(header.headings)
        if heading
    }
    columns = {c.name: c for c in header.layout.columns}
    kept = [
        m for m in header.matches
        if m.score >= column_map.SURE or not cells[m.at] or not cell_evidence.is_belied(
            columns[m.column], cells[m.at]
        )
    ]  # fmt: skip
    free = [at for at in cells if at not in {m.at for m in kept}]
    lacking = [
        c for name, c in columns.items()
        if name not in {m.column for m in kept} and name not in own
        and (c.is_required or not c.pattern)
    ]  # fmt: skip
    fits = [
        Match(column.name, at, score)
        for column in lacking
        for at in free
        if (score := cell_evidence.fit(column, header.headings[at], cells[at]))
    ]
    return headings.weighed(header, headings.one_each([*kept, *fits]), own)


def _apart(one: Header, other: Header, given: Mapping[str, Mapping[str, Any]]) -> float:
    return _confidence(one, given) - _confidence(other, given)


def _is_of(header: Header, source: Source | None) -> bool:
    return source is not None and header.source == source.name


def _confidence(header: Header, given: Mapping[str, Mapping[str, Any]]) -> float:
    """Share of the required columns recognised or given, each weighed by its likeness."""
    constants = given.get(header.source, {}).get("constants", {})
    required = [c.name for c in header.layout.columns if c.is_required]
    known = sum(min(m.score, 100) / 100 for m in header.matches if m.column in required)
    matched = {m.column for m in header.matches}
    if header.stack:
        across = (header.stack.across.column, header.stack.across.value)
        matched |= set(across)
        known += sum(name in required for name in across)
    known += sum(name in constants and name not in matched for name in required)
    return known / len(required)


def _unknown(path: Path, found: Grid, said: str = "") -> Proposal:
    cells = max(found.rows[:25], key=lambda r: sum(map(bool, r[1])))[1]
    widest = ", ".join(repr(c[:30]) for c in [c for c in cells if c][:12])
    if said:
        layout = sources.get(said).schemas[0]
        needed = ", ".join(c.name for c in layout.columns if c.is_required)
        return Proposal(path=path, notes=found.notes, questions=(Question(
            f"No heading is recognised as a column of {layout.meaning}. Its widest row reads "
            f"{widest}. Which of them are {needed}? Name them under [sources.{said}.columns].",
        ),))  # fmt: skip
    kinds = "\n       ".join(
        f"--source {s.name}: {s.supplier}" for s in sources.SOURCES if s.is_mapped
    )
    question = Question(
        f"What is this file? Its widest row reads {widest}. Say what it is, and csp map asks for "
        f"what it then needs:\n       {kinds}",
    )
    return Proposal(path=path, notes=found.notes, questions=(question,))


def _either(path: Path, found: Grid, one: Header, other: Header) -> Proposal:
    sides = [
        f"{h.layout.meaning} ([sources.{h.source}.columns]: "
        + ", ".join(f'{m.column} = "{h.headings[m.at]}"' for m in h.matches)
        + ")"
        for h in (one, other)
    ]
    question = Question(
        f"Is this {sides[0]}, or {sides[1]}? If it is neither, say what it is with --source."
    )
    return Proposal(path=path, sheet=found.sheet, notes=found.notes, questions=(question,))
