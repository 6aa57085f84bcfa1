"""Whether the official yearly figures of the partnership can be compared."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas, breaks, offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.findings.shapes import change_wording
from cspanalysis.present import charts
from cspanalysis.present.charts.plot import Plot
from cspanalysis.present.phrases import chance_alone
from cspanalysis.review import partnership_years
from cspanalysis.review.review import Review
from cspanalysis.stats import measures

SOURCE, FORCES, ONS = "home_office_csp", "home_office_pfa", "ons_csp"
NAMES = {
    SOURCE: "the Home Office's table",
    ONS: "the table of the Office for National Statistics",
}
#: The offence line of all crime.
TOTAL = "total recorded crime (excluding fraud)"


@question(
    "quality.partnership_table",
    "Can the official figures of the partnership be compared?",
    needs=(SOURCE, ONS),
    measure="recorded crime in the official tables",
    unit="offences",
    fewer_is_better=True,
    would_show="whether the official figures of the partnership can be compared",
    once=True,
)
def partnership_table(ask: Question) -> Finding:
    """The newest year against the one before; a year left mostly unassigned is not comparable."""
    review, area = ask.review, ask.review.area
    source, result, newest, before = _years(review, ask.period)
    subject = f"recorded crime in {NAMES[source]}"
    changed = partnership_years.year_change(result, newest, before)
    newer, older = (Period.parse(changed[c].iloc[0]) for c in ("period", "compare"))
    return ask.publish(
        result,
        wording=partial(_told, newest=newest, before=before, area=area, subject=subject),
        chart=_line,
        over=Comparison(newer, older),
        compared=True,
        sources=(source,),
        columns={"label": "Year", "count": "Offences", "status": "Status", "reason": "Reason"},
        what=f"{subject} by year",
        when=f"{result['label'].iloc[0]} to {result['label'].iloc[-1]}",
        method=method_of(changed),
        definition=(
            "A year is not comparable where the table's notes say that the partnership's offences "
            "are recorded under none, where more than 5% of the force's are (unless as many are in "
            "every year), or where the partnership's own are more than a fifth below its usual "
            "share of the force's and as many as half of what lacks went to no partnership. "
            "A year that lacks quarters is compared with the same quarters."
        ),
        notes=[
            *_force_notes(review, newest, before),
            *chance_alone(changed),
            *(b.reason for b in breaks.crossing(offences.ALL, newer, older)),
        ],
    )


def _years(review: Review, until: Period) -> tuple[str, pd.DataFrame, str, str]:
    """The source, the partnership's years in it, and the two that are compared."""
    store, area, details = review.store, review.area, []
    for source, load in ((SOURCE, _home_office), (ONS, _ons)):
        if not store.has(source):
            continue
        result = partnership_years.by_year(load(review), store.load(f"{source}_coverage"), area)
        is_over = [partnership_years.last_month(r) <= until.last for _, r in result.iterrows()]
        result = result[is_over].reset_index(drop=True)
        years = result["year"].tolist()
        # Years of the national statisticians end with any quarter: only whole years apart compare.
        known = years if source == SOURCE else [y for y in years if _year_before(years[-1]) == y]
        befores = known[:-1] if source == SOURCE else known
        if befores:
            return source, result, years[-1], befores[-1]
        details.append(f"{present.inside(NAMES[source])} holds fewer than two years of {area.name}")
    if not details and store.has(FORCES):
        details.append(_of_force(review))
    raise NotAvailable((SOURCE, ONS), "; ".join(details))


def _home_office(review: Review) -> pd.DataFrame:
    area = review.area
    forces = {row.force for row in _districts(review)} | {area.force}
    own = review.store.load(SOURCE, columns=["force"], where={"csp": area.name})
    where = {"force": sorted({*own["force"], *forces} - {""})}
    columns = ["year", "quarter", "force", "csp", "is_unassigned", "offence_group", "count"]
    return review.store.load(SOURCE, columns=columns, where=where)


def _ons(review: Review) -> pd.DataFrame:
    """Counts of all recorded crime, in the shape of the Home Office's table."""
    where = {"measure": "count", "offence": TOTAL, "level": ["partnership", "unassigned"]}
    columns = ["period", "force", "csp", "level", "value"]
    rows = review.store.load(ONS, columns=columns, where=where).dropna(subset="value")
    return rows.rename(columns={"period": "year", "value": "count"}).assign(
        is_unassigned=rows["level"] == "unassigned", offence_group=TOTAL, quarter=None
    )


def _year_before(year: str) -> str:
    return Period.parse(year).shift(-12).iso


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
    counts = rows.groupby("year")["count"].sum(skipna=False).dropna()
    held = [y for y in years or counts.index if y in counts.index]
    if not held:
        return []
    told = present.listed(f"{present.count(counts[y])} in {y}" for y in held)
    return [f"In the table by police force the whole {force} force area has {told}."]


def _told(table: pd.DataFrame, newest: str, before: str, area: Area, subject: str) -> Said:
    changed = partnership_years.year_change(table, newest, before)
    said = change_wording.change(changed, subject=subject)
    text, rows = said.text, table[table["year"].isin([newest, before])]
    quarters = changed["quarters"].iloc[0]
    if said.status in ("ok", "too_few") and quarters and len(quarters.split(",")) < 4:
        over = Period.parse(changed["period"].iloc[0]).label
        text += f" The table does not hold all of {newest} and {before}: {over} is compared with "
        text += "the same months of the other year."
    for names, some in rows[rows["names"] != ""].groupby("names", sort=False):
        parts = str(names).split("; ")
        if len(parts) > 1:
            years = present.listed(some["label"])
            text += f" In {years} {area.name} is the sum of {present.listed(parts)}."
    return replace(said, text=text)


def _line(table: pd.DataFrame) -> Plot | None:
    """The comparable years only: a collapsed figure would be read as a fall."""
    sound = table[table["status"] == "ok"].reset_index(drop=True)
    if sound.empty:
        return None
    sound = measures.count_interval(sound).assign(ends=sound["year"].map(_ends))
    return charts.trend_line(sound, x="ends", value="count", decimals=0)


def _ends(year: str) -> str:
    """A year on the axis: '2021/22', or 'to Dec 21' of a year that ends with a month."""
    if "-" not in year:
        return year
    last = Period.parse(year).month_list()[-1]
    return f"to {present.short_month(int(last[5:]))} {last[2:4]}"
