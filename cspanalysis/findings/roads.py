"""Roads: collisions with injury, and children hurt."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.findings.shapes.change_wording import interval_of
from cspanalysis.present import charts
from cspanalysis.present.charts.plot import Plot
from cspanalysis.present.phrases import confidence, first
from cspanalysis.review import collisions
from cspanalysis.review.series import Series
from cspanalysis.stats import change, measures

ROADS = "stats19"

_KEYS = ("count", "compare_count", "percent_change", "ratio", "lower", "upper", "p", "confidence")

road_question = partial(question, needs=ROADS, unit="collisions", fewer_is_better=True)
child_question = partial(road_question, measure="collisions with a casualty under 18")


@road_question("roads.collisions.change", "Did road collisions with injury rise or fall?")
def collisions_change(ask: Question) -> Finding:
    """Collisions with injury against the same months of the year before."""
    return ask.change(ask.series(ROADS))


@road_question(
    "roads.severity.change",
    "Were collisions more or less severe?",
    measure="road collisions by severity",
    would_show="whether severe road collisions rose or fell",
)
def severity_changes(ask: Question) -> Finding:
    """Collisions by the worst injury: fatal or serious, and slight."""
    every = ask.series(ROADS)
    severity = every.rows["severity"]
    return ask.changes(
        {
            "collisions with a fatal or serious injury": every.of(
                every.rows[severity.isin(["fatal", "serious"])]
            ),
            "collisions with slight injuries only": every.of(every.rows[severity == "slight"]),
        },
        label="severity",
        heading="Worst injury",
        subject=every.subject,
        items="degrees of injury",
    )


@child_question(
    "roads.child_casualties.change",
    "Did collisions in which children were hurt rise or fall?",
    would_show="whether collisions with a casualty under 18 rose or fell",
)
def child_casualties(ask: Question) -> Finding:
    """Collisions with a casualty under 18 against the same months of the year before."""
    every, children = _with_child(ask)
    return ask.change(
        children, notes=_unknown_ages(ask, every.rows[ask.period.contains(every.rows["month"])],
                                      ask.period.label)
    )  # fmt: skip


@child_question(
    "roads.child_casualties.years",
    "How many collisions hurt children in each calendar year?",
    once=True,
    role="trend",
)
def child_casualty_years(ask: Question) -> Finding:
    """Whole calendar years, each against the one before (conditional exact test)."""
    every, children = _with_child(ask)
    result = _year_pairs(children.by_calendar_year(ask.review.period))
    if result.empty:
        raise NotAvailable(ROADS, "it covers no two whole calendar years in a row")
    first, last = result["compare_year"].iloc[0], result["year"].iloc[-1]
    inside = every.rows[every.rows["month"].between(f"{first}-01", f"{last}-12")]
    return ask.publish(
        result,
        series=children,
        wording=partial(_said, subject=children.subject),
        chart=_year_line,
        over=Comparison(Period.calendar_year(int(last)), Period.calendar_year(int(last) - 1)),
        compared=True,
        columns={
            "year": "Year",
            "compare_count": "The year before",
            "count": "Collisions",
            "percent_change": "Change per day, per cent",
            "ratio": "Ratio per day",
            "interval": "95% interval of the ratio",
        },
        what=f"{children.subject} by year",
        when=f"{first} to {last}; line = 95% interval",
        notes=_unknown_ages(ask, inside, f"{first} to {last}"),
    )


@question(
    "roads.collisions.peers.{group}",
    "How do road collisions compare with the other {members}?",
    needs=("peer_counts", ROADS),
    unit="per 1,000 residents in the period",
    fewer_is_better=True,
)
def collisions_peers(ask: Question, group: str) -> Finding:
    """Collisions per 1,000 residents of every area of a peer group."""
    return ask.peers(
        ask.review.peer_counts("road traffic collisions", group, ask.period),
        group,
        things="road collisions",
        heading="Collisions",
        notes=(
            "Collisions are counted where they happen, residents where they live: through traffic "
            "raises the rate of a district with main roads.",
        ),
    )


def _with_child(ask: Question) -> tuple[Series, Series]:
    every = ask.series(ROADS)
    children = every.of(
        collisions.with_child(ask.review, every.rows),
        "collisions with a casualty under 18",
        definition=f"{every.definition} Counted are collisions with at least one casualty younger "
        "than 18.",
    )
    return every, children


def _year_pairs(years: pd.DataFrame) -> pd.DataFrame:
    """Whole calendar years, each beside the one before."""
    counts = dict(zip(years["year"].astype(int), years["count"], strict=True))
    rows = []
    for number in [n for n in counts if n - 1 in counts]:
        year = Period.calendar_year(number)
        rows.append(
            {
                "year": str(number),
                "compare_year": str(number - 1),
                "period": year.iso,
                "compare": year.before.iso,
                "count": counts[number],
                "compare_count": counts[number - 1],
                "days": year.days,
                "compare_days": year.before.days,
            }
        )
    return change.change(pd.DataFrame(rows)) if rows else pd.DataFrame()


def _said(table: pd.DataFrame, *, subject: str) -> Said:
    """Each year's count, and which years differ clearly from the one before."""
    rows = table[table["count"].notna() & table["compare_count"].notna()].to_dict("records")
    if not rows:
        return cannot(subject, first(table), "comparison of years")
    counts = {}
    clear, unclear = [], []
    for row in rows:
        counts[row["compare_year"]], counts[row["year"]] = row["compare_count"], row["count"]
        verdict = row["verdict"]
        years = f"{row['compare_year']} to {row['year']}"
        if verdict in ("up", "down"):
            limits = f"{confidence(row)} interval {interval_of(row)}"
            clear.append(f"{'rose' if verdict == 'up' else 'fell'} from {years} ({limits})")
        else:
            unclear.append(years)
    said = present.listed(f"{present.count(n)} in {year}" for year, n in sorted(counts.items()))
    text = f"{present.capital(subject)}: {said}."
    if clear:
        text += f" They {present.listed(clear)}."
    if unclear and not clear and len(unclear) > 1:
        text += " There is no clear change from any of these years to the next."
    elif unclear:
        text += f" There is no clear change from {present.listed(unclear)}."
    newest = rows[-1]
    values = {k: v for k, v in values_of(newest).items() if k in _KEYS}
    return Said(text, verdict=newest["verdict"], values=values)


def _year_line(table: pd.DataFrame) -> Plot | None:
    counts = {
        **dict(zip(table["compare_year"], table["compare_count"], strict=True)),
        **dict(zip(table["year"], table["count"], strict=True)),
    }
    years = pd.DataFrame({"year": list(counts), "count": list(counts.values())})
    years = measures.count_interval(years.sort_values("year", ignore_index=True))
    return charts.trend_line(years, value="count", decimals=0)


def _unknown_ages(ask: Question, rows: pd.DataFrame, when: str) -> list[str]:
    unknown = collisions.with_unknown_age(ask.review, rows)
    if not unknown:
        return []
    return [
        f"In {unknown} more collisions of {when} the only casualties who may have been under 18 "
        "have no recorded age; they are not counted."
    ]
