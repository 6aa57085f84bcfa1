"""From an unknown file to a proposal: what it is, what its columns are, and what must be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cspanalysis import sources
from cspanalysis.sources import column_types, grid, headings
from cspanalysis.sources.grid import Grid
from cspanalysis.sources.headings import Header, Match
from cspanalysis.sources.schema import Column, folded, key, numbered
from cspanalysis.sources.source import Source
from cspanalysis.workspace.mapping import date_forms, value_maps
from cspanalysis.workspace.mapping.proposal import Mapped, Proposal
from cspanalysis.workspace.mapping.questions import Question, Reading

#: Two sources this near each other are a question.
CLOSE = 1.0
#: Less of the required columns than this, and the file is not taken for the source.
ENOUGH = 0.4
_TOTAL = re.compile(r"^(grand |sub ?-?)?totals?\b|^sum\b|^overall$", re.IGNORECASE)
_YEAR = re.compile(r"^(19|20)\d{2}\s*[/-]\s*\d{2}(\d{2})?$")


def propose(file: Path | str, given: Mapping[str, Mapping[str, Any]] | None = None) -> Proposal:
    """Look at an extract and propose its map.

    `file`: csv, txt, tsv, csv.gz, xlsx, xls or ods. `given`: the section `sources` of
    partnership.toml: what it answers is used and not asked again. Returns: what was understood and
    what not; `text()` shows it, `mapping.write` puts it into partnership.toml.
    """
    path, given = Path(file), given or {}
    read = [(g, h) for g in grid.read(path) for h in headings.find(g, given)[:2]]
    # The settings say what a file is, then its folder, then its headings.
    its_folder = sources.find(path.parent.name)
    read.sort(
        key=lambda one: (
            not one[1].is_answered,
            not _is_of(one[1], its_folder) or _confidence(one[1], given) < ENOUGH,
            -one[1].worth,
        )
    )
    if not read or (_confidence(read[0][1], given) < ENOUGH and not read[0][1].is_answered):
        return _unknown(path, grid.read(path)[0])
    found, header = read[0]
    if header.is_double:
        return _double(path, found, header)
    rival = next((h for g, h in read[1:] if g is found and h.source != header.source), None)
    is_said = header.is_answered or _is_of(header, its_folder)
    if rival and not is_said and header.worth - rival.worth < CLOSE:
        return _either(path, found, header, rival)
    return _proposal(path, found, header, given.get(header.source, {}))


def _is_of(header: Header, source: Source | None) -> bool:
    return source is not None and header.source == source.name


def _proposal(
    path: Path, found: Grid, header: Header, given: Mapping[str, Mapping[str, Any]]
) -> Proposal:
    schema = {c.name: c for c in header.layout.columns}
    own, constants = given.get("columns", {}), given.get("constants", {})
    body, totals = _without_totals(found, header)
    names = _headings(header)
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
            mapped.append(Mapped(match.column, heading, match.score >= 99, reading))
    used = {m.at for m in header.matches}
    left = [names[at] for at, h in enumerate(header.headings) if h and at not in used]
    taken = {m.column for m in header.matches} | set(constants)
    questions += [
        _missing(column, left, own.get(column.name)) for column in schema.values()
        if column.is_required and column.name not in taken
    ]  # fmt: skip
    questions += _wide(left)
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
    question = Question(
        f"{' and '.join(repr(o) for o in others)} could each be {match.column}: which is it?",
        blocks=match.column,
        answers=tuple(f'{match.column} = "{o}" under columns' for o in others),
    )
    return Reading(reading.format, reading.values, reading.likely, reading.notes, (question,))


def _missing(column: Column, left: list[str], own: Any = None) -> Question:
    where = ", ".join(f"'{h}'" for h in left[:12]) or "none is left over"
    if own:
        return Question(
            f"partnership.toml says that {column.name} stands under {own!r}, and no heading of "
            f"this file is that. Is it one of these: {where}?",
            blocks=column.name,
            answers=(f'{column.name} = ["…", "…"] under columns, for files of both kinds',),
        )
    if column.name == "district":
        return Question(
            "No column says the district. Is every row in one district? Or is it one of these "
            f"headings: {where}?",
            blocks="district",
            answers=(
                'one district: district = "…" under constants',
                'district = "…" under columns',
            ),
        )
    return Question(
        f"No heading was recognised as {column.name} ({column.meaning.lower()}), without which the "
        f"file cannot be read. Is it one of these: {where}?",
        blocks=column.name,
        answers=(f'{column.name} = "…" under columns',),
    )


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
    if header.index:
        first = " ".join(filter(None, found.rows[0][1]))
        notes.append(f"{header.index} rows above the header ('{first[:50]}') are passed over")
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


def _unknown(path: Path, found: Grid) -> Proposal:
    cells = max(found.rows[:25], key=lambda r: sum(map(bool, r[1])))[1]
    kinds = "; ".join(f"{s.name}: {s.supplier}" for s in sources.SOURCES if s.is_mapped)
    question = Question(
        f"What is this file? Its widest row reads {', '.join(repr(c[:30]) for c in cells[:10])}. "
        f"It can be {kinds}. Name its headings under [sources.<source>.columns].",
    )
    return Proposal(path=path, notes=found.notes, questions=(question,))


def _double(path: Path, found: Grid, header: Header) -> Proposal:
    number = found.rows[header.index][0]
    joined = ", ".join(f"'{h}'" for h in header.headings if h)
    question = Question(
        f"The headings lie in two rows ({number} and {found.rows[header.index + 1][0]}, merged "
        f"cells). Is this what they mean: {joined}? Then write them so into one row, delete the "
        "other, and run csp map again.",
    )
    return Proposal(
        path=path, meaning=header.layout.meaning, sheet=found.sheet,
        notes=found.notes, questions=(question,),
    )  # fmt: skip


def _either(path: Path, found: Grid, one: Header, other: Header) -> Proposal:
    sides = [
        f"{h.layout.meaning} ([sources.{h.source}.columns]: "
        + ", ".join(f'{m.column} = "{h.headings[m.at]}"' for m in h.matches)
        + ")"
        for h in (one, other)
    ]
    question = Question(f"Is this {sides[0]}, or {sides[1]}?")
    return Proposal(path=path, sheet=found.sheet, notes=found.notes, questions=(question,))
