"""What is counted: the rows or monthly figures of one subject, with the months that are known.

A finding, a priority, a target and the audit count the same thing in the same way, because they
count a `Series`. `Review.series` and its neighbours make them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import pandas as pd

from cspanalysis import present
from cspanalysis.disclosure import Protect, may_show_sum
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.offences import POLICE_UK, things
from cspanalysis.domain.periods import Period, year_label
from cspanalysis.review.coverage import Coverage
from cspanalysis.stats import change, dispersion

#: Sources of dated records and monthly figures → what they record, in mid-sentence; one of it, in
#: the plural; what counts as one.
RECORDED = {
    "asb_calls": (
        "calls about anti-social behaviour",
        "calls",
        "Calls to the police and reports to the council's ASB officer.",
    ),
    "fires": (
        "fires",
        "fires",
        "Primary, secondary and chimney fires that the fire service attended.",
    ),
    "stats19": (
        "road collisions with injury",
        "collisions",
        "Collisions on public roads in which somebody was hurt and of which the police know; "
        "collisions with damage only are not recorded.",
    ),
    "environmental": ("environmental records", "incidents", ""),
    "marac": ("referrals to the MARAC", "referrals", ""),
}


@dataclass(frozen=True, eq=False)
class Series:
    """Things counted by month, and which months are known.

    Parameters
    ----------
    rows : pandas.DataFrame
        A row a thing, with `month` ('YYYY-MM'); or figures, with month, [further columns], count.
    coverage : Coverage
        The months that the source covers; all others are unknown, never 0.
    subject : str
        What is counted, as in mid-sentence: 'road collisions with injury'.
    unit : str
        One of it in the plural: 'collisions'.
    sources : tuple of str
        Source names, for the citation.
    definition : str
        What counts as one, printed beside the figures.
    protect : Protect, optional
        How counts of it are protected.
    selection : str or tuple of str
        Offences and groups of the taxonomy that are counted, for the register of breaks; '' where
        it is no offence.
    scheme : str
        Offence scheme of the counts.
    offences : tuple of str, optional
        The source's offences that are counted; None: all its records.
    notes : tuple of str
        What is left out of the counts, and what changed in them.
    among : str
        The areas that are counted together ('districts of West Kent'); '' where it is the
        review's own.
    """

    rows: pd.DataFrame
    coverage: Coverage
    subject: str
    unit: str = "offences"
    sources: tuple[str, ...] = ()
    definition: str = ""
    protect: Protect | None = None
    selection: str | tuple[str, ...] = ""
    scheme: str = ""
    offences: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    among: str = ""

    def __repr__(self) -> str:
        known = present.runs(self.coverage.months) if self.coverage.months else "no month"
        return (
            f"<Series of {self.subject}, {self.unit} from {', '.join(self.sources)}: {known}; "
            f".rows has {len(self.rows):,} of {', '.join(map(str, self.rows.columns))}>"
        )

    def of(self, rows: pd.DataFrame, subject: str = "", **fields: Any) -> Self:
        """A part of it: other rows, known for the same months, under a subject of its own."""
        return replace(self, rows=rows, subject=subject or self.subject, **fields)

    def flagged(self, column: str, subject: str = "", **fields: Any) -> Self:
        """The records that bear a flag: those of no offence of the taxonomy, but parts of them."""
        has = self.rows[column].fillna(False).astype(bool)
        return self.of(self.rows[has], subject, **{"selection": "", **fields})

    def knowing(self, column: str, lacks: str) -> Self:
        """The same; NotAvailable where no row fills a column: what nothing tells is not 0.

        `lacks`: as a clause, 'the records do not say how a theft was done'.
        """
        if len(self.rows) and self.rows[column].isna().all():
            raise NotAvailable(self.sources, lacks)
        return self

    @property
    def known_as(self) -> str:
        """The one name under which the register of breaks knows it; 'all' where it has several."""
        return self.selection if isinstance(self.selection, str) and self.selection else "all"

    @property
    def things(self) -> str:
        """One of it in the plural, as a sentence names it: 'robbery offences', 'collisions'."""
        is_offence = isinstance(self.selection, str) and self.selection
        return things(self.subject) if is_offence else self.subject

    @property
    def place(self) -> str:
        """The areas counted together, as a sentence names them; '' for the review's own."""
        return f"the {self.among} together" if self.among else ""

    @property
    def named(self) -> str:
        """What is counted, and where if not in the review's area."""
        return f"{self.subject} in {self.place}" if self.among else self.subject

    @property
    def area(self) -> dict[str, str]:
        """The column `area` of a result that is not of the review's area."""
        return {"area": self.among} if self.among else {}

    def inside(self, period: Period) -> pd.DataFrame:
        """The rows of a period; NotAvailable if it is not wholly covered."""
        self.coverage.check(period)
        return self.rows[period.contains(self.rows["month"])]

    def count(self, period: Period) -> float:
        """How many in a period, missing where a part is hidden; raises as `inside` does."""
        rows = self.inside(period)
        if "count" not in rows:
            return len(rows)
        return float("nan") if rows["count"].isna().any() else int(rows["count"].sum())

    @cached_property
    def by_month(self) -> pd.DataFrame:
        """Every covered month in order: month, count; 0 without a row, missing if a part is."""
        months, counts = self.rows["month"].tolist(), Counter[str]()
        # A hidden or missing part leaves its month missing, not smaller.
        of_rows = self.rows["count"].tolist() if "count" in self.rows else [1] * len(months)
        for month, count in zip(months, of_rows, strict=True):
            counts[month] += count
        months = sorted(self.coverage.months)
        return pd.DataFrame({"month": months, "count": [counts.get(m, 0) for m in months]})

    def compared(self, period: Period, compare: Period, *, per_day: bool = False) -> pd.DataFrame:
        """Both periods and their change, as `stats.change.compared` gives them.

        Raises
        ------
        NotAvailable
            If the periods are not wholly covered.
        """
        self.coverage.check(period, compare)
        # Of several offences together, those that a publisher split are looked up by their parts.
        known_as = self.selection if self.scheme == POLICE_UK else self.known_as
        return change.compared(
            self.by_month, period, compare,
            series=known_as if self.selection else None,
            scheme=self.scheme,
            exposure_adjusted=per_day,
        )  # fmt: skip

    def variance(self, until: Period, months: int = 12) -> dispersion.Variance:
        """By how much the variance of a sum of so many months exceeds chance (`stats.dispersion`).

        From the months up to the end of a period; `UNKNOWN` where nothing is known by month.
        """
        try:
            return dispersion.of_months(self.by_month, until.last, months)
        except NotAvailable:
            return dispersion.UNKNOWN

    def _of_wholes(
        self, period: Period, compare: Period, variance: dispersion.Variance, why: str
    ) -> pd.DataFrame:
        """Two whole counts and their change; `why`: said where their variance is not known."""
        now, before = self.count(period), self.count(compare)
        table = pd.DataFrame(
            {
                **self.area,
                "period": [period.iso],
                "compare": compare.iso,
                "count": now,
                "compare_count": before,
                "days": period.days,
                "compare_days": compare.days,
            }
        )
        return change.widened(change.change(table), variance, why)

    def by_financial_year(self, until: Period) -> pd.DataFrame:
        """Whole financial years that end by the end of a period: year ('2006/07'), count, days."""
        return _whole_years(self.by_month, until, Period.financial_year, year_label)

    def by_calendar_year(self, until: Period) -> pd.DataFrame:
        """Whole calendar years that end by the end of a period: year ('2006'), count, days."""
        return _whole_years(self.by_month, until, Period.calendar_year, str)


class Totals(Series):
    """Several areas taken together, of which a partner's table has totals of whole periods only.

    Its rows: area, offence (or what else is counted), period, count.
    """

    def inside(self, period: Period) -> pd.DataFrame:
        """The totals of a period; raises where the table has none of exactly this period."""
        found = self.rows[self.rows["period"] == period.iso]
        if found.empty:
            raise NotAvailable(self.sources, f"no total of {self.named} for {period.label}")
        return found

    def compared(self, period: Period, compare: Period, *, per_day: bool = False) -> pd.DataFrame:
        """Both periods and their change; nothing is known of the dispersion of totals."""
        why = "only totals of whole periods are known"
        return self._of_wholes(period, compare, dispersion.UNKNOWN, why)

    @property
    def tells_a_member(self) -> bool:
        """Whether a total, less what its members publish each, gives a member's count away."""
        parts = self.rows.groupby(["offence", "period"])["count"]
        protect = self.protect
        return protect is not None and not all(may_show_sum(n, protect) for _, n in parts)

    @cached_property
    def by_month(self) -> pd.DataFrame:
        """Raises: totals of whole periods say nothing of their months."""
        raise NotAvailable(self.sources, "its counts are of whole periods, not of months")


@dataclass(frozen=True, eq=False)
class Yearly(Series):
    """Figures of whole years. Its rows: year ('2006/07'), count, and what tells parts apart.

    Parameters
    ----------
    begins : int
        Month in which its years begin: 4 of a financial year, 9 of a school year.
    """

    begins: int = 4

    def inside(self, period: Period) -> pd.DataFrame:
        """The figures of the whole years that make up a period; NotAvailable if one has none."""
        if period.first % 12 + 1 != self.begins or period.months % 12:
            kind = "financial" if self.begins == 4 else "school"
            raise NotAvailable(self.sources, f"its figures are by {kind} year, not {period.label}")
        years = year_labels(period)
        found = self.rows[self.rows["year"].isin(years)]
        if lacking := [year for year in years if year not in set(found["year"])]:
            when = period.label if len(lacking) == len(years) else present.listed(lacking)
            raise NotAvailable(self.sources, f"nothing on '{self.subject}' in {when}")
        return found

    def compared(self, period: Period, compare: Period, *, per_day: bool = False) -> pd.DataFrame:
        """Both years and their change; of how years vary the years before tell, from five on."""
        why = "fewer than five years are known"
        return self._of_wholes(period, compare, self.variance(period), why).assign(reason="")

    def variance(self, until: Period, months: int = 12) -> dispersion.Variance:
        """The same, from the years that end by the end of a period, five at least."""
        counts = self.rows.groupby("year")["count"].sum(min_count=1, skipna=False).sort_index()
        ended = [Period(12 * int(y[:4]) + self.begins - 1, 12 * int(y[:4]) + self.begins + 10)
                 for y in counts.index]  # fmt: skip
        return dispersion.of_years(counts[[one.last <= until.last for one in ended]])

    @cached_property
    def by_month(self) -> pd.DataFrame:
        """Raises: figures of years say nothing of their months."""
        raise NotAvailable(self.sources, "its figures are by year")


def year_labels(period: Period) -> list[str]:
    """The years that begin with a period and every twelve months after: '2006/07', '2007/08'."""
    first = period.first // 12
    return [year_label(y) for y in range(first, first + period.months // 12)]


def _whole_years(by_month, until, year_of, label) -> pd.DataFrame:
    known = set(by_month["month"])
    rows = []
    for start in sorted({int(m[:4]) for m in known}):
        whole = year_of(start)
        if whole.last <= until.last and set(whole.month_list()) <= known:
            counts = by_month.loc[whole.contains(by_month["month"]), "count"]
            if counts.notna().all():
                rows.append({"year": label(start), "count": int(counts.sum()), "days": whole.days})
    return pd.DataFrame(rows, columns=["year", "count", "days"])


def whole_years(
    years: Iterable[str], year_of: Callable[[int], Period] = Period.financial_year
) -> Period:
    """The months from the first financial (or other) year, such as '2006/07', to the last."""
    known = sorted(years)
    return Period(year_of(int(known[0][:4])).first, year_of(int(known[-1][:4])).last)


def begun(
    years: Iterable[str], until: Period, year_of: Callable[[int], Period] = Period.financial_year
) -> list[str]:
    """The years, each once and in order, that begin before a period ends."""
    return sorted(y for y in set(years) if year_of(int(y[:4])).first <= until.last)


def newest_year(
    years: Iterable[str],
    until: Period,
    source: str,
    year_of: Callable[[int], Period] = Period.financial_year,
) -> str:
    """The newest financial (or other) year that begins before a period ends, if any does."""
    if found := begun(years, until, year_of):
        return found[-1]
    year = "school year" if year_of == Period.academic_year else "year"
    raise NotAvailable(source, f"it holds no {year} that begins before {until.label} ends")
