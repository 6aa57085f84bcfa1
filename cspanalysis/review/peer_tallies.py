"""Counts and residents of the areas of a peer group, from peer counts or from open data."""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas, district_labels, offences
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.review import coverage, distinct_offences, residents
from cspanalysis.review.coverage import Coverage
from cspanalysis.review.offence_counts import Counted
from cspanalysis.review.series import Totals
from cspanalysis.store.tables import Store

#: So many police forces are named to whom they would have to be fetched.
MOST_FORCES = 4

#: So many areas are named of those whose residents are missing.
MOST_NAMED = 4

#: What no offence scheme knows and a log of records tells of every district: its name in the table
#: of peer counts → the source.
LOGS = {"road traffic collisions": "stats19"}

#: Groups whose districts the files of the area's own police force hold.
WITHIN_FORCE = ("county", "force")


def counted(
    store: Store,
    area: Area,
    group: PeerGroup,
    selection: str,
    period: Period,
    *,
    open_data: bool = True,
) -> Counted:
    """Counts and residents of the group; see `Review.peer_counts`."""
    found = _kept(store, area, group, selection, period, open_data)
    if isinstance(found, NotAvailable):
        raise NotAvailable(found.needs, found.detail)
    # Nobody changes what another reads.
    return found._replace(table=found.table.copy(deep=False))


@functools.lru_cache(maxsize=2048)
def _kept(*asked: Any) -> Counted | NotAvailable:
    """The counts, or why there are none: one is asked for as often as the other."""
    try:
        return _counted(*asked)
    except NotAvailable as error:
        return NotAvailable(error.needs, error.detail)


def _counted(
    store: Store,
    area: Area,
    group: PeerGroup,
    selection: str,
    period: Period,
    open_data: bool,
) -> Counted:
    table = from_peer_counts(store, area, group, selection, period)
    if table is None and not open_data:
        raise _lacking(store, selection, area.name, period)
    if table is not None:
        changed = _change(store, group, selection, period)
        found = Counted(table, ("peer_counts",), notes=changed.notes, subject=changed.name)
        if table.loc[table["count"].notna(), "population"].notna().all():
            return found
        with_residents = _with_residents(store, area, table, period)
        return found._replace(table=with_residents, sources=("peer_counts", "population"))
    if source := LOGS.get(selection):
        return Counted(_from_log(store, area, group, source, period), (source, "population"))
    table = from_open_data(store, area, group, selection, period)
    broader = offences.broader(selection, offences.POLICE_UK)
    return Counted(table, ("police_uk", "population"), offences.POLICE_UK, subject=broader)


def from_peer_counts(
    store: Store, area: Area, group: PeerGroup, selection: str, period: Period
) -> pd.DataFrame | None:
    """The group's counts as the force or the Home Office supplied them, or None if there are none.

    One row per member: area, is_own, count, population, population_year; a member without counts
    has missing values. Two different counts of a member are refused. A question of 2008 is answered
    from today's label where the table has that one only.
    """
    if not store.has("peer_counts"):
        return None
    rows = supplied(store, group.key, period)
    rows = rows.take(np.flatnonzero(rows["offence"] == _label(rows, selection)))
    rows = _with_own(_as_in_group(rows, area, group), area)
    names = rows["area"].tolist()
    if area.name not in names:
        return None
    if len(set(names)) < len(names):
        rows = rows[["area", "count", "population"]].drop_duplicates()
        if twice := sorted(set(rows.loc[rows["area"].duplicated(), "area"])):
            raise NotAvailable(
                "peer_counts", f"two files count '{selection}' of {twice[0]} differently"
            )
        names = rows["area"].tolist()
    places = pd.Index(names).get_indexer(list(group.areas))
    return pd.DataFrame(
        {
            "area": list(group.areas),
            **{c: rows[c].array.take(places, allow_fill=True) for c in ("count", "population")},
            "is_own": [name == area.name for name in group.areas],
            "population_year": period.midpoint.year,
        }
    )


def _label(rows: pd.DataFrame, selection: str) -> str:
    """The label under which a table counts an offence: its own, else today's."""
    held = set(rows["offence"])
    return next((n for n in (selection, *offences.today_of(selection)) if n in held), selection)


def _change(store: Store, group: PeerGroup, selection: str, period: Period) -> offences.Change:
    label = _label(supplied(store, group.key, period), selection)
    return offences.change(selection, [label]) if label != selection else offences.Change()


def together(
    store: Store,
    area: Area,
    group: PeerGroup,
    names: Iterable[str],
    *periods: Period,
    subject: str,
) -> Totals:
    """Counts that a partner supplies for every member of a group; see `Review.series`."""
    rows, changes = [], []
    for period in periods:
        for name in names:
            table = from_peer_counts(store, area, group, name, period)
            changes.append(_change(store, group, name, period))
            if table is None or table["count"].isna().any():
                raise _lacking(store, name, f"all {group.label}", period)
            rows.append(table[["area", "count"]].assign(offence=name, period=period.iso))
    known = Coverage("peer_counts", tuple(sorted({m for p in periods for m in p.month_list()})))
    found = pd.concat(rows, ignore_index=True)
    notes = tuple(dict.fromkeys(note for change in changes for note in change.notes))
    if len(set(changes)) == 1:
        subject = changes[0].name or subject
    return Totals(found, known, subject, sources=("peer_counts",), notes=notes, among=group.label)


def _lacking(store: Store, name: str, whom: str, period: Period) -> NotAvailable:
    there = store.has("peer_counts")
    return NotAvailable("peer_counts", f"no '{name}' of {whom} for {period.label}" if there else "")


def strangers(store: Store, area: Area, group: PeerGroup, period: Period) -> list[str]:
    """Areas that the peers' counts have under the group and that are none of its members."""
    if not store.has("peer_counts"):
        return []
    rows = _as_in_group(supplied(store, group.key, period), area, group)
    return sorted(set(rows["area"]) - {area.name, *area.districts, *group.areas})


def _as_in_group(rows: pd.DataFrame, area: Area, group: PeerGroup) -> pd.DataFrame:
    """The rows with the group's names, where they were typed in another spelling."""
    named = {area.name, *group.areas}
    if set(rows["area"]) <= named:
        return rows
    meant = {district_labels.match(name).name: name for name in named}
    meant.pop("", None)
    found = {
        name: meant.get(district, district)
        for name in set(rows["area"]) - named
        if (district := district_labels.match(name).name)
    }
    return rows.assign(area=rows["area"].replace(found))


def _with_own(rows: pd.DataFrame, area: Area) -> pd.DataFrame:
    """The rows with one of the area, where they count its districts one by one."""
    own = rows[rows["area"].isin(area.districts)].drop_duplicates(["area", "count", "population"])
    if area.name in set(rows["area"]) or sorted(own["area"]) != sorted(area.districts):
        return rows
    whole = own.head(1).assign(
        area=area.name,
        count=own["count"].sum(),
        population=own["population"].sum(min_count=len(own)),
    )
    return pd.concat([rows[~rows["area"].isin(area.districts)], whole])


def _with_residents(store: Store, area: Area, table: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Peer counts that state no residents, with those of the population estimates."""
    parts = {name: _districts(name, area) for name in table["area"]}
    lacking = table.loc[table["population"].isna() & table["count"].notna(), "area"].tolist()
    detail = "the peers' counts state no residents of " + present.listed(lacking, MOST_NAMED)
    try:
        people = residents.estimates(store, [d for p in parts.values() for d in p], period)
    except NotAvailable as error:
        raise NotAvailable("population", f"{detail}; {error.detail}".rstrip("; ")) from None
    estimated = pd.Series(
        [people["population"].reindex(p).sum(min_count=len(p)) for p in parts.values()],
        table.index,
    )
    # All of one kind: rates on residents of two years would not rank.
    stated = table["population"]
    if estimated[table["count"].notna()].notna().all():
        stated = estimated
    found = table.assign(
        population=stated.astype("Float64").fillna(estimated).to_numpy(float, na_value=np.nan),
        population_year=int(people["year"].max()),
    )
    known = found["count"].notna() & found["population"].notna()
    if not known[found["is_own"]].all() or not known[~found["is_own"]].any():
        missing = found.loc[found["population"].isna() & found["count"].notna(), "area"].tolist()
        raise NotAvailable(
            "population",
            "neither the peers' counts nor the population estimates state the residents of "
            + present.listed(missing, MOST_NAMED),
        )
    return found


def districts_of(group: PeerGroup, area: Area) -> dict[str, list[str]]:
    """The members of a group → the districts of each."""
    return {name: _districts(name, area) for name in group.areas}


def _districts(name: str, area: Area) -> list[str]:
    """The districts of a member of a group: of a partnership all of them."""
    if name == area.name:
        return list(area.districts)
    try:
        return list(areas.find(name).districts)
    except UsageError:
        return [name]  # an area of the settings


def supplied(store: Store, group: str, period: Period) -> pd.DataFrame:
    """The supplied counts of a group over a period: the rows of the table `peer_counts`."""
    table, places = _supplied(store)
    return table.take(places.get((group, period.iso), []))


@functools.lru_cache(maxsize=2)
def _supplied(store: Store) -> tuple[pd.DataFrame, Mapping[tuple[str, str], np.ndarray]]:
    # A review asks for some hundred of them, and the table has thousands of rows.
    table = store.load("peer_counts")
    return table, table.groupby(["group", "period"]).indices


def from_open_data(
    store: Store, area: Area, group: PeerGroup, selection: str, period: Period
) -> pd.DataFrame:
    """The group's counts from the street-level files and the population estimates.

    Refused where the files hold fewer than half of the others of a group beyond the force: a place
    among a chance few is none in the group.
    """
    if unable := distinct_offences.indistinct(selection).get("police_uk"):
        raise NotAvailable("peer_counts", unable)
    _, chosen = distinct_offences.members(selection, "police_uk")
    known = coverage.of(store, "police_uk", area)
    if missing := known.missing(period):
        details = []
        if store.has("peer_counts"):
            details.append(
                f"the peers' counts hold no label '{selection}' of {group.label}, {period.label}"
            )
        if store.has("police_uk_counts"):
            details.append(known.told(missing))
        raise NotAvailable(("peer_counts", "police_uk"), "; ".join(details))
    parts = districts_of(group, area)
    whole, counts = _street_counts(store, area, tuple(d for p in parts.values() for d in p), period)
    # A district that the files cover and that has no such offence has none recorded: 0.
    by_district = pd.Series({d: sum(counts.get((d, o), 0) for o in chosen) for d in sorted(whole)})
    others = [p for name, p in parts.items() if name != area.name]
    known = sum(set(p) <= whole for p in others)
    if group.key in WITHIN_FORCE and others and not known:
        raise NotAvailable(
            ("peer_counts", "police_uk"), f"the files hold the counts of no other {group.label}"
        )
    if group.key not in WITHIN_FORCE and 2 * known < len(others):
        raise NotAvailable(
            ("peer_counts", "police_uk"),
            f"the files here hold the counts of {present.in_words(known) if known else 'none'} of "
            f"the {present.in_words(len(others))} others; those of further police forces would be "
            f"needed too{_forces(group, whole)}",
        )
    return by_area(store, area, parts, by_district, period)


@functools.lru_cache(maxsize=64)
def _street_counts(
    store: Store, area: Area, districts: tuple[str, ...], period: Period
) -> tuple[set[str], Mapping[tuple[str, str], int]]:
    """The districts whose files are whole over a period, and their counts by district and offence.

    Kept: each offence of a group is asked for by itself.
    """
    months = period.month_list()
    counts = store.load(
        "police_uk_counts",
        columns=["month", "district", "force", "offence", "count"],
        where={"district": list(districts), "month": (months[0], months[-1])},
    )
    lacking = coverage.lacking_forces(store, area, set(counts["force"]), period)
    held = set(counts["district"])
    whole = {d for d in districts if d in held and _is_covered(store, d, area, period)}
    # As in the area's own count: a second force that lacks months is counted nowhere.
    counts = counts[~counts["force"].isin(list(lacking))]
    return whole, counts.groupby(["district", "offence"])["count"].sum().to_dict()


def monthly(
    store: Store, area: Area, names: Iterable[str], chosen: Iterable[str], months: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Crimes of areas by month from the street-level files, and the areas that lack a month.

    Returns: a row an area that is known in all the months, a column a month.
    """
    parts = {name: _districts(name, area) for name in names}
    districts = [d for members in parts.values() for d in members]
    if not store.has("police_uk_counts") or not months:
        raise NotAvailable("police_uk")
    counts = store.load(
        "police_uk_counts",
        columns=["month", "district", "offence", "count"],
        where={"district": districts, "month": (months[0], months[-1])},
    )
    held = set(counts["district"])
    span = Period.parse(f"{months[0]}/{months[-1]}")
    whole = {d for d in districts if d in held and _is_covered(store, d, area, span)}
    rows = counts[counts["offence"].isin(list(chosen))]
    table = rows.pivot_table(
        index="district", columns="month", values="count", aggfunc="sum", fill_value=0
    ).reindex(index=districts, columns=months, fill_value=0)
    known = {name: members for name, members in parts.items() if set(members) <= whole}
    return (
        pd.DataFrame({name: table.loc[members].sum() for name, members in known.items()}).T,
        [name for name in parts if name not in known],
    )


def _from_log(
    store: Store, area: Area, group: PeerGroup, source: str, period: Period
) -> pd.DataFrame:
    """The group's counts from a log of dated records; the national files cover all districts."""
    if not store.has(source):
        raise NotAvailable(("peer_counts", source))
    parts = districts_of(group, area)
    districts = [d for members in parts.values() for d in members]
    rows = store.load(source, columns=["month", "district"])
    known = coverage.of(store, source, area)
    if missing := known.missing(period):
        raise NotAvailable(("peer_counts", source), known.told(missing))
    if not (set(districts) - set(area.districts)) & set(rows["district"].dropna()):
        raise NotAvailable(("peer_counts", source), "the records are of this area alone")
    inside = rows[period.contains(rows["month"]) & rows["district"].isin(districts)]
    return by_area(store, area, parts, inside.groupby("district").size(), period)


def by_area(
    store: Store,
    area: Area,
    parts: Mapping[str, list[str]],
    by_district: pd.Series,
    period: Period,
) -> pd.DataFrame:
    """Counts and residents of areas from those of their districts.

    A member with a district that has no count, or no estimate, is missing, not zero.
    """
    people = residents.estimates(store, [d for p in parts.values() for d in p], period)
    counts, population = (of.dropna().to_dict() for of in (by_district, people["population"]))

    def of_each(known: Mapping[str, float]) -> list[float]:
        return [float(sum(known.get(d, np.nan) for d in members)) for members in parts.values()]

    return pd.DataFrame(
        {
            "area": list(parts),
            "is_own": [name == area.name for name in parts],
            "count": of_each(counts),
            "population": of_each(population),
            "population_year": int(people["year"].max()),
        }
    )


def _forces(group: PeerGroup, held: set[str]) -> str:
    """The police forces of the members without counts, those of the most first: ' (A and B)'."""
    found: Counter[str] = Counter()
    for name in group.areas:
        with contextlib.suppress(UsageError):  # an area of the settings
            member = areas.find(name)
            if member.force and not set(member.districts) <= held:
                found[member.force] += 1
    names = [force for force, _ in found.most_common()]
    return f" ({present.listed(names, MOST_FORCES)})" if names else ""


def _is_covered(store: Store, district: str, area: Area, period: Period) -> bool:
    """Whether the force of a district published every month; other forces' few rows are not it."""
    if district in area.districts:
        return True  # the area's own months were asked for before
    try:
        member = areas.find(district)
    except UsageError:
        return True  # an area of the settings, of which no force is known
    if member.districts != (district,):
        member = Area(district, "", (district,), force=member.force)
    return not coverage.of(store, "police_uk", member).missing(period)
