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

#: Columns that say where or when a row is, not of what.
_NO_SUBJECTS = ("area", "period", "compare", "month", "year", "time_period")


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
    subject = _subject(record)
    if subject:
        # Of many things side by side each is an indicator, the finding's own value that of one.
        for row in record["rows"]:
            each = {**told, "indicator": f"{told['indicator']}: {row[subject]}",
                    "status": row.get("status", "ok"),
                    "verdict": _verdict(row.get("verdict"))}  # fmt: skip
            kinds = list(_kinds(row, each, record))
            if not kinds and each["status"] != "ok":
                kinds = [{**each, "kind": "", "unit": record["unit"], "value": None}]
            yield from kinds
        return
    if is_ok:
        yield from _kinds(values, {**told, "verdict": _verdict(record["verdict"])}, record)
    yield from _others(record, told)
    if not is_ok and record["status"] != "not_available":
        yield {**told, "kind": "", "unit": record["unit"], "value": None}


def _kinds(
    values: Mapping[str, Any], told: Mapping[str, Any], record: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """A row for each kind of number that is held, limits and verdict beside what they judge."""
    limits = {"lower": values.get("lower"), "upper": values.get("upper")}
    compared = {"compared": captions.label(record.get("compare", ""))}
    is_change = values.get("percent_change") is not None
    judging = next((k for k in ("rate", "share", "index") if values.get(k) is not None), "")
    if values.get("count") is not None:
        unit = record["unit"] if not judging else ""
        yield {**told, "verdict": "", "kind": "count", "unit": unit, "value": values["count"]}
    if is_change:
        per_cent = {k: None if v is None else (v - 1) * 100 for k, v in limits.items()}
        yield {**told, **compared, **per_cent, "kind": "change", "unit": "per cent",
               "value": values["percent_change"]}  # fmt: skip
    elif judging and values.get("ratio") is None:
        yield {**told, **limits, "kind": judging, "unit": _unit(judging, record),
               "value": values[judging]}  # fmt: skip


def _subject(record: Mapping[str, Any]) -> str:
    """The column that names what each row is of, where a finding sets several things together."""
    rows = record.get("rows") or ()
    columns = (record.get("table") or {}).get("columns") or ()
    key = columns[0]["key"] if columns else ""
    is_named = len(rows) > 1 and all(isinstance(row.get(key), str) for row in rows)
    return key if is_named and key not in _NO_SUBJECTS else ""


def _verdict(value: Any) -> str:
    return value if isinstance(value, str) and value != "none" else ""


def _others(record: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The areas of a comparison, each with its own rate."""
    for row in record.get("rows") or ():
        if "rate" not in row or not isinstance(row.get("area"), str) or row.get("is_own"):
            continue
        if row["area"] == told["area"]:
            continue
        yield {
            **told,
            "area": row["area"],
            "value": row["rate"],
            "lower": row.get("lower"),
            "upper": row.get("upper"),
            "verdict": _verdict(row.get("verdict")),
            "kind": "rate",
            "unit": _unit("rate", record),
            "status": row.get("status", "ok"),
        }


def _unit(kind: str, record: Mapping[str, Any]) -> str:
    return "share of 1" if kind == "share" else str(record["unit"])
