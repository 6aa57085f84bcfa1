"""The audit of published figures: every quantified statement of a text, ruled on and recomputed."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd

from cspanalysis.audit import rulings
from cspanalysis.audit.recompute import recompute
from cspanalysis.domain.errors import NotAvailable, UsageError, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.review import scope
from cspanalysis.review.review import Review

#: Registers that an audit reads, in the order it reports them.
REGISTERS = ("published", "targets", "outputs", "action_plan")

_REPORTED = (
    "contradicts itself", "base not stated", "disagrees", "cannot be checked", "agrees", "",
)  # fmt: skip


def audit(review: Review) -> pd.DataFrame:
    """Every statement of the workspace's registers with its outcome.

    Returns
    -------
    pandas.DataFrame
        See `rulings.decide`.

    Raises
    ------
    NotAvailable
        If the workspace holds none of the registers.
    """
    tables = {name: table(review, name) for name in REGISTERS}
    if all(found is None for found in tables.values()):
        raise NotAvailable(REGISTERS, "the workspace holds no register of published figures")
    rows = rulings.statements(
        tables["published"],
        current_targets(tables["targets"]),
        tables["outputs"],
        tables["action_plan"],
        area=review.area.name,
        plan=plan_period(review, tables["targets"]),
    )
    return rulings.decide(rows, rulings.check(rows), recompute(review, rows))


def current_targets(targets: pd.DataFrame | None) -> pd.DataFrame | None:
    """The targets of the newest plan."""
    if targets is None or targets.empty:
        return targets
    plans = targets["plan"].astype("string").fillna("")
    return targets[plans == plans.max()].reset_index(drop=True)


def plan_period(review: Review, targets: pd.DataFrame | None) -> str:
    """Months of the action plan: the settings', else the year that the targets are for."""
    section = review.settings.get("review_of_plan", {})
    if "period" in section:
        return Period.parse(section["period"]).iso
    newest = current_targets(targets)
    years = [] if newest is None else sorted(newest["target_period"].dropna().unique())
    return Period.financial_year(int(years[0][:4])).iso if years else ""


def run(workspace: Path | None) -> tuple[str, int]:
    """The audit of a workspace in plain lines, and how many statements have no outcome.

    Raises
    ------
    UsageError
        If the workspace holds no register.
    """
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
    lines += [f"{t['outcome']}: {t['count']}" for t in rulings.totals(outcomes).to_dict("records")]
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


def table(review: Review, name: str) -> pd.DataFrame | None:
    """A register of the workspace, or None without one."""
    return review.table(name) if review.store.has(name) else None
