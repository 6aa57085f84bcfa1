"""One review: an area over its periods, with the data of a workspace behind it.

`open` is what every notebook and every analyst begins with. The review hands out small, documented
frames (offences by month, incidents, peers' counts, residents); the chapters make findings of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import pandas as pd

from cspanalysis import disclosure, present, sources
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.domain.violence_duty import SeriousViolence
from cspanalysis.review import (
    conditions,
    coverage,
    distinct_offences,
    fire_years,
    offence_counts,
    peer_groups,
    peer_tallies,
    residents,
    scope,
)
from cspanalysis.review.coverage import Coverage, Unplaced
from cspanalysis.review.offence_counts import OFFENCE_SOURCES, Counted
from cspanalysis.review.series import RECORDED, Series
from cspanalysis.stats.night import NightTime
from cspanalysis.stats.thefts import PurseDipping
from cspanalysis.store.tables import Store
from cspanalysis.workspace.workspace import Workspace

__all__ = ["OFFENCE_SOURCES", "Counted", "Review"]


class Review:
    """An area, its periods and its data. Use `cspanalysis.open` to make one.

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
        self._tables: dict[tuple[str, bool], pd.DataFrame] = {}

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

    def moved(self, csp: str | None = None, period: str | Period | None = None) -> Self:
        """The same workspace and edition, for another area or period.

        The same period keeps what it is compared with.
        """
        is_same = not period or Period.parse(period) == self.period
        return type(self)(
            *scope.choose(
                csp or self.area.name,
                period or self.period,
                compare=self.compare if is_same else None,
                edition=self.edition,
                workspace=self.workspace.root,
            )
        )

    # ------------------------------------------------------------------ offences

    def coverage(self, source: str) -> Coverage:
        """Which months a source covers for this area, and why others are not (`coverage.of`)."""
        return coverage.of(self.store, source, self.area)

    def covered(self, source: str) -> list[str]:
        """Months ('YYYY-MM') that a source covers for this area, in order.

        A month that is missing or that the publisher left incomplete does not count as covered.
        """
        return list(self.coverage(source).months)

    def source_of(self, *periods: Period, lacks: str = "") -> str:
        """The source that counts offences over all of the periods (`offence_counts.source_of`).

        `lacks` as in `records`.
        """
        return offence_counts.source_of(
            self.store, self.area, *periods, lacks=distinct_offences.in_open_data(lacks)
        )

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
        by : {'offence', 'kind'}, optional
            Also by offence, or by kind of offence: today's groups.

        Returns
        -------
        Counted
            Table with month, [offence or kind], count; every covered month of the span.

        Raises
        ------
        NotAvailable
            If no source covers the periods, or none that does can tell the selection.
        UsageError
            If the selection or `by` is unknown.
        """
        return offence_counts.by_month(self.store, self.area, selection, *periods, by=by)

    def records(
        self,
        selection: str | Iterable[str] | None = None,
        *periods: Period | str,
        lacks: str = "",
        people: bool = False,
    ) -> Counted:
        """Records of this area: one row per offence (or, in open data, per street-file row).

        Parameters
        ----------
        selection : str or iterable of str, optional
            Offences or groups; without one everything, anti-social behaviour included.
        *periods : Period or str
            Periods wanted; all that the source covers without any.
        lacks : str
            What is wanted of the records and street-level files lack, as a clause about them:
            'hold no time of day'. Only a partner's extract will do then.
        people : bool
            For questions on victims and suspects: also the further rows that an extract has of a
            crime's people. A crime stands in several rows then; `offence_counts.once_each` takes
            one.

        Returns
        -------
        Counted
            Table with the columns of the source's processed table (docs/data_dictionary.md).

        Raises
        ------
        NotAvailable
            If no source covers the periods.
        """
        return offence_counts.select(
            self.store, self.area, selection, *periods, lacks=lacks, people=people
        )

    def series(
        self,
        what: str | Iterable[str],
        *periods: Period,
        where: str = "",
        subject: str = "",
        each: bool = False,
        lacks: str = "",
        people: bool = False,
        knows: str = "",
        among: str = "",
    ) -> Series:
        """What is counted of this area: offences, the records of a dated log, or figures.

        Parameters
        ----------
        what : str or iterable of str
            Offences and groups of the taxonomy; or a source of dated records ('fires', 'stats19',
            'asb_calls', 'marac') or of monthly figures ('environmental').
        *periods : Period
            Periods for which a source of offences has to be found that covers them all.
        where : str
            Conditions on records or figures ('type!=bogus caller'), see `conditions.matching`.
        subject : str
            How a sentence names it; default: the offence, or what the log records.
        each : bool
            Of offences, every record of the periods in a row of its own; without it a row a
            month, force and offence with its count and kind.
        lacks : str
            What is wanted of the records and street-level files lack, as a clause about them:
            'hold no time of day'. Only a partner's extract will do then.
        people : bool
            With `each`: also the further rows that an extract has of a crime's people (`records`).
        knows : str
            A column of the records ('is_domestic') that not all may leave open; they `lacks` else.
        among : str
            Key of a peer group: what a partner counts (`what`) of all its members together.

        Raises
        ------
        NotAvailable
            If the workspace holds nothing of it, or no source covers the periods.
        """
        if among:
            names = [what] if isinstance(what, str) else list(what)
            return peer_tallies.together(
                self.store, self.area, self.peer_group(among), names, *periods,
                subject=subject or present.listed(names),
            )  # fmt: skip
        if not (isinstance(what, str) and what in RECORDED):
            found = offence_counts.series(
                self.store, self.area, what, *periods,
                subject=subject, each=each or bool(knows), lacks=lacks, people=people,
            )  # fmt: skip
            return found.knowing(knows, f"the records {lacks}") if knows else found
        of_it, unit, definition = RECORDED[what]
        known, rows = self.coverage(what), conditions.matching(self.table(what), where)
        if "value" in rows:
            rows = rows.rename(columns={"value": "count"}).dropna(subset=["month", "count"])
            known = known.of(rows["month"])
        return Series(rows, known, subject or of_it, unit, (what,), definition)

    def unplaced(
        self, source: str, period: Period, offences: Iterable[str] | None = None
    ) -> Unplaced | None:
        """Records of a source without a place, which count for no area (`coverage.unplaced`)."""
        if source == fire_years.NAME:
            return fire_years.unplaced(self.store, self.area, period)
        return coverage.unplaced(self.store, source, self.area, period, offences)

    def ungrouped(self, *periods: Period) -> pd.Series:
        """Crimes whose label is in no group: label → crimes (`offence_counts.ungrouped`)."""
        return offence_counts.ungrouped(self.store, self.area, *periods)

    def label_notes(self, period: Period) -> list[str]:
        """Beside figures of a partner's extract: how many crimes have a label that is in no group.

        They count in all recorded crime and in no kind of it.
        """
        found = self.ungrouped(period)
        if found.empty:
            return []
        return [
            f"Of the crimes recorded in {period.label}, {offence_counts.ungrouped_told(found)}. "
            "They count in all recorded crime and in no kind of it."
        ]

    @property
    def incidents(self) -> pd.DataFrame:
        """All records of this area in the period under review (docs/data_dictionary.md)."""
        return self.records(None, self.period).table

    # ------------------------------------------------------------------ peers and residents

    @property
    def peers(self) -> peer_groups.Peers:
        """Comparison with peer groups: `review.peers.rate("burglary")`."""
        return peer_groups.Peers(self.workspace, self.store, self.area, self.period)

    @property
    def most_similar(self) -> str:
        """Key of the most similar areas: 'msg' where the settings have it, else 'similar'."""
        return "msg" if "msg" in self.workspace.own_groups(self.area) else "similar"

    def peer_group(self, group: str) -> PeerGroup:
        """A peer group of this area: 'force', 'county', or one of the settings such as 'msg'."""
        return peer_groups.group_of(self.workspace, self.area, group)

    def peer_label(self, group: str) -> str:
        """How a heading names a peer group, whether or not there are data for it."""
        return peer_groups.label_of(self.workspace, self.area, group)

    def peer_counts(
        self, selection: str, group: str, period: Period | str, *, open_data: bool = True
    ) -> Counted:
        """Counts and residents of every area of a peer group over a period.

        `selection`: an offence or group of the taxonomy. `group`: key of the peer group.
        `open_data`: whether the street-level files may be asked where the partner's table has none;
        False for what they cannot tell, so that it is no offence of the taxonomy. Returns: table
        with area, is_own, count, population, population_year; areas without data have missing
        counts.
        """
        members = self.peer_group(group)
        return peer_tallies.counted(
            self.store, self.area, members, selection, Period.parse(period), open_data=open_data
        )

    def population(self, districts: Iterable[str], period: Period | str) -> pd.DataFrame:
        """Residents of districts for a period: `residents.estimates`."""
        return residents.estimates(self.store, districts, period)

    def residents(self, period: Period | str) -> tuple[int, int]:
        """Residents of this area for a period, and the year of the estimate."""
        table = self.population(self.area.districts, period)
        if table["population"].isna().any():
            raise NotAvailable("population", f"no estimate for {self.area.name}")
        return int(table["population"].sum()), int(table["year"].max())

    def residents_of(self, year: int) -> str:
        """When the residents of a year were counted or estimated: 'mid-2020'."""
        return residents.of_when(self.store, self.area.districts, year)

    def population_by_age(self, period: Period | str) -> pd.DataFrame:
        """Residents of this area by sex and single year of age, for the period's estimate.

        Returns: columns year, sex, age, population.
        """
        return residents.by_age(self.store, self.area.districts, period)

    def residents_beside(self, period: Period | str) -> str:
        """Where residents by age are not those behind other rates, a sentence on it, else ''."""
        return residents.beside(self.store, self.area.districts, period)

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
        if (source, own) not in self._tables:
            table = self.store.load(source)
            if own and "district" in table:
                table = table[table["district"].isin(self.area.districts)]
            self._tables[source, own] = table.reset_index(drop=True)
        table = self._tables[source, own]
        if own and "district" in table and table.empty:
            if self.store.load(source, columns=["district"])["district"].isna().all():
                raise NotAvailable(source, coverage.no_district(source))
            raise NotAvailable(source, f"it holds no rows for {self.area.name}")
        # Shallow: pandas copies on write, so that nobody changes what another reads.
        return table.copy(deep=False)

    def protected(
        self,
        source: str,
        protect: disclosure.Protect,
        dimensions: Sequence[str],
        *,
        keep: Sequence[str] = (),
        rows: pd.DataFrame | None = None,
        of: str = "",
    ) -> pd.DataFrame:
        """A source's finest table with all its margins, protected once for this edition.

        Findings aggregate from it (`disclosure.aggregate`), so that no two of them differ by a
        hidden cell. See `disclosure.protect_finest` for the parameters and columns; `rows` may
        stand for the table, and `of` says of what they are.
        """
        key = (source, protect, tuple(dimensions), tuple(keep), of)
        if key not in self._protected:
            table = self.table(source) if rows is None else rows
            self._protected[key] = disclosure.protect_finest(
                table, protect, edition=self.edition, dimensions=dimensions, keep=keep
            )
        return self._protected[key].copy()

    def shown(self, source: str, count: float) -> float:
        """A count by itself, as the policy of its source shows it; missing where it is hidden."""
        protect = disclosure.Protect(self.policy(source), threshold=self.threshold)
        table = disclosure.apply(pd.DataFrame({"count": [count]}), protect, edition=self.edition)
        return float(table["count"].iloc[0])

    def policy(self, source: str) -> str:
        """Disclosure policy of a source ('none' unless the settings or the defaults name one)."""
        return {**sources.policies(), **self.workspace.policies}.get(source, "none")

    @property
    def night_time(self) -> NightTime:
        """The definition of night-time economy violence, as the settings have it."""
        return self.workspace.definition(NightTime, "night_time_economy")

    @property
    def purse_dipping(self) -> PurseDipping:
        """The definition of purse dipping, as the settings have it."""
        return self.workspace.definition(PurseDipping, "purse_dipping")

    @property
    def serious_violence(self) -> SeriousViolence:
        """The definition of serious violence, as the settings have it."""
        return self.workspace.definition(SeriousViolence, "serious_violence")

    @property
    def threshold(self) -> int:
        """Counts below it are hidden under the policy 'threshold'."""
        return self.workspace.threshold

    def citations(self, sources: Iterable[str]) -> list[dict[str, Any]]:
        """What to print about sources: title, publisher, licence, date, synthetic or not."""
        cited = [self.store.citation(source) for source in dict.fromkeys(sources)]
        if self.edition == "partner":
            return cited
        named = self.store.open_files(self.protected_sources)
        return [
            one | {"files": [f for f in one["files"] if f"{one['source']}/{f}" in named]}
            for one in cited
        ]

    @property
    def protected_sources(self) -> frozenset[str]:
        """Sources whose small counts are hidden in public."""
        return self.workspace.protected_sources

    @property
    def is_synthetic(self) -> bool:
        """True if any raw file behind this review is a synthetic reconstruction."""
        return any(self.store.citation(s).get("synthetic") for s in self.store.sources())
