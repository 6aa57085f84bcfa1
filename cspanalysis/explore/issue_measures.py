"""`csp priorities`: what an issue can rest on, and the order of the issues."""

from __future__ import annotations

from pathlib import Path

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.explore import entry
from cspanalysis.findings import Finding, priorities, priority_issues, priority_measures
from cspanalysis.findings.question import SPECS
from cspanalysis.workspace import issue_settings

_SCHEMES = {
    offences.NOTIFIABLE: "Offences and groups (extracts and, where they tell them, street files)",
    offences.POLICE_UK: "Kinds that only street-level files have",
}


def text(root: Path | None = None) -> str:
    """The measures that an issue may name, then the order of a workspace's issues."""
    review = entry.open(workspace=root)
    parts = ["What an issue of [[priorities.issue]] can name under measures:", ""]
    seen: set[str] = set()
    for scheme, title in _SCHEMES.items():
        names = sorted(set(offences.groups(scheme)) - seen - {""})
        seen |= set(names)
        parts += [f"{title}:", f"  {', '.join(names)}", ""]
    parts += [
        f"Records of partners: {', '.join(issue_settings.LOGS)}",
        'Series of partners, written "source: series": '
        f"{', '.join(s for s in issue_settings.SERIES if s not in issue_settings.LOGS)}",
        "",
        "Findings that speak for an issue, by id; {name} and {group} stand for kinds and peers:",
        *(f"  {id}" for id in sorted({spec.id for spec in SPECS})),
        "",
    ]
    measures = priority_measures.measures(review)
    parts.append(f"Issues of {review.area.name}, {review.period.label}:")
    for measure in measures:
        rests = measure.things or "nothing that is counted"
        ids = f"; findings {', '.join(measure.evidence)}" if measure.evidence else ""
        parts.append(f"  {measure.key}: {measure.label}. Rests on {rests}{ids}.")
    found = priorities.matrix(review)
    parts += ["", found.sentence, *_order(found)]
    for further in priority_issues.of_issues(review):
        parts += ["", further.sentence]
        if further.id == "priorities.list":
            parts += [f"  {r['issue']}: {r['state']}. {r['why']}" for r in _rows(further)]
    return "\n".join(parts)


def _order(found: Finding) -> list[str]:
    lines = []
    for row in _rows(found):
        place = "–" if present.is_missing(row["rank"]) else str(row["rank"])
        lines.append(f"  {place}. {row['label']}: {row['score_text']}, on {row['rests_on']}")
    return lines


def _rows(found: Finding) -> list[dict]:
    return found.rows.to_dict("records")
