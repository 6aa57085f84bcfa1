"""reports/index.html: the areas of a run on a map, and in one table to sort and search."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cspanalysis.domain.errors import CspError, DisclosureFailed
from cspanalysis.domain.periods import Period
from cspanalysis.report import (
    collect,
    district_map,
    findings_json,
    folder,
    markup,
    partner_edition,
    review_folder,
    workers,
)
from cspanalysis.report.request import Request, ReviewDone
from cspanalysis.store import tables

#: Findings whose values the table shows.
CRIME, GLANCE = "overview.recorded_crime.", "glance.table"
#: Subjects beside the total, by the words that name them in the table at a glance.
SUBJECTS = (
    ("Anti-social behaviour", ("anti-social behaviour",)),
    ("Violence", ("violence and sexual offences", "violence against the person", "violent crime")),
    ("Burglary", ("burglary",)),
    ("Shoplifting", ("shoplifting",)),
)
_TRENDS = {"rising": "▲ rising", "falling": "▼ falling", "not clear": "no clear change"}


def write(request: Request, reviews: Sequence[ReviewDone]) -> Path:
    """Write the index of areas beside their folders."""
    rows = list(workers.in_order(partial(row, request.reports), reviews, request.jobs))
    # Outlines of districts, where somebody has put them into the workspace.
    outlined = district_map.of(tables.opened(Path(request.workspace) / "data" / "processed"), rows)
    context = markup.Context(
        area=f"{len(rows)} areas",
        period=request.period,
        compare=request.compare,
        edition=request.edition,
        partnership="Community Safety Partnerships",
        synthetic=any(r["synthetic"] for r in rows),
        version=review_folder.version("cspanalysis"),
        product="Strategic assessments",
    )
    text = markup.render(
        "areas.html.j2",
        c=context,
        policy=markup.CSP,
        here="index",
        map=outlined,
        subjects=[name for name, _ in SUBJECTS],
        rows=sorted(rows, key=lambda r: r["area"].casefold()),
    )
    path = request.reports / f"index{partner_edition.ending(request.edition)}.html"
    script = review_folder.template_file("areas.js").encode("utf-8")
    folder.write_file(request.reports / "assets" / "areas.js", script)
    folder.write_file(path, text.encode("utf-8"))
    return path


def row(reports: Path, review: ReviewDone) -> dict[str, Any]:
    """One area's row: link, crimes, change, rate, and what failed."""
    try:
        content: Mapping[str, Any] = findings_json.load(review.folder / "findings.json")
    except CspError:
        content = {}
    crime = [
        {**f.get("values", {}), "verdict": f.get("verdict")}
        for f in content.get("findings", ())
        if f["id"].startswith(CRIME) and "@" not in f["id"]
    ]

    def first(key: str) -> Any:
        """The value of the first finding on recorded crime that has it."""
        return next((v[key] for v in crime if v.get(key) is not None), None)

    glance = next((f["rows"] for f in content.get("findings", ()) if f["id"] == GLANCE), [])
    total = next((r for r in glance if r.get("is_total")), {})
    if not content:
        state = "no review"
    elif not review.written:
        state = "not renewed; the last good review is shown"
    else:
        withheld = sum(f.exit_code == DisclosureFailed.exit_code for f in review.failures)
        failed = len(review.failures) - withheld
        state = "complete" if not failed else f"{failed} chapter{'s' * (failed > 1)} failed"
        state += f"; {withheld} finding{'s' * (withheld > 1)} withheld" if withheld else ""
    link = Path(os.path.relpath(review.folder / "index.html", reports)).as_posix()
    return {
        "area": collect.clean(review.area.name),
        "link": link if content else "",
        "count": first("count"),
        "change": first("percent_change"),
        "is_chance": "no_clear_change" in [v["verdict"] for v in crime if "percent_change" in v],
        "rate": first("rate"),
        "trend": _TRENDS.get(str(total.get("trend")), ""),
        "place": total.get("rank"),
        "of": total.get("of"),
        "peers": _peers(total),
        "subjects": [_subject(glance, words) for _, words in SUBJECTS],
        "state": state,
        "synthetic": bool(content.get("synthetic")),
        "period": Period.parse(content["period"]).label if content else "",
    }


def _subject(glance: Sequence[Mapping[str, Any]], words: Sequence[str]) -> dict[str, Any] | None:
    """Count, rate and verdicts of the first row that is of a subject; None if there is none.

    Calls, reports and incidents of anti-social behaviour are named as they are counted.
    """
    found = [
        row for word in words for row in glance if word in str(row.get("subject", "")).casefold()
    ]
    if not found or found[0].get("count") is None:
        return None
    row = found[0]
    return {
        "count": row["count"],
        "rate": row.get("rate"),
        "trend": _TRENDS.get(str(row.get("trend")), ""),
        "peers": _peers(row),
    }


def _peers(row: Mapping[str, Any]) -> str:
    said = str(row.get("against_peers") or "").strip("–- ")
    return f"{said} than peers" if said in ("higher", "lower") else said
