"""One review: an area over its periods, with the data of a workspace behind it.

`open` is what every notebook and every analyst begins with. The review hands out small, documented
frames (offences by month, incidents, peers' counts, residents); the chapters make findings of them.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from cspanalysis import (
    cleaning,
    counting,
    disclosure,
    exploring,
    offences,
    peering,
    residents,
    suppliers,
)
from cspanalysis import workspace as workspaces
from cspanalysis.analysis.night import NightTime
from cspanalysis.analysis.thefts import PurseDipping
from cspanalysis.areas import Area, PeerGroup
from cspanalysis.errors import NotAvailable, UsageError, paragraph
from cspanalysis.exploring import Findings, Peers
from cspanalysis.periods import Comparison, Period
from cspanalysis.store import Store
from cspanalysis.workspace import SETTINGS, Workspace

D = TypeVar("D")

EDITIONS = ("public", "partner")

#: Sources of recorded offences, the preferred first: a partner's extract has dates and flags.
OFFENCE_SOURCES = ("police_extract", "police_uk")


SHORT = {"police_extract": "the police extract", "police_uk": "the open street-level data"}

#: Headings for groups that a workspace lacks.
GROUP_LABELS = {
    "msg": "areas of the most similar group",
    "county": "districts of the county",
    "force": "districts of the police force area",
}


class Counted(NamedTuple):
    """A table with the sources it was counted from.

    Parameters
    ----------
    table : pandas.DataFrame
        See the method that returns it.
    sources : tuple of str
        Source names, for the finding's citation.
    scheme : str
        Offence scheme of the counts, 'notifiable' or 'police_uk'.
    """

    table: pd.DataFrame
    sources: tuple[str, ...]
    scheme: str = offences.NOTIFIABLE


class Review:
    """An area, its periods and its data. Use `open` to make one.

    Attributes
    ----------
    area : Area
    comparisons : list of Comparison
        The review's own period first, then the windows of the settings.
    edition : str
        'public' or 'partner'.
    workspace : Workspace
    store : Store
    """

    def __init__(
        self,
        workspace: Workspace,
        area: Area,
        comparisons: Sequence[Comparison],
        edition: str,
        store: Store,
    ):
        self.workspace = workspace
        self.area = area
        self.comparisons = list(comparisons)
        self.edition = edition
        self.store = store
        self._protected: dict[Any, pd.DataFrame] = {}

    def __repr__(self) -> str:
        return (
            f"<Review of {self.area.name}, {self.period.label}, compared with "
            f"{self.compare.label}, {self.edition} edition>"
        )

    @property
    def period(self) -> Period:
        """The period under review."""
        return self.comparisons[0].period

    @property
    def compare(self) -> Period:
        """The period it is compared with."""
        return self.comparisons[0].compare

    @property
    def settings(self) -> dict[str, Any]:
        """The sections of partnership.toml."""
        return dict(self.workspace.settings)

    # ------------------------------------------------------------------ offences

    def covered(self, source: str) -> list[str]:
        """Months ('YYYY-MM') that a source of offences covers for this area, in order.

        A month that the publisher left incomplete does not count as covered.
        """
        return counting.covered(self.store, source, self.area)

    def source_of(self, *periods: Period) -> str:
        """The source that counts offences over all of the periods, the preferred first.

        Raises
        ------
        NotAvailable
            If none covers them; says what is covered.
        """
        seen = []
        for source in OFFENCE_SOURCES:
            months = set(self.covered(source))
            wanted = [m for p in periods for m in p.month_list()]
            if months and all(m in months for m in wanted):
                return source
            if months:
                missing = [m for m in wanted if m not in months]
                seen.append(
                    f"{SHORT[source]} covers {counting.months_label(sorted(months))}, and "
                    f"{counting.months_label(sorted(set(missing)))} would be needed too"
                )
        raise NotAvailable(OFFENCE_SOURCES, "; ".join(seen))

    def offences_by_month(
        self, selection: str | Iterable[str], *periods: Period | str, by: str | None = None
    ) -> Counted:
        """Offences of this area counted by month; a covered month without any is 0.

        Parameters
        ----------
        selection : str or iterable of str
            Offences or groups of the taxonomy: 'burglary', ['theft from vehicle', …].
        *periods : Period or str
            Periods that must be covered; without any, all that the source covers.
        by : {'offence'}, optional
            Also by offence.

        Returns
        -------
        Counted
            Table with month, [offence], count; every covered month of the span.

        Raises
        ------
        NotAvailable
            If no source covers the periods.
        """
        wanted = [Period.parse(p) for p in periods]
        source = self.source_of(*wanted) if wanted else self._any_offence_source()
        scheme, chosen = counting.members(selection, source)
        counts = counting.monthly(self.store, source, self.area)
        counts = counts[counts["offence"].isin(chosen)]
        months = self.covered(source)
        if wanted:
            inside = {m for p in wanted for m in p.month_list()}
            months = [m for m in months if m in inside]
        keys = ["month", by] if by else ["month"]
        index = (
            pd.MultiIndex.from_product([months, chosen], names=keys)
            if by
            else pd.Index(months, name="month")
        )
        table = (
            counts.groupby(keys)["count"].sum().reindex(index, fill_value=0).astype(int)
        ).reset_index()
        return Counted(table, (source,), scheme)

    def records(
        self, selection: str | Iterable[str] | None = None, *periods: Period | str
    ) -> Counted:
        """Records of this area: one row per offence (or, in open data, per street-file row).

        Parameters
        ----------
        selection : str or iterable of str, optional
            Offences or groups; all without one.
        *periods : Period or str
            Periods wanted; all that the source covers without any.

        Returns
        -------
        Counted
            Table with the columns of the source's processed table (docs/data_dictionary.md).

        Raises
        ------
        NotAvailable
            If no source covers the periods.
        """
        wanted = [Period.parse(p) for p in periods]
        source = self.source_of(*wanted) if wanted else self._any_offence_source()
        scheme, chosen = counting.members(selection or "recorded crime", source)
        table = counting.records(self.store, source, self.area, counting.span(wanted))
        if selection is not None:
            table = table[table["offence"].isin(chosen)]
        if wanted:
            table = table[
                functools.reduce(lambda a, b: a | b, (p.contains(table["month"]) for p in wanted))
            ]
        return Counted(table.reset_index(drop=True), (source,), scheme)

    def _any_offence_source(self) -> str:
        for source in OFFENCE_SOURCES:
            if self.covered(source):
                return source
        raise NotAvailable(OFFENCE_SOURCES)

    # ------------------------------------------------------------------ peers and residents

    def peer_group(self, group: str) -> PeerGroup:
        """A peer group of this area: 'force', 'county', or one of the settings such as 'msg'.

        Raises
        ------
        NotAvailable
            If the settings name no such group, or the area is alone in it.
        """
        try:
            members = self.workspace.peers(self.area, group)
        except UsageError:
            raise NotAvailable(
                "peer_counts", f"partnership.toml names no peer group '{group}'"
            ) from None
        if len(members.areas) < 2:
            raise NotAvailable("peer_counts", f"{self.area.name} is alone in its {group}")
        return members

    def peer_label(self, group: str) -> str:
        """How a heading names a peer group, whether or not there are data for it."""
        try:
            return self.peer_group(group).label
        except NotAvailable:
            return GROUP_LABELS.get(group, f"areas of the group '{group}'")

    def peer_counts(self, selection: str, group: str, period: Period | str) -> Counted:
        """Counts and residents of every area of a peer group over a period.

        Parameters
        ----------
        selection : str
            An offence or group of the taxonomy.
        group : str
            Key of the peer group.
        period : Period or str

        Returns
        -------
        Counted
            Table with area, is_own, count, population, population_year; areas without data
            have missing counts.

        Raises
        ------
        NotAvailable
            If no source holds counts for the group over the period.
        """
        over = Period.parse(period)
        members = self.peer_group(group)
        table = peering.from_peer_counts(self.store, self.area, members, selection, over)
        if table is not None:
            return Counted(table, ("peer_counts",))
        table = peering.from_open_data(self.store, self.area, members, selection, over)
        return Counted(table, ("police_uk", "population"), offences.POLICE_UK)

    def population(self, districts: Iterable[str], period: Period | str) -> pd.DataFrame:
        """Residents of districts, from the mid-year estimate nearest the period's mid-point.

        Returns
        -------
        pandas.DataFrame
            Index district; columns population, year.

        Raises
        ------
        NotAvailable
            If the workspace holds no population estimates.
        """
        return residents.estimates(self.store, districts, period)

    def residents(self, period: Period | str) -> tuple[int, int]:
        """Residents of this area for a period, and the year of the estimate."""
        table = self.population(self.area.districts, period)
        if table["population"].isna().any():
            raise NotAvailable("population", f"no estimate for {self.area.name}")
        return int(table["population"].sum()), int(table["year"].max())

    def population_by_age(self, period: Period | str) -> pd.DataFrame:
        """Residents of this area by sex and single year of age, for the period's estimate.

        Returns
        -------
        pandas.DataFrame
            Columns year, sex, age, population.
        """
        return residents.by_age(self.store, self.area.districts, period)

    @property
    def incidents(self) -> pd.DataFrame:
        """All records of this area in the period under review (docs/data_dictionary.md)."""
        return self.records(None, self.period).table

    @property
    def peers(self) -> Peers:
        """Comparison with peer groups: `review.peers.rate("burglary")`."""
        return Peers(self)

    def findings(self, chapter: str | None = None) -> Findings:
        """The findings of all chapters, or of one ('violence'), made here and now."""
        return exploring.findings(self, chapter)

    # ------------------------------------------------------------------ other tables

    def table(self, source: str, *, own: bool = True) -> pd.DataFrame:
        """A processed table; rows of this area only where it has a district column.

        Raises
        ------
        NotAvailable
            If the workspace lacks the source, or it holds nothing about this area.
        """
        if not self.store.has(source):
            raise NotAvailable(source)
        table = self.store.load(source)
        if own and "district" in table:
            table = table[table["district"].isin(self.area.districts)]
            if table.empty:
                raise NotAvailable(source, f"it holds no rows for {self.area.name}")
        return table.reset_index(drop=True)

    def protected(
        self,
        source: str,
        protect: disclosure.Protect,
        dimensions: Sequence[str],
        *,
        keep: Sequence[str] = (),
    ) -> pd.DataFrame:
        """A source's finest table with all its margins, protected once for this edition.

        Findings aggregate from it (`disclosure.aggregate`), so that no two of them differ by a
        hidden cell. See `disclosure.protect_finest` for the parameters and columns.
        """
        key = (source, protect, tuple(dimensions), tuple(keep))
        if key not in self._protected:
            self._protected[key] = disclosure.protect_finest(
                self.table(source), protect, edition=self.edition, dimensions=dimensions, keep=keep
            )
        return self._protected[key].copy()

    def policy(self, source: str) -> str:
        """Disclosure policy of a source ('none' unless the settings or the defaults name one)."""
        return self.workspace.policies.get(source, "none")

    def definition(self, kind: type[D], section: str) -> D:
        """A definition (night-time economy, purse dipping) as the settings' section has it.

        Raises
        ------
        UsageError
            If the section holds a key or a value that the definition does not know.
        """
        values = self.workspace.settings.get(section, {})
        file = self.workspace.root / SETTINGS
        known = [f.name for f in dataclasses.fields(kind)]
        for key in values:
            if key not in known:
                raise UsageError(
                    paragraph(
                        f"unknown key '{key}' in [{section}]", file=file, allowed=", ".join(known)
                    )
                )
        try:
            return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
        except (TypeError, ValueError) as error:
            raise UsageError(paragraph(f"[{section}]: {error}", file=file)) from error

    @property
    def night_time(self) -> NightTime:
        """The definition of night-time economy violence, as the settings have it."""
        return self.definition(NightTime, "night_time_economy")

    @property
    def purse_dipping(self) -> PurseDipping:
        """The definition of purse dipping, as the settings have it."""
        return self.definition(PurseDipping, "purse_dipping")

    @property
    def threshold(self) -> int:
        """Counts below it are hidden under the policy 'threshold'."""
        return self.workspace.threshold

    def citations(self, sources: Iterable[str]) -> list[dict[str, Any]]:
        """What to print about sources: title, publisher, licence, date, synthetic or not."""
        return [self.store.citation(source) for source in dict.fromkeys(sources)]

    @property
    def is_synthetic(self) -> bool:
        """True if any raw file behind this review is a synthetic reconstruction."""
        return any(self.store.citation(s).get("synthetic") for s in self.store.sources())

    def missing_sentence(self, would_show: str, missing: NotAvailable) -> str:
        """The sentence of a finding that this workspace cannot have."""
        from cspanalysis import narrative

        return narrative.missing(
            would_show, [suppliers.NAMES.get(s, s) for s in missing.needs], missing.detail
        )


def open(
    csp: str | None = None,
    period: str | Period | None = None,
    *,
    compare: str | Period | None = None,
    edition: str = "public",
    workspace: str | Path | None = None,
) -> Review:
    """Open a review of an area.

    Parameters
    ----------
    csp : str, optional
        Name of a partnership or district; default: the workspace's own.
    period : str or Period, optional
        'YYYY-MM/YYYY-MM'; default: the settings' period, else the newest twelve months covered.
    compare : str or Period, optional
        Default: the settings' if the period is theirs too, else the same months a year before.
    edition : {'public', 'partner'}
        Whether values under a disclosure policy are protected.
    workspace : path, optional
        Default: the folder with partnership.toml at or above the current one.

    Returns
    -------
    Review

    Raises
    ------
    UsageError
        If the area, the period, the edition or the workspace is unknown.
    """
    if edition not in EDITIONS:
        raise UsageError(paragraph(f"'{edition}' is no edition", allowed=", ".join(EDITIONS)))
    space = workspaces.load(workspace)
    area = space.area(csp)
    store = cleaning.ready(space)
    chosen = Period.parse(period) if period else space.period or _newest_year(store, area)
    own_period = space.period is None or chosen == space.period
    if compare:
        against = Period.parse(compare)
    else:
        against = space.compare if own_period and space.compare else chosen.year_before
    windows = space.windows if own_period and area.name == space.area_name else ()
    return Review(space, area, [Comparison(chosen, against), *windows], edition, store)


def _newest_year(store: Store, area: Area) -> Period:
    for source in OFFENCE_SOURCES:
        months = counting.covered(store, source, area)
        if months:
            last = Period.parse(months[-1]).last
            return Period(max(last - 11, Period.parse(months[0]).first), last)
    raise UsageError(
        paragraph(
            f"no period is set and no offences of {area.name} are in the workspace",
            do="Name one with --period YYYY-MM/YYYY-MM, or put data into data/raw and clean it.",
        )
    )
