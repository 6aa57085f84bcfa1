"""Tries to recover protected values from everything that a review folder publishes.

What an inquisitive reader would do: takes every published count of one kind (same source, same
measure), works out by linear programming what each hidden cell can be, and compares the pages,
charts, workbook and csv with what findings.json hides. See `cspanalysis.disclosure` for how
findings say what they count.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis.disclosure.audit import carriers, published_cells, row_checks, traces
from cspanalysis.disclosure.audit.row_checks import TELLING, Recovered
from cspanalysis.disclosure.cells import Cell, TooMany
from cspanalysis.disclosure.ranges import Inconsistent
from cspanalysis.disclosure.ranges import ranges as possible
from cspanalysis.disclosure.secondary import consistent
from cspanalysis.domain.errors import DataRefused, paragraph

#: Parts that a folder can be checked in, one after the other or side by side: the findings with
#: the pages and csv files that show them, and the workbook.
PARTS = ("findings", "workbook")
#: Words of a source line; their numbers count nobody.
_CITED = ("title", "publisher", "licence", "attribution")


def check(report_dir: str | Path, parts: Sequence[str] = PARTS) -> list[Recovered]:
    """Try to recover every protected value of a review.

    In the edition 'partner', which is not published, sums are not worked out.

    `report_dir`: the review folder, with its findings.json. `parts`: which of `PARTS` to look at; a
    whole review is checked when each was. Returns: empty if nothing can be recovered; same order
    for the same folder.
    """
    folder = Path(report_dir)
    path = folder / "findings.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        findings = document["findings"]
        area = document["area"]["name"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataRefused(
            paragraph("no readable findings.json", file=folder, do="Name the folder of one review.")
        ) from error
    kinds = published_cells.kinds(findings, area)
    # Readers of the partner edition hold the counts; what it still hides, its data came without.
    is_public = document.get("edition") != "partner"
    found: list[Recovered] = []
    if "findings" in parts:
        found += [r for record in findings for r in row_checks.by_row(record)]
        if is_public:
            found += [r for record in findings for r in row_checks.against_rule(record)]
            found += [r for cells in kinds for r in _by_sums(cells)]
            found += row_checks.small_beside_hidden(findings, kinds)
    tops: dict[tuple[str, int], float] = {}
    for cells in kinds if is_public else ():
        tops |= published_cells.upper_limits(cells)
    named = [{**record, "area": area} for record in findings]
    found += _by_carriers(folder, named, tops, parts)
    return list(dict.fromkeys(found))


def describe(recovered: Sequence[Recovered], report_dir: str | Path) -> str:
    """What was recovered, as one paragraph."""
    listed = "; ".join(str(r) for r in recovered[:20])
    more = f"; and {len(recovered) - 20} more" if len(recovered) > 20 else ""
    return paragraph(
        f"{len(recovered)} protected value{'s' if len(recovered) != 1 else ''} can be recovered: "
        f"{listed}{more}",
        file=report_dir,
        do="Protect the finest table once and make every finding from it (protect_finest).",
    )


def _by_sums(cells: Sequence[Cell]) -> Iterator[Recovered]:
    """Hidden cells that the published sums of their kind leave only one value."""
    try:
        parts = consistent(cells)
    except TooMany as error:
        # What cannot be checked cannot pass.
        origin = next(c.origin for c in cells if c.is_hidden)
        yield Recovered(origin.finding, str(origin), "findings.json", f"cannot be checked: {error}")
        return
    if parts is None:
        return
    pinned = possible(cells, width=1, parts=parts)
    # What symbols alone give away (seven '*' with a total of '*') no report can help.
    bare = [c if c.is_hidden or c.high == 0 else Cell(c.where, 0, float("inf")) for c in cells]
    try:
        anyway = possible(bare, width=1, parts=parts).narrow(1)
    except Inconsistent:
        anyway = [False] * len(cells)
    for cell, low, high, known in zip(cells, pinned.low, pinned.high, anyway, strict=True):
        if cell.is_hidden and high - low < 1 and not known:
            yield Recovered(
                cell.origin.finding,
                str(cell.origin),
                "findings.json",
                "follows from the published totals, parts and differences",
                float(low),
            )


def _by_carriers(
    folder: Path,
    findings: Sequence[Mapping[str, Any]],
    tops: Mapping[tuple[str, int], float],
    parts: Sequence[str],
) -> Iterator[Recovered]:
    """Numbers in pages, charts, workbook and csv that findings.json hides."""
    by_id = {str(r["id"]): r for r in findings}
    titles = {i: str(r.get("title", "")) for i, r in by_id.items()}
    sentences = {i: str(r.get("sentence", "")) for i, r in by_id.items()}
    carried: list[carriers.Carried] = []
    if "findings" in parts:
        carried += carriers.pages(folder, titles)
        carried += carriers.lists(folder)
        carried += [
            carriers.Carried("findings.json", i, [("sentence", text)])
            for i, text in sentences.items()
        ]
    if "workbook" in parts:
        carried += carriers.workbooks(folder, titles, sentences)
    alike = {traces.without_numbers(text): by_id[i] for i, text in sentences.items()}
    for one in carried:
        record = by_id.get(one.finding)
        if record is None:
            yield from _elsewhere(one, by_id, tops, alike)
            continue
        yield from _compare(one, record, by_id, tops)
    if "findings" in parts:
        yield from _csv_values(folder / "findings.csv", by_id)


def _elsewhere(one, by_id, tops, alike) -> Iterator[Recovered]:
    """Sentences repeated outside their section (the summary), with other numbers in them."""
    for kind, text in one.texts:
        record = alike.get(traces.without_numbers(text))
        if record is not None and text != record["sentence"]:
            repeated = carriers.Carried(one.file, record["id"], [(kind, text)])
            yield from _compare(repeated, record, by_id, tops)


def _compare(one, record, by_id, tops) -> Iterator[Recovered]:
    rows = record.get("rows") or []
    for table in one.tables:
        for number, cell, how in traces.in_table(table, rows):
            label = ", ".join(published_cells.labels(rows[number]))
            yield Recovered(record["id"], label, one.file, how, _float(cell))
    hidden = [row for row in rows if published_cells.is_hidden(row)]
    if not hidden:
        return
    limit = published_cells.limit_of(rows)
    for figure in one.charts:
        for path, array in carriers.arrays(figure):
            for value, how in traces.in_chart(array, rows):
                yield Recovered(record["id"], path, one.file, how, value)
    # A section shows its further periods too, whose own numbers are no leak.
    kin = [r for i, r in by_id.items() if i.split("@")[0] == record["id"].split("@")[0]]
    values = [v for r in kin for v in traces.known(r.get("rows") or [])]
    highest = [top for (finding, _), top in tops.items() if finding == record["id"]]
    strip = [str(record.get(k) or "") for k in ("area", "title", "method", "unit", "measure")]
    cited = (source.get(k) for source in record.get("sources") or () for k in _CITED)
    strip += [str(text) for text in cited if text]
    texts = one.texts + [("chart's text", w) for f in one.charts for w in carriers.words(f)]
    for kind, text in texts:
        for number in traces.in_text(text, rows, limit, highest, values, strip):
            yield Recovered(
                record["id"], kind, one.file, f"stands in “{_short(text)}” and in no shown row",
                float(number),
            )  # fmt: skip


def _csv_values(path: Path, by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[Recovered]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            record = by_id.get(row.get("id") or "")
            if record is None:
                continue
            values = record.get("values") or {}
            for key in ("count", "compare_count", *TELLING):
                number = _float(row.get(key) or "")
                if number is not None and (
                    values.get(key) is None or abs(number - values[key]) > 1e-9 * abs(number)
                ):
                    yield Recovered(
                        record["id"], key, path.name, "is in no value of findings.json", number
                    )


def _float(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("−", "-").rstrip("%"))
    except ValueError:
        return None


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
