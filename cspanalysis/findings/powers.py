"""What was done about anti-social behaviour: the powers used, and case reviews."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.orders import IN_FORCE, POWERS
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.findings.shapes import change_wording, changes
from cspanalysis.present import charts
from cspanalysis.present.phrases import HIDDEN, chance_alone, confidence, first, get, hidden
from cspanalysis.stats import change, dispersion, measures, yearly

if TYPE_CHECKING:
    from cspanalysis.present.charts.plot import Plot

SOURCE = "asb_powers"
APPLICATIONS = "applications for a case review"
#: Case reviews are published once a year: figures of the newest of so many years are shown.
NEWEST = 3

POWERS_ARE = (
    "Powers of the Anti-social Behaviour, Crime and Policing Act 2014, as those who used them "
    "counted; public spaces protection orders in force are those at the end of the period."
)
REVIEWS_ARE = (
    "A case review (community trigger) looks again at what was done about a complaint. It is held "
    "where an application meets the threshold (section 104 of the Anti-social Behaviour, Crime and "
    "Policing Act 2014)."
)
MORE_USED = (
    "More use of a power can mean that there was more anti-social behaviour, or that more was done "
    "about it."
)

CONTRADICT = (
    "The figures contradict each other, as where they are not of one period: no share is given."
)
_SHARE = ("count", "share", "lower", "upper", "confidence")

power_question = partial(question, needs=SOURCE, role="action")
review_question = partial(question, needs=SOURCE, role="outcome", measure=APPLICATIONS)

_Figure = dict[str, Any]


@power_question(
    "antisocial.powers.used",
    "Which powers were used against anti-social behaviour?",
    measure="powers used against anti-social behaviour",
    would_show="which powers were used against anti-social behaviour",
)
def used(ask: Question) -> Finding:
    """Each power with how often it was used; one that is not known for the whole period is named.

    A month or quarter that is not there is no 0: neither is the sum that lacks it.
    """
    figures = _figures(ask)
    known, lacking = _known(ask, figures, ask.period)
    table = pd.DataFrame([{"power": name, **figure} for name, figure in known.items()]).sort_values(
        "count", ascending=False, kind="stable", ignore_index=True
    )
    return ask.publish(
        table.assign(counted=table["power"]),
        sources=(SOURCE,),
        unit="times",
        wording=partial(_used_told, period=ask.period),
        protect=ask.protection(SOURCE),
        columns={"power": "Power", "count": "Number"},
        what="powers used against anti-social behaviour",
        method="counts of those who used the powers, added up",
        definition=POWERS_ARE,
        notes=[*_lacking_notes(lacking, ask.period), *_unread_notes(figures)],
    )


@power_question(
    "antisocial.powers.changes",
    "Which powers were used more, or less?",
    measure="powers used against anti-social behaviour",
    would_show="which powers were used more or less than before",
)
def power_changes(ask: Question) -> Finding:
    """Each power against the same months before; what is in force at a time is not compared."""
    figures = _figures(ask)
    flows = figures[figures["power"] != IN_FORCE]
    both = [set(_known(ask, flows, period)[0]) for period in (ask.period, ask.compare)]
    names = [name for name in POWERS if name in both[0] & both[1]]
    if not names:
        raise NotAvailable(
            SOURCE, f"no power is known for both {ask.period.label} and {ask.compare.label}"
        )
    result = change.together(
        pd.concat(
            [_compared(ask, flows, name).assign(power=name, counted=name) for name in names],
            ignore_index=True,
        )
    )
    lacking = [n for n in POWERS if n in both[0] ^ both[1]]
    return ask.publish(
        result,
        sources=(SOURCE,),
        unit="times",
        wording=partial(
            change_wording.changes, label="power", subject="the use of powers",
            items="kinds of power",
        ),
        chart=_drawn,
        protect=ask.protection(SOURCE),
        compared=True,
        columns={"power": "Power", **changes.columns(ask.comparison)},
        what="Change in the use of powers against anti-social behaviour",
        when=f"{ask.period.label} against {ask.compare.label}; {charts.CHANGES_KEY}",
        definition=POWERS_ARE,
        notes=[
            MORE_USED,
            *([f"Known for one of the periods only: {present.listed(lacking)}."] if lacking else
              []),
            *chance_alone(result),
        ],
    )  # fmt: skip


@review_question(
    "antisocial.case_reviews",
    "How many applications for a case review met the threshold?",
    would_show="how many applications for a case review of anti-social behaviour met the threshold",
    once=True,
)
def case_reviews(ask: Question) -> Finding:
    """Applications of the newest year that is known, and how many of them met the threshold."""
    figures = _figures(ask)
    over = _newest(ask, figures, "applications", "applications for a case review")
    return _share(
        ask, over, _met(ask, figures, over), _of(ask, figures, "applications", over),
        part="Met the threshold", whole="Applications", wording=partial(_met_told, when=over.label),
    )  # fmt: skip


@review_question(
    "antisocial.case_reviews.recommendations",
    "How many case reviews led to recommendations?",
    would_show="how many case reviews of anti-social behaviour led to recommendations",
    once=True,
)
def recommendations(ask: Question) -> Finding:
    """Of the case reviews of the newest year that is known, those that led to recommendations."""
    figures = _figures(ask)
    over = _newest(ask, figures, "recommendations", "recommendations of case reviews")
    held = _of(ask, figures, "reviews held", over)
    if held["status"] == "not_available":
        held = _met(ask, figures, over)
    return _share(
        ask, over, _of(ask, figures, "recommendations", over), held,
        part="Led to recommendations", whole="Reviews", wording=partial(_led_told, when=over.label),
    )  # fmt: skip


@review_question(
    "antisocial.case_reviews.change",
    "Did applications for a case review rise or fall?",
)
def case_reviews_change(ask: Question) -> Finding:
    """Applications against the same months before; more can mean that more know of the right."""
    figures = _figures(ask)
    for period in (ask.period, ask.compare):
        if not _figure(ask, figures, "applications", period):
            ask.review.coverage(SOURCE).check(period)
            raise NotAvailable(
                SOURCE, f"it has no applications for a case review in {period.label}"
            )
    result = _compared(ask, figures, "applications").assign(counted=APPLICATIONS)
    return ask.publish(
        result,
        sources=(SOURCE,),
        unit="applications",
        subject=APPLICATIONS,
        wording=partial(change_wording.change, subject=APPLICATIONS),
        protect=ask.protection(SOURCE),
        compared=True,
        columns=changes.columns(ask.comparison),
        definition=REVIEWS_ARE,
        notes=[
            "More applications can mean that more people know that they may ask.",
            *chance_alone(result),
        ],
    )


def _figures(ask: Question) -> pd.DataFrame:
    """The rows of the area, each with its span and who sent it."""
    rows = ask.review.table(SOURCE)
    if rows.empty:
        raise NotAvailable(SOURCE, f"it holds no rows of {ask.review.area.name}")
    spans = {text: Period.parse(text) for text in rows["period"].unique()}
    return rows.assign(
        span=rows["period"].map(spans), agency=rows["agency"].fillna("").astype(str),
        count=pd.to_numeric(rows["count"]).astype(float),
    )  # fmt: skip


def _known(
    ask: Question, figures: pd.DataFrame, period: Period
) -> tuple[dict[str, _Figure], list[str]]:
    """The powers known for the whole of a period, and those that some figures tell of, but not."""
    held = set(figures["power"].dropna())
    found = {name: _figure(ask, figures, name, period) for name in POWERS if name in held}
    known = {name: figure for name, figure in found.items() if figure}
    if not known:
        ask.review.coverage(SOURCE).check(period)
        raise NotAvailable(SOURCE, f"it tells of no power for the whole of {period.label}")
    return known, [name for name, figure in found.items() if not figure]


def _figure(ask: Question, figures: pd.DataFrame, power: str, period: Period) -> _Figure:
    """Count, status and symbol of a power over a period; empty where it is not wholly covered.

    Whoever ever sent a figure of it has to have sent one for every month: months without any are
    missing and not 0. Of several spans that fill the period the longest is taken.
    """
    rows = figures[figures["power"] == power]
    if set(rows["district"]) != set(ask.review.area.districts):
        return {}
    used_rows = []
    for _, sent in rows.groupby(["district", "agency"]):
        ok = set(sent.loc[sent["status"] == "ok", "span"]) - set(
            sent.loc[sent["status"] != "ok", "span"]
        )
        made = _made_of(period, ok, power) or _made_of(period, set(sent["span"]), power)
        if not made:
            return {}
        used_rows.append(sent[sent["span"].isin(made)])
    used = pd.concat(used_rows)
    hidden_rows = used[used["status"] != "ok"]
    if len(hidden_rows):
        row = hidden_rows.iloc[0]
        return {"count": float("nan"), "status": row["status"], "symbol": row["symbol"] or ""}
    return {"count": float(used["count"].sum()), "status": "ok", "symbol": ""}


def _made_of(period: Period, spans: Iterable[Period], power: str) -> Sequence[Period] | None:
    ordered = sorted(spans, key=lambda span: (-span.months, span.first))
    if power != IN_FORCE:
        return period.made_of(ordered)
    # What is in force at the end is no sum: of the spans that end with the period, the shortest.
    last = [span for span in ordered if span.last == period.last and period.covers(span)]
    return last[-1:]


def _compared(ask: Question, figures: pd.DataFrame, power: str) -> pd.DataFrame:
    """Both periods of one power, judged as the years that are known vary."""
    comparison = ask.comparison
    counts = {p: _figure(ask, figures, power, p) for p in (comparison.period, comparison.compare)}
    now, before = counts[comparison.period], counts[comparison.compare]
    table = pd.DataFrame(
        {
            "count": [now["count"]], "compare_count": [before["count"]],
            "period": comparison.period.iso, "compare": comparison.compare.iso,
            "days": comparison.period.days, "compare_days": comparison.compare.days,
        }
    )  # fmt: skip
    result = change.change(table)
    unknown = next((one for one in (now, before) if one["status"] != "ok"), None)
    if unknown:
        return result.assign(status=unknown["status"], symbol=unknown["symbol"])
    return change.widened(
        result, dispersion.of_years(_years(ask, figures, power, comparison)), yearly.FEW_YEARS
    )


def _years(ask: Question, figures: pd.DataFrame, power: str, comparison: Comparison) -> list[float]:
    """The same months of every year that is known, up to the period's."""
    first_month = min(span.first for span in figures["span"])
    found, period = [], comparison.period
    while period.first >= first_month:
        found.append(_figure(ask, figures, power, period).get("count", float("nan")))
        period = period.shift(-12)
    return found[::-1]


def _newest(ask: Question, figures: pd.DataFrame, name: str, what: str) -> Period:
    """The period, or the same months of the newest year before for which there is a figure."""
    for back in range(NEWEST):
        over = ask.period.shift(-12 * back)
        if _figure(ask, figures, name, over):
            return over
    ask.review.coverage(SOURCE).check(ask.period)
    raise NotAvailable(SOURCE, f"it has no {what} in {ask.period.label}")


def _of(ask: Question, figures: pd.DataFrame, name: str, over: Period) -> _Figure:
    return _figure(ask, figures, name, over) or {"count": float("nan"), "status": "not_available"}


def _met(ask: Question, figures: pd.DataFrame, over: Period) -> _Figure:
    """Applications that met the threshold: as given, or those that did not fail it, or reviews."""
    given = _of(ask, figures, "threshold met", over)
    if given["status"] != "not_available":
        return given
    failed = _of(ask, figures, "threshold not met", over)
    if failed["status"] != "not_available":
        applied = _of(ask, figures, "applications", over)
        return {**failed, "count": applied["count"] - failed["count"]}
    return _of(ask, figures, "reviews held", over)


def _share(
    ask: Question,
    over: Period,
    part_of: _Figure,
    of_all: _Figure,
    *,
    part: str,
    whole: str,
    wording: Callable[[pd.DataFrame], Said],
) -> Finding:
    """A share with its limits; none where the two figures contradict each other."""
    count, total = part_of["count"], of_all["count"]
    is_wrong = count > total or count < 0
    table = pd.DataFrame({"count": [float("nan") if is_wrong else count], "total": [total]})
    result = measures.proportion(table)
    if "suppressed" in (part_of["status"], of_all["status"]):
        result = result.assign(status="suppressed")
    return ask.publish(
        result,
        sources=(SOURCE,),
        subject=APPLICATIONS,
        wording=wording,
        protect=ask.protection(SOURCE),
        over=over,
        columns={"count": part, "total": whole, "share": "Share", "interval": "95% interval"},
        what=f"case reviews: {part.lower()}",
        when=over.label,
        definition=REVIEWS_ARE,
        notes=[CONTRADICT] if is_wrong else [],
    )


def _drawn(table: pd.DataFrame) -> Plot | None:
    """Changes with their intervals; where a row is hidden the table alone shows what may be."""
    return None if hidden(table) else charts.change_intervals(table, label="power")


def _used_told(table: pd.DataFrame, *, period: Period) -> Said:
    """How often each power was used, those used most first; what was not used is said."""
    rows, when = table.to_dict("records"), period.label
    flows = [r for r in rows if r["power"] != IN_FORCE]
    told = [_number(r) for r in flows if (get(r, "count") or 0) > 0]
    none = [r["power"] for r in flows if get(r, "count") == 0]
    stock: _Figure = next((r for r in rows if r["power"] == IN_FORCE), {})
    parts = []
    if told:
        parts.append(f"In {when} there were {present.listed(told)}.")
    if none:
        start = "There were" if told else f"In {when} there were"
        parts.append(f"{start} {present.listed(f'no {name}' for name in none)}.")
    if (number := get(stock, "count")) is not None:
        was, last = "was" if number == 1 else "were", present.month(period.month_list()[-1])
        noun = _number(stock).removesuffix(" in force")
        noun = noun if number else noun.replace("0", "No", 1)
        parts.append(f"{present.capital(noun)} {was} in force at the end of {last}.")
    if not parts:
        return cannot("the use of powers against anti-social behaviour", first(table), "number")
    if n := hidden(table):
        number, verb = present.capital(present.in_words(n)), "is" if n == 1 else "are"
        parts.append(f"{number} of {present.in_words(len(rows))} kinds of power {verb} {HIDDEN}.")
    return Said(" ".join(parts))


def _number(row: _Figure) -> str:
    """'34 community protection notices', 'one closure order'."""
    name = row["power"]
    if row["count"] == 1:
        name = re.sub(r"(warning|notice|order|injunction|authorisation|contract|direction)s", r"\1",
                      name, count=1)  # fmt: skip
    return f"{present.count(row['count'])} {name}"


def _met_told(table: pd.DataFrame, *, when: str) -> Said:
    """How many of the applications met the threshold."""
    row = first(table)
    applied = get(row, "total")
    if applied is None:
        return cannot(f"{APPLICATIONS} in {when}", row, "number")
    if applied == 0:
        return Said(f"There was no application for a case review in {when}.")
    was, many = ("was", "application") if applied == 1 else ("were", "applications")
    text = f"In {when} there {was} {present.count(applied)} {many} for a case review"
    if get(row, "share") is None:
        why = f"is {HIDDEN}" if row["status"] == "suppressed" else "is not known"
        return Said(f"{text}; how many met the threshold {why}.")
    return Said(
        f"{text}, of which {_none_or(row['count'])} met the threshold ({_limits(row)}).",
        values=values_of(row, *_SHARE),
    )


def _led_told(table: pd.DataFrame, *, when: str) -> Said:
    """How many of the reviews led to recommendations."""
    row = first(table)
    if get(row, "total") == 0:
        return Said(f"There was no case review in {when}.")
    if get(row, "share") is None:
        return cannot(f"case reviews with recommendations in {when}", row, "share")
    noun = "case review" if row["total"] == 1 else "case reviews"
    return Said(
        f"Of {present.count(row['total'])} {noun} in {when}, {_none_or(row['count'])} led to "
        f"recommendations ({_limits(row)}).",
        values=values_of(row, *_SHARE),
    )


def _none_or(count: float) -> str:
    return present.count(count) if count else "none"


def _limits(row: _Figure) -> str:
    limits = present.percent_interval(row["lower"], row["upper"])
    return f"{present.share(row['share'])}, {confidence(row)} interval {limits}"


def _lacking_notes(lacking: list[str], period: Period) -> list[str]:
    if not lacking:
        return []
    return [f"Not known for the whole of {period.label}: {present.listed(lacking)}."]


def _unread_notes(figures: pd.DataFrame) -> list[str]:
    """Labels that no power is known by."""
    labels = figures.loc[figures["power"].isna(), "kind"].dropna().unique()
    if not len(labels):
        return []
    named = [f"'{present.shorten(label, 60)}'" for label in labels]
    return [f"Counted in none of the powers: {present.listed(named, 8, 'others')}."]
