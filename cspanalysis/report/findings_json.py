"""findings.json and findings.csv: the review's numbers for scripts and for next year's review."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis.domain import inert
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.findings import VALUE_KEYS

SCHEMA = "cspanalysis.findings/1"

#: What findings.json holds of a record, in this order; the rest serves the pages.
KEYS = (
    *("id", "chapter", "title", "sentence", "verdict", "measure", "period", "compare", "unit"),
    *("values", "method", "status", "polarity", "agenda", "level", "sources", "rows"),
)

_CSV_KEYS = ("id", "chapter", "title", "status", "verdict", "measure", "period", "compare", "unit")


def flat(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """All records, each followed by its parts and by those of its windows."""
    return [
        one
        for record in records
        for whole in (record, *record.get("windows", ()))
        for one in (whole, *whole.get("parts", ()))
    ]


def is_synthetic(records: Iterable[Mapping[str, Any]]) -> bool:
    """True if any finding rests on a synthetic source."""
    return any(s.get("synthetic") for r in flat(records) for s in r.get("sources", ()))


def document(
    records: Sequence[Mapping[str, Any]],
    *,
    area: Mapping[str, str],
    period: str,
    compare: str,
    edition: str,
    created_from: Mapping[str, str],
) -> dict[str, Any]:
    """The content of findings.json (see docs: schema cspanalysis.findings/1)."""
    return {
        "schema": SCHEMA,
        "area": dict(area),
        "period": period,
        "compare": compare,
        "edition": edition,
        "synthetic": is_synthetic(records),
        "created_from": dict(sorted(created_from.items())),
        "findings": [{k: r[k] for k in KEYS if k in r} for r in flat(records)],
    }


def dump(content: Mapping[str, Any]) -> bytes:
    """JSON as written to disk: a line for each finding, the same bytes for the same content."""
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value:
            inner = ",\n".join(_line(one) for one in value)
            lines.append(f"{_line(key)}: [\n{inner}\n]")
        else:
            lines.append(f"{_line(key)}: {_line(value)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def load(path: Path) -> dict[str, Any]:
    """Read a findings.json."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise ValueError(content["schema"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataRefused(
            paragraph("is not a readable findings file", file=path, allowed=SCHEMA)
        ) from error
    return content


def table(records: Sequence[Mapping[str, Any]]) -> bytes:
    """findings.csv: one row per finding and window, UTF-8 with a mark so that Excel sees it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_CSV_KEYS, *VALUE_KEYS, "sentence", "method", "polarity", "sources"])
    for record in flat(records):
        values = record.get("values", {})
        sources = "; ".join(str(s.get("title") or s.get("source", "")) for s in record["sources"])
        texts = [record.get("sentence", ""), record.get("method", ""), record.get("polarity", "")]
        writer.writerow(
            [neutral(record.get(k, "")) for k in _CSV_KEYS]
            + [values.get(k, "") for k in VALUE_KEYS]
            + [neutral(t) for t in (*texts, sources)]
        )
    return out.getvalue().encode("utf-8-sig")


def neutral(value: Any) -> Any:
    """A value of which no text can be taken for a formula."""
    return inert.neutral(value) if isinstance(value, str) else value
