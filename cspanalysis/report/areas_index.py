"""reports/index.html: the areas of a run in one table to sort and search."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis.domain.errors import CspError, DisclosureFailed
from cspanalysis.domain.periods import Period
from cspanalysis.report import (
    collect,
    findings_json,
    folder,
    markup,
    partner_edition,
    review_folder,
)
from cspanalysis.report.request import Request, ReviewDone

#: Findings whose values the table shows.
CRIME = "overview.recorded_crime."


def write(request: Request, reviews: Sequence[ReviewDone]) -> Path:
    """Write the index of areas beside their folders."""
    rows = [row(request.reports, r) for r in reviews]
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
        "state": state,
        "synthetic": bool(content.get("synthetic")),
        "period": Period.parse(content["period"]).label if content else "",
    }
