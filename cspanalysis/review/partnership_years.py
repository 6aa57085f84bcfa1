"""Yearly figures of Community Safety Partnerships from the Home Office's tables.

A year counts with the quarters that it holds, and is compared quarter with like quarter. An area of
several partnerships, or a council made of several, is their sum. A force that records crime under
no partnership leaves its partnerships with figures that collapse: no such year is comparable, and
its fall is no news.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import crosswalk
from cspanalysis.domain.areas import Area
from cspanalysis.domain.periods import Period
from cspanalysis.stats import change, dispersion, yearly

#: Below this share of what its neighbours and its other years would give, a partnership's own
#: figure has collapsed, if as many offences of the force as half of what lacks went unassigned.
LEAST_OF_EXPECTED, EXPLAINED = 0.8, 0.5
#: A share of the force's offences under no partnership that differs by no more from that of its
#: other years makes no change; above `1 - LEAST_OF_EXPECTED` nothing is steady enough.
STEADY = 0.02

QUARTERS = ("1", "2", "3", "4")

#: Why limits allow for chance alone where a table tells quarters apart.
FEW_QUARTERS = "fewer than twelve quarters are known"
#: Characters of a year written by its first and last month.
_ISO = 15
_QUARTER_COLUMNS = [f"quarter_{q}" for q in QUARTERS]
_COLUMNS = ["year", "label", "count", "quarters", "names", *_QUARTER_COLUMNS, "status", "reason"]


def by_year(table: pd.DataFrame, coverage: pd.DataFrame, area: Area) -> pd.DataFrame:
    """Recorded offences of a partnership, of `home_office_csp` and its coverage, by year.

    Every year ('2024/25', or the first and last month of another year) that the table holds for
    the partnership's force: year, label (in words), count, quarters ('1,2' of a year that holds
    two), names (of the table, summed, with ; between), quarter_1 to quarter_4 (counts), status,
    reason. A year in which the partnership, or one of its parts, has no rows or lacks a
    figure has no count ('not_available'); one whose offences were left unassigned, by its force as
    a whole, where the notes of the table list the partnership or where its own collapsed, keeps the
    count with status 'not_comparable'; 'incomplete' is a year without all its quarters. A share
    that is unassigned in every year alike is no flaw; `reason` says it.
    """
    known = table["csp"].map({name: bool(crosswalk.parts(area) & _parts(name, area))
                              for name in table["csp"].unique()})  # fmt: skip
    forces = {*table.loc[known.astype(bool), "force"], area.force} - {""}
    table = table[table["force"].isin(forces)]
    table = table.assign(
        quarter=table["quarter"].astype(object).map(str, na_action="ignore"),
        count=table["count"].astype(float),
    )
    coverage = coverage[coverage["force"].isin(forces)]
    flawed = coverage[coverage["status"] != "ok"]
    reasons = dict(zip(flawed["year"], flawed["reason"], strict=True))
    listed = coverage.groupby("year")["listed"].agg("; ".join)
    steady = _steady(coverage)
    rows, wholes = [], []
    for year in sorted(table["year"].unique()):
        of_year = table[table["year"] == year]
        assigned = of_year[~of_year["is_unassigned"].astype(bool)]
        made = crosswalk.made_of(area, assigned["csp"].unique())
        own = assigned[assigned["csp"].isin(made.names)]
        wholes.append(
            {
                "year": year,
                "own": float(own["count"].sum()),
                "others": float(assigned["count"].sum() - own["count"].sum()),
                "unassigned": float(of_year["count"].sum() - assigned["count"].sum()),
            }
        )
        told = reasons.get(year, "")
        flaw = _listed(made, str(listed.get(year, ""))) or told * (year not in steady)
        row = _year(str(year), of_year, own, made, area, flaw)
        if told and row["status"] == "ok":
            row["reason"] = f"{told}, about as many as in other years"
        rows.append(row)
    found = pd.DataFrame(rows, columns=_COLUMNS)
    return _with_collapses(found, pd.DataFrame(wholes), area, present.listed(sorted(forces)))


def _steady(coverage: pd.DataFrame) -> set[str]:
    """Years whose share under no partnership is that of the force's other years, and not large."""
    found = set()
    coverage = coverage.reindex(columns=["year", "force", "share"])
    for year, force, share in coverage.itertuples(index=False):
        others = coverage[(coverage["force"] == force) & (coverage["year"] != year)]["share"]
        is_like = len(others) and abs(share - others.median()) <= STEADY
        if is_like and share <= 1 - LEAST_OF_EXPECTED:
            found.add(year)
    return found


def _parts(name: str, area: Area) -> frozenset[str]:
    """Everything a table's name may stand for."""
    if crosswalk.key(name) == crosswalk.key(area.name):
        return crosswalk.parts(area)
    return frozenset().union(*crosswalk.meanings(name))


def _listed(made: crosswalk.Made, listed: str) -> str:
    """Why a year is not comparable that the notes of the table say lacks partnerships; else ''."""
    found = [name for name in made.names if name in listed.split("; ")]
    if not found:
        return ""
    return (
        f"the table's notes say that offences of {present.listed(found)} are recorded under no "
        "partnership"
    )


def _year(
    year: str,
    of_year: pd.DataFrame,
    own: pd.DataFrame,
    made: crosswalk.Made,
    area: Area,
    flaw: str,
) -> dict:
    recorded, there = _quarters(of_year), _quarters(own)
    when = label(year)
    lacking = [q for q in recorded if q not in there]
    status, reason = "ok", ""
    if not made.names and made.beyond:
        status = "not_available"
        reason = f"in {when} {area.name} is counted together with others, as {made.beyond[0]}"
    elif not made.names:
        status, reason = "not_available", f"no rows of {area.name} for {when}"
    elif made.missing:
        status = "not_available"
        reason = f"no rows of {present.listed(made.missing, 3)} for {when}"
    elif own["count"].isna().any():
        status = "not_available"
        reason = f"the table lacks figures of {area.name} for {when}, and gives no sum"
    elif flaw:
        status, reason = "not_comparable", flaw
    elif lacking:
        status = "not_comparable"
        reason = (
            f"{area.name} has no offences in {_spoken(lacking)} of {when}, in which its police "
            "force has some"
        )
    elif there and there != QUARTERS:
        status = "incomplete"
        reason = f"{when} holds {_spoken(there)} only"
    is_there = bool(made.names) and not made.missing
    alone = own.groupby("quarter")["count"].sum(skipna=False) if is_there else {}
    return {
        "year": year,
        "label": when,
        "count": float(own["count"].sum(skipna=False)) if is_there else np.nan,
        "quarters": ",".join(there),
        "names": "; ".join(made.names),
        **{
            column: float(alone.get(q, 0)) if is_there and q in there else np.nan
            for q, column in zip(QUARTERS, _QUARTER_COLUMNS, strict=True)
            # A row that counts several quarters gives none of them.
            if not (own["quarter"].astype(object).fillna("").str.len() > 1).any()
        },
        "status": status,
        "reason": reason,
    }


def _quarters(rows: pd.DataFrame) -> tuple[str, ...]:
    """The quarters that rows speak of; none where the table does not tell them apart."""
    stated = {q for text in rows["quarter"].dropna().unique() for q in str(text).split(",")}
    return tuple(q for q in QUARTERS if q in stated)


def _with_collapses(
    found: pd.DataFrame, wholes: pd.DataFrame, area: Area, force: str
) -> pd.DataFrame:
    """Mark years in which the partnership's own offences went over to the unassigned ones."""
    is_sound = found["status"].isin(["ok", "incomplete"])
    for at in found.index[is_sound]:
        here, rest = wholes.loc[at], wholes[is_sound & (wholes.index != at)]
        rest = rest[rest["others"] > 0]
        expected = lost(
            here["own"], here["others"], here["unassigned"],
            (rest["own"] / rest["others"]).median(), (rest["unassigned"] / rest["others"]).median(),
        )  # fmt: skip
        if not np.isnan(expected):
            found.loc[at, ["status", "reason"]] = [
                "not_comparable",
                f"in {label(here['year'])} {present.count(here['unassigned'])} offences of {force} "
                f"are recorded under no partnership, while {area.name} has "
                f"{present.count(here['own'])} where its share of other years would give about "
                f"{present.count(np.round(expected))}",
            ]
    return found


def lost(own, others, unassigned, usual_own, usual_unassigned) -> np.ndarray:
    """What partnerships would have had in a year whose offences went unassigned, missing else.

    That is their usual share of their neighbours' offences. `usual_own`, `usual_unassigned`: own
    and unassigned offences for each of the neighbours', as of other years.
    """
    expected = others * usual_own
    lacks, more = expected - own, unassigned - others * usual_unassigned
    with np.errstate(invalid="ignore"):
        is_far = (own < LEAST_OF_EXPECTED * expected) & (lacks > 2 * np.sqrt(expected))
        return np.where(is_far & (more >= EXPLAINED * lacks), expected, np.nan)


def year_change(by_year: pd.DataFrame, year: str, compare: str) -> pd.DataFrame:
    """Change of a partnership's offences between two financial years ('2024/25').

    Of years that do not hold all their quarters the longest run of quarters that both have. One
    row with the columns of `change.change`, period, compare, quarters and reason; where either
    year is not comparable there is no ratio: status 'not_comparable', verdict 'none'.
    """
    known = by_year.set_index("year")
    now, before = (_row(known, y) for y in (year, compare))
    run = _run(now, before)
    counts = [one["count"] if len(run) == 4 else _of(one, run) for one in (now, before)]
    later, earlier = (_period(y, run) for y in (year, compare))
    row = pd.DataFrame(
        {
            "period": [later.iso], "compare": [earlier.iso],
            "count": [counts[0]], "compare_count": [counts[1]],
            "days": [later.days], "compare_days": [earlier.days],
        }
    )  # fmt: skip
    variance, why = _variance(by_year[by_year["year"] <= year], len(run))
    result = change.widened(change.change(row), variance, why)
    result = result.assign(reason="", quarters=",".join(run))
    flaws = [r for r in (now, before) if r["status"] not in ("ok", "incomplete")]
    if not flaws and run:
        return result
    if not flaws:
        flaws = [{"status": "not_comparable", "reason": _unlike(year, now, compare, before)}]
    return result.assign(
        **dict.fromkeys(["percent_change", "ratio", "lower", "upper", "p"], np.nan),
        status=flaws[0]["status"],
        verdict="none",
        reason="; ".join(r["reason"] for r in flaws if r["reason"]),
    )


def _variance(by_year: pd.DataFrame, quarters: int) -> tuple[dispersion.Variance, str]:
    """By how much counts of so many quarters vary more than chance, and why it is not known.

    From the quarters of the comparable years; where the table does not tell quarters apart, from
    the years.
    """
    sound = by_year[by_year["status"].isin(["ok", "incomplete"])]
    counts = sound[_QUARTER_COLUMNS].to_numpy(dtype=float)
    if counts.size and not np.isnan(counts).all():
        days = [[_period(y, (q,)).days for q in QUARTERS] for y in sound["year"]]
        found = dispersion.of_quarters(counts, np.array(days, dtype=float), quarters)
        return found, FEW_QUARTERS
    years = sound.loc[sound["status"] == "ok", "count"]
    return dispersion.of_years(years), yearly.FEW_YEARS


def _row(known: pd.DataFrame, year: str) -> dict:
    if year in known.index:
        return known.loc[year].to_dict()
    reason = f"no figures for {label(year)}"
    return {"count": np.nan, "status": "not_available", "reason": reason, "quarters": ""}


def _run(now: dict, before: dict) -> tuple[str, ...]:
    """The longest run of quarters that both years hold; all where neither lacks any."""
    held = [r["quarters"].split(",") if r["quarters"] else list(QUARTERS) for r in (now, before)]
    both = [q for q in QUARTERS if all(q in one for one in held)]
    if len(both) == len(QUARTERS):
        return QUARTERS
    runs: list[list[str]] = []
    for q in both:
        if any(pd.isna(r.get(f"quarter_{q}", np.nan)) for r in (now, before)):
            continue
        if runs and int(runs[-1][-1]) + 1 == int(q):
            runs[-1].append(q)
        else:
            runs.append([q])
    longest: list[str] = max(runs, key=len, default=[])
    return tuple(longest)


def _of(row: dict, run: tuple[str, ...]) -> float:
    return float(sum(row[f"quarter_{q}"] for q in run)) if run else float("nan")


def _period(year: str, run: tuple[str, ...]) -> Period:
    whole = Period.financial_year(int(year[:4])) if len(year) < _ISO else Period.parse(year)
    if not run or len(year) >= _ISO:
        return whole
    return Period(whole.first + 3 * (int(run[0]) - 1), whole.first + 3 * int(run[-1]) - 1)


def label(year: str) -> str:
    """A year in words: '2024/25', 'the year ending December 2022'."""
    if len(year) < _ISO:
        return year
    return f"the year ending {Period.parse(year[-7:]).label}"


def span(year: str) -> Period:
    """The months of a year as a table names it: '2024/25', or its first and last month."""
    return _period(year, QUARTERS)


def spans(year: str, quarters: str, *, joined: bool = False) -> list[Period]:
    """The months of some quarters ('1,2') of a year, one by one or `joined`; '' is all of it."""
    held = tuple(q for q in QUARTERS if q in quarters) or QUARTERS
    if joined or held == QUARTERS:
        return [_period(year, held)]
    return [_period(year, (q,)) for q in held]


def last_month(row: pd.Series) -> int:
    """The last month (as `Period.last`) that a year of `by_year` holds."""
    held = row["quarters"].split(",")[-1:] if row["quarters"] else ["4"]
    return _period(row["year"], tuple(held)).last


def _unlike(year: str, now: dict, compare: str, before: dict) -> str:
    held = [f"{label(y)} holds {_spoken(r['quarters'].split(','))}" for y, r in
            ((year, now), (compare, before)) if r["quarters"]]  # fmt: skip
    return " and ".join(held) + ", no quarter alike"


def _spoken(quarters: Iterable[str]) -> str:
    """'quarter 1', 'quarters 1 and 2'."""
    names = list(quarters)
    return f"quarter{'s' if len(names) > 1 else ''} {present.listed(names)}"
