"""Places, orders and peaks against the data."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register_series
from cspanalysis.audit.answers import Answer, Row, is_within, period_of, series_of, shown
from cspanalysis.audit.printed import number, period
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review.review import Review
from cspanalysis.stats import peers, season, thefts


def rank(review: Review, row: Row) -> Answer:
    if not row["series"]:
        raise NotAvailable((), "no data describe it")
    counted = review.peer_counts(row["series"], row["group"], period_of(row)).table
    if row["unit"].startswith("per "):
        table = peers.compare(counted, draws=0)
        places = (
            table["rank"] if row["kind"] == "rank_lowest" else peers.from_highest(table)["rank"]
        )
        own = table["is_own"]
    else:
        is_lowest = row["kind"] == "rank_lowest"
        places = counted["count"].rank(method="min", ascending=is_lowest)
        own = counted["is_own"]
    place, of = int(places[own].iloc[0]), int(places.notna().sum())
    word = "lowest" if row["kind"] == "rank_lowest" else "highest"
    is_same = place == number(row["value"]) and of == (number(row["group_size"]) or of)
    printed = f"{present.place(int(number(row['value'])), int(number(row['group_size']) or of))}"
    if word == "highest":
        printed = f"place {row['value']} from the highest"
        return Answer(is_same, printed, f"place {place} of {of} from the highest")
    return Answer(is_same, printed, f"{present.place(place, of)} of {of}")


def ordering(review: Review, row: Row) -> Answer:
    wanted = [item.strip().lower() for item in row["listed"].split(";")]
    counts = _candidates(review, row, period_of(row)).sort_values(ascending=False, kind="stable")
    if counts.empty:
        raise NotAvailable(row["source"], f"nothing of it is there in {period_of(row).label}")
    names = [str(name).lower() for name in counts.index]
    top = names[: len(wanted)]
    if row["ordered"] == "named":
        top = [name for name in wanted if counts.get(name, 0) > 0]
        is_same = len(top) == len(wanted)
    elif row["ordered"] == "set":
        is_same = set(top) == set(wanted)
    else:
        is_same = names[0] == wanted[0]
    found = present.listed(top)
    if row["direction"] == "up" and len(wanted) > 1:
        earlier = _candidates(review, row, period(row["compare_period"]))
        rises = [name for name in wanted[1:] if counts.get(name, 0) > earlier.get(name, 0)]
        is_same &= len(rises) == len(wanted) - 1
        found += f"; rising: {present.listed(rises) if rises else 'none'}"
    printed = present.listed(wanted)
    if row["value"]:
        is_same &= is_within(float(counts.iloc[0]), row)
        printed += f" ({row['value']})"
        found += f" ({shown(review, row, float(counts.iloc[0]))})"
    return Answer(bool(is_same), printed, found)


def _candidates(review: Review, row: Row, over: Period) -> pd.Series:
    of = series_of(row)
    if "|" in of.series:
        names = of.series.split("|")
        return pd.Series(
            {n: register_series.count(review, of._replace(series=n), over) for n in names}
        )
    if row["by"] == "sex":
        sexes = ("female", "male")
        where = {s: "; ".join(filter(None, (of.where, f"sex={s}"))) for s in sexes}
        return pd.Series(
            {s: register_series.count(review, of._replace(where=where[s]), over) for s in sexes}
        )
    rows = register_series.records(review, of, over).dropna(subset=row["by"])
    grouped = rows.groupby(rows[row["by"]].astype(str).str.lower())
    counts = grouped["weight"].sum()
    if row["unit"] == "per pupil":
        return counts / grouped["roll"].max()
    return counts


def peak(review: Review, row: Row) -> Answer:
    over = period_of(row)
    rows = register_series.records(review, series_of(row), over)
    if "month" not in rows:
        raise NotAvailable(row["source"], "it holds no months")
    by_month = thefts.by_month(rows, over.month_list())
    result = season.seasonal_index(by_month, series=row["series"])
    peak = result.peak
    note = "By the seasonal index."
    if peak is None:
        # Too short or too few for an index: the month of the year with the most, as a reader would.
        totals = by_month.groupby(by_month["month"].str[-2:])["count"].sum()
        peak, note = int(totals.idxmax()), "By plain counts of the calendar months."
    printed = present.month_of_year(int(number(row["value"])))
    return Answer(peak == number(row["value"]), printed, present.month_of_year(peak), note)
