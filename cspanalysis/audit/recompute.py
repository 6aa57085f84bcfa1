"""Each kind of statement against the data: same or not, with both figures in words."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from cspanalysis.audit import number_checks, order_checks, promise_checks
from cspanalysis.audit.answers import Answer, Row
from cspanalysis.audit.printed import text
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.present import suppliers
from cspanalysis.review.review import Review

#: Kind of statement → what recomputes it.
CHECKS: dict[str, Callable[[Review, Row], Answer]] = {
    "count": number_checks.count,
    "percent_change": number_checks.percent_change,
    "direction": number_checks.direction,
    "share": number_checks.share,
    "repeat_share": number_checks.repeat_share,
    "rank_lowest": order_checks.rank,
    "rank_highest": order_checks.rank,
    "ordering": order_checks.ordering,
    "peak": order_checks.peak,
    "survey": promise_checks.survey,
    "target": promise_checks.target,
    "output": promise_checks.output,
    "action": promise_checks.action,
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
