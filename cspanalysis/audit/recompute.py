"""Every statement of a register computed again from the data: same or not, and both in words."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import printed, register_series
from cspanalysis.audit.printed import decimals, number, rounds_to, text
from cspanalysis.audit.register_series import Named
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.present import suppliers
from cspanalysis.review.review import Review
from cspanalysis.stats import peers, season, victims


class Answer(NamedTuple):
    """What the data say to a statement; `is_same` None: they cannot say."""

    is_same: bool | None
    printed: str
    found: str
    reason: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Statement:
    """A row of the table of statements and the review whose data are asked; all cells are texts."""

    review: Review
    row: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.row[column]

    @property
    def named(self) -> Named:
        return Named(self["source"], self["series"], self["where"], self["area"])

    @property
    def period(self) -> Period:
        found = printed.period(self["period"])
        if found is None:
            raise NotAvailable((), "no period is printed")
        return found

    @property
    def compare(self) -> Period | None:
        return printed.period(self["compare_period"])

    def count(self, period: Period, **other: str) -> float:
        """How many in a period; of another area, series or condition where they are given."""
        found = register_series.count(self.review, self.named._replace(**other), period)
        if pd.isna(found):
            raise NotAvailable(self["source"], "a count that it needs is suppressed")
        return found

    def records(self, period: Period) -> pd.DataFrame:
        return register_series.records(self.review, self.named, period)

    def shown(self, value: float) -> str:
        return "a number not shown" if self.is_hidden(value) else present.count(value)

    def is_hidden(self, value: float) -> bool:
        """A small count under a policy is not shown, not even where the text printed it."""
        is_rounded = self.review.policy(self["source"]) == "hes"
        if is_rounded and self.review.edition == "public":
            return True
        return pd.isna(self.review.shown(self["source"], value))

    def is_within(self, value: float, key: str = "value") -> bool:
        """Whether a value is the printed one, as exactly as that is printed."""
        limit = number(self[key])
        bound = self["bound"] if key == "value" else ""
        if bound and limit is not None:
            return {
                "more than": value > limit,
                "less than": value < limit,
                "at least": value >= limit,
                "at most": value <= limit,
            }[bound]
        return rounds_to(value, self[key])

    def as_printed(self, unit: str = "") -> str:
        return " ".join(part for part in (self["bound"], figure(self["value"]), unit) if part)


def figure(written: str) -> str:
    """A printed number with its own decimals, set as the records' are; other texts as they are."""
    value = number(written)
    return written if value is None or "%" in written else present.number(value, decimals(written))


def count(of: Statement) -> Answer:
    value = of.count(of.period)
    is_same, told, found = of.is_within(value), of.as_printed(), of.shown(value)
    if of.compare is not None and (of["compare_value"] or of["printed_change"]):
        earlier = of.count(of.compare)
        found += f" against {of.shown(earlier)}"
        if of["compare_value"]:
            is_same &= of.is_within(earlier, "compare_value")
            told += f" against {figure(of['compare_value'])}"
        elif earlier:
            is_same &= rounds_to((value / earlier - 1) * 100, of["printed_change"])
            told += f", {of['printed_change']} per cent more than before"
    told += f", {of['direction']}" if of["direction"] and of["compare_value"] else ""
    return Answer(is_same, told, found, "" if is_same else _elsewhere(of))


def _elsewhere(of: Statement) -> str:
    """Where the printed count would be right, if the text left its area open."""
    if "area" not in of["assumed"] or of["source"] != "peer_counts":
        return ""
    for group in of.review.table("peer_counts")["group"].unique():
        name = str(group).replace("_", " ").title()
        try:
            value = of.count(of.period, area=name)
        except NotAvailable:
            continue
        if of.is_within(value):
            return f"{present.count(value)} is the count of {name}."
    return ""


def percent_change(of: Statement) -> Answer:
    before = of.compare or of.period.before
    value, earlier = of.count(of.period), of.count(before)
    if not earlier:
        raise NotAvailable(of["source"], f"none in {before.label}")
    change = (value / earlier - 1) * 100
    found = f"{present.number(change, decimals(of['value']))} per cent"
    found += f" ({of.shown(value)} against {of.shown(earlier)})"
    return Answer(of.is_within(change), of.as_printed("per cent"), found)


def direction(of: Statement) -> Answer:
    if of["direction"].endswith("every year"):
        return _every_year(of)
    value, earlier = of.count(of.period), of.count(of.compare or of.period.before)
    way = "up" if value > earlier else "down" if value < earlier else "no change"
    found = way
    if not of.is_hidden(min(value, earlier)):
        found += f", {present.count(value)} against {present.count(earlier)}"
    return Answer(way == of["direction"], of["direction"], found)


def _every_year(of: Statement) -> Answer:
    """The same months of every year: of whole years, else of those that end as the period does."""
    over = of.period
    months = over.months % 12 or 12
    last = Period(over.last - months + 1, over.last)
    years = [last.shift(-12 * k) for k in range((over.months - months) // 12, -1, -1)]
    values = [of.count(year) for year in years]
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    is_up = of["direction"].startswith("up")
    is_same = bool(steps) and all(s > 0 if is_up else s < 0 for s in steps)
    told = ", ".join(of.shown(v) for v in values)
    return Answer(is_same, of["direction"], f"{told} ({years[0].label} to {years[-1].label})")


def share(of: Statement) -> Answer:
    found, is_same = [], True
    for over, what in ((of.period, "value"), (of.compare, "compare_value")):
        if over is None or not of[what]:
            continue
        name, _, where = of["whole"].partition(";")
        whole = of.count(over, series=name.strip(), where=where.strip())
        part = of.count(over)
        if not whole:
            raise NotAvailable(of["source"], f"none in {over.label}")
        exact = 100 * part / whole
        is_same &= of.is_within(exact, what)
        told = f"{present.number(exact, max(decimals(of[what]), 1))} per cent"
        if of.review.policy(of["source"]) != "none" and of.review.edition == "public":
            # The exact share would give a hidden count away.
            told = of.as_printed("per cent") if is_same else "another share"
        else:
            told += f" ({present.count(part)} of {present.count(whole)})"
        found.append(told)
    told = of.as_printed("per cent")
    if of["compare_value"]:
        told += f" against {figure(of['compare_value'])}"
    return Answer(is_same, told, " against ".join(found))


def repeat_share(of: Statement) -> Answer:
    over = of.period
    rows = of.records(Period(over.last - 11, over.last))
    if "victim_id" not in rows:
        raise NotAvailable(of["source"], "it does not say who the victim was")
    result = victims.domestic_repeat(rows, over).iloc[0]
    if not result["total"]:
        raise NotAvailable(of["source"], "no victim is known")
    exact = 100 * result["share"]
    found = f"{present.number(exact, 1)} per cent"
    return Answer(of.is_within(exact), of.as_printed("per cent"), found)


def rank(of: Statement) -> Answer:
    if not of["series"]:
        raise NotAvailable((), "no data describe it")
    is_lowest = of["kind"] == "rank_lowest"
    counted = of.review.peer_counts(of["series"], of["group"], of.period).table
    if of["unit"].startswith("per "):
        counted = peers.compare(counted, draws=0)
        places = (counted if is_lowest else peers.from_highest(counted))["rank"]
    else:
        places = counted["count"].rank(method="min", ascending=is_lowest)
    place, size = int(places[counted["is_own"]].iloc[0]), int(places.notna().sum())
    told, given = number(of["value"]), number(of["group_size"]) or size
    is_same = place == told and size == given
    if not is_lowest:
        return Answer(
            is_same,
            f"place {of['value']} from the highest",
            f"place {place} of {size} from the highest",
        )
    found = f"{present.place(place, size)} of {size}"
    return Answer(is_same, present.place(int(told or 0), int(given)), found)


def ordering(of: Statement) -> Answer:
    wanted = [item.strip().lower() for item in of["listed"].split(";")]
    counts = _candidates(of, of.period).sort_values(ascending=False, kind="stable")
    if counts.empty:
        raise NotAvailable(of["source"], f"nothing of it is there in {of.period.label}")
    names = [str(name).lower() for name in counts.index]
    top = names[: len(wanted)]
    if of["ordered"] == "named":
        top = [name for name in wanted if counts.get(name, 0) > 0]
        is_same = len(top) == len(wanted)
    elif of["ordered"] == "set":
        is_same = set(top) == set(wanted)
    else:
        is_same = names[0] == wanted[0]
    found = present.listed(top)
    if of["direction"] == "up" and len(wanted) > 1:
        earlier = _candidates(of, of.compare or of.period.before)
        rises = [name for name in wanted[1:] if counts.get(name, 0) > earlier.get(name, 0)]
        is_same &= len(rises) == len(wanted) - 1
        found += f"; rising: {present.listed(rises) if rises else 'none'}"
    told = present.listed(wanted)
    if of["value"]:
        is_same &= of.is_within(float(counts.iloc[0]))
        told += f" ({of['value']})"
        found += f" ({of.shown(float(counts.iloc[0]))})"
    return Answer(bool(is_same), told, found)


def _candidates(of: Statement, over: Period) -> pd.Series:
    if "|" in of["series"]:
        return pd.Series({name: of.count(over, series=name) for name in of["series"].split("|")})
    if of["by"] == "sex":
        where = {s: "; ".join(filter(None, (of["where"], f"sex={s}"))) for s in ("female", "male")}
        return pd.Series({sex: of.count(over, where=where[sex]) for sex in where})
    rows = of.records(over).dropna(subset=of["by"])
    grouped = rows.groupby(rows[of["by"]].astype(str).str.lower())
    counts = grouped["count"].sum()
    return counts / grouped["roll"].max() if of["unit"] == "per pupil" else counts


def peak(of: Statement) -> Answer:
    by_month = register_series.series(of.review, of.named, of.period).by_month
    by_month = by_month[of.period.contains(by_month["month"])].reset_index(drop=True)
    found = season.seasonal_index(by_month, series=of["series"]).peak
    note = "By the seasonal index."
    if found is None:
        # Too short or too few for an index: the month of the year with the most, as a reader would.
        totals = by_month.groupby(by_month["month"].str[-2:])["count"].sum()
        found, note = int(totals.idxmax()), "By plain counts of the calendar months."
    told = number(of["value"])
    return Answer(
        found == told, present.month_of_year(int(told or 0)), present.month_of_year(found), note
    )


def survey(of: Statement) -> Answer:
    """A share of the residents asked, or of the sites looked at."""
    found = register_series.share(of.review, of.named, of.period)
    told = f"{present.number(found.percent, decimals(of['value']))} per cent"
    if not pd.isna(found.counted):
        told += f" ({present.count(found.counted)} of {present.count(found.base)} sites)"
    elif not pd.isna(found.base):
        told += f" of {present.count(found.base)} asked"
    return Answer(of.is_within(found.percent), of.as_printed("per cent"), told)


def target(of: Statement) -> Answer:
    """A target is a wish; what can be checked is the baseline it starts from."""
    if not of["compare_value"]:
        reason = "no baseline is printed" if of["value"] else "no value is printed"
        raise NotAvailable((), reason)
    year = {"value": of["compare_value"], "period": of["compare_period"], "bound": ""}
    before = {"compare_period": "", "compare_value": ""}
    baseline = replace(of, row={**of.row, **year, **before})
    answer = (survey if of["source"] in ("surveys", "environmental") else count)(baseline)
    return answer._replace(printed=f"baseline {answer.printed}")


def output(of: Statement) -> Answer:
    found = ""
    if of["delivered"]:
        found = f"{present.count(number(of['delivered']))} delivered"
        found += f" by {present.month(of['delivered_to'])}" if of["delivered_to"] else ""
    return Answer(
        None, f"{figure(of['value'])} promised", found, "A promise is no figure to recompute."
    )


def action(of: Statement) -> Answer:
    due, start, end = of["due"], of["plan_start"], of["plan_end"]
    if due is None or pd.isna(due):
        return Answer(None, of["note"] or "no date", "", "It has no date that could be wrong.")
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
CHECKS: dict[str, Callable[[Statement], Answer]] = {
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
            answer = CHECKS[clean["kind"]](Statement(review, clean))
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
