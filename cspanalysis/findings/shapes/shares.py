"""Which share of a whole some part makes up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import sentences
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding
from cspanalysis.review.series import Series
from cspanalysis.stats import measures


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
        series=part,
        wording=partial(sentences.share, subject=whole.named, of=of),
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
