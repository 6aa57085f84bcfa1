"""Every statement of a register computed again from the data: same or not, and both in words."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register_series
from cspanalysis.audit.printed import decimals, number, period, rounds_to, text
from cspanalysis.audit.register_series import Series
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.present import suppliers
from cspanalysis.review.review import Review
from cspanalysis.stats import peers, season, thefts, victims

Row = dict[str, Any]


class Answer(NamedTuple):
    """What the data say to a statement; `is_same` None: they cannot say."""

    is_same: bool | None
    printed: str
    found: str
    reason: str = ""
    sentence: str = ""


def series_of(row: Row) -> Series:
    return Series(row["source"], row["series"], row["where"], row["area"])


def period_of(row: Row) -> Period:
    found = period(row["period"])
    if found is None:
        raise NotAvailable((), "no period is printed")
    return found


def shown(review: Review, row: Row, value: float) -> str:
    return "a number not shown" if is_hidden(review, row, value) else present.count(value)


def is_hidden(review: Review, row: Row, value: float) -> bool:
    """A small count under a policy is not shown, not even where the text printed it."""
    policy = review.policy(row["source"])
    if policy == "none" or review.edition != "public":
        return False
    return policy == "hes" or value < review.threshold


def is_within(value: float, row: Row, key: str = "value") -> bool:
    limit = number(row[key])
    bound = row["bound"] if key == "value" else ""
    if bound:
        return {
            "more than": value > limit,
            "less than": value < limit,
            "at least": value >= limit,
            "at most": value <= limit,
        }[bound]
    return rounds_to(value, row[key])


def as_printed(row: Row, unit: str = "") -> str:
    return " ".join(part for part in (row["bound"], figure(row["value"]), unit) if part)


def figure(written: str) -> str:
    """A printed number with its own decimals, set as the records' are; other texts as they are."""
    value = number(written)
    return written if value is None or "%" in written else present.number(value, decimals(written))


def count(review: Review, row: Row) -> Answer:
    value = register_series.count(review, series_of(row), period_of(row))
    is_same, printed, found = is_within(value, row), as_printed(row), shown(review, row, value)
    before = period(row["compare_period"])
    if before is not None and (row["compare_value"] or row["printed_change"]):
        earlier = register_series.count(review, series_of(row), before)
        found += f" against {shown(review, row, earlier)}"
        if row["compare_value"]:
            is_same &= is_within(earlier, row, "compare_value")
            printed += f" against {figure(row['compare_value'])}"
        elif earlier:
            is_same &= rounds_to((value / earlier - 1) * 100, row["printed_change"])
            printed += f", {row['printed_change']} per cent more than before"
    printed += f", {row['direction']}" if row["direction"] and row["compare_value"] else ""
    return Answer(is_same, printed, found, "" if is_same else _elsewhere(review, row))


def _elsewhere(review: Review, row: Row) -> str:
    """Where the printed count would be right, if the text left its area open."""
    if "area" not in row["assumed"] or row["source"] != "peer_counts":
        return ""
    for group in review.table("peer_counts")["group"].unique():
        name = str(group).replace("_", " ").title()
        try:
            value = register_series.count(
                review, series_of(row)._replace(area=name), period_of(row)
            )
        except NotAvailable:
            continue
        if is_within(value, row):
            return f"{present.count(value)} is the count of {name}."
    return ""


def percent_change(review: Review, row: Row) -> Answer:
    before = period(row["compare_period"]) or period_of(row).before
    value, earlier = (
        register_series.count(review, series_of(row), p) for p in (period_of(row), before)
    )
    if not earlier:
        raise NotAvailable(row["source"], f"none in {before.label}")
    change = (value / earlier - 1) * 100
    places = decimals(row["value"])
    found = f"{present.number(change, places)} per cent"
    found += f" ({shown(review, row, value)} against {shown(review, row, earlier)})"
    return Answer(is_within(change, row), as_printed(row, "per cent"), found)


def direction(review: Review, row: Row) -> Answer:
    over, of = period_of(row), series_of(row)
    if row["direction"].endswith("every year"):
        return _every_year(review, row)
    before = period(row["compare_period"]) or over.before
    value, earlier = (register_series.count(review, of, p) for p in (over, before))
    way = "up" if value > earlier else "down" if value < earlier else "no change"
    found = way
    if not is_hidden(review, row, min(value, earlier)):
        found += f", {present.count(value)} against {present.count(earlier)}"
    return Answer(way == row["direction"], row["direction"], found)


def _every_year(review: Review, row: Row) -> Answer:
    """The same months of every year: of whole years, else of those that end as the period does."""
    over = period_of(row)
    months = over.months % 12 or 12
    last = Period(over.last - months + 1, over.last)
    years = [last.shift(-12 * k) for k in range((over.months - months) // 12, -1, -1)]
    values = [register_series.count(review, series_of(row), p) for p in years]
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    is_up = row["direction"].startswith("up")
    is_same = bool(steps) and all(s > 0 if is_up else s < 0 for s in steps)
    told = ", ".join(shown(review, row, v) for v in values)
    return Answer(is_same, row["direction"], f"{told} ({years[0].label} to {years[-1].label})")


def share(review: Review, row: Row) -> Answer:
    found, is_same = [], True
    for when, what in (("period", "value"), ("compare_period", "compare_value")):
        over = period(row[when])
        if over is None or not row[what]:
            continue
        part, whole = _parts(review, row, over)
        exact = 100 * part / whole
        is_same &= is_within(exact, row, what)
        share = f"{present.number(exact, max(decimals(row[what]), 1))} per cent"
        policy = review.policy(row["source"])
        if policy != "none" and review.edition == "public":
            # The exact share would give a hidden count away.
            share = as_printed(row, "per cent") if is_same else "another share"
        else:
            share += f" ({present.count(part)} of {present.count(whole)})"
        found.append(share)
    printed = as_printed(row, "per cent")
    if row["compare_value"]:
        printed += f" against {figure(row['compare_value'])}"
    return Answer(is_same, printed, " against ".join(found))


def _parts(review: Review, row: Row, over: Period) -> tuple[float, float]:
    of = series_of(row)
    name, _, where = row["whole"].partition(";")
    whole = register_series.count(
        review, of._replace(series=name.strip(), where=where.strip()), over
    )
    part = register_series.count(review, of, over)
    if not whole:
        raise NotAvailable(row["source"], f"none in {over.label}")
    if pd.isna(part) or pd.isna(whole):
        raise NotAvailable(row["source"], "a count that it needs is suppressed")
    return part, whole


def repeat_share(review: Review, row: Row) -> Answer:
    over = period_of(row)
    year = Period(over.last - 11, over.last)
    rows = register_series.records(review, series_of(row), year)
    if "victim_id" not in rows:
        raise NotAvailable(row["source"], "it does not say who the victim was")
    result = victims.domestic_repeat(rows, over).iloc[0]
    if not result["total"]:
        raise NotAvailable(row["source"], "no victim is known")
    exact = 100 * result["share"]
    return Answer(
        is_within(exact, row), as_printed(row, "per cent"), f"{present.number(exact, 1)} per cent"
    )


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


def survey(review: Review, row: Row) -> Answer:
    over = period_of(row)
    year = over.first // 12
    name = str(year) if over.first % 12 == 0 else f"{year}/{(year + 1) % 100:02d}"
    table = review.table("surveys")
    rows = table[
        (table["question"] == row["series"])
        & (table["area"] == (row["area"] or review.area.name))
        & (table["round"] == name)
    ]
    if rows.empty:
        raise NotAvailable("surveys", f"no answer to '{row['series']}' in {name}")
    share, base = rows["percent"].iloc[0], rows["base"].iloc[0]
    found = f"{present.number(share, decimals(row['value']))} per cent"
    asked = f" of {present.count(base)} asked" if pd.notna(base) else ""
    return Answer(is_within(float(share), row), as_printed(row, "per cent"), found + asked)


def target(review: Review, row: Row) -> Answer:
    """A target is a wish; what can be checked is the baseline it starts from."""
    if not row["compare_value"]:
        reason = "no baseline is printed" if row["value"] else "no value is printed"
        raise NotAvailable((), reason)
    year = {**row, "value": row["compare_value"], "period": row["compare_period"], "bound": ""}
    if row["source"] == "surveys":
        answer = survey(review, year)
    elif row["source"] == "environmental":
        answer = _cleanliness(review, year)
    else:
        answer = count(review, {**year, "compare_period": "", "compare_value": ""})
    return answer._replace(printed=f"baseline {answer.printed}")


def _cleanliness(review: Review, row: Row) -> Answer:
    over = period_of(row)
    table = review.table("cleanliness")
    years = register_series.financial_years(series_of(row), over)
    rows = table[table["measure"].eq(row["series"]) & table["year"].isin(years)]
    if rows.empty or rows["below_standard"].isna().any():
        raise NotAvailable("environmental", f"no survey of '{row['series']}' in {over.label}")
    below, sites = rows["below_standard"].iloc[0], rows["sites"].iloc[0]
    found = f"{present.number(100 * below / sites, decimals(row['value']))} per cent"
    return Answer(
        is_within(100 * below / sites, row), as_printed(row, "per cent"),
        f"{found} ({present.count(below)} of {present.count(sites)} sites)",
    )  # fmt: skip


def output(review: Review, row: Row) -> Answer:
    found = ""
    if row["delivered"]:
        found = f"{present.count(number(row['delivered']))} delivered"
        found += f" by {present.month(row['delivered_to'])}" if row["delivered_to"] else ""
    return Answer(
        None, f"{figure(row['value'])} promised", found, "A promise is no figure to recompute."
    )


def action(review: Review, row: Row) -> Answer:
    due, start, end = row["due"], row["plan_start"], row["plan_end"]
    if due is None or pd.isna(due):
        return Answer(None, row["note"] or "no date", "", "It has no date that could be wrong.")
    if not start:
        return Answer(None, f"due {due:%Y-%m}", "", "The months of the plan are not known.")
    month = pd.Timestamp(due).strftime("%Y-%m")
    plan = Period.parse(f"{start}/{end}")
    return Answer(
        start <= month <= end,
        f"due {present.month(month)}",
        f"plan for {plan.label}",
        sentence=f"Due in {present.month(month)}; the plan runs from {plan.label}.",
    )


#: Kind of statement → what recomputes it.
CHECKS: dict[str, Callable[[Review, Row], Answer]] = {
    "count": count,
    "percent_change": percent_change,
    "direction": direction,
    "share": share,
    "repeat_share": repeat_share,
    "rank_lowest": rank,
    "rank_highest": rank,
    "ordering": ordering,
    "peak": peak,
    "survey": survey,
    "target": target,
    "output": output,
    "action": action,
}


def recompute(review: Review, statements: pd.DataFrame) -> pd.DataFrame:
    """Every statement computed again for its own printed period and area."""
    answers = []
    for row in statements.to_dict("records"):
        clean = {k: v if k == "due" else text(v) for k, v in row.items()}
        try:
            answer = CHECKS[clean["kind"]](review, clean)
        except NotAvailable as missing:
            answer = Answer(None, text(row["value"]), "", _why(review, missing))
        except UsageError as wrong:
            # A series, group or condition that the register misspells concerns this row alone.
            answer = Answer(None, text(row["value"]), "", f"Not checked: {wrong}")
        answers.append({"id": row["id"], **answer._asdict()})
    return pd.DataFrame(answers, columns=["id", *Answer._fields])


def _why(review: Review, missing: NotAvailable) -> str:
    there = review.store.sources()
    names = suppliers.names(missing, there)
    if not names:
        return f"Not checked: {suppliers.detail(missing, there)}."
    return f"It needs {names} ({missing.detail})." if missing.detail else f"It needs {names}."
