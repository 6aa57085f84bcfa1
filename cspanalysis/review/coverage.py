"""Which months a source covers: the one rule, for every source, that a missing month is never zero.

A dated log covers the months from its first record to its last, but for runs without any that are
longer than is usual for its kind; street-level files the months that the area's own force
published whole; monthly figures the months with a value, yearly ones their years.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period, months_of
from cspanalysis.present import suppliers
from cspanalysis.review import log_gaps, street_files
from cspanalysis.review.own_figures import own_figures, own_rows
from cspanalysis.sources import find, further, get, spans_of, years_of
from cspanalysis.store.tables import Store

#: Months of a school year that a term's figures are of.
_TERMS = {"autumn": slice(0, 4), "spring": slice(4, 7), "summer": slice(7, 12)}


@dataclass(frozen=True)
class Coverage:
    """The months that a source covers for an area.

    Parameters
    ----------
    source : str
    months : tuple of str
        'YYYY-MM' in order; gaps are gaps.
    incomplete : tuple of str
        Months that are there, but incomplete as published.
    partly : tuple of str
        Months of a log that begins or ends within them.
    elsewhere : tuple of str
        Months in which the source goes on, without any record of the area.
    unlocated : tuple of str
        Months whose records name no LSOA, so that none belongs to a district.
    lacking : tuple of (str, tuple of str)
        Parts of the records ('of Ashford', 'received by the council') that lack in months in
        which the others go on.
    area : str
        Its name.
    """

    source: str
    months: tuple[str, ...]
    incomplete: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    unlocated: tuple[str, ...] = ()
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()
    area: str = ""

    def __repr__(self) -> str:
        told = present.runs(self.months) if self.months else "no month"
        return f"<Coverage of {self.source} for {self.area or 'all areas'}: {told}>"

    def of(self, months: Iterable[str]) -> Coverage:
        """The coverage of a series of this source that is known for some months only."""
        return replace(self, months=tuple(sorted(set(months))))

    @property
    def gaps(self) -> tuple[str, ...]:
        """Months between the first and the last that are not covered."""
        return tuple(self.missing(Period.parse(f"{self.months[0]}/{self.months[-1]}")) if
                     self.months else ())  # fmt: skip

    def missing(self, *periods: Period) -> list[str]:
        """Months of the periods that are not covered, in order."""
        return sorted({m for p in periods for m in p.month_list()} - set(self.months))

    def check(self, *periods: Period) -> None:
        """Refuse periods that are not wholly covered; names the runs that are and are not."""
        if missing := self.missing(*periods):
            raise NotAvailable(self.source, self.told(missing))

    def told(self, missing: Iterable[str] = ()) -> str:
        """What is covered and what of the months wanted is missing, as a clause."""
        name, verb = suppliers.held(self.source)
        missing = sorted(missing)
        if not self.months and self.unlocated and self.source != "police_uk":
            said = no_district(self.source).removeprefix("it names")
            return f"{name} {'name' if verb == 'cover' else 'names'}{said}"
        if not self.months and self.unlocated:
            return (
                f"{name} of {present.runs(self.unlocated)} name no LSOA, so that none of their "
                "records belongs to a district"
            )
        if not self.months and self.lacking:
            parts = [part for part, _ in self.lacking]
            return (
                f"{name} {'hold' if verb == 'cover' else 'holds'} no record "
                + " and none ".join(parts)
            )
        if not self.months:
            return f"{name} {'hold' if verb == 'cover' else 'holds'} no whole month" + (
                f" of {self.area}" if self.area else ""
            )
        text = f"{name} {verb} {present.runs(self.months)}"
        outside = [m for m in missing if not self.months[0] <= m <= self.months[-1]]
        inside = self.gaps_told(set(missing) - set(outside))
        text += f", with {inside}" if inside else ""
        flawed = {*self.incomplete, *self.partly, *self.unlocated}
        flawed |= {m for _, months in self.lacking for m in months}
        beyond = self.gaps_told([m for m in outside if m in flawed])
        text += f", with {beyond}" if beyond else ""
        wanted = [m for m in outside if m not in flawed]
        return text + (f", and {present.runs(wanted)} would be needed too" if wanted else "")

    def gaps_told(self, months: Iterable[str]) -> str:
        """'no records of May to September 2023', by the reason that months are not covered."""
        left = sorted(months)
        parts = []
        for why, known in (
            ("{} incomplete as published", self.incomplete),
            ("records of a part of {} only", self.partly),
            ("the records of {} naming no LSOA and belonging to no district", self.unlocated),
            (f"no records of {self.area} of {{}}, while those of other areas go on",
             self.elsewhere),
            *((f"no records {part} of {{}}", months) for part, months in self.lacking),
            (f"no {'figures' if _has_figures(self.source) else 'records'} of {{}}", left),
        ):  # fmt: skip
            told = [m for m in left if m in known]
            left = [m for m in left if m not in known]
            parts += [why.format(present.runs(told))] if told else []
        return present.listed(parts)


def of(store: Store, source: str, area: Area) -> Coverage:
    """The months that a source covers for an area.

    It is asked of all that the source holds, not of the rows that one finding chose: a month
    without any hate crime is quiet, one without any record is missing. No month where the
    workspace lacks the source or it holds nothing of the area.
    """
    return _of(store, source, area)


@functools.lru_cache(maxsize=2048)
def _of(store: Store, source: str, area: Area) -> Coverage:
    if source == "police_uk":
        return _street(store, area)
    none = Coverage(source, (), area=area.name)
    if not store.has(source):
        return none
    if yearly := years_of(source):
        column, year = yearly
        parts = [c for c in ("quarter", "term") if c in store.columns(source)]
        rows = own_rows(store.load(source, columns=_columns(store, source, column, *parts)), area)
        known = rows[[column, *parts]].dropna(subset=column).drop_duplicates()
        return none.of(
            month
            for label, *part in known.itertuples(index=False)
            for month in _within(year(int(str(label)[:4])), *part)
        )
    if spans := spans_of(source):
        column, period_of = spans
        rows = own_figures(store, source, area, column).dropna(subset=column)
        found = [period_of(str(label)) for label in rows[column].unique()]
        return none.of(m for period in found if period for m in period.month_list())
    quiet = _quiet_months(source)
    if quiet is None:
        rows = store.load(source)
        rows = own_rows(rows, area) if "month" in rows else rows.iloc[:0]
        has_value = rows["value"].notna() if "value" in rows else slice(None)
        return none.of(rows.loc[has_value, "month"].dropna() if "month" in rows else ())
    every = _by_district(store, source)
    counts = own_rows(every, area).groupby("month")["count"].sum()
    if counts.empty:
        if "district" not in every or every["district"].notna().any():
            return none
        return replace(none, unlocated=tuple(sorted(every["month"].dropna())))
    whole = log_gaps.log_months(every["month"].unique(), quiet)
    gone = log_gaps.vanished(counts, whole)
    partly = log_gaps.partly(store, source, whole)
    lacking = log_gaps.lacking(store, source, area, every, set(whole) - gone - partly)
    return replace(
        none.of(set(whole).difference(gone, partly, *lacking.values())),
        partly=tuple(sorted(partly)),
        elsewhere=tuple(sorted(gone - partly)),
        lacking=tuple((part, tuple(sorted(months))) for part, months in lacking.items()),
    )


def no_district(source: str) -> str:
    """Why a source whose rows name no district says nothing of any, as a clause."""
    return (
        "it names no district; if all of it is of one, the settings can say which "
        f"(constants of the source {source})"
    )


def sources(store: Store) -> list[str]:
    """The sources and further tables of a workspace that are about months or years."""
    known = [
        s
        for s in store.sources()
        if get(s).is_monthly or years_of(s) or _quiet_months(s) is not None
    ]
    return [
        *(s for s in known if store.has(s) or s == "police_uk"),
        *(table for table in further() if store.has(table)),
    ]


def called(name: str) -> str:
    """How a sentence names a source or further table that is there: 'the log of calls'."""
    _, words = further().get(name, ("", ""))
    return words or suppliers.held(name)[0]


def _has_figures(source: str) -> bool:
    return bool(years_of(source) or spans_of(source))


def _quiet_months(source: str) -> int | None:
    """So many months in a row without any record are quiet; None: it is no log of records."""
    found = find(source)
    return found.quiet_months if found else None


def _within(year: Period, part: str | None = None) -> list[str]:
    """Months of a year that a figure of some quarters ('1,2') or terms ('autumn term') is of."""
    months, said = year.month_list(), "" if present.is_missing(part) else str(part)
    if quarters := re.findall(r"[1-4]", said):
        return [m for q in quarters for m in months[3 * int(q) - 3 : 3 * int(q)]]
    terms = [span for name, span in _TERMS.items() if name in said]
    return [m for span in terms for m in months[span]] or months


def _columns(store: Store, source: str, *columns: str) -> list[str]:
    """The columns wanted, with those that say what area a row is of, where the source has any."""
    return [*columns, *(c for c in ("district", "csp") if c in store.columns(source))]


@functools.lru_cache(maxsize=16)
def _by_district(store: Store, source: str) -> pd.DataFrame:
    """Records of a dated log by month and district; a row without a district counts for none."""
    column = get(source).dated
    rows = store.load(source, columns=_columns(store, source, column))
    month = months_of(rows[column]) if column != "month" else rows[column]
    keys = ["month", *(["district"] if "district" in rows else [])]
    counts = rows.assign(month=month).groupby(keys, dropna=False).size()
    return counts.rename("count").reset_index()


def _street(store: Store, area: Area) -> Coverage:
    none = Coverage("police_uk", (), area=area.name)
    if not store.has("police_uk_counts"):
        return none
    own = street_files.own_force(store, area)
    published = street_files.published(store)
    if own is None:
        found = (
            p.unlocated
            for force, p in published.items()
            if area.force and areas.is_force(area.force, force)
        )
        return replace(none, unlocated=tuple(sorted(m for months in found for m in months)))
    force, counts = own
    files = published.get(force, street_files.Published())
    gone = log_gaps.vanished(counts, files.whole)
    return replace(
        none.of(files.whole - gone),
        incomplete=files.incomplete,
        elsewhere=tuple(sorted(gone)),
        unlocated=files.unlocated,
    )


def lacking_forces(
    store: Store, area: Area, forces: Iterable[str], *periods: Period
) -> dict[str, list[str]]:
    """Forces without files for all of the periods, each with the months that lack.

    A second force that records in an area, such as the Transport Police, makes a fall where its
    files end. Few rows of a cut file are no evidence of that: see `log_gaps.vanished`. Without
    periods, all months that the area's files cover must be there.
    """
    looked_at = set(of(store, "police_uk", area).months)
    wanted = {m for p in periods for m in p.month_list()} & looked_at or looked_at
    published = street_files.published(store)
    found = {}
    for force in sorted(set(forces) & set(published)):
        files = published[force]
        gone = log_gaps.vanished(files.rows, looked_at).union(files.incomplete)
        if lacking := sorted(gone & wanted):
            found[force] = lacking
    return found


def prepare(store: Store, of_areas: Iterable[Area]) -> None:
    """Find beforehand what the forces published, and which months the areas are covered in."""
    street_files.published(store)
    for area in of_areas:
        of(store, "police_uk", area)


@functools.lru_cache(maxsize=2048)
def second_forces(store: Store, area: Area, periods: tuple[Period, ...]) -> dict[str, list[str]]:
    """The other forces that record in an area and lack months of the periods."""
    own = street_files.own_force(store, area)
    if own is None:
        return {}
    others = set(street_files.counts(store, area.districts)["force"]) - {own[0]}
    return lacking_forces(store, area, others, *periods)


class Unplaced(NamedTuple):
    """How many records have no place, so that they count nowhere.

    `by`: what follows what is counted: 'that Kent Police recorded', 'in the police extract'.
    """

    by: str
    count: int
    total: int

    @property
    def share(self) -> float:
        return self.count / self.total if self.total else 0.0


def unplaced(
    store: Store, source: str, area: Area, period: Period, offences: Iterable[str] | None = None
) -> Unplaced | None:
    """Records of a period that belong to no district; None where the source cannot tell.

    Of street-level files those of the area's own force, of a partner's extract all.
    """
    return _unplaced(store, source, area, period, offences if offences is None else tuple(offences))


@functools.lru_cache(maxsize=2048)
def _unplaced(
    store: Store, source: str, area: Area, period: Period, offences: tuple[str, ...] | None
) -> Unplaced | None:
    own = street_files.own_force(store, area) if source == "police_uk" else None
    if source != "police_uk" and (_quiet_months(source) is None or not store.has(source)):
        return None
    if source == "police_uk" and own is None:
        return None
    by_place = _by_place(store, source, own[0] if own else "")
    if by_place is None:
        return None
    months, wanted = set(period.month_list()), None if offences is None else set(offences)
    counts = [0, 0]
    for (month, offence, is_placed), count in by_place.items():
        if month in months and (wanted is None or offence in wanted):
            counts[is_placed] += count
    by = f"that {own[0]} recorded" if own else f"in {suppliers.held(source)[0]}"
    return Unplaced(by, counts[False], sum(counts))


@functools.lru_cache(maxsize=8)
def _by_place(store: Store, source: str, force: str) -> dict[tuple[str, str, bool], int] | None:
    """Records by month, offence ('' of a log without any) and whether they have a district."""
    table = "police_uk_counts" if source == "police_uk" else source
    held = store.columns(table)
    if "district" not in held:
        return None
    column = get(source).dated
    wanted = [c for c in (column, "offence", "district", "count") if c in held]
    where = {"force": force} if force else None
    rows = store.load(table, columns=wanted, where=where)
    rows = rows.assign(
        month=months_of(rows[column]) if column != "month" else rows[column],
        is_placed=rows["district"].notna(),
        count=rows["count"] if source == "police_uk" else 1,
        offence=rows.get("offence", ""),
    )
    counts = rows.groupby(["month", "offence", "is_placed"])["count"].sum()
    return {key: int(count) for key, count in counts.items()}
