"""One table of statements from the registers of figures, targets, outputs and actions."""

from __future__ import annotations

import pandas as pd

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
    """Statements of all registers in one shape, a row each.

    Parameters
    ----------
    figures : pandas.DataFrame, optional
        The register of figures (id, kind, measure, period, value, …: any of `COLUMNS`).
    targets : pandas.DataFrame, optional
        id, measure, baseline_period, baseline, target_period, target, unit, printed_change,
        better, optional priority, series, source.
    outputs : pandas.DataFrame, optional
        id, output, promised, due (text), optional delivered, delivered_to.
    actions : pandas.DataFrame, optional
        no, action, due (a date, or missing), timescale.
    area : str
        Area of the targets, outputs and actions.
    plan : str
        Months of the action plan, 'YYYY-MM/YYYY-MM'; '' if unknown.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`; `register` is figures, targets, outputs or actions; `value` is as
        printed. A target's comparison is its baseline; an action's id is AP and its number.
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
