"""The map of a file of a known source: its columns, what is noted, and what must be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cspanalysis import present, sources
from cspanalysis.domain import period_labels, total_labels
from cspanalysis.sources import column_types, headings
from cspanalysis.sources.grid import Grid
from cspanalysis.sources.headings import Header, Match
from cspanalysis.sources.schema import Column, folded, key, numbered
from cspanalysis.workspace.mapping import date_forms, value_maps
from cspanalysis.workspace.mapping.proposal import Mapped, Proposal
from cspanalysis.workspace.mapping.questions import Question, Reading

#: From here on a heading is a known one; what is less is shown as likely.
SURE = 99.0
_TOTAL = re.compile(total_labels.BEGINS)


def proposed(
    path: Path,
    found: Grid,
    header: Header,
    given: Mapping[str, Mapping[str, Any]],
    *,
    confidence: float,
    area: str,
) -> Proposal:
    """The map of a file whose source is known.

    `header`: its headings, as what they were recognised. `given`: what the settings say of the
    source, which is used and not asked again. `confidence`: how sure the source is. `area`: the
    workspace's, proposed where no column says the district.
    """
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
        said = own.get(match.column, ()) if match.score <= headings.KNOWN else ()
        beside = (said,) if isinstance(said, str) else tuple(said)
        if match.column not in own or beside:
            reading = _with_rivals(header, match, names, reading, beside)
        questions += reading.questions
        notes += reading.notes
        if not any(q.blocks == match.column for q in reading.questions):
            heading = _as_given(own.get(match.column), names[match.at])
            mapped.append(
                Mapped(
                    match.column,
                    heading,
                    match.score >= SURE,
                    reading,
                    schema[match.column],
                    beside=beside,
                )
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
        questions.append(for_all_rows(of_all, left, _titles(found, header), area))
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
        confidence=confidence,
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


def _with_rivals(
    header: Header, match: Match, names: list[str], reading: Reading, beside: Sequence[str]
) -> Reading:
    rivals = headings.rivals(header, match)
    if not rivals:
        return reading
    others = [names[at] for at in (match.at, *rivals)]
    if _by_rank(header, match):
        note = (
            f"'{others[0]}' is taken for {match.column}, not {', '.join(map(repr, others[1:]))}: "
            f"if another is meant, write {_line(match.column, others[1], beside)}"
        )
        return replace(reading, notes=(*reading.notes, note))
    said = f" (in other files {', '.join(map(repr, beside))})" if beside else ""
    question = Question(
        f"{' and '.join(repr(o) for o in others)} could each be {match.column}{said}: which is it?",
        blocks=match.column,
        answers=tuple(_line(match.column, o, beside) for o in others),
    )
    return Reading(reading.format, reading.values, reading.likely, reading.notes, (question,))


def _line(column: str, heading: str, beside: Sequence[str]) -> str:
    """What to write into the settings: the headings of other files stay."""
    named = ", ".join(f'"{one}"' for one in (*beside, heading))
    return f"{column} = {f'[{named}]' if beside else named} under columns"


def _by_rank(header: Header, match: Match) -> bool:
    """Whether of several headings the first known one is taken: labels, not days or figures."""
    (column,) = (c for c in header.layout.columns if c.name == match.column)
    return column.kind in ("text", "lower", "category") and column.name != "offence"


def _missing(column: Column, left: list[str], own: Any = None) -> Question:
    where = ", ".join(f"'{h}'" for h in left[:12])
    which = f"Is it one of these: {where}?" if where else "No other is left over: ask the sender."
    if own:
        text = (
            f"partnership.toml says that {column.name} stands under {own!r}, and no heading of "
            f"this file is that. {which}"
        )
        answer = f'{column.name} = ["…", "…"] under columns, for files of both kinds'
    else:
        text = (
            f"No heading was recognised as {column.name} ({column.meaning.lower()}), without which "
            f"the file cannot be read. {which}"
        )
        answer = f'{column.name} = "…" under columns'
    return Question(text, blocks=column.name, answers=(answer,) if where else ())


def _is_asked(column: Column) -> bool:
    """Whether the map asks for a column that the file lacks: no row counts without a district."""
    return column.is_required or column.name == "district"


_CONSTANTS = (
    "district", "area", "survey", "round", "measure", "year", "unit", "group", "period",
    "kind",
)  # fmt: skip


def _is_constant(column: Column) -> bool:
    """Whether one value may hold for a whole file: its district, the survey, the measure."""
    return column.name in _CONSTANTS


def _titles(found: Grid, header: Header) -> list[str]:
    return [" ".join(filter(None, row)) for _, row in found.rows[: header.index]]


def for_all_rows(
    columns: Sequence[Column], left: Sequence[str], titles: Sequence[str], area: str
) -> Question:
    """What a file may leave out because it is the same in every row."""
    names = present.listed(c.name for c in columns)
    where = ", ".join(f"'{h}'" for h in left[:12])
    title = titles[0] if titles else ""
    year = next((found[0] for t in titles if (found := re.search(r"\b20\d\d(/\d\d)?\b", t))), "")
    guess = {
        "district": area,
        "area": area,
        "survey": title,
        "round": year,
        "year": year,
        "group": "county",
    }
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
    years = [h for h in left if period_labels.financial_year(h)]
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
