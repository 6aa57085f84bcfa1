"""How the area compares with a peer group: rate, place, and the others taken together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas, offences, reference
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.present import charts, phrases
from cspanalysis.present.phrases import MOST_NAMED, get, own, shown
from cspanalysis.review import peer_standings, peer_tallies
from cspanalysis.review.review import Counted

_KEYS = (
    "count", "lower", "upper", "confidence", "rate", "rate_per", "population", "rank", "of",
    "rank_lower", "rank_upper",
)  # fmt: skip


#: Columns of the display table of a ranking.
PEER_COLUMNS = {
    "area": "Area",
    "count": "Offences",
    "population": "Residents",
    "rate": "Per 1,000 residents",
    "interval": "95% interval",
    "rank_of": "Place, 1 is lowest",
    "rank_interval": "95% interval of the place",
    "against_others": "Against all others (at which level)",
}

#: By the mid-year estimates for 2020 of the Office for National Statistics, as they are held in
#: reference/district_profiles.csv, the City of London had 10,938 residents and the Isles of Scilly
#: 2,226, every other district of England and Wales more than 40,000.
FEW_RESIDENTS = 20_000


def peers(
    ask: Publication,
    counted: str | Counted,
    group: str,
    *,
    things: str,
    heading: str = "Offences",
    notes: Iterable[str] = (),
    by_police: bool = True,
) -> Finding:
    """Rate and place of every area of a peer group, each set against all others.

    Parameters
    ----------
    counted : str or Counted
        Offence or group of the taxonomy; or counts at hand: area, is_own, count, population,
        population_year, as `Review.peer_counts` gives them.
    things, heading : str
        What is counted, in a sentence and over its column.
    by_police : bool
        Whether police forces record it, so that a place among them also ranks how they do.
    """
    if isinstance(counted, str):
        offence, counted = counted, _counts(ask, counted, group, ask.period)
        if "peer_counts" in counted.sources and not ask.comparison.is_window:
            said = [*_stated_residents(ask, offence, group), *_stranger_notes(ask, group)]
            notes = [*notes, *said]
    if counted.subject:
        things = offences.things(counted.subject)
    members = ask.review.peer_group(group)
    result = peer_standings.compare(ask.review.store, counted.table)
    year = int(counted.table["population_year"].max())
    return ask.publish(
        result,
        role="peers",
        sources=counted.sources,
        subject=f"{things} per 1,000 residents",
        unit="per 1,000 residents in the period",
        wording=partial(peers_told, things=things, members=members.label),
        chart=charts.ranked_bars,
        columns={**PEER_COLUMNS, "count": heading},
        caption=(
            f"{present.capital(things)} per 1,000 residents in the period – "
            f"{present.capital(members.label)}, {ask.period.label}; "
            f"residents of {ask.review.residents_of(year)}; line = 95% interval"
        ),
        notes=[
            *counted.notes,
            *notes,
            *resident_notes(ask, year),
            *few_residents_notes(result),
            *membership_notes(members, by_police=by_police),
            *chance_notes(result),
        ],
        tile=partial(place_tile, things=things, members=members.label),
    )


def _counts(ask: Publication, selection: str, group: str, period: Period) -> Counted:
    """Counts of the group; of what only a partner supplies, no open data are looked for."""
    open_data = ask.spec.needs != ("peer_counts",)
    return ask.review.peer_counts(selection, group, period, open_data=open_data)


def resident_notes(ask: Publication, year: int) -> list[str]:
    """Says so when the newest estimate of residents is older than the period."""
    wanted = ask.period.midpoint.year
    if year == wanted:
        return []
    return [
        f"Residents are those of {ask.review.residents_of(year)}, the estimate held that is "
        f"nearest to {ask.period.label}."
    ]


def merged_notes(area: Area) -> list[str]:
    """Which districts an area is made of whose name does not say it: 'West Kent'."""
    if len(area.districts) < 2 or all(name in area.name for name in area.districts):
        return []
    names = present.listed(area.districts, MOST_NAMED)
    return [f"{area.name} is {present.in_words(len(area.districts))} districts together: {names}."]


def few_residents_notes(table: pd.DataFrame) -> list[str]:
    """A caution where rates per resident are those of a place where hardly anybody lives.

    `table`: a row per area: area, population.
    """
    few = table.loc[table["population"] < FEW_RESIDENTS, "area"]
    busy = [
        f"{row['district']} has {row['told']}"
        for row in reference.rows("workday")
        if row["district"] in set(table["area"]) - set(few)
    ]
    notes = []
    if busy:
        notes.append(
            f"On a working day {present.listed(busy)} (Census 2011). Visitors and workers are "
            "victims there too, so that a rate per resident overstates the risk of residents."
        )
    if few.empty:
        return notes
    return [
        *notes,
        f"Fewer than {present.count(FEW_RESIDENTS)} people live in {present.listed(list(few))}. "
        "Where few live and many come to work or to visit, a rate per resident says little about "
        "the risk of those who are there.",
    ]


def membership_notes(members: PeerGroup, *, by_police: bool = True) -> list[str]:
    """The date of the peer group's membership, and how its members were chosen."""
    dated = [f"Group membership as of {members.as_of}."] if members.as_of else []
    forces = _forces_notes(members) if by_police else []
    return [*dated, *([members.note] if members.note else []), *forces]


def _forces_notes(members: PeerGroup) -> list[str]:
    """That places across forces also rank how forces record crime."""
    forces = set()
    for name in members.areas:
        with contextlib.suppress(UsageError):
            forces.add(areas.find(name).force)
    forces -= {""}
    if members.areas and len(forces) < 2:
        return []
    number = present.in_words(len(forces)) if members.areas else "many"
    return [
        f"These areas belong to {number} police forces: a place among them also ranks how fully "
        "and how soon each force records crime."
    ]


def _stated_residents(ask: Publication, selection: str, group: str) -> list[str]:
    """Where the peer table's residents of the area are not the estimate behind rates elsewhere.

    All periods are looked at, since those of the windows stand under this finding.
    """
    found = []
    for comparison in ask.review.comparisons:
        with contextlib.suppress(NotAvailable):
            table = _counts(ask, selection, group, comparison.period).table
            stated = table.loc[table["is_own"], "population"].iloc[0]
            estimate, _ = ask.review.residents(comparison.period)
            if pd.notna(stated) and stated != estimate:
                found.append((comparison.period.label, stated, estimate))
    if not found:
        return []
    when, stated, estimate = found[0]
    when += ", for instance," if len(found) > 1 else ""
    return [
        f"Residents here are those that the peer table states. For {when} it has "
        f"{present.count(stated)} in {ask.review.area.name}; the mid-year estimate behind rates "
        f"elsewhere in this review is {present.count(estimate)}, so that the two rates differ."
    ]


def _stranger_notes(ask: Publication, group: str) -> list[str]:
    """Rows of the peers' counts that count for nobody, because no member has their name."""
    review, members = ask.review, ask.review.peer_group(group)
    names = peer_tallies.strangers(review.store, review.area, members, ask.period)
    if not names:
        return []
    listed, verb = present.listed(names, MOST_NAMED), "is" if len(names) == 1 else "are"
    return [
        f"The peers' counts also have {listed} under '{group}', which {verb} not among its areas "
        "and not counted: check the spelling."
    ]


def chance_notes(result: pd.DataFrame) -> list[str]:
    """The table holds a verdict on every area: of many some look clear by chance."""
    text = phrases.by_chance(int((result["verdict"] != "none").sum())).strip()
    return [f"Each area is set against all others at 95%. {text}"] if text else []


def place_tile(
    table: pd.DataFrame, things: str, members: str, per: str = "residents"
) -> dict[str, str] | None:
    own = table[table["is_own"]].iloc[0]
    if pd.isna(own["rank"]):
        return None
    rank, of = int(own["rank"]), int(own["of"])
    ties = int((table["rank"] == own["rank"]).sum())
    place = present.place(rank, of, ties=ties)
    label = f"{things} per 1,000 {per}, among {of} {members}"
    limits = [own["rank_lower"], own["rank_upper"]]
    if not any(pd.isna(limit) for limit in limits):
        # Counted from the same end as the place that is named.
        ends = [int(limit) for limit in limits]
        if place.endswith("highest"):
            ends = [of + 1 - end for end in reversed(ends)]
        if ends[0] != ends[1]:
            label += f" (95% interval of the place {ends[0]} to {ends[1]})"
    return {"value": present.capital(place), "label": label}


def peers_told(
    table: pd.DataFrame,
    *,
    things: str = "crimes",
    members: str = "districts",
    per: str = "residents",
) -> Said:
    """Rate, place with its interval, and the difference from the others taken together.

    `table`: a row per area: area, is_own, count, population, rate, rate_per, lower, upper, rank (1
    is lowest), of, is_tied, rank_lower, rank_upper, others_rate (pooled rate of the others),
    verdict (the area's interval against that rate), verdict_998 (at 99.8%), is_widened and
    verdict_widened (where the areas differ by more than chance: whether this one does by more than
    is usual among them). Areas without data have a missing rate. `things`, `members`, `per`: what
    is counted, what the areas are, who the rate is per; all in the plural. Returns: verdict lower,
    similar or higher: the area's interval against the pooled rate of the others.
    """
    row = own(table)
    if get(row, "rate") is None:
        return cannot(things, row, "comparison")
    ranked = shown(table, "rate")
    others = get(row, "others_rate")
    verdict = str(get(row, "verdict", "none"))
    values = values_of(row, *_KEYS)
    text = (
        f"{present.shorten(row['area'], 60)} recorded {present.rate(row['rate'])} {things} per "
        f"{present.count(get(row, 'rate_per', 1000))} {per}"
    )
    of = int(get(row, "of", len(ranked)))
    if get(row, "rank") is not None and of > 1:
        ties = int((ranked["rank"] == row["rank"]).sum())
        text += (
            f", the {present.place(row['rank'], of, ties)} of the {present.in_words(of)} {members}"
        )
        against = _against(row, others, verdict, of - 1)
        end = "highest" if present.place(row["rank"], of, ties).endswith("highest") else "lowest"
        if (end, verdict) in (("highest", "lower"), ("lowest", "higher")):
            # The others taken together are mostly the largest of them.
            against = against.replace(" and ", ", but ", 1)
        text += f"{against}{_place_range(row, of, ties)}"
    text += "."
    if verdict in ("lower", "higher"):
        text += _how_clear(row, verdict)
    absent = table[~table.index.isin(ranked.index)]
    uncounted = absent["count"].isna() if "count" in absent else absent["area"].notna()
    for what, rows in (
        ("figures for", absent[uncounted]),
        ("residents known of", absent[~uncounted]),
    ):
        if len(rows):
            names = [present.shorten(a, 60) for a in rows["area"]]
            others = f"{present.in_words(len(rows))} other {members}"
            text += f" There are no {what} {present.listed(names) if len(rows) <= 3 else others}."
    return Said(text, verdict=verdict, values=values)


def _how_clear(row: Mapping[str, Any], verdict: str) -> str:
    """At which level a difference is called, and whether it is more than is usual in the group."""
    is_usual = get(row, "is_widened", False) and get(row, "verdict_widened") == "similar"
    if get(row, "verdict_998") == "similar":
        more = ", and not more than is usual among them" if is_usual else ""
        return f" The difference is clear at 95 per cent, not at 99.8 per cent{more}."
    if get(row, "is_widened", False):
        if is_usual:
            return f"{usual(verdict)}."
        return f" It is {verdict} by more than chance and by more than is usual among them."
    return ""


def usual(verdict: str) -> str:
    return f" It is {verdict} by more than chance, but not by more than is usual among them"


def _against(row: Mapping[str, Any], others: float | None, verdict: str, n: int) -> str:
    if others is None or verdict == "none":
        return ""
    rest = f"the other {present.in_words(n)} taken together" if n > 1 else "the other one"
    if verdict == "similar" or others == 0:
        return f", not clearly different from {rest} ({present.rate(others)})"
    difference = abs(row["rate"] / others - 1) * 100
    side = "below" if verdict == "lower" else "above"
    if difference >= 100:
        times = present.number(row["rate"] / others, 1)
        return f" and {times} times that of {rest} ({present.rate(others)})"
    dp = 0 if difference >= 1 else 1
    return f" and {present.per_cent(difference, dp)} {side} {rest} ({present.rate(others)})"


def _place_range(row: Mapping[str, Any], of: int, ties: int) -> str:
    if get(row, "rank_lower") is None or get(row, "rank_upper") is None:
        return ""
    low, high = int(row["rank_lower"]), int(row["rank_upper"])
    end = "lowest"
    if present.place(row["rank"], of, ties).endswith("highest"):
        low, high, end = of - high + 1, of - low + 1, "highest"
    if low == high:
        return "; chance in these counts alone would not move its place"
    return (
        f"; chance in these counts alone could put it anywhere from {present.ordinal(low)} to "
        f"{present.ordinal(high)} {end}"
    )
