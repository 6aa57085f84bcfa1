"""Actions at places: effects where there is none, and how often a true one is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.calibration.worlds import Section, per_cent
from cspanalysis.stats import effects

#: Worlds: what differs, dispersion of a place's year, standard deviation of its log change, that of
#: its ward's, crimes a year in the middle place, treated places.
WORLDS = (
    ("chance alone", 1.0, 0.0, 0.0, 30, 1),
    ("chance alone", 1.0, 0.0, 0.0, 100, 4),
    ("φ = 2", 2.0, 0.0, 0.0, 30, 1),
    ("φ = 2", 2.0, 0.0, 0.0, 100, 4),
    ("places drift 25%", 1.0, 0.25, 0.0, 60, 1),
    ("places drift 25%", 1.0, 0.25, 0.0, 100, 4),
    ("wards drift 15%", 1.5, 0.1, 0.15, 100, 4),
    ("chosen for a bad year", 1.5, 0.15, 0.0, 60, 1),
)
PLACES, WARDS = 60, 12
PLANTED = 0.8
#: Edges of what is promised, in per cent.
BINS = (2, 10, 25, 50, 75)


def placebo_and_planted(rng: np.random.Generator, series: int) -> Section:
    """False effects, coverage, and a planted fall of a fifth against what was promised."""
    repeats = max(series // 5, 20)
    rows = []
    for world in WORLDS:
        found = pd.DataFrame([_one(rng, *world) for _ in range(repeats)])
        rows.append(
            {
                "world": world[0],
                "a year, middle place": world[4],
                "treated": world[5],
                "false effects": found["is_false"].mean(),
                "limits hold no effect": found["holds_none"].mean(),
                "limits hold −20%": found["holds_planted"].mean(),
                "−20% promised": found["promised"].mean(),
                "−20% found": found["is_found"].mean(),
            }
        )
    return Section(
        "Actions at places",
        f"An action at one or four of {PLACES} places in {WARDS} wards, against the nearest by "
        "level and trend; limits allow for the spread of changes among untreated places. Nothing "
        "happens, or a fall of a fifth is planted; *promised* is the chance that the page gives "
        f"from the time before the start; {repeats:,} actions a row.",
        per_cent(pd.DataFrame(rows), 3),
        "Over the worlds together fewer than one of twenty actions without an effect is called; "
        "with few actions a row single rows are rough. Most single places have too few crimes for "
        "a fall of a fifth to be found, and the page says so before. On real places see "
        "docs/methods.md.",
    )


def promises(rng: np.random.Generator, series: int) -> Section:
    """A planted fall of a fifth and of two: found as often as was promised, little or much."""
    repeats = max(series // 10, 20)
    drawn = [_drawn(rng, *world) for world in WORLDS for _ in range(repeats)]
    rows = []
    for none, comparison, spread in drawn:
        for planted in (0.8, 0.6):
            promised = effects.detectable(none, comparison, spread, planted=planted)["power"]
            if promised == promised:
                less = none.assign(after=rng.binomial(none["after"], planted))
                found = effects.effect(less, comparison, spread)["verdict"].iloc[0] == "down"
                rows.append({"promised": promised, "found": found})
    table = pd.DataFrame(rows)
    bins = pd.cut(table["promised"], [-1, *(b / 100 for b in BINS), 1])
    by_bin = table.groupby(bins, observed=False).agg(
        planted=("found", "size"), promised=("promised", "mean"), found=("found", "mean")
    )
    low = ("0", *(f"{b}" for b in BINS))
    labels = [f"{a} to {b}" for a, b in zip(low, (*low[1:], "100"), strict=True)]
    shown = by_bin.reset_index(drop=True)
    shown.insert(0, "promised, per cent", labels)
    return Section(
        "Falls at places, promised and found",
        "The worlds above, a fall of a fifth and one of two fifths planted, by what the page "
        f"promised before; {repeats:,} actions a world.",
        per_cent(shown, 2),
        "As often as was promised; where little was, up to six points more. The limits are wider "
        "than estimates vary, since the larger of two spreads is taken and the comparison is alike "
        "before: the promise allows for both.",
    )


def _drawn(
    rng: np.random.Generator,
    world: str,
    phi: float,
    drift: float,
    of_ward: float,
    middle: float,
    number: int,
) -> tuple[pd.DataFrame, pd.DataFrame, effects.Spread]:
    """One action in one world: treated places, their comparison, the spread of those left alone."""
    codes = [f"p{n:02d}" for n in range(PLACES)]
    wards = pd.Series(np.arange(PLACES) % WARDS, index=codes)
    level = middle * rng.lognormal(0, 0.7, PLACES)
    years = {}
    for year in ("earlier", "before", "after"):
        years[year] = _poisson(rng, level, phi)
        moved = rng.normal(0, drift, PLACES) + rng.normal(0, of_ward, WARDS)[wards]
        level = level * np.exp(moved)
    units = pd.DataFrame(years, index=codes)
    if "bad year" in world:
        treated = [
            str((units["before"] / (units["earlier"] + 5)).nlargest(6).index[rng.integers(6)])
        ]
    else:
        ward = rng.integers(WARDS)
        treated = [*wards.index[wards == ward][:number]]
    free = [c for c in codes if c not in treated]
    comparison = effects.nearest(units, treated, free)
    spread = effects.spread_of(units.loc[free, ["before", "after"]], wards)
    return units.loc[treated], units.loc[comparison], spread


def _one(rng: np.random.Generator, *world: Any) -> dict[str, float]:
    """One action in one world, without effect and with a planted one."""
    none, comparison, spread = _drawn(rng, *world)
    less = none.assign(after=rng.binomial(none["after"], PLANTED))
    promised = effects.detectable(none, comparison, spread, planted=PLANTED)["power"]
    as_is, planted = (effects.effect(t, comparison, spread).iloc[0].to_dict() for t in (none, less))
    return {
        "is_false": as_is["verdict"] in ("up", "down"),
        "holds_none": _holds(as_is, 1.0),
        "holds_planted": _holds(planted, PLANTED),
        "promised": promised,
        "is_found": planted["verdict"] == "down",
    }


def _poisson(rng: np.random.Generator, mean: np.ndarray, phi: float) -> np.ndarray:
    return rng.poisson(rng.gamma(mean / (phi - 1), phi - 1) if phi > 1 else mean)


def _holds(row: dict, ratio: float) -> float:
    if row["status"] != "ok":
        return float("nan")
    return float(row["lower"] <= ratio <= row["upper"])
