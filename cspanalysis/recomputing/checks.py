"""Each kind of statement against the data: same or not, with both figures in words."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from cspanalysis import suppliers
from cspanalysis.analysis.published.reading import text
from cspanalysis.errors import NotAvailable, UsageError
from cspanalysis.recomputing import numbers, orders, promises
from cspanalysis.recomputing.answers import Answer, Row
from cspanalysis.review import Review

#: Kind of statement → what recomputes it.
CHECKS: dict[str, Callable[[Review, Row], Answer]] = {
    "count": numbers.count,
    "percent_change": numbers.percent_change,
    "direction": numbers.direction,
    "share": numbers.share,
    "repeat_share": numbers.repeat_share,
    "rank_lowest": orders.rank,
    "rank_highest": orders.rank,
    "ordering": orders.ordering,
    "peak": orders.peak,
    "survey": promises.survey,
    "target": promises.target,
    "output": promises.output,
    "action": promises.action,
}


def recompute(review: Review, statements: pd.DataFrame) -> pd.DataFrame:
    """Every statement computed again for its own printed period and area.

    Parameters
    ----------
    review : Review
        Whose data and definitions are used; its periods do not matter.
    statements : pandas.DataFrame
        See `analysis.published.statements`.

    Returns
    -------
    pandas.DataFrame
        id, is_same, printed, found, reason, sentence (instead of the usual one); a row per
        statement.
    """
    answers = []
    for row in statements.to_dict("records"):
        clean = {k: v if k == "due" else text(v) for k, v in row.items()}
        try:
            answer = CHECKS[clean["kind"]](review, clean)
        except NotAvailable as missing:
            answer = Answer(None, text(row["value"]), "", _why(review, missing))
        except UsageError as wrong:
            # A series, group or condition that the register misspells concerns this row alone.
            answer = Answer(None, text(row["value"]), "", f"Not checked: {wrong}")
        answers.append({"id": row["id"], **answer._asdict()})
    return pd.DataFrame(answers, columns=["id", *Answer._fields])


def _why(review: Review, missing: NotAvailable) -> str:
    there = review.store.sources()
    names = suppliers.names(missing, there)
    if not names:
        return f"Not checked: {suppliers.detail(missing, there)}."
    return f"It needs {names} ({missing.detail})." if missing.detail else f"It needs {names}."
