"""Figures of one file that look alike once they are read, though the file tells them apart.

The settings bring two labels together, or a column that nobody reads tells two rows apart: neither
row is a correction of the other, and none may be set aside. What can be added up is added up,
anything else is refused. Rows that the file does not tell apart are the matter of `same_rows`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import csv_rows, order_register, respondents, same_rows, side_by_side
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.schema import as_text, choose
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context, Read

#: Two names of one total are not added up.
_TOTALS = ("persons", "all ages")
#: Headings of columns that differ between a row and its correction.
_REMARKS = r"(?i)\b(date|day|updated?|revised|revision|version|notes?|comments?|remarks?)\b"
#: Headings of columns that divide what is counted, whatever the figures beside them.
_PARTS = (
    r"(?i)\b(terms?|quarters?|months?|weeks?|sex|gender|ages?|ethnicity|phase|reasons?|schools?"
    r"|wards?|units?|providers?)\b"
)
#: What a cell says of a row that takes another one's place.
_EDITION = r"\b(?:final|provisional|revised|draft|corrected|amended|updated|superseded)\b"
#: So many groups of rows show whether an unread column of numbers tells their rows apart.
_GROUPS = 3
#: So many groups are looked at for a column that tells their rows apart.
_SEEN = 200

_Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class _Written:
    """Rows as the file has them: cells by row, headings, and where the columns are."""

    cells: dict[int, list[str]]
    header: list[str]
    at: dict[str, int]

    def label(self, row: dict[str, Any], column: str) -> str:
        return self.cells[row[ROW]][self.at[column]]


def told_apart(part: Part, source: Source, context: Context, found: Read) -> Read:
    """What was read, with rows added up that only reading made alike.

    Refused is what cannot be added up.
    """
    if found.schema in (respondents.LAYOUT, order_register.LAYOUT):
        return found  # its figures stand in no row of the file
    for name, key in source.figures.items():
        frame = found.tables.get(name)
        if frame is None or frame.is_empty():
            continue
        several = frame.with_columns(group=same_rows.hashed(frame, key))
        several = several.filter(pl.len().over("group") > 1)
        if several.is_empty():
            continue
        written = _as_written(part, source, context, several[ROW].to_list())
        groups = [g.drop("group").to_dicts() for g in several.partition_by("group")]
        own = [c for c in key if c in written.at]
        brought = [g for g in groups if len(_by_label(g, own, written)) > 1]
        values = [c for c in frame.columns if c not in {*key, "file", ROW}]
        _refuse_unread(
            part, source, key, source.telling.get(name, ""), written,
            [g for g in groups if g not in brought], values,
        )  # fmt: skip
        sums: dict[int, dict[str, Any]] = {}
        gone: set[int] = set()
        for group in brought:
            alike = _by_label(group, own, written)
            columns = [c for c in own if len({written.label(r, c) for r in alike}) > 1]
            if any(group[0][c] in _TOTALS for c in columns):
                continue
            added = source.added.get(name, ())
            _check_sum(part, context, columns[0], alike, written, values, added)
            first, *others = alike
            sums[first[ROW]] = _added(alike, added)
            gone |= {r[ROW] for r in others}
            found.problems.add(
                first[ROW], columns[0], _labels(alike, columns[0], written), "one figure",
                "noted", f"read as one '{first[columns[0]]}' and added up",
            )  # fmt: skip
        if sums:
            kept = [sums.get(r[ROW], r) for r in frame.to_dicts() if r[ROW] not in gone]
            summed = pl.DataFrame(kept, schema=frame.schema)
            found = found.with_tables(**{**found.tables, name: summed})
    mapped = {c for key in source.figures.values() for c in key}
    mapped &= set(context.settings.get("values", {}))
    return replace(found, brought=_brought(part, source, context, mapped)) if mapped else found


def _brought(
    part: Part, source: Source, context: Context, columns: set[str]
) -> dict[str, dict[str, list[str]]]:
    """The file's own labels for each value that the settings give, by column."""
    written = _as_written(part, source, context)
    found: dict[str, dict[str, list[str]]] = {}
    for column in sorted(columns & set(written.at)):
        values = context.settings["values"][column]
        become = {str(old).strip().lower(): as_text(new).lower() for old, new in values.items()}
        for label in sorted({cells[written.at[column]] for cells in written.cells.values()}):
            value = become.get(label, label)
            if value in become.values():
                found.setdefault(column, {}).setdefault(value, []).append(label)
    return found


def refuse_unread(
    part: Part,
    source: Source,
    context: Context,
    several: pl.DataFrame,
    key: Sequence[str],
    values: Sequence[str],
) -> None:
    """Refuse rows of a part, all of keys that come again, that an unread column tells apart."""
    if several.is_empty():
        return
    several = several.with_columns(group=pl.struct(key).hash())
    first = several.select(pl.col("group").unique(maintain_order=True).head(_SEEN))
    several = several.join(first, on="group", how="semi", maintain_order="left")
    written = _as_written(part, source, context, several[ROW].to_list())
    groups = [g.to_dicts() for g in several.partition_by("group")]
    _refuse_unread(part, source, key, "", written, groups, values)


def check_files(
    key: Sequence[Any],
    frames: Callable[[int], pl.DataFrame],
    brought: Sequence[Mapping[str, Mapping[str, list[str]]]],
    labels: Sequence[str],
    repeated: pl.DataFrame,
) -> None:
    """Refuse figures of two files that only the settings make one, under labels of their own.

    Where two such files (`frames`, `labels`, by number) give different figures, nobody can say
    whether one replaces the other. `brought` are their own labels, see `Read.brought`.
    """
    differing = repeated.filter(~pl.col("is_same") & (pl.col("part") != pl.col("used_part")))
    for row in differing.iter_rows(named=True):
        own, other = brought[row["part"]], brought[row["used_part"]]
        for column in set(own) & set(other) & set(key):
            value = str(frames(row["part"])[column][row["at"]])
            mine, theirs = (set(b[column].get(value.lower(), ())) for b in (own, other))
            if mine and theirs and not mine & theirs:
                raise DataRefused(
                    paragraph(
                        f"partnership.toml brings {_quoted(mine)} of this file and "
                        f"{_quoted(theirs)} of {labels[row['used_part']]} together as '{value}', "
                        f"and row {row['used_row']} there gives another figure for the same; "
                        "nobody can say whether one replaces the other or both are to be added up",
                        file=labels[row["part"]], row=row[ROW], column=column,
                        allowed=f"labels for '{value}' that one file has together",
                        do="Put both into one file to have them added up; move the older one out "
                        "of data/raw if the other replaces it.",
                    )
                )  # fmt: skip


def _quoted(labels: Iterable[str]) -> str:
    return " and ".join(f"'{label}'" for label in sorted(labels))


def _of(row: dict[str, Any], columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[c] for c in columns)


def _by_label(group: _Rows, key: Sequence[str], written: _Written) -> _Rows:
    """Rows of different labels; of those with one label the last."""
    last = {tuple(written.label(r, c) for c in key): r for r in group}
    return list(last.values())


def _labels(alike: _Rows, column: str, written: _Written) -> str:
    return _quoted({written.label(r, column) for r in alike})


def _as_written(
    part: Part, source: Source, context: Context, wanted: list[int] | None = None
) -> _Written:
    """Some rows of a part, or all of them, as text."""
    mapped = context.settings.get("columns", {})
    constants = context.settings.get("constants", {})

    def fits(header: list[str]) -> bool:
        return any(
            not s.missing(s.find(header, mapped), constants) for s in source.schemas
        ) or bool(side_by_side.needed(source.schemas, header, mapped, constants))

    with part.open() as stream:
        read = csv_rows.read(part, fits, stream, max(s.tail for s in source.schemas))
        stack = side_by_side.needed(source.schemas, read.header, mapped, constants)
        header = stack.header if stack else read.header
        _, at = choose(part, header, side_by_side.layouts(source.schemas, stack), mapped, constants)
        is_wanted = pl.lit(True) if wanted is None else pl.col(ROW).is_in(wanted)
        blocks = [block.filter(is_wanted) for block in read.blocks]
        # Of figures side by side the labels are the same in all rows that come of one.
        blocks = [stack.rows(block) for block in blocks] if stack else blocks
    cells = {
        row: [" ".join((cell or "").lower().split()) for cell in line]
        for block in blocks
        for row, *line in block.select(
            pl.col(ROW), *(pl.col(str(i)).cast(pl.String) for i in range(len(header)))
        ).iter_rows()
    }
    return _Written(cells, header, dict(at))


def _check_sum(
    part: Part,
    context: Context,
    column: str,
    alike: _Rows,
    written: _Written,
    values: Sequence[str],
    added: Sequence[str],
) -> None:
    """Refuse what cannot be added up, or would count a total beside its parts."""
    become = str(alike[0][column])
    is_mapped = column in context.settings.get("values", {})
    is_total = is_mapped and become.lower() in {written.label(r, column) for r in alike}
    rest = [c for c in values if c not in (*added, "status", "symbol")]
    is_one_kind = len({_of(r, rest) for r in alike}) == 1
    if added and is_one_kind and not is_total and alike[0].get("unit") not in ("per cent", "%"):
        return
    why = (
        f"'{become}' may be the total of the others, which would then count twice"
        if is_total
        else "figures of this kind cannot be added up"
    )
    by = "partnership.toml brings" if is_mapped else "reading brings"
    numbers = ", ".join(str(r[ROW]) for r in alike[:6])
    raise DataRefused(
        paragraph(
            f"{by} {_labels(alike, column, written)} together as '{become}', and rows {numbers} "
            f"then give the same figure; {why}",
            file=part.label, row=alike[-1][ROW], column=column,
            allowed=f"one row for '{become}'",
            do="Give one row for all of them together, or give each a name of its own in "
            f"partnership.toml, [sources.{part.file.split('/')[0]}.values.{column}].",
        )
    )  # fmt: skip


def _added(alike: _Rows, columns: Sequence[str]) -> dict[str, Any]:
    """The rows as one: what one of them does not give, nobody knows of all."""
    row = dict(alike[0])
    flagged = [r for r in alike if r.get("status", "ok") != "ok"]
    for column in columns:
        known = [r[column] for r in alike]
        row[column] = None if flagged or None in known else sum(known)
    if flagged:
        row |= {c: flagged[0][c] for c in ("status", "symbol") if c in row}
    return row


def _refuse_unread(
    part: Part,
    source: Source,
    key: Sequence[str],
    telling: str,
    written: _Written,
    several: list[_Rows],
    values: Sequence[str],
) -> None:
    """Refuse rows of one key that a column nobody reads tells apart, or nothing does and should.

    Equal figures (hidden in every month, say) are several, too, where such a column tells them
    apart.
    """
    groups = [g for g in several if len({_of(r, values) for r in g}) > 1]
    are_equal = not groups
    groups = groups or several
    heading = _telling(groups, written)
    wanted = "" if are_equal else telling
    if not (heading or wanted):
        return
    alike = groups[0]
    same = ", ".join(f"{c} '{alike[0][c]}'" for c in key if alike[0][c] is not None)
    numbers = ", ".join(str(r[ROW]) for r in alike[:6])
    text = (
        f"rows {numbers} give {'several' if are_equal else 'different'} figures for the same {same}"
    )
    do = wanted
    if heading:
        text += f"; the column '{heading}', which is not read, tells them apart"
        do = (
            f"Keep the rows of one '{heading}', or one row for all of them together. If it is a "
            "column that is read, name it in partnership.toml: "
            f"[sources.{source.name}.columns]." + (f" {wanted}" if wanted else "")
        )
    more = len(groups) - 1
    text += f"; so do {more} further groups of rows" if more else ""
    raise DataRefused(
        paragraph(text, file=part.label, row=alike[-1][ROW], allowed="one row a figure", do=do)
    )


def _telling(groups: list[_Rows], written: _Written) -> str:
    """The heading of an unread column that tells the rows of every group apart; '' for none."""
    used = set(written.at.values())
    for at, heading in enumerate(written.header):
        if at in used or re.search(_REMARKS, heading):
            continue
        cells = [[written.cells[r[ROW]][at] for r in group] for group in groups]
        if re.search(_PARTS, heading) and any(len(set(c)) > 1 for c in cells):
            return heading.strip()
        every = {c for group in cells for c in group}
        is_edition = any(re.search(_EDITION, c) for c in every)
        if is_edition or any(len(set(c)) < len(c) for c in cells):
            continue
        are_words = all(re.search("[a-z]", c) for c in every)
        # The same few numbers in every group are months or sites; measures differ throughout.
        are_few = len(groups) >= _GROUPS and len(every) <= 2 * max(map(len, cells))
        if are_few or are_words:
            return heading.strip()
    return ""
