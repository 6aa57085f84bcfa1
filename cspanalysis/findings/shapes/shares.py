"""Which share of a whole some part makes up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.present.phrases import (
    confidence,
    first,
)
from cspanalysis.review.series import Series
from cspanalysis.stats import measures

_SHARE = ("count", "share", "lower", "upper", "confidence")


def share(
    ask: Publication,
    part: Series,
    whole: Series,
    *,
    of: str,
    columns: tuple[str, str],
    what: str = "",
    notes: Iterable[str] = (),
) -> Finding:
    """The share of one series in another over the period, with its Wilson interval.

    Parameters
    ----------
    of : str
        What the counted ones did, as a verb phrase: 'took place in town centres'.
    columns : tuple of str
        Headings of the part and of the whole.
    what : str
        For the caption; default: the part 'as a share of' the whole.

    Raises
    ------
    NotAvailable
        If the period is not covered, or there is nothing to have a share of.
    """
    total = whole.count(ask.period)
    if not total:
        raise NotAvailable((), f"no {whole.named} in {ask.period.label}")
    table = pd.DataFrame({**part.area, "count": [part.count(ask.period)], "total": total})
    return ask.publish(
        measures.proportion(table),
        role="parts",
        series=part,
        wording=partial(share_told, subject=whole.named, of=of),
        columns={
            "area": "Area",
            "count": columns[0],
            "total": columns[1],
            "share": "Share",
            "interval": "95% interval",
        },
        what=what or f"{part.subject} as a share of {whole.subject}",
        notes=notes,
    )


def share_told(table: pd.DataFrame, *, subject: str, of: str) -> Said:
    """What share of the cases has some feature, with its Wilson interval.

    `table`: one row: count, total, share, lower, upper. `subject`: the cases, in the plural:
    'night-time violent offences'. `of`: what the counted ones did, as a verb phrase: 'took place in
    town centres'.
    """
    row = first(table)
    if present.is_missing(row.get("share")):
        if row and row.get("total") == 0:
            row = {**row, "status": "too_few", "reason": "none was recorded"}
        return cannot(subject, row, "share")
    fraction = present.fraction(row["share"]) if row["total"] >= 30 else ""
    counts = f"{present.count(row['count'])} of {present.count(row['total'])}"
    limits = (
        f"{present.share(row['share'])}, {confidence(row)} interval "
        f"{present.percent_interval(row.get('lower'), row.get('upper'))}"
    )
    if fraction:
        text = f"About {fraction} of {subject} {of} ({counts}: {limits})."
    else:
        text = f"{counts} {subject} {of} ({limits})."
    return Said(present.capital(text), values=values_of(row, *_SHARE))
