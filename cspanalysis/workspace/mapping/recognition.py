"""From an unknown file to a proposal: what it is, what its columns are, and what must be asked."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cspanalysis import present, sources
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.sources import column_types, grid, headings
from cspanalysis.sources.grid import Grid
from cspanalysis.sources.headings import Header, Match
from cspanalysis.sources.schema import Column, folded, key, numbered
from cspanalysis.sources.source import Source
from cspanalysis.workspace.mapping import cell_evidence, date_forms, value_maps
from cspanalysis.workspace.mapping.cell_evidence import LOOKED_AT
from cspanalysis.workspace.mapping.proposal import Mapped, Proposal
from cspanalysis.workspace.mapping.questions import Question, Reading

#: Two sources this near each other are a question.
CLOSE = 1.0
#: Unless one of them lacks so much more of what is needed.
APART = 0.2
#: Less of the required columns than this, and the file is not taken for the source.
ENOUGH = 0.4
#: From here on a heading is a known one; what is less is shown as likely.
SURE = 99.0
_TOTAL = re.compile(r"^(grand |sub ?-?)?totals?\b|^sum\b|^overall$", re.IGNORECASE)
_YEAR = re.compile(r"^(19|20)\d{2}\s*[/-]\s*\d{2}(\d{2})?$")


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
        if (not source or h.source == source) and not _is_foreign(h)
    ]
    # The settings say what a file is, then its folder, then its headings.
    its_folder = sources.find(path.parent.name)
    read.sort(
        key=lambda one: (
            not one[1].is_answered,
            not _is_of(one[1], its_folder) or _confidence(one[1], given) < ENOUGH,
            -one[1].worth,
        )
    )
    if not read or (
        _confidence(read[0][1], given) < ENOUGH and not read[0][1].is_answered and not source
    ):
        return _unknown(path, max(grids, key=lambda g: len(g.rows)), source)
    found, header = read[0]
    rival = next((h for g, h in read[1:] if g is found and h.source != header.source), None)
    is_said = header.is_answered or _is_of(header, its_folder)
    is_close = rival is not None and header.worth - rival.worth < CLOSE
    if rival and is_close and not is_said and _apart(header, rival, given) < APART:
        return _either(path, found, header, rival)
    proposal = _proposal(path, found, header, given.get(header.source, {}), area)
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


def _is_foreign(header: Header) -> bool:
    """Whether some heading says that a file is another thing: casualties are no admissions."""
    foreign = sources.get(header.source).foreign
    return bool(foreign) and any(
        re.search(foreign, key(heading)) for heading in header.headings if heading
    )


def _judged(found: Grid, header: Header, given: Mapping[str, Mapping[str, Any]]) -> Header:
    """A header with what the cells beneath it show: what is belied goes, what is told comes."""
    own = given.get(header.source, {}).get("columns", {})
    body = [row for _, row in found.rows[header.index + 1 : header.index + 1 + LOOKED_AT]]
    cells = {
        at: [row[at] for row in body if at < len(row) and row[at]]
        for at, heading in enumerate(header.headings)
        if heading
    }
    columns = {c.name: c for c in header.layout.columns}
    kept = [
        m for m in header.matches
        if m.score >= SURE or not cells[m.at] or not cell_evidence.is_belied(
            columns[m.column], cells[m.at]
        )
    ]  # fmt: skip
    free = [at for at in cells if at not in {m.at for m in kept}]
    lacking = [
        c for name, c in columns.items()
        if name not in {m.column for m in kept} and name not in own and not c.pattern
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


def _proposal(
    path: Path, found: Grid, header: Header, given: Mapping[str, Mapping[str, Any]], area: str
) -> Proposal:
    schema = {c.name: c for c in header.layout.columns}
    own, constants = given.get("columns", {}), given.get("constants", {})
    body, totals = _without_totals(found, header)
    names = _headings(header)
    stack = header.stack
    mapped: list[Mapped] = []
    questions: list[Question] = []
    notes = list(found.notes) + _beyond(given, header)
    for match in sorted(header.matches, key=lambda m: m.at):
        cells = [(n, row[match.at]) for n, row in body if match.at < len(row) and row[match.at]]
        blank = len(body) - len(cells)
        reading = _column(schema[match.column], names[match.at], cells, blank, given)
        if match.column not in own:
            reading = _with_rivals(header, match, names, reading)
        questions += reading.questions
        notes += reading.notes
        if not any(q.blocks == match.column for q in reading.questions):
            heading = _as_given(own.get(match.column), names[match.at])
            mapped.append(
                Mapped(match.column, heading, match.score >= SURE, reading, schema[match.column])
            )
    used = {m.at for m in header.matches}
    if stack:
        across = [(n, row[at]) for n, row in body for at in stack.places if at < len(row)]
        reading = _column(
            schema[stack.across.value], stack.told, [c for c in across if c[1]], 0, given
        )
        questions += reading.questions
        mapped.append(
            Mapped(stack.across.value, "", True, reading, schema[stack.across.value], stack)
        )
        used |= set(stack.places)
    left = [names[at] for at, h in enumerate(header.headings) if h and at not in used]
    taken = {m.column for m in header.matches} | set(constants)
    taken |= {stack.across.column, stack.across.value} if stack else set()
    absent = [c for c in schema.values() if _is_asked(c) and c.name not in taken]
    questions += [
        _missing(column, left, own.get(column.name)) for column in absent
        if column.name in own or not _is_constant(column)
    ]  # fmt: skip
    of_all = [c for c in absent if c.name not in own and _is_constant(c)]
    if of_all:
        questions.append(_for_all_rows(of_all, left, _titles(found, header), area))
    questions += _wide(left)
    lacking = [
        c for c in schema.values()
        if c.unlocks and not _is_asked(c) and c.name not in taken
        and c.name.removesuffix("_time") not in taken
    ]  # fmt: skip
    notes += _about_rows(found, header, totals)
    questions += [q for q in (_counted_totals(header, schema, totals),) if q]
    return Proposal(
        path=path,
        source=header.source,
        meaning=header.layout.meaning,
        confidence=_confidence(header, {header.source: given}),
        header_row=found.rows[header.index][0],
        sheet=found.sheet,
        columns=tuple(mapped),
        notes=tuple(notes),
        left=tuple(left),
        lacking=tuple(lacking),
        questions=tuple(questions),
    )


def _beyond(given: Mapping[str, Mapping[str, Any]], header: Header) -> list[str]:
    """Settings that this source has no column for, which cleaning would refuse."""
    known = sources.get(header.source).columns
    strange = [
        f"{section}.{name}" for section, entries in given.items() for name in entries
        if name not in known
    ]  # fmt: skip
    return [
        f"partnership.toml names {one} under [sources.{header.source}], which has no such column: "
        "remove that line"
        for one in strange
    ]


def _as_given(own: Any, heading: str) -> str:
    """A heading as the settings spell it, where they name it."""
    spelled = [own] if isinstance(own, str) else list(own or ())
    return next((one for one in spelled if folded(one) == folded(heading)), heading)


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


def _column(
    column: Column, heading: str, cells, blank: int, given: Mapping[str, Mapping[str, Any]]
) -> Reading:
    if not cells:
        return Reading(notes=(f"'{heading}' is blank throughout",))
    layout = given.get("formats", {}).get(column.name, "")
    answers = {str(k).strip().lower() for k in given.get("values", {}).get(column.name, {})}
    if column.kind in ("date", "datetime"):
        return date_forms.read(column.name, heading, cells, layout)
    if column.kind == "month":
        return date_forms.read(column.name, heading, cells, layout, "month")
    if column.kind == "time":
        return date_forms.read_times(column.name, heading, cells, layout)
    asked = [(row, text) for row, text in cells if text.lower() not in answers]
    return value_maps.read(column, heading, asked, 0 if "" in answers else blank)


def _headings(header: Header) -> list[str]:
    """Headings as they go into the map: of equal ones the second is 'Date 2'."""
    keys = numbered(header.headings)
    return [
        f"{h} {k.rsplit(' ', 1)[1]}" if k != key(h) and key(h) else h
        for h, k in zip(header.headings, keys, strict=True)
    ]


def _with_rivals(header: Header, match: Match, names: list[str], reading: Reading) -> Reading:
    rivals = headings.rivals(header, match)
    if not rivals:
        return reading
    others = [names[at] for at in (match.at, *rivals)]
    if _by_rank(header, match):
        note = (
            f"'{others[0]}' is taken for {match.column}, not {', '.join(map(repr, others[1:]))}: "
            f'if another is meant, write {match.column} = "{others[1]}" under columns'
        )
        return replace(reading, notes=(*reading.notes, note))
    question = Question(
        f"{' and '.join(repr(o) for o in others)} could each be {match.column}: which is it?",
        blocks=match.column,
        answers=tuple(f'{match.column} = "{o}" under columns' for o in others),
    )
    return Reading(reading.format, reading.values, reading.likely, reading.notes, (question,))


def _by_rank(header: Header, match: Match) -> bool:
    """Whether of several headings the first known one is taken: labels, not days or figures."""
    (column,) = (c for c in header.layout.columns if c.name == match.column)
    return column.kind in ("text", "lower", "category") and column.name != "offence"


def _missing(column: Column, left: list[str], own: Any = None) -> Question:
    where = ", ".join(f"'{h}'" for h in left[:12]) or "none is left over"
    if own:
        return Question(
            f"partnership.toml says that {column.name} stands under {own!r}, and no heading of "
            f"this file is that. Is it one of these: {where}?",
            blocks=column.name,
            answers=(f'{column.name} = ["…", "…"] under columns, for files of both kinds',),
        )
    return Question(
        f"No heading was recognised as {column.name} ({column.meaning.lower()}), without which the "
        f"file cannot be read. Is it one of these: {where}?",
        blocks=column.name,
        answers=(f'{column.name} = "…" under columns',),
    )


def _is_asked(column: Column) -> bool:
    """Whether the map asks for a column that the file lacks: no row counts without a district."""
    return column.is_required or column.name == "district"


def _is_constant(column: Column) -> bool:
    """Whether one value may hold for a whole file: its district, the survey, the measure."""
    return column.name in ("district", "area", "survey", "round", "measure", "year", "unit")


def _titles(found: Grid, header: Header) -> list[str]:
    return [" ".join(filter(None, row)) for _, row in found.rows[: header.index]]


def _for_all_rows(
    columns: Sequence[Column], left: Sequence[str], titles: Sequence[str], area: str
) -> Question:
    """What a file may leave out because it is the same in every row."""
    names = present.listed(c.name for c in columns)
    where = ", ".join(f"'{h}'" for h in left[:12])
    title = titles[0] if titles else ""
    year = next((found[0] for t in titles if (found := re.search(r"\b20\d\d(/\d\d)?\b", t))), "")
    guess = {"district": area, "area": area, "survey": title, "round": year, "year": year}
    verb = "says the" if len(columns) == 1 else "says"
    meanings = "; ".join(f"{c.name}: {c.meaning.lower()}" for c in columns)
    which = "it" if len(columns) == 1 else "each"
    text = f"No column {verb} {names} ({meanings}). Is {which} the same in every row?"
    if where:
        text += f" Or is it one of these headings: {where}?"
    answers = [f'{c.name} = "{guess.get(c.name) or "…"}" under constants' for c in columns]
    if where:
        answers += [f'{c.name} = "…" under columns' for c in columns]
    needed = [c.name for c in columns if c.is_required]
    return Question(text, blocks=needed[0] if needed else "", answers=tuple(answers))


def _wide(left: list[str]) -> list[Question]:
    years = [h for h in left if _YEAR.match(h)]
    if len(years) < 2:
        return []
    return [
        Question(
            f"The years stand side by side ({', '.join(years[:4])}): one row per year and count is "
            "needed. Can the sender give it that way, or turn it with the spreadsheet's unpivot?",
            blocks="count",
        )
    ]


def _without_totals(found: Grid, header: Header):
    body, totals = [], []
    for number, row in found.rows[header.index + 1 :]:
        is_total = any(_TOTAL.match(cell) for cell in row if cell)
        (totals if is_total else body).append((number, row))
    return body, totals


def _about_rows(found: Grid, header: Header, totals) -> list[str]:
    notes = []
    if header.is_double:
        notes.append("the headings lie in two rows, which are read as one")
    if above := header.index - header.is_double:
        first = " ".join(filter(None, found.rows[0][1]))
        notes.append(f"{above} rows above the header ('{first[:50]}') are passed over")
    if totals:
        rows = ", ".join(str(number) for number, _ in totals[:5])
        notes.append(f"totals in row {rows} are no records")
    return notes


def _counted_totals(header: Header, schema: dict[str, Column], totals) -> Question | None:
    """Totals that the reader would take for records: those with every essential cell filled."""
    needed = [m for m in header.matches if schema[m.column].essential]
    sure = [
        number
        for number, row in totals
        if all(
            m.at < len(row) and row[m.at] and not (
                _TOTAL.match(row[m.at]) and schema[m.column].kind not in column_types.ANY_TEXT
            )
            for m in needed
        )
    ]  # fmt: skip
    if not sure or not needed:
        return None
    return Question(
        f"Row {sure[0]} is a total with a full set of cells: it would be counted on top of its "
        "parts. Please take such rows out of the file (totals are made by the review).",
    )


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
    question = Question(f"Is this {sides[0]}, or {sides[1]}?")
    return Proposal(path=path, sheet=found.sheet, notes=found.notes, questions=(question,))
