"""Hospital admissions, for the topics that use them: by year, by age and sex.

All findings come from one table, protected once (`review.protected`), so that no two of them
differ by a hidden cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.findings.shapes import years
from cspanalysis.present import charts
from cspanalysis.present.phrases import MOST_NAMED, chance_alone, first, hidden_note, shown
from cspanalysis.review.review import Review
from cspanalysis.review.series import begun, newest_year, whole_years
from cspanalysis.stats import admission_rates, measures, trend, yearly

SOURCE = "hospital_extract"

CAUSES = {
    "T51": "the toxic effect of alcohol (ICD-10 T51)",
    "F10": "mental and behavioural disorders due to alcohol (ICD-10 F10)",
    "X85-Y09": "assault (ICD-10 X85 to Y09)",
}

#: Residents that admission rates are related to.
PER = 100_000

#: Not men and women: age bands begin with children.
_SEX = {"male": "Males", "female": "Females"}

admission_question = partial(
    question, needs=SOURCE, measure="hospital admissions", unit="admissions",
    fewer_is_better=True, once=True,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Admissions:
    """The admissions of one cause.

    Parameters
    ----------
    ask : Question
        For whom they are counted.
    cause : str
        A code, a range of codes or a label of the extract.
    rows : pandas.DataFrame
        As `admission_rates.of_cause` gives them, before protection.
    notes : tuple of str
        Which codes were counted.
    repeats : mapping
        As `admission_rates.OfCause` has it.
    """

    ask: Question
    cause: str
    rows: pd.DataFrame
    notes: tuple[str, ...] = ()
    repeats: Mapping[str, float] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """The cause in words."""
        return CAUSES.get(self.cause, self.cause)

    @property
    def subject(self) -> str:
        """What is counted, as in mid-sentence."""
        return f"admissions for {self.what}"

    @property
    def protect(self) -> disclosure.Protect:
        """How the counts are protected in this workspace."""
        return self.ask.protection(SOURCE)

    @cached_property
    def shown(self) -> pd.DataFrame:
        """The rows as they may be shown, with their margins."""
        return self.ask.review.protected(
            SOURCE,
            self.protect,
            ("year", "cause", "sex", "age_band"),
            keep=("year", "cause"),
            rows=self.rows,
            of=self.cause,
        )

    def by(self, *columns: str) -> pd.DataFrame:
        """Their margin over some columns, as it may be shown."""
        found = disclosure.aggregate(self.shown, by=columns, where={"cause": self.cause})
        return found.assign(cause=self.cause)

    @property
    def policy_words(self) -> str:
        """What the edition hides of the counts, to follow a method."""
        hidden = {
            "hes": "counts of 1 to 7 hidden, the others rounded to the nearest 5",
            "threshold": f"counts of 1 to {self.ask.review.threshold - 1} hidden",
        }.get(self.protect.policy)
        return f"; {hidden}" if hidden and self.ask.review.edition != "partner" else ""


def of_cause(ask: Question, cause: str) -> Admissions:
    """The admissions of a cause, whatever codes beneath it the extract has."""
    table = ask.review.table(SOURCE)
    found = admission_rates.of_cause(table, cause, ask.review.area.districts)
    if found.rows.empty:
        raise NotAvailable(SOURCE, _why_none(found, table, CAUSES.get(cause, cause)))
    notes = []
    if found.counted != (cause,):
        notes.append(f"Codes of the extract that are counted: {_named(found.counted)}.")
    if found.parts:
        notes.append(
            f"Taken for parts of {_named(found.counted)} and not added: {_named(found.parts)}."
        )
    if found.wider:
        notes.append(f"Not counted, as they are more than this cause: {_named(found.wider)}.")
    if found.left_out:
        notes.append(
            f"{present.listed(found.left_out)} {'is' if len(found.left_out) == 1 else 'are'} left "
            "out: a district is missing, age bands cross each other or some codes have totals only."
        )
    if found.bands:
        notes.append(
            f"Age bands that overlap others are not counted beside them: {_named(found.bands)}."
        )
    if found.rows[["sex", "age_band"]].eq(admission_rates.NOT_KNOWN).any(axis=None):
        notes.append("Admissions of people whose sex or age is not known count in totals only.")
    return Admissions(ask, cause, found.rows, tuple(notes), found.repeats)


def by_year(ask: Question, cause: str) -> Finding:
    """Admissions of a cause by financial year, per 100,000 residents where these are known."""
    found = of_cause(ask, cause)
    table = found.by("year").sort_values("year", ignore_index=True)
    known = begun(table["year"], ask.review.period)
    table = table[table["year"].isin(known)]
    if table.empty:
        newest_year(known, ask.review.period, SOURCE)
    rated = _rates(ask.review, table)
    is_rated = "rate" in rated
    result = yearly.first_to_last(
        rated, exposure="population" if is_rated else None, rounded_to=rounded_to(rated)
    )
    return ask.publish(
        result,
        sources=(SOURCE, "population") if is_rated else (SOURCE,),
        wording=partial(years.years_told, subject=found.subject),
        chart=partial(
            charts.trend_line,
            value="rate" if is_rated else "count",
            decimals=1 if is_rated else 0,
        ),
        protect=found.protect,
        over=whole_years(known),
        columns={
            "year": "Year",
            "count": "Admissions",
            "population": "Residents",
            "rate": "Per 100,000 residents",
            "interval": "95% interval",
        },
        what=f"Hospital {found.subject}{' per 100,000 residents' if is_rated else ''}",
        when=f"{known[0]} to {known[-1]}{'; line = 95% interval' if is_rated else ''}",
        method="; ".join(
            filter(None, (method_of(result), yearly.method_of_change(result) + found.policy_words))
        ),
        notes=[
            *([trend_told(trend.recent_trend(result), found.subject)] if is_rated else ()),
            *chance_alone(result),
            *found.notes,
        ],
    )


def by_age_and_sex(ask: Question, cause: str, year: str | None) -> Finding:
    """Admissions of a cause by age band and sex in one financial year."""
    found = of_cause(ask, cause)
    year = year or newest_year(found.shown["year"], ask.review.period, SOURCE)
    rows = found.shown[found.shown["year"] == year]
    if rows.empty:
        raise NotAvailable(SOURCE, f"it holds no {found.subject} in {year}")
    parts = admission_rates.strata_of(rows, cause)
    if parts.empty:
        raise NotAvailable(SOURCE, f"it does not tell age and sex apart in {year}")
    return ask.publish(
        parts.reset_index(drop=True),
        sources=(SOURCE,),
        wording=partial(age_and_sex_told, subject=found.subject),
        chart=charts.age_by_sex,
        protect=found.protect,
        columns={"age_band": "Age", "sex": "Sex", "count": "Admissions"},
        what=f"Hospital {found.subject} by age and sex",
        when=f"financial year {year}",
        method=f"counts of admissions{found.policy_words}",
        notes=found.notes,
    )


def rounded_to(table: pd.DataFrame) -> int:
    """What protection rounded the counts to; 0 where it did not."""
    return int(table["rounded_to"].max()) if "rounded_to" in table else 0


def _rates(review: Review, table: pd.DataFrame) -> pd.DataFrame:
    try:
        people = [review.residents(whole_years([year]))[0] for year in table["year"]]
    except NotAvailable:
        return table
    return measures.rate(table.assign(population=people), per=PER)


def _why_none(found: admission_rates.OfCause, table: pd.DataFrame, what: str) -> str:
    if found.left_out:
        return (
            f"for {what} its codes, districts or age bands cannot be added up in "
            f"{present.listed(found.left_out)}"
        )
    told = f"its codes are {_named(table['cause'].unique())}"
    if found.wider:
        return f"for {what} it has {_named(found.wider)}, which takes in more"
    return f"it holds no admissions for {what}; {told}"


def _named(labels: Iterable[str]) -> str:
    cut = [present.shorten(label, 40) for label in labels]
    return present.listed(cut, MOST_NAMED, "further codes")


def trend_told(found: trend.Trend, subject: str) -> str:
    """Whether a yearly rate went one way over its last five years."""
    if found.status != "ok":
        return f"No five-year trend is calculated: {present.inside(found.reason)}"
    last = shown(found.table, "rate").tail(trend.YEARS)
    start, end = last.iloc[0], last.iloc[-1]
    span = f"{start['year']} to {end['year']}"
    rates = (
        f"from {present.rate(start['rate'])} to {present.rate(end['rate'])} per "
        f"{present.count(end['rate_per'])}"
    )
    if found.verdict == "no_clear_change":
        text = f"There is no clear trend in {subject} over {span} ({rates})."
        if word := {"up": "rise", "down": "fall"}.get(found.verdict_by_chance):
            text += f" By chance alone this would count as a {word}, but the years vary more."
        return text
    return f"Over {span} {subject} {'rose' if found.verdict == 'up' else 'fell'}, {rates}."


def age_and_sex_told(table: pd.DataFrame, *, subject: str) -> Said:
    """The age and sex group with the most, among those that may be shown."""
    groups = table[table["sex"].isin(_SEX) & (table["age_band"] != admission_rates.ALL_AGES)]
    rows = shown(groups, "count")
    if rows.empty or not (rows["count"] > 0).any():
        return cannot(subject, first(table), "breakdown")
    best = rows[rows["count"] == rows["count"].max()]
    names = [f"{_SEX[r.sex]} aged {_age(r.age_band)}" for r in best.itertuples()]
    names[1:] = [present.inside(n) for n in names[1:]]
    if len(names) > MOST_NAMED:
        names = [f"{present.in_words(len(names))} groups of age and sex".capitalize()]
    most = best["count"].iloc[0]
    scope = " of the groups shown" if len(rows) < len(groups) else ""
    text = f"{present.listed(names)} had the most {subject}{scope}, {present.count(most)}"
    text += " each." if len(best) > 1 else "."
    return Said(text + hidden_note(groups, "group"), values={"count": most})


def _age(band: str) -> str:
    return re.sub(r"(?<=\d)-(?=\d)", " to ", present.shorten(band, 60))
