"""All indicators of a review as one tidy table: a row for each area, indicator, kind and period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cspanalysis.present import captions
from cspanalysis.report import findings_json

NAME = "Indicators"
#: The columns, in order; `value` is of the kind in `kind`, its limits are of the same quantity.
COLUMNS = (
    "area", "indicator", "period", "value", "lower", "upper", "compared", "verdict", "kind", "unit",
    "status", "question", "level", "source", "id",
)  # fmt: skip


def rows(records: Iterable[Mapping[str, Any]], area: str) -> list[dict[str, Any]]:
    """The rows of all findings, their further periods and parts; what two say, once.

    What is hidden or missing has no value and says so in `status`.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for record in findings_json.flat(records):
        for row in _of(record, area):
            # A change of the same count against another period is another row.
            key = tuple(row[k] for k in ("area", "indicator", "period", "kind", "compared", "unit"))
            found.setdefault(key, row)
    return list(found.values())


def _of(record: Mapping[str, Any], area: str) -> Iterator[dict[str, Any]]:
    values = record.get("values") or {}
    is_ok = record["status"] == "ok"
    told = {
        "area": area,
        "indicator": str(record.get("measure") or record["title"]),
        "period": captions.label(record.get("period", "")),
        "lower": None,
        "upper": None,
        "compared": "",
        "verdict": "",
        "status": record["status"],
        "question": record["title"],
        "level": record.get("level", ""),
        "source": captions.source_line(record),
        "id": record["id"],
    }
    judged = {"verdict": record["verdict"] if record["verdict"] != "none" else ""}
    compared = {"compared": captions.label(record.get("compare", ""))}
    limits = {"lower": values.get("lower"), "upper": values.get("upper")}
    if is_ok and values.get("count") is not None:
        of_rate = values.get("rate") is not None or values.get("share") is not None
        yield {**told, "kind": "count", "unit": "" if of_rate else record["unit"],
               "value": values["count"]}  # fmt: skip
    if is_ok and values.get("percent_change") is not None:
        per_cent = {k: None if v is None else (v - 1) * 100 for k, v in limits.items()}
        yield {**told, **judged, **compared, **per_cent, "kind": "change", "unit": "per cent",
               "value": values["percent_change"]}  # fmt: skip
    for kind in ("rate", "share", "index"):
        if is_ok and values.get(kind) is not None and values.get("ratio") is None:
            yield {**told, **judged, **limits, "kind": kind, "unit": _unit(kind, record),
                   "value": values[kind]}  # fmt: skip
    yield from _others(record, told)
    if not is_ok and record["status"] != "not_available":
        yield {**told, "kind": "", "unit": record["unit"], "value": None}


def _others(record: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The areas of a comparison, each with its own rate."""
    for row in record.get("rows") or ():
        if "rate" not in row or not isinstance(row.get("area"), str) or row.get("is_own"):
            continue
        if row["area"] == told["area"]:
            continue
        verdict = row.get("verdict")
        yield {
            **told,
            "area": row["area"],
            "value": row["rate"],
            "lower": row.get("lower"),
            "upper": row.get("upper"),
            "verdict": verdict if isinstance(verdict, str) and verdict != "none" else "",
            "kind": "rate",
            "unit": _unit("rate", record),
            "status": row.get("status", "ok"),
        }


def _unit(kind: str, record: Mapping[str, Any]) -> str:
    return "share of 1" if kind == "share" else str(record["unit"])
