"""Repeat locations: which places, what share of all, and how concentrated."""

from __future__ import annotations

import functools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

#: Labels of open data that stand for many places at once, not for one.
GENERIC_LABELS = (
    "airport", "airport/airfield", "bus/coach station", "conference/exhibition centre",
    "ferry terminal", "further/higher educational building", "hospital", "nightclub",
    "park/open space", "parking area", "pedestrian subway", "petrol station", "police station",
    "prison", "race course", "shopping area", "sports/recreation area", "supermarket",
    "theatre/concert hall",
)  # fmt: skip

#: Fewer crimes a place on average, or fewer months, give no limits that hold.
FEWEST_A_PLACE, FEWEST_MONTHS = 3.5, 12
#: How often months are drawn anew, and crimes laid on places by chance.
DRAWS, CHANCE_DRAWS = 2000, 499

_PREFIX = re.compile(r"^on or near\s*", re.I)


def top_places(
    incidents: pd.DataFrame,
    *,
    place: str = "place",
    n: int = 10,
    generic: tuple[str, ...] = GENERIC_LABELS,
) -> pd.DataFrame:
    """The places with most incidents and their share of all.

    Parameters
    ----------
    incidents : pandas.DataFrame
        One row per incident with the column `place`; dwelling addresses must not be in it.
    n : int
        Number of places; places tied with the last one are all listed.
    generic : tuple of str
        Labels that stand for many places (supermarket, parking area).

    Returns
    -------
    pandas.DataFrame
        place, count, total (all incidents, those without a place among them), share, rank (1 =
        most, ties share the smallest), is_tied, is_generic; most first, ties by name.
    """
    named = _named(incidents[place])
    counts = named.value_counts().rename_axis("place").reset_index(name="count")
    counts = counts.sort_values(["count", "place"], ascending=[False, True], ignore_index=True)
    rank = counts["count"].rank(method="min", ascending=False).astype(int)
    total = len(incidents)
    result = counts.assign(
        total=total,
        share=counts["count"] / total if total else np.nan,
        rank=rank,
        is_tied=rank.duplicated(keep=False),
        is_generic=is_generic(counts["place"], generic),
    )
    return result[result["rank"] <= n].reset_index(drop=True)


def is_generic(places: pd.Series, generic: tuple[str, ...] = GENERIC_LABELS) -> pd.Series:
    """Whether a label stands for many places: 'Supermarket', 'On or near Parking Area'."""
    plain = places.astype("string").str.strip().str.replace(_PREFIX, "", regex=True)
    labels = {label.lower() for label in generic}
    return plain.str.lower().isin(labels).astype(bool)


def concentration(incidents: pd.DataFrame, *, place: str = "place") -> pd.DataFrame:
    """How concentrated the incidents are: share at the top places and an adjusted Gini.

    Returns
    -------
    pandas.DataFrame
        One row: total, places (with one incident or more), share_top_5, share_top_10, gini,
        not_located (incidents without a place, left out of the shares), status.

    Notes
    -----
    `max(places / incidents, 1) * (G - 1) + 1` over the places with incidents: Bernasco and
    Steenbeek (2017), J. Quant. Criminol. 33, 575–593. Where there are fewer incidents than places
    that factor corrects the concentration that must arise; 0 = spread as evenly as can be.
    """
    named = _named(incidents[place])
    counts = np.sort(named.value_counts().to_numpy())
    located, places = int(counts.sum()), len(counts)
    top = counts[::-1]
    return pd.DataFrame(
        [
            {
                "total": len(incidents),
                "places": places,
                "share_top_5": top[:5].sum() / located if located else np.nan,
                "share_top_10": top[:10].sum() / located if located else np.nan,
                "gini": adjusted_gini(counts),
                "not_located": len(incidents) - located,
                "status": "ok" if located else "not_available",
            }
        ]
    )


def top_tenth(by_month: np.ndarray, *, confidence: float = 0.95, seed: int = 20_26) -> pd.DataFrame:
    """What share of all crimes the tenth of places with most has, and what chance would give.

    Parameters
    ----------
    by_month : numpy.ndarray
        Counts, a row a place, those without any crime among them, and a column a month.

    Returns
    -------
    pandas.DataFrame
        One row: places, top (how many are a tenth, rounded up), count (crimes in them), total,
        share, lower, upper, confidence; gini, of all places (0 evenly spread, 1 all at one);
        share_by_chance and gini_by_chance, their means if each crime fell on any place alike;
        verdict 'higher' where the Gini is above 97.5% of such draws, else 'similar'; status,
        method.

    Notes
    -----
    Limits by drawing months anew (2,000 times), its bias taken off: a tenth chosen by its counts
    has by chance more than its due, and crimes of a month hang together. Simulated coverage is
    90-97% from 3.5 crimes a place on (docs/methods.md); under that none are given.
    """
    counts = np.ascontiguousarray(by_month, dtype=float)
    return pd.DataFrame([_top_tenth(counts.shape, counts.tobytes(), confidence, seed)])


@functools.lru_cache(maxsize=64)
def _top_tenth(
    shape: tuple[int, int], cells: bytes, confidence: float, seed: int
) -> dict[str, Any]:
    """Kept, because the pages on places and on priorities ask for the same kinds of crime."""
    counts = np.frombuffer(cells).reshape(shape)
    n, months = shape
    whole = counts.sum(axis=1)
    total, top = int(whole.sum()), math.ceil(n / 10)
    row = {"places": n, "top": top, "total": total, "confidence": confidence}
    if not total:
        return row | {"status": "not_available", "verdict": "none"}
    share = float(_share_of(whole, top))
    random = np.random.default_rng(seed)
    lower = upper = np.nan
    if months >= FEWEST_MONTHS and total >= FEWEST_A_PLACE * n:
        again = random.multinomial(months, np.full(months, 1 / months), DRAWS) @ counts.T
        drawn = _share_of(again, top)
        bias = float(drawn.mean()) - share
        error = float(drawn.std(ddof=1)) * math.sqrt(months / (months - 1))
        reach = float(scipy.stats.t.isf((1 - confidence) / 2, months - 1)) * error
        lower, upper = (float(np.clip(share - bias + r, 0, 1)) for r in (-reach, reach))
        # The bias taken off must not leave what was seen outside.
        lower, upper = min(lower, share), max(upper, share)
    by_chance = random.multinomial(total, np.full(n, 1 / n), CHANCE_DRAWS)
    chance, spread = _share_of(by_chance, top), gini(by_chance)
    found = float(gini(whole))
    is_more = found > np.quantile(spread, 1 - (1 - confidence) / 2)
    how = (
        "too few crimes or months for limits"
        if np.isnan(lower)
        else "limits by months drawn anew, bias taken off"
    )
    return row | {
        "count": int(np.sort(whole)[::-1][:top].sum()),
        "share": share,
        "lower": lower,
        "upper": upper,
        "gini": found,
        "share_by_chance": float(chance.mean()),
        "gini_by_chance": float(spread.mean()),
        "verdict": "higher" if is_more else "similar",
        "status": "ok",
        "method": f"share of the tenth of places with most crimes; {how}",
    }


def gini(counts: ArrayLike) -> np.ndarray:
    """Gini coefficient of all places, those without crimes among them: 1 is all at one place.

    Of one set of counts, or of several (rows).
    """
    x = np.sort(np.asarray(counts, dtype=float), axis=-1)
    n, total = x.shape[-1], x.sum(axis=-1)
    if n == 1:
        return np.where(total > 0, 1.0, np.nan)
    with np.errstate(invalid="ignore"):
        return (
            x @ (2 * np.arange(1, n + 1) - n - 1) / ((n - 1) * np.where(total > 0, total, np.nan))
        )


def _share_of(counts: np.ndarray, top: int) -> np.ndarray:
    """Share of the places with most, of one set of counts or of several (rows)."""
    most = np.partition(counts, -top, axis=-1)[..., -top:]
    return most.sum(axis=-1) / np.maximum(counts.sum(axis=-1), 1)


def adjusted_gini(counts, places: int | None = None) -> float:
    """Gini coefficient adjusted for fewer incidents than places.

    Parameters
    ----------
    counts : array_like
        Incidents of each place; zeros may be left out if `places` says how many there are.
    places : int, optional
        Number of places, those without incidents among them; default: the number of counts.
    """
    x = np.sort(np.asarray(counts, dtype=float))
    n = len(x) if places is None else places
    if n < len(x):
        raise ValueError("there are more counts than places")
    x = np.concatenate([np.zeros(n - len(x)), x])
    total = x.sum()
    if total == 0:
        return float("nan")
    if n == 1:
        return 1.0  # all at one place
    raw = (2 * np.arange(1, n + 1) - n - 1) @ x / (n * total)
    return float(max(n / total, 1) * (raw - 1) + 1)


def _named(column: pd.Series) -> pd.Series:
    """Place names without surrounding blanks; missing and blank ones left out."""
    text = column.astype("string").str.strip()
    return text[text.notna() & (text != "") & (text.str.lower() != "no location")]
