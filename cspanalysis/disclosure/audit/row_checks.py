"""What a finding's own rows and values give away, before anything is added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cspanalysis.disclosure.audit import published_cells, traces
from cspanalysis.disclosure.cells import Cell

#: Columns that, with the numbers beside them, give a count away.
TELLING = ("rate", "share", "ratio", "percent_change", "lower", "upper", "index", "p")


@dataclass(frozen=True)
class Recovered:
    """A protected value that a reader can get hold of.

    Parameters
    ----------
    finding : str
        Id of the finding whose value it is.
    cell : str
        Which cell.
    where : str
        File in which it was recovered.
    how : str
        By which relation.
    value : float or None
        What was recovered.
    """

    finding: str
    cell: str
    where: str
    how: str
    value: float | None = None

    def __str__(self) -> str:
        number = "" if self.value is None else f" = {self.value:g}"
        return f"{self.finding}, {self.cell}{number}: {self.how} ({self.where})"


def by_row(record: Mapping[str, Any]) -> Iterator[Recovered]:
    """Rows that hide a count and show it, or show what was computed from it."""
    rows = record.get("rows") or []
    hidden = [row for row in rows if published_cells.is_hidden(row)]
    for number, row in enumerate(rows):
        if not published_cells.is_hidden(row):
            continue
        label = ", ".join(published_cells.labels(row)) or f"row {number + 1}"
        counts = [c for c in published_cells.COUNTS if c in row]
        if counts and all(row[c] is not None for c in counts):
            yield Recovered(
                record["id"], label, "findings.json", "the row says hidden and shows its count",
                float(row[counts[0]]),
            )  # fmt: skip
        for column in TELLING:
            if (
                counts
                and isinstance(row.get(column), int | float)
                and any(row[c] is None for c in counts)
            ):
                yield Recovered(
                    record["id"], label, "findings.json", f"its {column} is shown", row[column]
                )
    if not hidden:
        return
    yield from _by_rank(record["id"], rows, hidden)
    shown = {*traces.known(rows), *_sums([row for row in rows if row not in hidden])}
    for key, value in (record.get("values") or {}).items():
        if (
            key in ("count", "compare_count", *TELLING)
            and isinstance(value, int | float)
            and not any(abs(value - v) < 1e-6 * max(1, abs(v)) for v in shown)
            and (key in published_cells.COUNTS or len(hidden) == len(rows))
        ):
            yield Recovered(
                record["id"],
                f"values.{key}",
                "findings.json",
                "none of the shown rows has it",
                value,
            )


def _sums(rows: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    """Totals of the shown rows alone, which tell nothing of the hidden ones."""
    for column in dict.fromkeys(c for row in rows for c in row):
        values = [row.get(column) for row in rows]
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        if numbers:
            yield float(sum(numbers))


def _by_rank(
    finding: str, rows: Sequence[Mapping[str, Any]], hidden: Sequence[Mapping[str, Any]]
) -> Iterator[Recovered]:
    """A lone hidden row whose place among the shown ranks leaves its count one value."""
    by_rank = {row["rank"]: row["rate"] for row in rows if row.get("rank") and row.get("rate")}
    if len(hidden) != 1 or len(by_rank) < 2 or hidden[0].get("of") != len(rows):
        return
    free = set(range(1, len(rows) + 1)) - set(by_rank)
    people = hidden[0].get("population") or hidden[0].get("roll")
    if len(free) != 1 or not people:
        return
    rank = free.pop()
    scale = people / (hidden[0].get("rate_per") or 1)
    low = scale * by_rank.get(rank - 1, 0)
    high = scale * by_rank.get(rank + 1, float("inf"))
    most = min(high, float(hidden[0].get("hidden_below") or high))
    values = [n for n in range(1, 1000) if low <= n <= most]
    if len(values) == 1:
        label = ", ".join(published_cells.labels(hidden[0]))
        yield Recovered(
            finding, label, "findings.json", "follows from its rank between two rates", values[0]
        )


def against_rule(record: Mapping[str, Any]) -> Iterator[Recovered]:
    """Counts that the rule in their own row would have hidden or rounded."""
    for number, row in enumerate(record.get("rows") or []):
        below, base = int(row.get("hidden_below") or 0), int(row.get("rounded_to") or 0)
        for column in published_cells.COUNTS:
            value = row.get(column)
            if not isinstance(value, int | float):
                continue
            if 0 < value < below:
                how = f"is under {below}, which its rule hides"
            elif base and value % base:
                how = f"is not rounded to {base}, as its rule wants"
            else:
                continue
            label = ", ".join(published_cells.labels(row)) or f"row {number + 1}"
            yield Recovered(record["id"], label, "findings.json", how, float(value))


def small_beside_hidden(
    findings: Sequence[Mapping[str, Any]], kinds: Sequence[Sequence[Cell]]
) -> Iterator[Recovered]:
    """Counts that the policy of their kind would have hidden or rounded."""
    rows = {r["id"]: r.get("rows") or [] for r in findings}
    for cells in kinds:
        ids = dict.fromkeys(c.origin.finding for c in cells)
        together = [row for i in ids for row in rows[i]]
        limit = published_cells.limit_of(together)
        base = next((int(r["rounded_to"]) for r in together if r.get("rounded_to")), 0)
        for cell in cells:
            if cell.is_hidden or cell.origin.row < 0:
                continue
            row = rows[cell.origin.finding][cell.origin.row]
            value = row[cell.origin.column]
            if 0 < value < limit:
                how = "is small enough to be hidden, as others of its kind are"
            elif base and value % base:
                how = "is not rounded, as others of its kind are"
            else:
                continue
            yield Recovered(
                cell.origin.finding, str(cell.origin), "findings.json", how, float(value)
            )
