"""What became of recorded crimes: their outcomes, beside the rest of the force and the year before.

Only crimes of an age are counted (`review.case_counts`). Shares are of all crimes that the files
state a category for, 'no outcome stated' among them: who leaves those out makes every other share
larger where the force sends fewer updates.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.case_outcomes import CLASSES, OTHER, UNSTATED
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import outcome_wording
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.present import charts
from cspanalysis.present.charts.plot import Plot
from cspanalysis.present.charts.share_pairs import share_pairs
from cspanalysis.present.phrases import MOST_NAMED, number_of
from cspanalysis.review import case_counts
from cspanalysis.review.case_counts import SOURCE, TOO_YOUNG, Cases
from cspanalysis.stats import measures, outcome_shares

DEFINITION = (
    "The last outcome that data.police.uk states for a crime, as it stood when the files were "
    f"made. Counted are crimes that were {present.in_words(TOO_YOUNG)} months old or more by the "
    "last month of the files; anti-social behaviour has no outcome. 'Charged or summonsed' holds "
    "cases that the court has decided or is to decide. 'Unable to prosecute suspect' means that a "
    "suspect was known and the evidence, or the victim's wish, did not carry a prosecution. 'No "
    "outcome stated' is 'status update unavailable', which is no outcome."
)
#: What the charts draw of each share.
_LINE = "line = 95% interval"
#: Classes in which a case may still lie that a later outcome will take out of it. Whoever awaits
#: the court has been charged, and stays so.
_OPEN = ("under investigation", UNSTATED)

outcome_question = partial(question, needs=SOURCE, measure="outcomes of crimes", unit="crimes")


@outcome_question("outcomes.all", "What became of recorded crimes?", once=True, role="outcome")
def all_crimes(ask: Question) -> Finding:
    """Shares of the outcomes, beside those of the rest of the force (Wilson, Newcombe)."""
    found, over = _old(ask)
    own, rest = _by_class(found.table)
    table = _side_by_side(own, rest)
    return ask.publish(
        _against(outcome_shares.against(table)),
        sources=(SOURCE,),
        subject="recorded crimes by outcome",
        wording=partial(outcome_wording.all_told, over=over, force=found.force),
        chart=partial(_chart, label="outcome"),
        over=over,
        columns={
            "outcome": "Outcome",
            "count": "Crimes",
            "share": "Share",
            "interval": "95% interval",
            **_rest_columns(found),
        },
        when=f"{over.label}; {_LINE}",
        definition=DEFINITION,
        notes=_notes(ask, found),
    )


@outcome_question(
    "outcomes.by_offence",
    "What became of crimes of each kind?",
    measure="crimes charged or summonsed",
    once=True,
    role="outcome",
)
def by_offence(ask: Question) -> Finding:
    """Share charged or summonsed of each kind of crime, beside the rest of the force."""
    found, over = _old(ask)
    table = _against(outcome_shares.kinds(found.table))
    return ask.publish(
        table,
        sources=(SOURCE,),
        subject="crimes charged or summonsed",
        wording=partial(outcome_wording.kinds_told, over=over, force=found.force),
        chart=partial(_chart, label="offence"),
        over=over,
        columns={
            "offence": "Kind of crime",
            "total": "Crimes",
            "count": "Charged or summonsed",
            "share": "Share",
            "interval": "95% interval",
            **_rest_columns(found),
            "no_suspect_share": "No suspect identified",
            "not_prosecuted_share": "Unable to prosecute suspect",
            "no_outcome_share": "No outcome stated",
        },
        what="crimes charged or summonsed, by kind",
        when=f"{over.label}; {_LINE}",
        definition=DEFINITION,
        notes=_notes(ask, found),
    )


@outcome_question(
    "outcomes.change",
    "Did outcomes change?",
    measure="outcomes of crimes",
    would_show="whether outcomes changed",
    once=True,
    role="outcome",
)
def change(ask: Question) -> Finding:
    """Shares of the outcomes against those of the same months of the year before (Newcombe)."""
    found, over = _old(ask)
    earlier = over.shift(ask.compare.first - ask.period.first)
    of = ask.compare if ask.compare.covers(earlier) else None
    before = case_counts.cases(ask.review.store, ask.review.area, earlier, of)
    if before.young is not None:
        raise NotAvailable(SOURCE, f"crimes of {earlier.label} are too young")
    own, _ = _by_class(found.table)
    past, _ = _by_class(before.table)
    table = _side_by_side(own, past).assign(period=over.iso, compare=earlier.iso)
    when = present.earlier(over.iso, earlier.iso)
    return ask.publish(
        _in_time(_points(outcome_shares.beside(table))),
        sources=(SOURCE,),
        subject="recorded crimes by outcome",
        wording=outcome_wording.change_told,
        chart=partial(share_pairs, label="outcome", names=(when, "now")),
        over=Comparison(over, earlier),
        compared=True,
        columns={
            "outcome": "Outcome",
            "compare_count": f"Crimes {when}",
            "compare_share": f"Share {when}",
            "count": "Crimes",
            "share": "Share",
            "points": "Difference, points",
            "points_interval": "95% interval of the difference",
            "changed": "Change",
        },
        when=f"{over.label} against {earlier.label}; {_LINE}",
        definition=DEFINITION,
        notes=[
            f"Crimes of {earlier.label} have had {number_of(over.first - earlier.first, 'month')} "
            "longer for their outcome. A smaller share now of what comes late, or a larger one of "
            "what is still open, can be due to that alone; of these no change is claimed.",
            *_notes(ask, found),
        ],
    )


@outcome_question(
    "outcomes.newest",
    "What is known of the newest crimes?",
    measure="outcomes of the newest crimes",
    once=True,
    role="outcome",
)
def newest(ask: Question) -> Finding:
    """Outcomes so far of the crimes that come too early for the other findings."""
    found = case_counts.cases(ask.review.store, ask.review.area, ask.period)
    if found.young is None:
        raise NotAvailable((), f"every crime of {ask.period.label} is old enough")
    rows = found.table[~found.table["is_old"]]
    own, _ = _by_class(rows)
    names = [name for name in CLASSES if own.get(name, 0)]
    if not names:
        raise NotAvailable((), f"no crimes in {found.young.label}")
    table = pd.DataFrame(
        {"outcome": names, "count": own.reindex(names).to_numpy(), "total": int(own.sum())}
    )
    return ask.publish(
        measures.proportion(table),
        sources=(SOURCE,),
        subject="the newest crimes by outcome so far",
        wording=partial(outcome_wording.newest_told, over=found.young),
        chart=partial(charts.sorted_bars, label="outcome", order="as it is"),
        over=found.young,
        columns={
            "outcome": "Outcome so far",
            "count": "Crimes",
            "share": "Share",
            "interval": "95% interval",
        },
        when=found.young.label,
        definition=DEFINITION,
        notes=["These crimes are too young to be judged: many of them will get another outcome."],
    )


_AGAINST = {
    "higher": "more often",
    "lower": "less often",
    "similar": "not clearly different",
    "none": "",
}


def _old(ask: Question) -> tuple[Cases, Period]:
    found = case_counts.cases(ask.review.store, ask.review.area, ask.period)
    if found.old is None:
        raise NotAvailable(
            SOURCE,
            f"the crimes of {ask.period.label} are less than {present.in_words(TOO_YOUNG)} months "
            "old in the files that are here",
        )
    table = found.table[found.table["is_old"]]
    if not table["is_own"].any():
        raise NotAvailable((), f"no recorded crimes in {found.old.label}")
    return found._replace(table=table), found.old


def _by_class(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Crimes by class, of the area and of the rest of its force."""
    sums = table.groupby(["is_own", "outcome"])["count"].sum()
    own, rest = (
        sums.xs(side, level="is_own") if side in sums.index.get_level_values(0) else sums.iloc[:0]
        for side in (True, False)
    )
    return own, rest


def _side_by_side(own: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Every class that either holds: outcome, count, total, compare_count, compare_total."""
    names = [name for name in CLASSES if own.get(name, 0) or other.get(name, 0)]
    found: dict[str, Any] = {"outcome": names}
    for prefix, side in (("", own), ("compare_", other)):
        found[f"{prefix}count"] = side.reindex(names, fill_value=0).to_numpy()
        found[f"{prefix}total"] = int(side.sum())
    return pd.DataFrame(found)


def _against(result: pd.DataFrame) -> pd.DataFrame:
    return result.assign(against=[_AGAINST[v] for v in result["verdict"]])


def _rest_columns(found: Cases) -> dict[str, str]:
    """Columns of the rest of the force; none where the area is all of it."""
    if found.table["is_own"].all():
        return {}
    rest = f"Rest of {found.force}"
    return {"compare_share": rest, "against": "Against the rest of the force"}


def _chart(table: pd.DataFrame, label: str) -> Plot | None:
    if table["compare_share"].isna().all():
        return charts.shares_with_intervals(table, label=label, order="as it is")
    return share_pairs(table, label=label, names=("rest of the force", "here"))


def _points(result: pd.DataFrame) -> pd.DataFrame:
    limits = zip(result["points_lower"], result["points_upper"], strict=True)
    return result.assign(points_interval=[present.interval(low, high) for low, high in limits])


def _in_time(result: pd.DataFrame) -> pd.DataFrame:
    """The verdict of each class, withheld where more time for the earlier crimes could make it."""
    is_open = result["outcome"].isin(_OPEN)
    late = (is_open & result["verdict"].eq("up")) | (~is_open & result["verdict"].eq("down"))
    changed = result["verdict"].replace(
        {"up": "more often", "down": "less often", "no_clear_change": "no clear change", "none": ""}
    )
    return result.assign(
        verdict=result["verdict"].mask(late, "none"),
        status=result["status"].mask(late, "not_comparable"),
        changed=changed.mask(late, "not claimed: the earlier crimes had more time"),
    )


def _notes(ask: Question, found: Cases) -> Sequence[str]:
    notes = []
    if found.young:
        late = found.young
        notes.append(
            f"Crimes of {late.label} are set apart: the files end too soon after them for an "
            "outcome to be known."
        )
    if found.unstated:
        notes.append(
            f"Not counted: {present.plural(found.unstated, 'crime')} whose rows state no category, "
            "such as those of the British Transport Police."
        )
    strange = found.table[(found.table["outcome"] == OTHER) & found.table["is_own"]]
    if len(strange):
        names = strange.groupby("category")["count"].sum()
        told = [f"'{present.shorten(n, 60)}' ({present.count(c)})" for n, c in names.items()]
        notes.append(f"Under '{OTHER}' stand categories that no class is known for: "
                     f"{present.listed(told, MOST_NAMED)}.")  # fmt: skip
    return notes
