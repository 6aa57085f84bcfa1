"""Official counts of recorded crime by partnership, of whole quarters or years, as a series.

A year of the tables (`official_tables`) is usable that its quarters fill and whose offences did not
go over to 'Unassigned <force>'; what else a table holds is refused with the reason.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import breaks, offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Comparison, Period, year_label
from cspanalysis.review import official_tables, partnership_years
from cspanalysis.review.coverage import Coverage
from cspanalysis.review.official_tables import HOME_OFFICE, SCHEMES
from cspanalysis.review.series import Series
from cspanalysis.stats import change, dispersion, yearly
from cspanalysis.store.tables import Store

#: The lines of the statisticians' table that add up to all recorded crime.
LINES = "lines of recorded crime"

#: Above this share of a partnership's offences with a code that is in no group, its groups are not
#: counted: what seems few may be among them.
MOST_UNGROUPED = 0.02


@dataclass(frozen=True, eq=False)
class Official(Series):
    """Counts of quarters or years. Its rows: span ('2024-04/2024-06'), offence, kind, count.

    Parameters
    ----------
    judged : pandas.DataFrame
        The years of the table, each with whether it can be used (`partnership_years.by_year`).
    spans : tuple of Period
        The quarters or years that the table holds of the area, with such offences or without.
    blanks : frozenset of (str, str)
        Spans and offences of which the table gives no figure: unknown, never 0.
    """

    judged: pd.DataFrame = None  # type: ignore[assignment]
    spans: tuple[Period, ...] = ()
    blanks: frozenset[tuple[str, str]] = frozenset()

    def inside(self, period: Period) -> pd.DataFrame:
        """The rows of the spans that make up a period; NotAvailable where none do."""
        return self.rows[self.rows["span"].isin([s.iso for s in self._made_of(period)])]

    def count(self, period: Period) -> float:
        """How many in a period; raises as `inside` does."""
        found = sum(self._counts.get(span.iso, 0) for span in self._made_of(period))
        return found if pd.isna(found) else int(found)

    def _made_of(self, period: Period) -> list[Period]:
        for year, reason in self._flaws:
            if year.first <= period.last and period.first <= year.last:
                raise NotAvailable(self.sources, reason)
        self.coverage.check(period)
        made = period.made_of(self.spans)
        if made is None:
            whole = "quarters" if any(s.months < 12 for s in self.spans) else "years"
            raise NotAvailable(self.sources, f"its figures are of whole {whole}, not of "
                               f"{period.label}")  # fmt: skip
        lacks = {o for o in self.offences or () for s in made if (s.iso, o) in self.blanks}
        if lacks:
            named = present.listed(sorted(lacks))
            raise NotAvailable(
                self.sources,
                f"it gives no figure of {named} for {period.label}, and no sum with it",
            )
        return made

    @cached_property
    def _counts(self) -> dict[str, float]:
        """Counts by span, missing where a part is."""
        return self.rows.groupby("span")["count"].sum(skipna=False).to_dict()

    @cached_property
    def _flaws(self) -> list[tuple[Period, str]]:
        """Years that cannot be used, each with the reason."""
        flawed = self.judged[~self.judged["status"].isin(["ok", "incomplete"])]
        return [
            (partnership_years.span(year), reason)
            for year, reason in zip(flawed["year"], flawed["reason"], strict=True)
        ]

    def compared(self, period: Period, compare: Period, *, per_day: bool = False) -> pd.DataFrame:
        """Both periods and their change, judged as the quarters or years of the table vary."""
        table = pd.DataFrame(
            {
                "period": [period.iso],
                "compare": compare.iso,
                "count": self.count(period),
                "compare_count": self.count(compare),
                "days": period.days,
                "compare_days": compare.days,
            }
        )
        variance = self.variance(period, period.months)
        result = change.widened(change.change(table), variance, self._few).assign(reason="")
        crossed = breaks.crossing(self.known_as, period, compare, self.scheme)
        refused = [b.reason for b in crossed if b.action == "refuse"]
        return change.withheld(result, " ".join(refused)) if refused else result

    @property
    def _few(self) -> str:
        """Why nothing is known of the variance, where it is not."""
        has_quarters = any(span.months == 3 for span in self.spans)
        return partnership_years.FEW_QUARTERS if has_quarters else yearly.FEW_YEARS

    def variance(self, until: Period, months: int = 12) -> dispersion.Variance:
        """From the quarters that can be used of ten years, or else the years, up to a period's end.

        `UNKNOWN` of fewer than twelve quarters or five years.
        """
        quarters = [s for s in self.spans if s.months == 3 and s.last <= until.last]
        if not quarters:
            return dispersion.of_years(self.by_year(until)["count"])
        usable = set(self.coverage.months)
        known = {
            s.first: self.count(s)
            for s in quarters[-4 * dispersion.MOST_YEARS :]
            # A step within the newest twelve months is what is asked about, and no variation.
            if usable >= set(s.month_list())
            and not until.last - 11 <= s.first <= until.last - months
        }
        # A row for each twelve months that begin as the newest ones do.
        start = min(known, default=until.last) - (min(known, default=0) - until.last - 1) % 12
        begins = [Period(m, m + 2) for m in range(start, until.last, 3)]
        counts = np.array([known.get(one.first, np.nan) for one in begins]).reshape(-1, 4)
        days = np.array([one.days for one in begins], dtype=float).reshape(-1, 4)
        return dispersion.of_quarters(counts, days, max(months // 3, 1))

    @property
    def by_month(self) -> pd.DataFrame:  # type: ignore[override]
        """Raises: figures of quarters and years say nothing of their months."""
        raise NotAvailable(
            self.sources, "its figures are of whole quarters or years, not of months"
        )

    def by_year(self, until: Period) -> pd.DataFrame:
        """Whole years of the table that end by the end of a period, in order.

        year (as the table has it), label, count, days, status, reason; a year that cannot be used
        has no count.
        """
        rows = []
        for row in self.judged.to_dict("records"):
            span = partnership_years.span(row["year"])
            if span.last > until.last or row["status"] == "incomplete":
                continue
            count, status, reason = float("nan"), row["status"], row["reason"]
            if status == "ok":
                try:
                    count = self.count(span)
                except NotAvailable as missing:
                    status, reason = "not_available", missing.detail
            rows.append(
                {
                    "year": row["year"], "label": row["label"], "span": span.iso, "count": count,
                    "days": span.days, "status": status, "reason": reason,
                }
            )  # fmt: skip
        columns = ["year", "label", "span", "count", "days", "status", "reason"]
        return pd.DataFrame(rows, columns=columns)


def series(
    store: Store,
    area: Area,
    selection: str | Iterable[str],
    *periods: Period,
    subject: str = "",
    source: str = "",
) -> Official:
    """Official counts of an area, of the first table that has the periods.

    Parameters
    ----------
    selection : str or iterable of str
        Offences or groups of the taxonomy.
    *periods : Period
        Periods of whole quarters or years that must be there.
    source : str
        The one table asked; default: the finer first.

    Raises
    ------
    NotAvailable
        If no table has them, or can tell the selection.
    """
    name = selection if isinstance(selection, str) else tuple(selection)
    seen: list[str] = []
    for one in [source] if source else SCHEMES:
        if not store.has(one):
            continue
        try:
            found = _series(store, area, name, one, subject)
            for period in periods:
                found.inside(period)
        except NotAvailable as missing:
            seen.append(missing.detail)
            continue
        return found
    raise NotAvailable(tuple(SCHEMES), "; ".join(dict.fromkeys(filter(None, seen))))


def newest(
    store: Store,
    area: Area,
    selection: str | Iterable[str],
    period: Period,
    compare: Period,
    *,
    subject: str = "",
) -> tuple[Official, Comparison]:
    """The counts for two periods, or for the newest year there is with the one before.

    A year that lacks quarters is compared with the same quarters. The subject says of which time
    the figures are, where it is another than asked for.
    """
    with contextlib.suppress(NotAvailable):
        found = series(store, area, selection, period, compare, subject=subject)
        return found, Comparison(period, compare)
    seen: list[str] = []
    for source in SCHEMES:
        if not store.has(source):
            continue
        try:
            found = series(store, area, selection, subject=subject, source=source)
            comparison = _newest(found, period)
            found.inside(comparison.period)
            found.inside(comparison.compare)
        except NotAvailable as missing:
            seen.append(missing.detail)
            continue
        when = comparison.period
        named = f"the year to {_month(when)}" if when.months == 12 else when.label
        return found.of(found.rows, f"{found.subject} in {named}"), comparison
    raise NotAvailable(tuple(SCHEMES), "; ".join(dict.fromkeys(filter(None, seen))))


def chosen(selection: str | Iterable[str], source: str) -> tuple[str, ...]:
    """Offences of a source that a selection stands for; NotAvailable where it cannot tell them."""
    scheme = SCHEMES[source]
    try:
        found = offences.members(selection, scheme)
    except UsageError:
        offences.members(selection, offences.NOTIFIABLE)  # a wrong name stays a usage error
        name = present.listed(offences.names_of(selection))
        raise NotAvailable(source, f"it does not tell {name} apart") from None
    if source == HOME_OFFICE and offences.is_all(selection):
        return (*found, "")
    return found


def _series(
    store: Store, area: Area, selection: str | tuple[str, ...], source: str, subject: str
) -> Official:
    wanted = chosen(selection, source)
    every = official_tables.own(store, area, source)
    years = official_tables.judged(store, area, source)
    if every.empty:
        # A district counted together with its neighbour has rows, but none of its own.
        told = years["reason"].iloc[-1] if len(years) else ""
        raise NotAvailable(source, told or f"it holds no rows of {area.name}")
    is_all = offences.is_all(selection)
    if not is_all and not set(wanted) & set(official_tables.told(store, area, source)):
        name = present.listed(offences.names_of(selection))
        raise NotAvailable(source, f"it does not tell {name} apart")
    is_blank = every["count"].isna()
    blanks = every.loc[is_blank, ["span", "offence"]].itertuples(index=False, name=None)
    spans = tuple(sorted(Period.parse(s) for s in every["span"].unique()))
    every = every[~is_blank].astype({"count": int})
    usable = years[years["status"].isin(["ok", "incomplete"])]
    months = [
        month
        for row in usable.to_dict("records")
        for span in partnership_years.spans(row["year"], row["quarters"])
        for month in span.month_list()
    ]
    return Official(
        every[every["offence"].isin(wanted)],
        Coverage(source, tuple(sorted(set(months))), area=area.name),
        subject or present.listed(offences.names_of(selection)),
        sources=(source,),
        selection=canonical(selection),
        offences=wanted,
        notes=tuple(_notes(every, years, area, source, is_all)),
        judged=years,
        spans=spans,
        blanks=frozenset(blanks),
    )


def canonical(selection: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """The name under which the register of breaks knows a selection."""
    if not isinstance(selection, str):
        return selection
    return offences.standard(selection) or selection


def _notes(
    every: pd.DataFrame, years: pd.DataFrame, area: Area, source: str, is_all: bool
) -> Iterable[str]:
    ungrouped = int(every.loc[every["offence"] == "", "count"].sum())
    total = int(every["count"].sum())
    if source == HOME_OFFICE and ungrouped:
        if not is_all and ungrouped > MOST_UNGROUPED * total:
            raise NotAvailable(
                source, f"{present.count(ungrouped)} of {present.count(total)} offences of "
                f"{area.name} have a code that is in no group",
            )  # fmt: skip
        yield (
            f"{present.plural(ungrouped, 'offence')} of all years have a code that is in no group; "
            "they count in all recorded crime and in no kind of it."
        )
    if source == HOME_OFFICE and is_all and (every["offence"] == "fraud and forgery").any():
        yield "Fraud is left out in all years, as in the published totals."
    steady = years[(years["status"] == "ok") & (years["reason"] != "")]
    if len(steady):
        last = steady.iloc[-1]
        yield f"In {last['label']} {last['reason']}."
    for names, some in years[years["names"].str.contains("; ")].groupby("names", sort=False):
        when = some["label"].tolist()
        when = [f"{when[0]} to {when[-1]}"] if len(when) > 2 else when
        yield f"In {present.listed(when)} {area.name} is the sum of " + (
            f"{present.listed(str(names).split('; '))}."
        )


def _newest(found: Official, until: Period) -> Comparison:
    """The newest year that ends by the end of a period, or its quarters, and the year before."""
    years = found.judged
    ends = [partnership_years.last_month(r) <= until.last for _, r in years.iterrows()]
    years = years[ends].reset_index(drop=True)
    known = years["year"].tolist()
    if not known:
        raise NotAvailable(found.sources, f"it holds no year that ends by {_month(until)}")
    year = known[-1]
    before = year_label(int(year[:4]) - 1) if "-" not in year else Period.parse(year).shift(-12).iso
    changed = partnership_years.year_change(years, year, before).iloc[0]
    if changed["status"] in ("not_comparable", "not_available"):
        raise NotAvailable(found.sources, changed["reason"])
    return Comparison(Period.parse(changed["period"]), Period.parse(changed["compare"]))


def _month(period: Period) -> str:
    return Period(period.last, period.last).label
