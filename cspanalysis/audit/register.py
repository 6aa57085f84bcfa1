"""The registers of a workspace (figures, targets, outputs, actions) as one table of statements."""

from __future__ import annotations

import pandas as pd

from cspanalysis.domain.periods import Period
from cspanalysis.review.review import Review

#: Registers that an audit reads, in the order it reports them.
REGISTERS = ("published", "targets", "outputs", "action_plan")

COLUMNS = (
    "register", "id", "theme", "kind", "measure", "family", "area", "period", "value", "bound",
    "unit", "compare_period", "compare_value", "printed_change", "direction", "group",
    "group_size", "printed_group", "listed", "ordered", "share_of", "share_set", "assumed", "due",
    "plan_start", "plan_end", "delivered", "delivered_to", "source", "series", "where", "by",
    "whole", "note",
)  # fmt: skip


def statements(
    figures: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    outputs: pd.DataFrame | None = None,
    actions: pd.DataFrame | None = None,
    *,
    area: str = "",
    plan: str = "",
) -> pd.DataFrame:
    """The processed tables of all registers in one shape: `COLUMNS`, a row each.

    `value` is as printed. A target's comparison is its baseline; an action's id is AP and its
    number. Targets, outputs and actions are of `area` and of the months of the `plan`.
    """
    start, _, end = plan.partition("/")
    parts = []
    if figures is not None:
        parts.append(figures.assign(register="figures"))
    if targets is not None:
        parts.append(
            targets.rename(
                columns={
                    "target": "value",
                    "target_period": "period",
                    "baseline": "compare_value",
                    "baseline_period": "compare_period",
                    "priority": "theme",
                }
            ).assign(
                register="targets",
                kind="target",
                area=area,
                direction=targets["better"].map({"lower": "down", "higher": "up"}),
            )
        )
    if outputs is not None:
        parts.append(
            outputs.rename(
                columns={"output": "measure", "promised": "value", "priority": "theme"}
            ).assign(register="outputs", kind="output", area=area, plan_start=start, plan_end=end)
        )
    if actions is not None:
        parts.append(
            actions.rename(columns={"action": "measure", "priority": "theme"}).assign(
                register="actions",
                kind="action",
                id="AP" + actions["no"].astype(str),
                area=area,
                plan_start=start,
                plan_end=end,
                note=actions.get("timescale"),
            )
        )
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    frames = [part.reindex(columns=list(COLUMNS)).astype(object) for part in parts]
    table = pd.concat(frames, ignore_index=True)
    return table.where(table.notna(), None)


def table(review: Review, name: str) -> pd.DataFrame | None:
    """A register of the workspace, or None without one."""
    return review.table(name) if review.store.has(name) else None


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
