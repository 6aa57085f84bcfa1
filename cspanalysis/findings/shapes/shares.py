"""Which share of a whole some part makes up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis import present
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
    notes: Iterable[str] = (),
) -> Finding:
    """The share of one series in another over the period, with its Wilson interval.

    Parameters
    ----------
    of : str
        What the counted ones did, as a verb phrase: 'took place in town centres'.
    columns : tuple of str
        Headings of the part and of the whole.
    """
    table = pd.DataFrame(
        {
            "area": [ask.review.area.name],
            "count": [part.count(ask.period)],
            "total": [whole.count(ask.period)],
        }
    )
    return ask.publish(
        measures.proportion(table),
        series=part,
        wording=partial(sentences.share, subject=whole.subject, of=of),
        columns={
            "area": "Area",
            "count": columns[0],
            "total": columns[1],
            "share": "Share",
            "interval": "95% interval",
        },
        what=f"{present.capital(part.subject)} as a share of {whole.subject}",
        notes=notes,
    )
