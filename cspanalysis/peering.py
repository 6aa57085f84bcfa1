"""Peer groups, and counts and residents of their areas, from peer counts or from open data."""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from cspanalysis import areas, counting, formats, offences, residents, suppliers
from cspanalysis.analysis import peers
from cspanalysis.areas import Area, PeerGroup
from cspanalysis.counting import Counted
from cspanalysis.errors import NotAvailable, UsageError
from cspanalysis.periods import Period
from cspanalysis.store import Store
from cspanalysis.workspace import Workspace

#: Characters of a group's label.
MOST_LABEL = 80

#: Headings for groups that a workspace lacks.
GROUP_LABELS = {
    "msg": "areas of the most similar group",
    "similar": "similar areas",
    "county": "districts of the county",
    "force": "districts of the police force area",
}

#: The groups that every area may have, the most telling first: the rule of all comparisons. The
#: official most similar group takes the place of the computed one where the settings have it.
ORDER = ("msg", "similar", "county", "force")

#: So many police forces are named to whom they would have to be fetched.
MOST_FORCES = 4

#: Groups whose districts the files of the area's own police force hold.
WITHIN_FORCE = ("county", "force")


def group_of(workspace: Workspace, area: Area, group: str) -> PeerGroup:
    """A peer group of an area; see `Review.peer_group`."""
    try:
        found = workspace.peers(area, group)
    except UsageError:
        # No source would supply these two: they are how things are, or stand in the settings.
        raise NotAvailable(
            (), f"partnership.toml names no peer group '{group}' for {area.name}"
        ) from None
    if len(found.areas) < 2:
        raise NotAvailable((), f"{area.name} is the only district of its {_named(group)}")
    # The label stands in headings and in the middle of sentences.
    return replace(found, label=formats.shorten(found.label, MOST_LABEL))


def _named(group: str) -> str:
    return "police force area" if group == "force" else group


def label_of(workspace: Workspace, area: Area, group: str) -> str:
    """How a heading names a peer group, whether or not there are data for it."""
    try:
        return group_of(workspace, area, group).label
    except NotAvailable:
        return GROUP_LABELS.get(group, "districts of a further peer group")


def counted(store: Store, area: Area, group: PeerGroup, selection: str, period: Period) -> Counted:
    """Counts and residents of the group; see `Review.peer_counts`."""
    table = from_peer_counts(store, area, group, selection, period)
    if table is not None:
        return Counted(table, ("peer_counts",))
    table = from_open_data(store, area, group, selection, period)
    return Counted(table, ("police_uk", "population"), offences.POLICE_UK)


def from_peer_counts(
    store: Store, area: Area, group: PeerGroup, selection: str, period: Period
) -> pd.DataFrame | None:
    """The group's counts as the force or the Home Office supplied them, or None if there are none.

    Returns
    -------
    pandas.DataFrame or None
        One row per member: area, is_own, count, population, population_year; a member without
        counts has missing values.

    Raises
    ------
    NotAvailable
        If a member has two different counts for the period.
    """
    if not store.has("peer_counts"):
        return None
    rows = supplied(store, group.key, period)
    rows = rows[rows["offence"] == selection]
    if area.name not in set(rows["area"]):
        return None
    rows = rows[["area", "count", "population"]].drop_duplicates()
    if twice := sorted(set(rows.loc[rows["area"].duplicated(), "area"])):
        raise NotAvailable(
            "peer_counts", f"two files count '{selection}' of {twice[0]} differently"
        )
    members = pd.DataFrame({"area": list(group.areas)})
    found = members.merge(rows, on="area", how="left")
    return found.assign(is_own=found["area"] == area.name, population_year=period.midpoint.year)


def supplied(store: Store, group: str, period: Period) -> pd.DataFrame:
    """The supplied counts of a group over a period: the rows of the table `peer_counts`.

    Raises
    ------
    NotAvailable
        If the workspace has no such table.
    """
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

    Raises
    ------
    NotAvailable
        If either is missing, the files do not tell the offence apart or are incomplete over the
        period, or hold fewer than half of the others of a group beyond the force: a place among a
        chance few is none in the group.
    """
    if unable := counting.indistinct(selection):
        raise NotAvailable("peer_counts", *unable.values())
    _, chosen = counting.members(selection, "police_uk")
    missing = [
        m for m in period.month_list() if m not in set(counting.covered(store, "police_uk", area))
    ]
    if missing:
        detail = f"{counting.runs_label(missing)} missing or incomplete in the open data"
        has_any = store.has("police_uk_counts")
        raise NotAvailable(("peer_counts", "police_uk"), detail if has_any else "")
    parts = {name: list(area.districts) if name == area.name else [name] for name in group.areas}
    districts = [d for members in parts.values() for d in members]
    counts = store.load(
        "police_uk_counts",
        columns=["month", "district", "offence", "count"],
        where={"district": districts, "month": (period.month_list()[0], period.month_list()[-1])},
    )
    held = set(counts["district"])
    whole = {d for d in districts if d in held and _is_covered(store, d, area, period)}
    counts = counts[counts["offence"].isin(chosen) & counts["district"].isin(whole)]
    # A district that the files cover and that has no such offence has none recorded: 0.
    by_district = counts.groupby("district")["count"].sum().reindex(sorted(whole), fill_value=0)
    others = [p for name, p in parts.items() if name != area.name]
    known = sum(set(p) <= whole for p in others)
    if group.key not in WITHIN_FORCE and 2 * known < len(others):
        raise NotAvailable(
            ("peer_counts", "police_uk"),
            f"the workspace holds the counts of {formats.in_words(known) if known else 'none'} of "
            f"the {formats.in_words(len(others))} others; to fetch more, name their police forces "
            f"in partnership.toml, [fetch] forces{_forces(group, whole)}",
        )
    people = residents.estimates(store, districts, period)
    table = pd.DataFrame(
        {
            "area": list(parts),
            "is_own": [name == area.name for name in parts],
            # A member with a district that has no rows, or no estimate, is missing, not zero.
            "count": [
                by_district.reindex(p).astype(float).sum(min_count=len(p)) for p in parts.values()
            ],
            "population": [
                people.reindex(p)["population"].sum(min_count=len(p)) for p in parts.values()
            ],
        }
    )
    return table.assign(population_year=int(people["year"].max()))


def _forces(group: PeerGroup, held: set[str]) -> str:
    """The police forces of the members without counts, those of the most first: ' (A and B)'."""
    found: Counter[str] = Counter()
    for name in group.areas:
        with contextlib.suppress(UsageError):  # an area of the settings
            member = areas.find(name)
            if member.force and not set(member.districts) <= held:
                found[member.force] += 1
    names = [force for force, _ in found.most_common()]
    return f" ({formats.listed(names, MOST_FORCES)})" if names else ""


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
    return set(period.month_list()) <= set(counting.covered(store, "police_uk", member))


class Peers:
    """An area among its peers; made by `Review.peers`."""

    def __init__(self, workspace: Workspace, store: Store, area: Area, period: Period):
        self._workspace = workspace
        self._store = store
        self._area = area
        self._period = period

    def __repr__(self) -> str:
        return f"<Peers of {self._area.name}: {', '.join(self.groups()) or 'none'}>"

    def areas(self, group: str) -> list[str]:
        """Names of the areas of a group, this one among them.

        Raises
        ------
        NotAvailable
            If there is no such group; the message names those there are.
        """
        return list(self._members(group).areas)

    def _members(self, group: str) -> PeerGroup:
        try:
            return group_of(self._workspace, self._area, group)
        except NotAvailable as error:
            known = ", ".join(self.groups()) or "none"
            raise NotAvailable(
                error.needs, f"{error.detail}; groups of {self._area.name}: {known}"
            ) from None

    def groups(self) -> list[str]:
        """Keys of the groups this area can be ranked in, the most telling first.

        The official most similar group, where the settings have it, takes the place of the
        computed group 'similar' (which can still be asked for by name).
        """
        pasted = list(self._workspace.own_groups(self._area))
        computed = [] if "msg" in pasted else ["similar"]
        keys = dict.fromkeys([*pasted, *computed, "county", "force"])
        return [key for key in keys if self._has(key)]

    def own(self, group: str) -> str | None:
        """The key of a group if the area shares it with others, else None.

        Of a group that is None no finding is made: for an area alone in its county the question
        how it compares with the others of the county does not arise.
        """
        return group if group in self.groups() else None

    @property
    def further(self) -> str | None:
        """Key of the first group of the partnership's own, 'west_kent' in the sample, or None."""
        return next((key for key in self.groups() if key not in ORDER), None)

    def choose(
        self, offence: str, *first: str | None, period: str | Period | None = None
    ) -> str | None:
        """Key of the group that an area is compared with: the rule of every chapter.

        The groups asked for first, then the most similar group of the settings (in its absence
        the computed 'similar'), the county, the police force: the first that has counts of the
        area and of others. Where none has, the first of them that the area shares with others at
        all, so that the finding says what would be needed; None if there is no such group.

        Parameters
        ----------
        offence : str
            Offence or group of the taxonomy.
        *first : str or None
            Keys to be tried before those of the rule; None is passed over.
        period : str or Period, optional
            Default: the period under review.
        """
        over = Period.parse(period) if period else self._period
        known = self.groups()
        keys = [key for key in dict.fromkeys((*first, *ORDER)) if key in known]
        for key in keys:
            with contextlib.suppress(NotAvailable):
                found = counted(self._store, self._area, self._members(key), offence, over).table
                is_known = found["count"].notna() & found["population"].notna()
                if is_known[found["is_own"]].all() and is_known[~found["is_own"]].any():
                    return key
        return keys[0] if keys else None

    def around(self, but: str | None = None) -> str | None:
        """Key of the districts around: the county, or the force of an area alone in its county.

        None if the area has neither, or if they are the group `but`, which is shown already.
        """
        found = next((key for key in ("county", "force") if self.own(key)), None)
        return None if found == but else found

    def _has(self, group: str) -> bool:
        try:
            group_of(self._workspace, self._area, group)
        except NotAvailable:
            return False
        return True

    def rate(
        self, offence: str, group: str | None = None, period: str | Period | None = None
    ) -> pd.DataFrame:
        """Offences per 1,000 residents of every area of a group, lowest first.

        Parameters
        ----------
        offence : str
            Offence or group of the taxonomy.
        group : str, optional
            Key of the peer group; default: the first that has data.
        period : str or Period, optional
            Default: the period under review.

        Returns
        -------
        pandas.DataFrame
            Columns area, is_own, count, population, rate, lower, upper, rank, of, rank_lower,
            rank_upper, … (cspanalysis.analysis.peers.compare).

        Raises
        ------
        NotAvailable
            If no group has data.
        """
        over = Period.parse(period) if period else self._period
        missing: NotAvailable | None = None
        for key in [group] if group else self.groups():
            members = self._members(key)
            try:
                return peers.compare(counted(self._store, self._area, members, offence, over).table)
            except NotAvailable as error:
                missing = missing or error
        missing = missing or NotAvailable(("peer_counts", "police_uk"))
        would_show = f"how {offence} compares with other areas in {over.label}"
        raise NotAvailable(missing.needs, suppliers.missing_sentence(would_show, missing)) from None
