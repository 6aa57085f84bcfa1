"""Peer groups of an area, and the area among them."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.present import suppliers
from cspanalysis.review import official_peers, peer_standings, peer_tallies
from cspanalysis.store.tables import Store
from cspanalysis.workspace.workspace import Workspace

#: Characters of a group's label.
MOST_LABEL = 80

#: Headings for groups that a workspace lacks.
GROUP_LABELS = {
    "msg": "areas of the most similar group",
    "similar": "similar areas",
    "county": "districts of the county",
    "force": "districts of the police force area",
    official_peers.NATION.key: official_peers.NATION.label,
}

#: The groups that every area may have, the most telling first: the rule of all comparisons. The
#: official most similar group takes the place of the computed one where the settings have it.
ORDER = ("msg", "similar", "county", "force")


def group_of(workspace: Workspace, area: Area, group: str) -> PeerGroup:
    """A peer group of an area; see `Review.peer_group`."""
    try:
        found = workspace.peers(area, group)
    except UsageError:
        # No source would supply these two: they are how things are, or stand in the settings.
        raise NotAvailable(
            (),
            f"the settings name no peer group '{group}' for {area.name}",
        ) from None
    if len(found.areas) < 2:
        raise NotAvailable((), _alone(area, group))
    # The label stands in headings and in the middle of sentences.
    return replace(found, label=present.shorten(found.label, MOST_LABEL))


def _alone(area: Area, group: str) -> str:
    place = "police force area" if group == "force" else group
    if group in ("county", "force") and not getattr(area, group):
        lies = "lies in no one" if len(area.districts) > 1 else "has no known"
        return f"{area.name} {lies} {place}; the settings can name it"
    if len(area.districts) > 1:
        return f"the districts of {area.name} are all there are in its {place}"
    return f"{area.name} is the only district of its {place}"


def label_of(workspace: Workspace, area: Area, group: str) -> str:
    """How a heading names a peer group, whether or not there are data for it."""
    try:
        return group_of(workspace, area, group).label
    except NotAvailable:
        return GROUP_LABELS.get(group, "districts of a further peer group")


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
                found = peer_tallies.counted(
                    self._store, self._area, self._members(key), offence, over
                ).table
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
            rank_upper, … (cspanalysis.stats.peers.compare).

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
                counted = peer_tallies.counted(self._store, self._area, members, offence, over)
                return peer_standings.compare(self._store, counted.table)
            except NotAvailable as error:
                missing = missing or error
        missing = missing or NotAvailable(
            (),
            f"{self._area.name} shares no peer group with others; the settings can name one",
        )
        would_show = f"how {offence} compares with other areas in {over.label}"
        there = self._store.sources()
        raise NotAvailable(
            missing.needs, suppliers.missing_sentence(would_show, missing, there)
        ) from None
