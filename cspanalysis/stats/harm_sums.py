"""Harm: crimes counted by the severity of their offence, with limits.

Each crime counts with the weight of its offence. Where only a broad kind of crime is known, its
weight is a draw from those of the offences within it: `weight` is their mean, `spread` their
standard deviation, so that n crimes have the variance n·(φ·weight² + spread²), with φ the
dispersion of their number (compound Poisson). Where the offence is known the spread is 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy

from cspanalysis.domain.periods import Period
from cspanalysis.stats import dispersion, measures, peers
from cspanalysis.stats.measures import as_float

#: Under so many crimes of equal weight, in their variance, nothing is said of a change.
FEWEST = 10

METHOD = "severity weight × count, compound Poisson variance"
WIDENED = f"{METHOD}, widened: the sums vary more than chance alone"


def totals(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Crimes, harm and its variance by chance alone: by…, count, harm, variance.

    `rows`: by…, count, weight, spread; rows without a weight count nowhere.
    """
    rows = rows[rows["weight"].notna()]
    parts = pd.DataFrame(
        {
            **{c: rows[c] for c in by},
            "count": rows["count"],
            "harm": rows["weight"] * rows["count"],
            "variance": (rows["weight"] ** 2 + rows["spread"] ** 2) * rows["count"],
        }
    )
    if not by:
        return parts.sum().to_frame().T
    return parts.groupby(by, as_index=False, sort=False).sum()


def change(
    rows: pd.DataFrame, months: list[str], period: Period, compare: Period,
    *, confidence: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Harm of two periods, its ratio per day and the limits of that.

    Parameters
    ----------
    rows : pandas.DataFrame
        month, count, weight, spread.
    months : list of str
        Every month that is known; one without a row has no crime.

    Returns
    -------
    pandas.DataFrame
        One row: period, compare, days, compare_days, count, compare_count (crimes), harm,
        compare_harm, percent_change, ratio, lower, upper, p (log-normal limits of the ratio per
        day), dispersion, verdict, confidence, method, status, reason. The dispersion is that of the
        monthly sums weight × count, from 24 months on; it widens, and never narrows.
    """
    rows = rows[rows["weight"].notna()]
    parts = [rows[span.contains(rows["month"])] for span in (period, compare)]
    return of_parts(parts[0], parts[1], period, compare, _dispersion(rows, months, period, parts),
                    confidence=confidence)  # fmt: skip


def of_parts(
    now: pd.DataFrame,
    before: pd.DataFrame,
    period: Period,
    compare: Period,
    variance: dispersion.Variance,
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The same of crimes that are parted by period, with a variance known from elsewhere.

    `now`, `before`: count, weight, spread. `variance`: that of the sums weight × count, as
    `dispersion` gives it.
    """
    inside = {"": now[now["weight"].notna()], "compare_": before[before["weight"].notna()]}
    found: dict[str, object] = {"period": period.iso, "compare": compare.iso}
    for k, span in (("", period), ("compare_", compare)):
        found[f"{k}days"] = span.days
        found[f"{k}count"] = int(inside[k]["count"].sum())
        found[f"{k}harm"] = float((inside[k]["weight"] * inside[k]["count"]).sum())
    is_estimated = dispersion.is_known(variance)
    factor, degrees = variance if dispersion.is_wide(variance) else dispersion.CHANCE
    sums = (float(found["harm"]), float(found["compare_harm"]))  # type: ignore[arg-type]
    ratio = (sums[0] / period.days) / (sums[1] / compare.days) if sums[1] else np.nan
    variances = [_variance(part, factor) for part in inside.values()]
    sizes = [h * h / v if v else 0.0 for h, v in zip(sums, variances, strict=True)]
    limits, p = (np.nan, np.nan), np.nan
    status = "ok" if min(sizes) >= FEWEST else "too_few"
    if status == "ok":
        error = float(np.sqrt(sum(1 / size for size in sizes)))
        reach = float(scipy.stats.t.isf((1 - confidence) / 2, degrees)) * error
        limits = (ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)))
        p = float(2 * scipy.stats.t.sf(abs(np.log(ratio)) / error, degrees))
    verdict = "up" if limits[0] > 1 else "down" if limits[1] < 1 else "no_clear_change"
    method = WIDENED if factor > 1 else METHOD
    if not is_estimated:
        method += "; by how much the sums vary more could not be estimated"
    return pd.DataFrame(
        [
            {
                **found,
                "percent_change": 100 * (ratio - 1),
                "ratio": ratio,
                "lower": limits[0],
                "upper": limits[1],
                "p": p,
                "dispersion": factor,
                "confidence": confidence,
                "method": method,
                "status": status,
                "verdict": verdict if status == "ok" else "none",
                "reason": "" if status == "ok" else "there are too few crimes",
            }
        ]
    )


def shares(rows: pd.DataFrame, label: str, *, confidence: float = 0.95) -> pd.DataFrame:
    """The share of each kind of crime in all harm beside its share of all crimes.

    Parameters
    ----------
    rows : pandas.DataFrame
        `label`, count, weight, spread.

    Returns
    -------
    pandas.DataFrame
        Most harm first: `label`, count, total, harm, total_harm, compare_share (of crimes, with
        compare_lower and compare_upper, Wilson), share (of harm, with lower and upper: delta
        method on the logit), confidence, method, status, verdict: 'higher' where the share of harm
        lies clearly above that of crimes, 'lower' or 'similar'.
    """
    table = totals(rows, [label])
    harm, variance = table["harm"].to_numpy(), table["variance"].to_numpy()
    whole = harm.sum()
    share = harm / whole
    error = np.sqrt((1 - share) ** 2 * variance + share**2 * (variance.sum() - variance)) / whole
    z = scipy.stats.norm.isf((1 - confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        at, reach = np.log(share / (1 - share)), z * error / (share * (1 - share))
        lower, upper = (1 / (1 + np.exp(-(at + s * reach))) for s in (-1, 1))
    is_whole = share == 1
    lower, upper = np.where(is_whole, 1.0, lower), np.where(is_whole, 1.0, upper)
    crimes = measures.proportion(
        pd.DataFrame({"count": table["count"], "total": table["count"].sum()})
    )
    found = table.drop(columns="variance").assign(
        total=int(table["count"].sum()),
        total_harm=whole,
        **{f"compare_{c}": crimes[c] for c in ("share", "lower", "upper")},
        share=share,
        lower=lower,
        upper=upper,
        confidence=confidence,
        method=f"{METHOD}; logit limits of the share of harm, Wilson limits of that of crimes",
        status="ok",
        verdict=np.select(
            [lower > crimes["upper"], upper < crimes["lower"]], ["higher", "lower"], "similar"
        ),
    )
    return found.sort_values(["harm", label], ascending=[False, True], ignore_index=True)


def compare(rows: pd.DataFrame, residents: pd.DataFrame, *, per: float = 1000) -> pd.DataFrame:
    """Harm per 1,000 residents of every area of a group (`peers.compare`).

    A weighted sum is taken as a count of crimes of one weight, that with which its variance is that
    of a count (scaled Poisson); the weight is the group's.

    Parameters
    ----------
    rows : pandas.DataFrame
        area, count, weight, spread; an area with a missing count has no data.
    residents : pandas.DataFrame
        A row per area: area, is_own, population.

    Returns
    -------
    pandas.DataFrame
        The columns of `peers.compare`, with harm, and count the number of crimes.
    """
    table, sums, scale = _as_counts(rows, residents)
    result = peers.compare(table, per=per * scale)
    return _told(result, sums, per).assign(method=f"{METHOD}, as a count of crimes of one weight")


def funnel(
    rows: pd.DataFrame, residents: pd.DataFrame, *, per: float = 1000
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The funnel of `peers.funnel` for harm, and its lines for drawing (`peers.funnel_lines`).

    `rows`, `residents`: as of `compare`; the weighted sums are taken as counts of one weight.
    """
    table, sums, scale = _as_counts(rows, residents)
    result = peers.funnel(table, per=per * scale)
    lines = peers.funnel_lines(result)
    method = result["method"].str.replace("Poisson counts", f"sums ({METHOD})", regex=False)
    return _told(result, sums, per).assign(method=method), lines


def _as_counts(
    rows: pd.DataFrame, residents: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Sums of areas as counts of one weight, the sums, and that weight."""
    sums = totals(rows, ["area"]).set_index("area")
    lacking = set(rows.loc[rows["count"].isna(), "area"])
    sums = sums[~sums.index.isin(lacking)]
    scale = sums["variance"].sum() / sums["harm"].sum() if len(sums) else np.nan
    return residents.assign(count=residents["area"].map(sums["harm"]) / scale), sums, scale


def _told(result: pd.DataFrame, sums: pd.DataFrame, per: float) -> pd.DataFrame:
    """The number of crimes where the scaled count stood, and the harm beside it."""
    return result.assign(
        harm=result["area"].map(sums["harm"]),
        count=result["area"].map(sums["count"]),
        rate_per=per,
    )


def scaled(rows: pd.DataFrame, inside: Sequence[pd.DataFrame]) -> pd.Series:
    """weight × count as counts of crimes of one weight: that which gives the sums their variance.

    `inside`: the rows of the periods compared, from which the weight is.
    """
    both = pd.concat(inside)
    first, second = ((both["weight"] ** power * both["count"]).sum() for power in (1, 2))
    return rows["weight"] * rows["count"] * (first / second if second else 0.0)


def _dispersion(
    rows: pd.DataFrame, months: list[str], period: Period, inside: Sequence[pd.DataFrame]
) -> dispersion.Variance:
    """By how much the sums weight × count vary more than chance, with degrees of freedom."""
    sums = scaled(rows, inside).groupby(rows["month"]).sum()
    by_month = pd.DataFrame({"month": months, "count": [sums.get(m, 0.0) for m in months]})
    return dispersion.of_months(by_month, period.last, period.months)


def _variance(rows: pd.DataFrame, factor: float) -> float:
    each = factor * as_float(rows["weight"]) ** 2 + as_float(rows["spread"]) ** 2
    return float((each * as_float(rows["count"])).sum())
