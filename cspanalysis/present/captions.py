"""What stands above and beneath a chart: what, where and when; sources and their dates."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from cspanalysis.domain.errors import CspError
from cspanalysis.domain.periods import Period


def about(record: Mapping[str, Any]) -> dict[str, str]:
    """What a picture of a finding's chart bears besides the chart: title, subtitle, source."""
    title, _, where = str(record.get("caption") or "").partition(" – ")
    return {
        "title": title or str(record.get("measure") or record["title"]),
        "subtitle": where or period_line(record),
        "source": source_line(record),
    }


def period_line(record: Mapping[str, Any]) -> str:
    """The period of a finding and what it is compared with, in words."""
    if not record.get("period"):
        return ""
    compared = f", compared with {label(record['compare'])}" if record.get("compare") else ""
    return label(record["period"]) + compared


def label(period: str) -> str:
    """A period in words; the text itself if it is none."""
    try:
        return Period.parse(period).label if period else ""
    except (CspError, ValueError):
        return period


def day(iso: str) -> str:
    """'2008-03-31' as '31 March 2008'; other texts as they are."""
    try:
        date = datetime.date.fromisoformat(str(iso)[:10])
    except ValueError:
        return str(iso)
    return f"{date.day} {date:%B %Y}"


def source_line(record: Mapping[str, Any]) -> str:
    """The sources of a finding as one line: titles, then publisher and date said once."""
    groups: dict[str, list[str]] = {}
    for source in record.get("sources", ()):
        publisher = str(source.get("publisher") or "")
        after = [publisher] if publisher and publisher != "not stated" else []
        if source.get("as_of"):
            after.append(f"data as at {day(source['as_of'])}")
        title = str(source.get("title") or source.get("source") or "")
        groups.setdefault(", ".join(after), []).append(title)
    lines = []
    for after, titles in groups.items():
        names = "; ".join(dict.fromkeys(t.strip() for t in titles if t.strip()))
        lines.append(f"{names} – {after}" if after and names else names or after)
    return "; ".join(lines)
