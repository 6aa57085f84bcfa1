"""The action plan, its targets and promised outputs, and the targets of the plan before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.sample.constants import rows_of
from tools.sample.files import write_csv

STATUS_AS_AT = "30/09/2008"
#: The day the state of actions and outputs was sent, after those it tells of.
SENT = "2008-10-01"

_TARGETS = {
    "plan": "Plan",
    "id": "ID",
    "priority": "Priority",
    "measure": "Measure",
    "baseline_period": "Baseline Period",
    "baseline": "Baseline",
    "target_period": "Target Period",
    "target": "Target",
    "unit": "Unit",
    "printed_change_percent": "Printed Change (%)",
    "better": "Better",
    "series": "Series",
    "source": "Source",
    "latest_period": "Latest Period",
    "latest_value": "Latest Value",
    "latest_base": "Latest Base",
}
_OUTPUTS = {
    "id": "ID",
    "priority": "Priority",
    "output": "Output",
    "promised": "Promised",
    "due": "Due",
    "delivered": "Delivered",
    "delivered_to": "Delivered To",
}
_ACTIONS = {
    "no": "No",
    "priority": "Priority",
    "category": "Category",
    "action": "Action",
    "lead_agency": "Lead Agency",
    "timescale": "Timescale",
    "due": "Due",
    "resources": "Resources",
    "status": "Status",
}


def write(directory: Path) -> Iterator[Path]:
    """Write `targets`, `outputs` and `action_plan`; gives the paths."""
    targets = rows_of("targets.csv")
    for plan, name in (("2008-2011", "targets.csv"), ("2005-2008", "previous_plan.csv")):
        is_printed = plan == "2008-2011"
        yield write_csv(
            directory / "targets" / name,
            tuple(_TARGETS.values()),
            [[row[key] for key in _TARGETS] for row in targets if row["plan"] == plan],
            title=f"Targets of the plan {plan}",
            note="Targets as printed in the strategy of 2008; latest values are invented."
            if is_printed
            else "Invented targets of the plan before, over the drawn baselines.",
        )
    yield write_csv(
        directory / "outputs" / "outputs.csv",
        (*_OUTPUTS.values(), "Note"),
        [
            [*(row[key] for key in _OUTPUTS), "Delivery is invented"]
            for row in rows_of("outputs.csv")
        ],
        title="Outputs promised by the action plan 2008-2009, and delivered",
        note="Promises as printed in the strategy of 2008; what was delivered is invented.",
        published=SENT,
    )
    yield write_csv(
        directory / "action_plan" / "action_plan.csv",
        (*_ACTIONS.values(), "Status As At"),
        [[*(row[key] for key in _ACTIONS), STATUS_AS_AT] for row in rows_of("actions.csv")],
        title="Action plan 2008-2009",
        note="Actions of the strategy of 2008 in our own words; their status is invented.",
        published=SENT,
    )
