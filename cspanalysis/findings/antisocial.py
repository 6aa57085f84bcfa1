"""Chapter 03, anti-social behaviour: which kinds, whether there is more of it, and where.

Criminal damage and the environment, which belong to the chapter too, have rooms of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, finding
from cspanalysis.findings.common import other_counts
from cspanalysis.review.review import Review

ASB_SOURCES = ("asb_calls", "police_uk")

#: Types of call in the log that are no anti-social behaviour and are counted by themselves.
NOT_ASB = ("bogus caller",)

POLICE, OFFICER = "police", "ASB officer"

#: So many receivers of a log are named.
MOST_RECEIVERS = 6

#: What each of them receives.
THINGS = {POLICE: "calls", OFFICER: "reports"}


@finding(
    "antisocial.calls.change",
    title="Did calls about anti-social behaviour rise or fall?",
    needs=ASB_SOURCES,
    measure="calls about anti-social behaviour",
    unit="calls",
    polarity="lower_is_better",
    would_show="whether anti-social behaviour calls rose or fell",
)
def calls_change(
    review: Review,
    leave_out: Sequence[str] = NOT_ASB,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Calls to police and council against the same months of the year before."""
    try:
        log = _log(review)
    except NotAvailable:
        return common.change_finding(
            review,
            spec,
            comparison,
            "anti-social behaviour",
            subject="anti-social behaviour incidents",
        )
    kept = _without(log, leave_out)
    return other_counts.change_of(
        review,
        spec,
        comparison,
        _by_month(review, kept),
        subject="calls about anti-social behaviour",
        sources=("asb_calls",),
        definition=_definition(kept),
        notes=_left_out(leave_out),
    )


@finding(
    "antisocial.calls.received",
    title="Who received more calls?",
    needs="asb_calls",
    measure="calls by who received them",
    unit="calls",
    polarity="lower_is_better",
    would_show="whether calls to the police and reports to the ASB officer rose or fell",
)
def calls_by_receiver(
    review: Review, leave_out: Sequence[str] = NOT_ASB, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Calls to the police and reports to the ASB officer, each with its change."""
    log = _log(review)
    kept = _without(log, leave_out)
    receivers = sorted(kept["received_by"].dropna().unique(), reverse=True)
    if not receivers:
        raise NotAvailable((), "the log does not say who received its calls")
    return other_counts.changes_of(
        review,
        spec,
        comparison,
        {
            f"{THINGS.get(who, 'calls')} to the {who}": _by_month(
                review, kept[kept["received_by"] == who]
            )
            for who in receivers
        },
        label="received_by",
        heading="Received",
        subject="calls about anti-social behaviour",
        items="ways of calling",
        sources=("asb_calls",),
        notes=(*_left_out(leave_out), *_unsaid(kept, comparison.period)),
    )


@finding(
    "antisocial.calls.types",
    title="What are the calls about?",
    needs="asb_calls",
    measure="calls by type",
    unit="calls",
    would_show="what the calls are about",
)
def calls_by_type(
    review: Review,
    received_by: str = POLICE,
    leave_out: Sequence[str] = NOT_ASB,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Calls by type, with their share and its interval."""
    return _types(review, spec, comparison, received_by, leave_out, "calls")


@finding(
    "antisocial.calls.type_changes",
    title="Which kinds of call rose or fell?",
    needs="asb_calls",
    measure="calls by type",
    unit="calls",
    polarity="lower_is_better",
    would_show="which kinds of call rose or fell",
)
def type_changes(
    review: Review,
    received_by: str = POLICE,
    leave_out: Sequence[str] = NOT_ASB,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Each type of call against the same months of the year before."""
    log = _log(review)
    kept = _received(_without(log, leave_out), received_by)
    names = kept["type"].value_counts().index
    return other_counts.changes_of(
        review,
        spec,
        comparison,
        {name: _by_month(review, kept[kept["type"] == name]) for name in names},
        label="type",
        heading="Type",
        subject=f"calls to the {received_by}",
        items="types of call",
        sources=("asb_calls",),
        notes=_left_out(leave_out),
    )


@finding(
    "antisocial.officer_reports.types",
    title="What is reported to the ASB officer?",
    needs="asb_calls",
    measure="reports to the ASB officer by type",
    unit="reports",
    would_show="what is reported to the ASB officer",
)
def officer_reports_by_type(
    review: Review,
    leave_out: Sequence[str] = NOT_ASB,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Reports to the council's ASB officer by type."""
    return _types(review, spec, comparison, OFFICER, leave_out, "reports")


@finding(
    "antisocial.peers.{group}",
    title="How do calls about anti-social behaviour compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
    measure="calls about anti-social behaviour per 1,000 residents",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how calls about anti-social behaviour compare with the peers",
)
def peers(review: Review, group: str, *, comparison: Comparison, spec: Spec) -> Finding:
    """Calls to the police (in open data: incidents) per 1,000 residents among a peer group."""
    counted = review.peer_counts("anti-social behaviour", group, comparison.period)
    has_calls = "peer_counts" in counted.sources
    things = "calls to the police about anti-social behaviour"
    things = things if has_calls else "anti-social behaviour incidents"
    return common.peers_of(review, spec, comparison, counted, group, things=things)


@finding(
    "antisocial.bogus_callers.change",
    title="Did calls about bogus callers rise or fall?",
    needs="asb_calls",
    measure="calls about bogus callers",
    unit="calls",
    would_show="whether calls about bogus callers rose or fell",
)
def bogus_callers_change(
    review: Review, types: Sequence[str] = NOT_ASB, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Calls about bogus callers; more of them can mean more awareness as well as more callers."""
    log = _log(review)
    rows = log[_is_of(log, types)]
    if rows.empty:
        named = " or ".join(f"'{name}'" for name in types)
        raise NotAvailable((), f"no call of the log is of the type {named}")
    return other_counts.change_of(
        review,
        spec,
        comparison,
        _by_month(review, rows),
        subject="calls about bogus callers",
        sources=("asb_calls",),
        notes=(
            "A rise can mean that more people report callers they are unsure of, not only that "
            "there are more.",
        ),
    )


def _types(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    received_by: str,
    leave_out: Sequence[str],
    things: str,
) -> Finding:
    log = _log(review)
    review.coverage("asb_calls").check(comparison.period)
    kept = _received(_without(log, leave_out), received_by)
    kept = kept[comparison.period.contains(kept["month"])]
    if kept.empty:
        raise NotAvailable((), f"no {things} to the {received_by} in {comparison.period.label}")
    return other_counts.mix_of(
        review,
        spec,
        comparison,
        kept,
        label="type",
        heading="Type",
        things=common.capital(things),
        subject=f"{things} to the {received_by}",
        sources=("asb_calls",),
        notes=_left_out(leave_out) if received_by == POLICE else (),
    )


def _log(review: Review) -> pd.DataFrame:
    return review.table("asb_calls")


def _without(log: pd.DataFrame, leave_out: Sequence[str]) -> pd.DataFrame:
    return log[~_is_of(log, leave_out)]


def _is_of(log: pd.DataFrame, types: Sequence[str]) -> pd.Series:
    """Calls of some types, whatever their case, hyphens and plural: 'Bogus callers'."""

    def key(text: str) -> str:
        return " ".join(text.lower().replace("-", " ").split()).removesuffix("s")

    wanted = {key(name) for name in types}
    return log["type"].isin([t for t in log["type"].dropna().unique() if key(t) in wanted])


def _received(log: pd.DataFrame, who: str) -> pd.DataFrame:
    """Calls that somebody received.

    Raises
    ------
    NotAvailable
        If the log names no such receiver; says whom it names.
    """
    found = log[log["received_by"] == who]
    if found.empty:
        others = [f"'{name}' ({n:,})" for name, n in log["received_by"].value_counts().items()]
        named = present.listed(others, MOST_RECEIVERS) or "nobody"
        raise NotAvailable(
            (),
            f"the log names as who received its calls {named}, not '{who}'; if that is the same, "
            "say so in partnership.toml under [sources.asb_calls.values.received_by]",
        )
    return found


def _definition(log: pd.DataFrame) -> str:
    """Whose calls count, by what the log says."""
    found = list(log["received_by"].value_counts().index)
    if not found:
        return "All calls of the log; it does not say who received them."
    if set(found) <= {POLICE, OFFICER}:
        return "Calls to the police and reports to the council's ASB officer."
    return f"All calls of the log, received by {present.listed(found, MOST_RECEIVERS)}."


def _unsaid(log: pd.DataFrame, period: Period) -> tuple[str, ...]:
    """How many calls do not say who received them."""
    count = int(log.loc[period.contains(log["month"]), "received_by"].isna().sum())
    if not count:
        return ()
    verb = "does" if count == 1 else "do"
    return (f"{present.plural(count, 'call')} of {period.label} {verb} not say who received it.",)


def _by_month(review: Review, rows: pd.DataFrame) -> pd.DataFrame:
    return other_counts.monthly(rows, review.covered("asb_calls"))


def _left_out(leave_out: Sequence[str]) -> tuple[str, ...]:
    if not leave_out:
        return ()
    names = " and ".join(f"'{name}'" for name in leave_out)
    return (f"Calls logged as {names} are left out: they are not anti-social behaviour.",)
