"""What is said of the area: its residents, their ages, its density, its deprivation."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import area_groups
from cspanalysis.findings.record import Said, cannot, values_of
from cspanalysis.present.phrases import MOST_NAMED, first, get


def population_told(table: pd.DataFrame, *, when: str) -> Said:
    """How many live here, and how many more or fewer than in the earliest of the years shown.

    `table`: a row per year, the newest last: area, year, population.
    """
    if table.empty:
        return cannot("residents", {}, "count")
    now, then = table.iloc[-1], table.iloc[0]
    name = present.shorten(now["area"], 60)
    at = "at" if when.startswith("the") else "in"
    text = f"{present.count(now['population'])} people lived in {name} {at} {when}"
    if len(table) > 1:
        more = now["population"] - then["population"]
        percent = 100 * abs(more) / then["population"]
        side = "more" if more > 0 else "fewer"
        text += (
            f", {present.count(abs(more))} ({present.per_cent(percent)}) {side} than in mid-"
            f"{then['year']}"
            if more
            else f", as many as in mid-{then['year']}"
        )
    return Said(f"{text}.", values={"population": int(now["population"])})


def ages_told(table: pd.DataFrame, *, when: str) -> Said:
    """The young and the old, beside the country's.

    `table`: a row per band: age, count, total, share, optional compare_share.
    """
    rows = {r["age"]: r for r in table.to_dict("records")}
    parts = []
    for age, noun in (
        ("0 to 15", "under 16"),
        ("16 to 24", "16 to 24"),
        ("65 and over", "65 or older"),
    ):
        row = rows[age]
        beside = get(row, "compare_share")
        country = f" (England and Wales {present.per_cent(100 * beside)})" if beside else ""
        parts.append(f"{present.share(row['share'])} were {noun}{country}")
    young = rows["16 to 24"]
    return Said(
        f"Of the residents of {when}, {present.listed(parts)}.",
        values=values_of(young, "count", "share"),
    )


def density_told(table: pd.DataFrame, *, when: str) -> Said:
    """Residents per hectare, the place among districts, and the rural-urban class.

    `table`: one row: area, population, per_hectare, denser, of, is_one, rural_urban.
    """
    row = first(table)
    text = (
        f"{present.rate(row['per_hectare'])} people lived on a hectare of land ({when}). "
        f"In mid-{area_groups.YEAR} {present.count(row['denser'])} of the "
        f"{present.count(row['of'])} districts of England and Wales were denser."
    )
    kind = present.shorten(row["rural_urban"], 160)
    text += (
        f" The official class of 2021 is '{kind}'."
        if row["is_one"]
        else f" The official classes of its districts of 2021 are {_quoted(kind)}."
    )
    return Said(text, values=values_of(row, "population"))


def _none_or(number: int) -> str:
    return present.in_words(number) if number else "none"


def _quoted(kinds: str) -> str:
    return present.listed(f"'{kind}'" for kind in kinds.split("; "))


def deprivation_told(table: pd.DataFrame, *, index: str, country: str, drawn: str = "") -> Said:
    """How many small areas are among the country's most deprived tenth and fifth, and least.

    `table`: a row per fifth, the most deprived first: count, total, tenth. `drawn`: of which
    Census the small areas are, where it is not that of the other figures.
    """
    most, least = table.iloc[0], table.iloc[-1]
    total, tenth = int(most["total"]), int(most["tenth"])
    text = (
        f"Of {present.in_words(total)} small areas{drawn}, {_none_or(int(most['count']))} "
        f"{'is' if most['count'] == 1 else 'are'} among the most deprived fifth of {country}"
    )
    if most["count"]:
        text += f" ({_none_or(tenth)} among the most deprived tenth)"
    text += f", and {_none_or(int(least['count']))} among the least deprived fifth ({index})."
    return Said(text, values={"count": int(most["count"]), "share": float(most["share"])})


def deprivation_places_told(table: pd.DataFrame, *, country: str) -> Said:
    """The small areas in the country's most deprived tenth or fifth, by name.

    `table`: a row per small area, the most deprived first: label, tenth (missing: not told).
    """
    known = table.dropna(subset="tenth")
    tenth, fifth = (known[known["tenth"] <= most] for most in (1, 2))
    found, called = (tenth, "tenth") if len(tenth) else (fifth, "fifth")
    if found.empty:
        lead = known[known["tenth"] == known["tenth"].min()]
        names = _named(lead) if len(lead) <= MOST_NAMED else ""
        text = f"No small area is among the most deprived fifth of {country}."
        text += f" The most deprived here: {names}." if names else ""
        return Said(text, values={"count": 0, "of": len(table)})
    are = "is" if len(found) == 1 else "are"
    text = f"Among the most deprived {called} of {country} {are} {_named(found)}."
    if lost := len(table) - len(known):
        text += f" Of {present.in_words(lost)} small areas no single place can be told."
    return Said(text, values={"count": len(found), "of": len(table)})


def _named(table: pd.DataFrame) -> str:
    return present.listed((present.shorten(n, 80) for n in table["label"]), MOST_NAMED)


def denominators_told(table: pd.DataFrame, *, when: str) -> Said:
    """What must be known of rates per resident in this place.

    `table`: one row: area, population, is_few, workday.
    """
    row = first(table)
    name = present.shorten(row["area"], 60)
    parts = [f"Rates in this review are per resident ({present.count(row['population'])}, {when})."]
    if workday := str(get(row, "workday", "")):
        parts.append(f"On a working day {name} held {workday} (Census 2011).")
    if row["is_few"] or workday:
        parts.append(
            "So a rate per resident says little about the risk of those who are there, and a place "
            "among other districts says less; counts and changes are not touched by this."
        )
    elif not get(row, "busy_areas"):
        parts.append(
            "They fit what happens to people at home. In town centres and along main roads many of "
            "those at risk live elsewhere: there the count says more than the rate."
        )
    if busy := get(row, "busy_areas"):
        parts.append(
            f"In {present.in_words(int(busy))} of {_none_or(int(row['small_areas']))} small "
            f"areas, where {present.share(row['busy_residents_share'])} of the residents live, "
            f"{present.share(row['busy_crimes_share'])} of the crimes were recorded: "
            "three times the area's rate or more. Where such a place is a town centre or a "
            "shopping area, those at risk live elsewhere, and the count says more than the rate."
        )
    return Said(" ".join(parts), values={"population": int(row["population"])})
