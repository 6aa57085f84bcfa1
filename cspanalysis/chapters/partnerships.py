"""For chapter 00: whether the Home Office's yearly figures of the partnership can be compared."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial

import pandas as pd

from cspanalysis import areas, charts, formats, narrative
from cspanalysis.analysis import measures, partnerships
from cspanalysis.areas import Area
from cspanalysis.chapters import common
from cspanalysis.errors import NotAvailable, UsageError
from cspanalysis.findings import Finding, Said, Spec, finding, publish
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import Review

SOURCE, FORCES = "home_office_csp", "home_office_pfa"
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
    area = review.area
    if not review.store.has(SOURCE):
        raise NotAvailable(SOURCE, _of_force(review) if review.store.has(FORCES) else "")
    forces = {row.force for row in _districts(review)} | {area.force}
    own = review.store.load(SOURCE, columns=["force"], where={"csp": area.name})
    where = {"force": sorted({*own["force"], *forces} - {""})}
    columns = ["year", "quarter", "force", "csp", "is_unassigned", "offence_group", "count"]
    table = review.store.load(SOURCE, columns=columns, where=where)
    coverage = review.store.load(f"{SOURCE}_coverage")
    result = partnerships.by_year(table, coverage, area)
    ends = result.apply(partnerships.last_month, axis=1)
    result = result[ends <= review.period.last].reset_index(drop=True)
    if len(result) < 2:
        raise NotAvailable(SOURCE, f"it holds fewer than two years of {area.name}")
    newest, before = result["year"].iloc[-1], result["year"].iloc[-2]
    changed = partnerships.year_change(result, newest, before)
    over = [Period.parse(changed[c].iloc[0]) for c in ("period", "compare")]
    return publish(
        review,
        spec,
        result,
        say=partial(_say, newest=newest, before=before, area=area),
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
            "under no partnership, or where the partnership's own are more than a fifth below its "
            "usual share of the force's and as many as half of what lacks went to no partnership. "
            "A year that lacks quarters is compared with the same quarters."
        ),
        notes=_force_notes(review, newest, before),
    )


def _districts(review: Review) -> list[Area]:
    found = []
    for name in review.area.districts:
        with contextlib.suppress(UsageError):
            found.append(areas.find(name))
    return found


def _of_force(review: Review) -> str:
    """What the tables by police force hold, where there is none by partnership."""
    told = "the Home Office's table here is by police force and tells no partnerships apart"
    return ". ".join([told, *_force_notes(review)])


def _force_notes(review: Review, *years: str) -> list[str]:
    """The police force's own figures, beside those of its partnerships; said to be the force's."""
    force = review.area.force
    if not force or not review.store.has(FORCES):
        return []
    rows = review.store.load(FORCES, columns=["year", "count"], where={"force": force})
    counts = rows.groupby("year")["count"].sum()
    held = [y for y in years or counts.index if y in counts.index]
    if not held:
        return []
    told = formats.listed(f"{formats.count(counts[y])} in {y}" for y in held)
    return [f"In the table by police force the whole {force} force area has {told}."]


def _say(table: pd.DataFrame, newest: str, before: str, area: Area) -> Said:
    changed = partnerships.year_change(table, newest, before)
    said = narrative.change(changed, subject=SUBJECT)
    text, rows = said.text, table[table["year"].isin([newest, before])]
    quarters = changed["quarters"].iloc[0]
    if said.status in ("ok", "too_few") and quarters and len(quarters.split(",")) < 4:
        over = Period.parse(changed["period"].iloc[0]).label
        text += f" The table does not hold all of {newest} and {before}: {over} is compared with "
        text += "the same months of the other year."
    for names, some in rows[rows["names"] != ""].groupby("names", sort=False):
        parts = str(names).split("; ")
        if len(parts) > 1:
            years = formats.listed(some["year"])
            text += f" In {years} {area.name} is the sum of {formats.listed(parts)}."
    return replace(said, text=text)


def _line(table: pd.DataFrame):
    """The comparable years only: a collapsed figure would be read as a fall."""
    sound = table[table["status"] == "ok"].reset_index(drop=True)
    if sound.empty:
        return None
    return charts.trend_line(measures.count_interval(sound), value="count", decimals=0)
