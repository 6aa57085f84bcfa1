"""What a register says wrongly by its own numbers: rules that need no data and know no row.

Each rule takes the table of statements (`statements.statements`) and yields hits. A rule with an
outcome settles the row; one without only remarks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from cspanalysis.audit import arithmetic, settings_of_figures
from cspanalysis.audit.hits import Hit

#: Rule id → rule, in the order they are applied.
RULES: dict[str, Callable[[list[dict[str, Any]]], Iterator[Hit]]] = {
    rule.__name__: rule
    for rule in (
        arithmetic.direction_against_numbers,
        arithmetic.change_against_numbers,
        arithmetic.change_without_base,
        arithmetic.shares_do_not_sum,
        arithmetic.share_no_count_gives,
        settings_of_figures.part_against_year,
        settings_of_figures.group_size,
        settings_of_figures.due_before_plan,
        settings_of_figures.unlike_periods,
        settings_of_figures.target_not_detectable,
    )
}


def check(statements: pd.DataFrame) -> pd.DataFrame:
    """Every rule over every statement.

    Parameters
    ----------
    statements : pandas.DataFrame
        See `statements.statements`.

    Returns
    -------
    pandas.DataFrame
        id, rule, outcome ('' for a remark), first, second, text; empty for a consistent register.
    """
    rows = statements.to_dict("records")
    hits = [hit for rule in RULES.values() for hit in rule(rows)]
    return pd.DataFrame(hits, columns=list(Hit._fields))
