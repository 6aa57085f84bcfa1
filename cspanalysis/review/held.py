"""What of an area each source holds, a line each: months, years, rounds of asking, mid-years."""

from __future__ import annotations

from typing import NamedTuple

from cspanalysis import present
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.review import coverage, residents
from cspanalysis.review.own_figures import own_figures
from cspanalysis.sources import further, get, spans_of
from cspanalysis.store.tables import Store

#: So many rounds of surveys are named.
MOST_ROUNDS = 8


class Held(NamedTuple):
    """What of an area a source holds.

    Parameters
    ----------
    source : str
        Its name.
    whose : str
        How a sentence names it.
    covers : str
        Its months, years or rounds, in words; '' where it holds nothing of the area.
    gaps : str
        What lacks between the first and the last, in words; '' if nothing does.
    months : tuple of str, optional
        The months it covers; None where its figures are of days or rounds.
    """

    source: str
    whose: str
    covers: str
    gaps: str = ""
    months: tuple[str, ...] | None = None


def of_months(store: Store) -> list[str]:
    """The sources and further tables of a workspace that cover months, whole periods among them."""
    return [
        *coverage.sources(store),
        *(s for s in store.sources() if spans_of(s) and store.has(s)),
    ]


def lines(store: Store, area: Area) -> list[Held]:
    """A line for every source that holds figures or records of a time."""
    found = []
    for source in of_months(store):
        known = coverage.of(store, source, area)
        # A part that lacks before the rest begins is no gap between covered months, but told too.
        gaps = known.gaps_told({*known.gaps, *(m for _, gone in known.lacking for m in gone)})
        of, _ = further().get(source, (source, ""))
        covers = present.runs(known.months)
        found.append(Held(of, coverage.called(source), covers, gaps, known.months))
        if source == "police_uk":
            for force, gone in coverage.second_forces(store, area, ()).items():
                months = tuple(sorted(set(known.months) - set(gone)))
                told = f"no records of {present.runs(gone)}"
                whose = f"{force} in the open data"
                found.append(Held(of, whose, present.runs(months), told, months))
    if store.has("surveys"):
        found.append(_rounds(store, area))
    if store.has("population"):
        found.append(_estimates(store, area))
    return found


def _rounds(store: Store, area: Area) -> Held:
    column = get("surveys").rounds
    rounds = own_figures(store, "surveys", area, column)[column].dropna().unique()
    told = present.listed(sorted(map(str, rounds)), MOST_ROUNDS, "further rounds")
    noun = "round" if len(rounds) == 1 else "rounds"
    return Held("surveys", coverage.called("surveys"), f"the {noun} of {told}" if told else "")


def _estimates(store: Store, area: Area) -> Held:
    def when(year: int) -> str:
        return residents.of_when(store, area.districts, year)

    def told(year: int) -> str:
        return when(year).replace(str(year), "")

    try:
        years = residents.years(store, area.districts)
    except NotAvailable:
        years = []
    runs: list[list[int]] = []
    for year in years:
        # A Census stands by itself, a run of mid-years is told by its ends.
        is_next = bool(runs) and runs[-1][-1] + 1 == year and told(year) == told(runs[-1][-1])
        if is_next:
            runs[-1].append(year)
        else:
            runs.append([year])
    ends = [sorted({run[0], run[-1]}) for run in runs]
    covers = present.listed(" to ".join(map(when, run)) for run in ends)
    lacking = [f"mid-{y}" for y in range(years[0], years[-1]) if y not in years] if years else []
    gaps = f"no estimate of {present.listed(lacking, 4)}" if lacking else ""
    return Held("population", "the estimates of residents", covers, gaps)
