"""Partnerships side by side by the official counts: a peer group, or all of England and Wales.

The tables hold every partnership, so that no further force's files are needed. A member of a group
that the table counts together with a neighbour stands as the partnership it belongs to; one whose
offences went unassigned, or that lacks a quarter, has no figure.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas, crosswalk
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.review import official_tables, partnership_years, residents
from cspanalysis.review.official_counts import Official
from cspanalysis.review.official_tables import HOME_OFFICE, ONS
from cspanalysis.store.tables import Store

#: Key and label of the group of all partnerships.
NATION = PeerGroup("nation", "partnerships of England and Wales", ())

#: Offences of which homes are the target: per 1,000 households, where these are known.
HOMES = {"residential burglary", "burglary residential", "domestic burglary", "burglary dwelling"}

#: So many names are given of those that are said to be missing.
MOST_NAMED = 4
#: From this share of a force's offences under no partnership on, a note says so.
WORTH_SAYING = 0.05


class Beside(NamedTuple):
    """Areas side by side.

    Parameters
    ----------
    table : pandas.DataFrame
        area, is_own, count, population; missing where there is no figure.
    residents : str
        Of when the residents are, in words.
    sources : tuple of str
    notes : tuple of str
        What is joined, missing or too low.
    per : str
        What `population` counts: 'residents', or 'households' of burglary of homes where the tables
        state them.
    names : mapping
        Area → the table's names that make it up, of those that have a figure.
    """

    table: pd.DataFrame
    residents: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    per: str = "residents"
    names: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def beside(
    store: Store, area: Area, series: Official, period: Period, group: PeerGroup = NATION
) -> Beside:
    """Counts and residents of the areas of a group, of the same table and offences as a series."""
    (source,) = series.sources
    counts = _counts(store, source, series.offences or (), period)
    flawed = _flawed(store, source, period)
    own = _names(store, area, source, period)
    members, notes = _members(area, own, counts, group)
    people, when, of = _residents(store, source, area, members, period)
    homes = _stated(store, area, members, period, "households") if _of_homes(series) else None
    is_by_home = homes is not None and all(homes[0].get(m, 0) > 0 for m, n in members.items() if n)
    if homes is not None and is_by_home:
        people, when, of = homes
    notes += _said(store, source, period, {n for m in members.values() for n in m}, flawed)
    by_name = counts["count"].to_dict()
    rows = []
    for name, names in members.items():
        is_own = name == area.name
        whole = bool(names) and not any(n in flawed for n in names)
        count = sum(by_name.get(n, np.nan) for n in names) if whole else np.nan
        rows.append([name, is_own, series.count(period) if is_own else count, people.get(name)])
    table = pd.DataFrame(rows, columns=["area", "is_own", "count", "population"])
    table = table.astype({"count": float, "population": float})
    if table.loc[table["is_own"], "population"].isna().any():
        raise NotAvailable("population", f"no estimate for {area.name}")
    if not table.loc[~table["is_own"], ["count", "population"]].notna().all(axis=1).any():
        raise NotAvailable(source, f"it has no figures of other {group.label}")
    is_known = table["is_own"] | table["count"].notna() & table["population"].notna()
    if lacking := sorted(set(table.loc[~is_known, "area"]) - flawed):
        notes += (f"There are no figures of {present.listed(lacking, MOST_NAMED)}.",)
    if group.key == NATION.key:
        table = table[is_known]
    per = "households" if is_by_home else "residents"
    sources = tuple(dict.fromkeys([source, *of]))
    known = table.loc[table["count"].notna(), "area"]
    named = {name: members[name] for name in known}
    return Beside(table.reset_index(drop=True), when, sources, notes, per, named)


def _members(
    area: Area, own: tuple[str, ...], counts: pd.DataFrame, group: PeerGroup
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Members of a group → the table's names that make each up, and what is to be said of them."""
    members: dict[str, tuple[str, ...]] = {area.name: own}
    if group.key == NATION.key:
        others = [n for n in counts.index if n not in own and crosswalk.meanings(n)]
        return members | {name: (name,) for name in others}, ()
    joined: dict[str, str] = {}
    for name in group.areas:
        if name == area.name:
            continue
        member = _area(name)
        is_near = counts["force"] == member.force if member.force else counts["force"].notna()
        made = crosswalk.made_of(member, counts.index[is_near])
        if made.is_whole:
            members[name] = made.names
        elif made.beyond and not set(made.beyond) & set(own):
            for whole in made.beyond:
                members[whole] = (whole,)
                joined[name] = whole
        else:
            members[name] = ()
    if not joined:
        return members, ()
    told = []
    for whole in dict.fromkeys(joined.values()):
        parts = [name for name, of in joined.items() if of == whole]
        verb, place = ("belongs", "its place") if len(parts) == 1 else ("belong", "their place")
        told.append(
            f"{present.listed(parts)} {verb} to the partnership {whole}, which stands in {place}."
        )
    return members, tuple(told)


def _names(store: Store, area: Area, source: str, period: Period) -> tuple[str, ...]:
    """The table's names of the area itself in the years of a period."""
    found: dict[str, None] = {}
    for row in official_tables.judged(store, area, source).to_dict("records"):
        if row["year"] in _years(source, period, [row["year"]]):
            found |= dict.fromkeys(row["names"].split("; "))
    return tuple(found)


def _years(source: str, period: Period, years: Iterable[str]) -> list[str]:
    """The years of a table that hold a period: of overlapping ones the year that is the period."""
    if source == ONS:
        return [y for y in years if partnership_years.span(y) == period]
    spans = {y: partnership_years.span(y) for y in years}
    return [y for y, s in spans.items() if s.first <= period.last and period.first <= s.last]


@functools.lru_cache(maxsize=32)
def _counts(store: Store, source: str, chosen: tuple[str, ...], period: Period) -> pd.DataFrame:
    """By name of a partnership: force, count over the period, missing where a quarter lacks."""
    rows, every = _period_rows(store, source, period), _partnerships(store, source, period)
    whole = every["spans"].max() if len(every) else 0
    counts = rows[rows["offence"].isin(chosen)].groupby("csp")["count"].sum(skipna=False)
    found = counts.reindex(every.index, fill_value=0).astype(float)
    return every.assign(count=found.where(every["spans"] == whole))


@functools.lru_cache(maxsize=4)
def _partnerships(store: Store, source: str, period: Period) -> pd.DataFrame:
    """By name of a partnership: force, and how many quarters of the period the table has."""
    rows = _period_rows(store, source, period)
    return rows.groupby("csp").agg(force=("force", "first"), spans=("quarter", _held))


def _held(quarters: pd.Series) -> int:
    return len(set(quarters.dropna())) or 1


@functools.lru_cache(maxsize=4)
def _period_rows(store: Store, source: str, period: Period) -> pd.DataFrame:
    if source == ONS:
        rows = official_tables.rows_of(store, ONS, {"period": period.iso}, blanks=True)
        return rows[~rows["is_unassigned"]]
    years = _years(source, period, _totals(store, source)["year"].unique())
    rows = official_tables.rows_of(store, source, {"year": years})
    keys = rows[["year", "quarter"]].drop_duplicates()
    inside = [period.covers(official_tables.span_of(y, q)) for y, q in keys.to_numpy()]
    rows = rows[~rows["is_unassigned"].astype(bool)].merge(keys[inside], on=["year", "quarter"])
    # Quarters of two years are told apart by both.
    return rows.assign(quarter=rows["year"] + " " + rows["quarter"].fillna(""))


@functools.lru_cache(maxsize=4)
def _totals(store: Store, source: str) -> pd.DataFrame:
    """All offences by year, force and partnership: year, force, csp, is_unassigned, count."""
    keys = ["year", "force", "csp", "is_unassigned"]
    if source == HOME_OFFICE:
        rows = store.load(f"{source}_totals", columns=[*keys, "count"])
    else:
        rows = official_tables.rows_of(store, ONS, {"offence": official_tables.TOTAL})
    return rows.groupby(keys, as_index=False, observed=True)["count"].sum()


@functools.lru_cache(maxsize=8)
def _flawed(store: Store, source: str, period: Period) -> frozenset[str]:
    """Partnerships whose offences of a period went over to the unassigned ones of their force.

    Each is judged by itself; where more than a fifth of a force's offences have no partnership, all
    of them are too low to be ranked.
    """
    totals = _totals(store, source)
    wholes = totals.groupby(["year", "force"])["count"].sum().rename("whole").reset_index()
    unassigned = totals[totals["is_unassigned"].astype(bool)].groupby(["year", "force"])["count"]
    wholes = wholes.merge(unassigned.sum().rename("unassigned").reset_index(), how="left")
    own = totals[~totals["is_unassigned"].astype(bool)].rename(columns={"count": "own"})
    own = own.merge(wholes.fillna({"unassigned": 0}), on=["year", "force"])
    own = own.assign(others=own["whole"] - own["unassigned"] - own["own"])
    years = _years(source, period, own["year"].unique())
    is_now = own["year"].isin(years)
    too_many = own["unassigned"] > (1 - partnership_years.LEAST_OF_EXPECTED) * own["whole"]
    found = set(own.loc[is_now & too_many, "csp"])
    beside = own.assign(
        share=own["own"] / own["others"].where(own["others"] > 0),
        unassigned_share=own["unassigned"] / own["others"].where(own["others"] > 0),
    )
    for year in years:
        now = beside[beside["year"] == year]
        usual = beside[beside["year"] != year].groupby("csp")[["share", "unassigned_share"]]
        usual = usual.median().reindex(now["csp"])
        expected = partnership_years.lost(
            *(now[c].to_numpy(float) for c in ("own", "others", "unassigned")),
            *(usual[c].to_numpy(float) for c in ("share", "unassigned_share")),
        )
        found |= set(now.loc[~np.isnan(expected), "csp"])
    coverage = store.load(f"{source}_coverage")
    listed = coverage.loc[coverage["year"].isin(years), "listed"].str.split("; ")
    return frozenset(found | {name for names in listed for name in names if name})


def _said(
    store: Store,
    source: str,
    period: Period,
    names: set[str],
    flawed: frozenset[str],
) -> tuple[str, ...]:
    notes = []
    if gone := sorted(names & flawed):
        notes.append(
            "Not ranked, because so many of their offences are recorded under no partnership: "
            f"{present.listed(gone, MOST_NAMED)}."
        )
    totals = _totals(store, source)
    totals = totals[totals["year"].isin(_years(source, period, totals["year"].unique()))]
    own = totals[totals["csp"].isin(names - flawed)]
    totals = totals[totals["force"].isin(own["force"])]
    unassigned = totals[totals["is_unassigned"].astype(bool)].groupby("force")["count"].sum()
    share = (unassigned / totals.groupby("force")["count"].sum()).dropna()
    share = share[share > WORTH_SAYING].sort_values(ascending=False)
    if len(share):
        told = [f"{force} ({present.share(part)})" for force, part in share.items()]
        notes.append(
            "Rates of their partnerships are too low by what these forces record under none: "
            f"{present.listed(told, MOST_NAMED)}."
        )
    return tuple(notes)


def _residents(
    store: Store, source: str, area: Area, members: dict[str, tuple[str, ...]], period: Period
) -> tuple[dict[str, float], str, tuple[str, ...]]:
    """Residents of the members, all of one table: of the two the one that knows more of them."""
    wanted = [m for m, names in members.items() if names]
    best: tuple[dict[str, float], str, tuple[str, ...]] | None = None
    # The table of counts and that of rates are of one publisher; else the estimates come first.
    offers = [_stated, _estimated] if source == ONS else [_estimated, _stated]
    for offer in offers:
        found = offer(store, area, members, period)
        if found is None:
            continue
        known = sum(pd.notna(found[0].get(m)) for m in wanted)
        if best is None or known > sum(pd.notna(best[0].get(m)) for m in wanted):
            best = found
        if known == len(wanted):
            break
    if best is None:
        raise NotAvailable("population")
    return best


def _of_homes(series: Official) -> bool:
    """Whether homes are what can be burgled: residents say less of the risk."""
    return bool(series.offences) and set(series.offences or ()) <= HOMES


def _stated(
    store: Store, area: Area, members: dict[str, tuple[str, ...]], period: Period,
    of: str = "population",
) -> tuple[dict[str, float], str, tuple[str, ...]] | None:  # fmt: skip
    """Residents (or households) that the national statisticians' newest table of rates states."""
    stated, ends = _in_rates(store, of) if store.has(ONS) else ({}, "")
    if not stated:
        return None
    year = partnership_years.label(ends)
    rounded = ", to the nearest hundred" if all(n % 100 == 0 for n in stated.values()) else ""
    return (
        _summed(members, stated),
        f"as the table of rates for {year} states them{rounded}",
        (ONS,),
    )


@functools.lru_cache(maxsize=4)
def _in_rates(store: Store, of: str) -> tuple[dict[str, float], str]:
    """By name of a partnership, what the newest table of rates states, and its period."""
    where = {"measure": "rate", "level": "partnership"}
    rows = store.load(ONS, columns=["csp", "period", of], where=where).dropna(subset=of)
    ends = rows["period"].max() if len(rows) else ""
    return rows[rows["period"] == ends].groupby("csp")[of].first().to_dict(), ends


def _estimated(
    store: Store, area: Area, members: Mapping[str, tuple[str, ...]], period: Period
) -> tuple[dict[str, float], str, tuple[str, ...]] | None:
    """Residents by the population estimates of their districts."""
    if not store.has("population"):
        return None
    parts = {m: _districts(m, n, area) for m, n in members.items()}
    people = residents.estimates(store, [d for p in parts.values() for d in p], period)
    known = people["population"][~people.index.duplicated()].dropna().to_dict()
    when = residents.of_when(store, area.districts, int(people["year"].max()))
    return _summed(parts, known), f"of {when}", ("population",)


def _summed(parts: Mapping[str, Sequence[str]], known: dict[str, float]) -> dict[str, float]:
    """Sums over the parts of each member, missing where one is not known."""
    return {m: float(sum(known[n] for n in p)) for m, p in parts.items()
            if p and all(n in known for n in p)}  # fmt: skip


def _districts(member: str, names: tuple[str, ...], area: Area) -> list[str]:
    if member == area.name:
        return list(area.districts)
    return [d for name in names or (member,) for d in _area(name).districts]


@functools.lru_cache(maxsize=1024)
def _area(name: str) -> Area:
    try:
        return areas.find(name)
    except UsageError:
        return Area(name, districts=(name,))
