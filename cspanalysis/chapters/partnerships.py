"""For chapter 00: whether the Home Office's yearly figures of the partnership can be compared."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import charts, narrative
from cspanalysis.analysis import measures, partnerships
from cspanalysis.chapters import common
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Said, Spec, finding, publish
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import Review

SOURCE = "home_office_csp"
SUBJECT = "recorded crime in the Home Office's table"


@finding(
    "quality.partnership_table",
    title="Can the Home Office's figures of the partnership be compared?",
    needs=SOURCE,
    measure=SUBJECT,
    unit="offences",
    polarity="lower_is_better",
    would_show="whether the Home Office's figures of the partnership can be compared",
)
def partnership_table(review: Review, *, spec: Spec) -> Finding:
    """The newest year against the one before; a year left mostly unassigned is not comparable."""
    name, force = review.area.name, review.area.force
    if not review.store.has(SOURCE):
        raise NotAvailable(SOURCE)
    columns = ["year", "force", "csp", "offence_group", "count"]
    own = review.store.load(SOURCE, columns=columns, where={"csp": name})
    forces = sorted({*own["force"], force} - {""})
    table = review.store.load(SOURCE, columns=columns, where={"force": forces})
    coverage = review.store.load(f"{SOURCE}_coverage")
    result = partnerships.by_year(table, coverage, name, force=force)
    ends = result["year"].map(lambda y: Period.financial_year(int(y[:4])).last)
    result = result[ends <= review.period.last].reset_index(drop=True)
    if len(result) < 2:
        raise NotAvailable(SOURCE, f"it holds fewer than two years of {name}")
    newest, before = result["year"].iloc[-1], result["year"].iloc[-2]
    over = [Period.financial_year(int(y[:4])) for y in (newest, before)]
    return publish(
        review,
        spec,
        result,
        say=partial(_say, newest=newest, before=before),
        chart=_line,
        comparison=Comparison(*over),
        compared=True,
        sources=(SOURCE,),
        columns={"year": "Year", "count": "Offences", "status": "Status", "reason": "Reason"},
        caption=common.where(
            review, f"{common.capital(SUBJECT)} by year", f"{result['year'].iloc[0]} to {newest}"
        ),
        method="conditional exact test of two Poisson counts, Clopper-Pearson limits",
        definition=(
            "A year is not comparable where more than 5% of the force's offences are recorded "
            "under no partnership."
        ),
    )


def _say(table: pd.DataFrame, newest: str, before: str) -> Said:
    return narrative.change(partnerships.year_change(table, newest, before), subject=SUBJECT)


def _line(table: pd.DataFrame):
    """The comparable years only: a collapsed figure would be read as a fall."""
    sound = table[table["status"] == "ok"].reset_index(drop=True)
    if sound.empty:
        return None
    return charts.trend_line(measures.count_interval(sound), value="count", decimals=0)
