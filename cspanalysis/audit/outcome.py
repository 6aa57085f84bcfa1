"""The audit of published figures: each statement's own contradictions first, then the data."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd

from cspanalysis.audit import register
from cspanalysis.audit.printed import text
from cspanalysis.audit.recompute import recompute
from cspanalysis.audit.rules import CONTRADICTS, NOT_STATED, check
from cspanalysis.domain.errors import NotAvailable, UsageError, paragraph
from cspanalysis.review import scope
from cspanalysis.review.review import Review

AGREES = "agrees"
DISAGREES = "disagrees"
UNCHECKED = "cannot be checked"

_TOLD = ("outcome", "rule", "first", "second", "text", "why", "printed", "found")

#: In the order of reports.
OUTCOMES = (AGREES, DISAGREES, CONTRADICTS, NOT_STATED, UNCHECKED)

_REPORTED = (
    "contradicts itself", "base not stated", "disagrees", "cannot be checked", "agrees", "",
)  # fmt: skip


def audit(review: Review) -> pd.DataFrame:
    """Every statement of the workspace's registers with its outcome."""
    tables = {name: register.table(review, name) for name in register.REGISTERS}
    if all(found is None for found in tables.values()):
        detail = "no register of published figures is held"
        raise NotAvailable(register.REGISTERS, detail)
    rows = register.statements(
        tables["published"],
        register.current_targets(tables["targets"]),
        tables["outputs"],
        tables["action_plan"],
        area=review.area.name,
        plan=register.plan_period(review, tables["targets"]),
    )
    return decide(rows, check(rows), recompute(review, rows))


def decide(
    statements: pd.DataFrame, hits: pd.DataFrame, recomputed: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One outcome per statement, with the rule and the two figures or texts that led to it.

    A contradiction outranks a missing base, and both outrank the data (`recompute.recompute`); a
    figure that disagrees where the text leaves its area, period or whole open has no stated base.
    The outcome is '' only where nothing at all is known; `why` is the rules' part of `text`.
    """
    found = {} if recomputed is None else {r["id"]: r for r in recomputed.to_dict("records")}
    by_row: dict[str, list[dict]] = {}
    for hit in hits.to_dict("records"):
        by_row.setdefault(hit["id"], []).append(hit)
    rows = [
        {
            "register": row["register"],
            "id": row["id"],
            "theme": row["theme"],
            "measure": row["measure"],
            **_outcome(row, by_row.get(row["id"], []), found.get(row["id"], {})),
        }
        for row in statements.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["register", "id", "theme", "measure", *_TOLD])


def _outcome(row: dict, hits: list[dict], data: dict) -> dict[str, str]:
    same, reason = data.get("is_same"), text(data.get("reason"))
    printed, found, sentence = (text(data.get(k)) for k in ("printed", "found", "sentence"))
    settled = [h for wanted in (CONTRADICTS, NOT_STATED) for h in hits if h["outcome"] == wanted]
    remarks = [h for h in hits if not h["outcome"]]
    if settled:
        told = [h["text"] for h in settled]
        told += [f"The records give {found}."] if found and not sentence else []
        rules = [h["rule"] for h in settled + remarks]
        outcome, first, second = (settled[0][key] for key in ("outcome", "first", "second"))
    elif same is True or same is False:
        open_ = [w.strip().replace("_", " ") for w in text(row["assumed"]).split(",") if w.strip()]
        outcome = AGREES if same else NOT_STATED if open_ else DISAGREES
        rules = ["recomputed", *(h["rule"] for h in remarks)]
        first, second = printed, found
        told = [sentence or f"Printed {printed}; the records give {found}."]
        if not same and open_:
            told.append(f"The text leaves open: {', '.join(open_)}.")
    elif reason:
        outcome, rules = UNCHECKED, ["not_recomputed", *(h["rule"] for h in remarks)]
        first, second, told = printed, found or "nothing to compare with", []
    else:
        return dict.fromkeys(_TOLD, "")
    told += [reason] if reason and not settled else []
    told += [h["text"] for h in remarks]
    return {
        "outcome": outcome,
        "rule": ", ".join(dict.fromkeys(rules)),
        "first": first,
        "second": second,
        "text": " ".join(dict.fromkeys(told)),
        "why": " ".join(
            dict.fromkeys([h["text"] for h in settled + remarks] + ([] if settled else [reason]))
        ).strip(),
        "printed": printed,
        "found": found,
    }


def totals(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Statements per outcome: outcome, count; an outcome that does not occur has count 0."""
    counts = outcomes["outcome"].value_counts()
    return pd.DataFrame(
        {"outcome": OUTCOMES, "count": [int(counts.get(outcome, 0)) for outcome in OUTCOMES]}
    )


def run(workspace: Path | None) -> tuple[str, int]:
    """The audit of a workspace in plain lines, and how many statements have no outcome."""
    review = _open(workspace)
    try:
        outcomes = audit(review)
    except NotAvailable as missing:
        raise UsageError(
            paragraph(missing.detail, do="Put a register into data/raw/published/, then try again.")
        ) from missing
    return report(outcomes), int(outcomes["outcome"].eq("").sum())


def _open(workspace: Path | None) -> Review:
    """The workspace's review; without any offences its period is of no matter to an audit."""
    try:
        return Review(*scope.choose(None, None, workspace=workspace))
    except UsageError:
        return Review(*scope.choose(None, "2000-04/2001-03", workspace=workspace))


def report(outcomes: pd.DataFrame) -> str:
    """Counts per outcome, then statements whose outcome needs reading, then the rest in short."""
    unexplained = int(outcomes["outcome"].eq("").sum())
    by_register = [
        f"{n} {name}" for name, n in outcomes["register"].value_counts(sort=False).items()
    ]
    lines = [f"{len(outcomes)} statements audited: {', '.join(by_register)}"]
    lines += [f"{t['outcome']}: {t['count']}" for t in totals(outcomes).to_dict("records")]
    lines.append(f"without an outcome: {unexplained}")
    for outcome in _REPORTED:
        rows = outcomes[outcomes["outcome"] == outcome]
        is_short = rows["register"].eq("actions") & (outcome in ("agrees", "cannot be checked"))
        if rows.empty:
            continue
        lines += ["", f"{outcome or 'no outcome'}:"]
        lines += [_line(row) for row in rows[~is_short].to_dict("records")]
        if is_short.any():
            what = "due within the plan" if outcome == "agrees" else "without a date to check"
            lines.append(f"  {int(is_short.sum())} actions {what}")
    return "\n".join(lines)


def _line(row: dict[str, str]) -> str:
    what = f"{row['first']} | {row['second']}. " if row["rule"] != "recomputed" else ""
    return textwrap.fill(
        f"{row['id']} {row['measure']} [{row['rule']}] {what}{row['text']}",
        width=100,
        initial_indent="  ",
        subsequent_indent="      ",
    )
