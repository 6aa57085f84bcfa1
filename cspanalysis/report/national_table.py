"""The indicators of all areas of a run as one tidy table, beside the reports; and one of them read.

It is put together from the indicator sheets of the areas' own workbooks, as these were checked and
published: nothing stands in it that no report shows, and what is hidden there is hidden here.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cspanalysis import present
from cspanalysis.disclosure import editions
from cspanalysis.domain.errors import CspError, UsageError, paragraph
from cspanalysis.report import (
    findings_json,
    folder,
    indicator_sheet,
    partner_edition,
    workers,
)
from cspanalysis.report.request import Request, ReviewDone

#: Name of the files, without what an edition adds to it.
NAME = "indicators"
#: The columns: those of an area's own sheet, with its code and the months that a figure is of.
COLUMNS = (
    "area", "code", "indicator", "period", "first_month", "last_month",
    *(c for c in indicator_sheet.COLUMNS if c not in ("area", "indicator", "period")),
)  # fmt: skip
_NUMBERS = ("value", "lower", "upper")
_SCHEMA = pa.schema([(c, pa.float64() if c in _NUMBERS else pa.string()) for c in COLUMNS])
#: Rows that are held before they are written.
_GROUP = 50_000
#: So many proposals are made, of names that are at least so much alike (of 100).
_MOST_PROPOSED, _ALIKE = 5, 60
#: What a figure of a kind is called above its column.
_KINDS = {"count": "number", "rate": "rate", "share": "share, %", "change": "change, %"}


def write(request: Request, reviews: Sequence[ReviewDone]) -> Path | None:
    """Write the table of a run's areas as parquet and csv; None where no review has any figures."""
    ordered = sorted(reviews, key=lambda r: r.area.name.casefold())
    held: list[pa.Table] = []
    number = 0
    # Area by area: rows of the nation as Python's own take gigabytes.
    with tempfile.TemporaryFile() as lines:
        lines.write(_lines([COLUMNS]).encode("utf-8-sig"))
        whole = io.BytesIO()
        with pq.ParquetWriter(whole, _SCHEMA) as table:
            for part, text in workers.in_order(_of_review, ordered, request.jobs):
                held.append(part)
                number += part.num_rows
                lines.write(text)
                if sum(part.num_rows for part in held) >= _GROUP:
                    table.write_table(pa.concat_tables(held))
                    held = []
            table.write_table(pa.concat_tables([_SCHEMA.empty_table(), *held]))
        if not number:
            return None
        path = request.reports / f"{NAME}{partner_edition.ending(request.edition)}.parquet"
        folder.write_file(path, whole.getvalue())
        lines.seek(0)
        folder.write_file(path.with_suffix(".csv"), iter(partial(lines.read, 1 << 20), b""))
    return path


def _of_review(review: ReviewDone) -> tuple[pa.Table, bytes]:
    """An area's own rows, as a table and as lines of the csv."""
    rows = list(_rows(review))
    # Text was made inert for the workbook.
    lines = _lines(["" if row[c] is None else row[c] for c in COLUMNS] for row in rows)
    return pa.Table.from_pylist(rows, schema=_SCHEMA), lines.encode("utf-8")


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _rows(review: ReviewDone) -> Iterator[dict[str, Any]]:
    """The rows of an area; what its workbook says of other areas stands in theirs."""
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

    try:
        found = findings_json.load(review.folder / "findings.json")
        with CalamineWorkbook.from_path(review.folder / "tables.xlsx") as book:
            heads, *lines = book.get_sheet_by_name(indicator_sheet.NAME).to_python()
    except (CspError, OSError, CalamineError, WorksheetNotFound, ValueError):
        return  # no review, or none with any figure
    periods = {f["id"]: str(f.get("period", "")) for f in found["findings"]}
    for line in lines:
        row = {str(head): cell for head, cell in zip(heads, line, strict=False)}
        if row["area"] != found["area"]["name"]:
            continue
        first, _, last = periods.get(row["id"], "").partition("/")
        months = {"first_month": first, "last_month": last or first}
        numbers = {k: row[k] if isinstance(row[k], int | float) else None for k in _NUMBERS}
        whole = {**row, **months, **numbers, "code": review.area.code}
        yield {c: whole[c] for c in COLUMNS}


# ---------------------------------------------------------------------- one indicator


def told(reports: Path, indicator: str, edition: str = "public") -> str:
    """An indicator of all areas, the highest first, with limits and verdicts, to be printed.

    `reports`: the folder of the reports. `indicator`: its name or the id of its finding.
    """
    editions.check(edition)
    path = reports / f"{NAME}{partner_edition.ending(edition)}.parquet"
    if not path.is_file():
        raise UsageError(
            paragraph(
                "there is no table of the indicators of several areas",
                file=path,
                do="It is written beside the reports of several areas. Make them with: csp review "
                "--all",
            )
        )
    rows = _chosen(path, indicator)
    blocks = []
    for name, period in dict.fromkeys((r["indicator"], r["period"]) for r in rows):
        own = [r for r in rows if (r["indicator"], r["period"]) == (name, period)]
        blocks.append(_block(name, period, own))
    return "\n\n".join(blocks)


def _chosen(path: Path, indicator: str) -> list[dict[str, Any]]:
    """The rows of an indicator; of a finding's id, all that it says."""
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    wanted = " ".join(indicator.split()).casefold()
    for key in ("indicator", "id"):
        if found := [r for r in rows if r[key].casefold() == wanted]:
            return found
    from rapidfuzz import fuzz, process

    names = list(dict.fromkeys(r["indicator"] for r in rows))
    alike = process.extract(
        indicator, names, scorer=fuzz.WRatio, processor=str.casefold, limit=_MOST_PROPOSED,
        score_cutoff=_ALIKE,
    )  # fmt: skip
    proposed = "; ".join(name for name, _, _ in alike)
    raise UsageError(
        paragraph(
            f"no area has an indicator '{indicator}'",
            file=path,
            do=(f"Did you mean: {proposed}?" if proposed else "None is called like it.")
            + f" The {present.plural(len(names), 'name')} are in the column 'indicator' of "
            f"{path.with_suffix('.csv').name}.",
        )
    )


def _block(name: str, period: str, rows: Sequence[dict[str, Any]]) -> str:
    """One indicator of one period: a line an area, each kind of figure with its limits."""
    kinds = list(dict.fromkeys((r["kind"], r["compared"]) for r in rows if r["kind"]))
    kinds = kinds or [("", "")]  # hidden or missing everywhere
    # Ranked by what takes account of an area's size.
    known = [*(k for k in kinds if k[0] in ("rate", "share", "index")), *kinds]
    ranked = known[0]
    by_area: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
    for row in rows:
        by_area.setdefault(row["area"], {})[row["kind"], row["compared"]] = row

    def height(area: str) -> tuple[bool, float, str]:
        value = by_area[area].get(ranked, {}).get("value")
        return value is None, -(value or 0.0), area.casefold()

    heads = ["Area"]
    for kind, compared in kinds:
        heads.append((_KINDS.get(kind, kind) or "figure") + (f" on {compared}" if compared else ""))
        heads.append("verdict")
    lines = [
        [area, *(text for kind in kinds for text in _texts(by_area[area], kind))]
        for area in sorted(by_area, key=height)
    ]
    # A column that says nothing of any area is not shown.
    shown = [i for i in range(len(heads)) if i < 1 or any(line[i] for line in lines)]
    table = _aligned([[line[i] for i in shown] for line in [heads, *lines]])
    unit = next((r["unit"] for r in rows if r["kind"] == ranked[0] and r["unit"]), "")
    levels = present.listed(sorted({r["level"] for r in rows if r["level"]}))
    sources = dict.fromkeys(r["source"] for r in rows if r["source"])
    said = [f"{name}, {period}" + (f" ({unit})" if unit else "")]
    told = f"{present.plural(len(by_area), 'area')}; figures of the level {levels or 'district'}"
    notes = [f"{told}; in brackets the limits at 95 per cent, where there are any"]
    notes += [f"Source: {source}" for source in list(sources)[:2]]
    if len(sources) > 2:
        notes.append(f"… and {present.plural(len(sources) - 2, 'further source line')}")
    return "\n".join([*said, "", *table, "", *notes])


def _texts(of: dict[tuple[str, str], dict[str, Any]], kind: tuple[str, str]) -> tuple[str, str]:
    """A figure with its limits, and its verdict; of what is hidden or missing, that it is so."""
    row = of.get(kind)
    if row is None:
        hidden = next((r["status"] for r in of.values() if r["status"] not in ("", "ok")), "")
        return hidden.replace("_", " ") or "–", ""
    if row["value"] is None:
        return row["status"].replace("_", " "), ""
    write = {"count": present.count, "change": present.signed}.get(kind[0], present.rate)
    times = 100 if kind[0] == "share" else 1
    text = write(row["value"] * times)
    if row["lower"] is not None and row["upper"] is not None:
        text += f" ({write(row['lower'] * times)} to {write(row['upper'] * times)})"
    return text, str(row["verdict"] or "").replace("_", " ")


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    padded = ([t.ljust(w) for t, w in zip(line, widths, strict=True)] for line in lines)
    return ["  ".join(line).rstrip() for line in padded]
