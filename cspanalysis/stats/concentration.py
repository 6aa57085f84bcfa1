"""Repeat locations: which places, what share of all, and how concentrated."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

#: Labels of open data that stand for many places at once, not for one.
GENERIC_LABELS = (
    "airport", "airport/airfield", "bus/coach station", "conference/exhibition centre",
    "ferry terminal", "further/higher educational building", "hospital", "nightclub",
    "park/open space", "parking area", "pedestrian subway", "petrol station", "police station",
    "prison", "race course", "shopping area", "sports/recreation area", "supermarket",
    "theatre/concert hall",
)  # fmt: skip

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
    raw = (2 * np.arange(1, n + 1) - n - 1) @ x / (n * total)
    return float(max(n / total, 1) * (raw - 1) + 1)


def _named(column: pd.Series) -> pd.Series:
    """Place names without surrounding blanks; missing and blank ones left out."""
    text = column.astype("string").str.strip()
    return text[text.notna() & (text != "") & (text.str.lower() != "no location")]
