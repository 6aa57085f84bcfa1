"""Deprivation: how crime per resident differs between less and more deprived small areas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.place_counts import SMALL, place_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.present import charts
from cspanalysis.review import small_areas
from cspanalysis.stats import gradient

#: Crimes that befall people where they live; thefts from shops or of visitors are none.
WHERE_PEOPLE_LIVE = (
    "violence and sexual offences", "burglary", "criminal damage and arson", "vehicle crime",
)  # fmt: skip
_COUNTRY = {"IMD": "England", "WIMD": "Wales"}
_FIFTHS = {1: "most deprived", 2: "second most deprived", 3: "middle", 4: "second least deprived",
           5: "least deprived"}  # fmt: skip


@place_question(
    "places.deprivation",
    "Is there more crime where people are more deprived?",
    needs=("police_uk", "deprivation"),
    measure="crime per 1,000 residents by fifth of deprivation",
    unit="per 1,000 residents in the period",
    would_show="whether more deprived small areas have more crime per resident",
    role="where",
)
def deprivation(
    ask: Question,
    offences: str | Sequence[str] = WHERE_PEOPLE_LIVE,
    subject: str = "crime where people live",
) -> Finding:
    """Rates by fifth of the country's deprivation, with ratio and slope (quasi-Poisson)."""
    store = ask.review.store
    name = offences if isinstance(offences, str) else tuple(offences)
    found = small_areas.counted(store, ask.review.area, name, ask.period)
    places, when = small_areas.with_residents(store, found.of(ask.period), ask.period)
    if places["population"].isna().all():
        raise NotAvailable("population", "no residents of small areas are known")
    places, index = small_areas.with_deprivation(store, places)
    result = gradient.by_fifth(places)
    if result.empty:
        raise NotAvailable("deprivation", "no small area of it has residents that are known")
    result = result.assign(label=[_fifth(int(f)) for f in result["fifth"]])
    by_income = gradient.by_fifth(places.assign(decile=places["income_decile"]))
    country = " and ".join(dict.fromkeys(_COUNTRY[i.split()[0]] for i in index.split(" and ")))
    without = int((places["decile"].isna() | places["population"].isna()).sum())
    return ask.publish(
        result,
        sources=[small_areas.SOURCE, "lookups", "population", "deprivation"],
        wording=partial(gradient_told, subject=subject, country=country),
        chart=partial(
            charts.ranked_bars, label="label", value="rate", reference=False, order="table"
        ),
        columns={
            "label": f"Fifth of {country}",
            "places": "Small areas",
            "count": "Crimes",
            "population": "Residents",
            "rate": "Per 1,000 residents",
            "interval": "95% interval",
        },
        what=f"{subject} per 1,000 residents by fifth of deprivation",
        definition=f"{present.capital(subject)}: {present.listed(list(found.offences))}. Fifths "
        f"are of all small areas of {country} by the {index}, residents those of {when}. {SMALL}",
        notes=[
            note
            for note in (
                "The index itself counts recorded crime as a small part."
                + _income_told(by_income),
                f"{present.capital(present.in_words(without))} of the area's small areas "
                f"{'has' if without == 1 else 'have'} no fifth that is known, and are left out."
                if without
                else "",
                small_areas.unlocated(store, ask.review.area, found, ask.period),
            )
            if note
        ],
    )  # fmt: skip


def gradient_told(table: pd.DataFrame, *, subject: str, country: str) -> Said:
    """How the most deprived fifth compared differs from the least, and the slope.

    `table`: a row a fifth as `stats.gradient.by_fifth` gives it.
    """
    row = table.iloc[0]
    able = table[table["is_compared"]]
    if row["verdict"] == "none" or len(able) < 2:
        held = present.listed(f"{_fifth(int(f))}" for f in table["fifth"])
        return Said(
            f"Fifths of deprivation cannot be compared for {subject}: the area's small areas lie "
            f"in too few of those of {country}, or are too few ({held}).",
            status="too_few",
        )
    most, least = able.iloc[0], able.iloc[-1]
    limits = present.interval(row["ratio_lower"], row["ratio_upper"], 2)
    rates = (
        f"{present.rate(most['rate'])} per 1,000 residents in the {_fifth(int(most['fifth']))} "
        f"({present.count(most['count'])}) and {present.rate(least['rate'])} in the "
        f"{_fifth(int(least['fifth']))} ({present.count(least['count'])})"
    )
    if row["verdict"] == "similar":
        text = (
            f"{present.capital(subject)} does not clearly differ by deprivation: {rates}, a ratio "
            f"of {present.number(row['ratio'], 2)} (95% interval {limits})."
        )
    else:
        word = "more" if row["verdict"] == "higher" else "less"
        text = (
            f"More deprived small areas have {word} {subject}: {rates}, "
            f"{present.number(row['ratio'], 1)} times as much (95% interval {limits})."
        )
    left = table[table["places"] < gradient.FEWEST_PLACES]
    if len(left):
        said = [f"{_fifth(int(f))} ({present.in_words(n)})"
                for f, n in zip(left["fifth"], left["places"], strict=True)]  # fmt: skip
        text += (
            f" Too few small areas lie in the {present.listed(said)} to compare "
            f"{'it' if len(said) == 1 else 'them'}."
        )
    if not np.isnan(row["per_decile"]):
        low, high = row["per_decile_lower"], row["per_decile_upper"]
        percent = 100 * (row["per_decile"] - 1)
        text += (
            f" A small area one tenth of the scale more deprived has "
            f"{present.number(abs(percent), 0)} per cent {'more' if percent > 0 else 'fewer'} per "
            f"resident (95% interval {present.signed(100 * (low - 1), 0)} to "
            f"{present.signed(100 * (high - 1), 0)} per cent)."
        )
    values = {"ratio": row["ratio"], "lower": row["ratio_lower"], "upper": row["ratio_upper"],
              "confidence": row["confidence"]}  # fmt: skip
    return Said(text, verdict=row["verdict"], values=values)


def _income_told(table: pd.DataFrame) -> str:
    """The ratio by income alone, which counts no crime."""
    if table.empty or table["verdict"].iloc[0] == "none":
        return ""
    row = table.iloc[0]
    limits = present.interval(row["ratio_lower"], row["ratio_upper"], 2)
    return (
        " By deprivation of income alone, which does not, the ratio is "
        f"{present.number(row['ratio'], 2)} (95% interval {limits})."
    )


def _fifth(number: int) -> str:
    return f"{_FIFTHS[number]} fifth"
