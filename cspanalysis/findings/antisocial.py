"""Anti-social behaviour: which kinds, whether there is more of it, and where.

Criminal damage and the environment, which belong to the chapter too, have rooms of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.agendas import STRATEGY_2008
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import call_log
from cspanalysis.findings.overview import rate_question
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.present import suppliers
from cspanalysis.review.series import Series

POLICE, OFFICER = "police", "ASB officer"

#: So many receivers of a log are named.
MOST_RECEIVERS = 6

#: What each of them receives.
THINGS = {POLICE: "calls", OFFICER: "reports"}

ASB = "anti-social behaviour"
INCIDENTS = "anti-social behaviour incidents"

calls_question = partial(question, needs="asb_calls", unit="calls")
incident_question = partial(question, needs="police_uk", unit="incidents", fewer_is_better=True)


@incident_question(
    "antisocial.incidents.change", "Did incidents of anti-social behaviour rise or fall?"
)
def incidents_change(ask: Question) -> Finding:
    """Incidents of the street-level files against the same months of the year before."""
    return ask.change(ask.series(ASB, subject=INCIDENTS), notes=_unused_log(ask))


@incident_question(
    "antisocial.incidents.months",
    "Is the latest half year of anti-social behaviour out of the ordinary?",
    measure=f"{INCIDENTS} per day",
    unit="incidents per day",
    would_show="whether recent months of anti-social behaviour are out of the ordinary",
    once=True,
)
def incidents_months(ask: Question) -> Finding:
    """Control chart of the incidents of the street-level files."""
    return ask.control(ask.series(ASB, ask.period, subject=INCIDENTS))


@incident_question(
    "antisocial.incidents.season",
    "When in the year does anti-social behaviour peak?",
    measure=f"seasonal index of {INCIDENTS}",
    would_show="in which months anti-social behaviour peaks",
    once=True,
)
def incidents_season(ask: Question) -> Finding:
    """Seasonal index of the incidents over all months held."""
    return ask.season(ask.review.series(ASB, subject=INCIDENTS))


@calls_question(
    "antisocial.calls.change",
    "Did calls about anti-social behaviour rise or fall?",
    fewer_is_better=True,
)
def calls_change(ask: Question, leave_out: Sequence[str] = call_log.NOT_ASB) -> Finding:
    """Calls to police and council against the same months of the year before."""
    calls = call_log.calls(ask, leave_out)
    return ask.change(calls.of(calls.rows, definition=_definition(calls.rows)))


@calls_question(
    "antisocial.calls.received",
    "Who received more calls?",
    measure="calls by who received them",
    would_show="whether calls to the police and reports to the ASB officer rose or fell",
    fewer_is_better=True,
)
def calls_by_receiver(ask: Question, leave_out: Sequence[str] = call_log.NOT_ASB) -> Finding:
    """Calls to the police and reports to the ASB officer, each with its change."""
    calls = call_log.calls(ask, leave_out)
    receivers = sorted(calls.rows["received_by"].dropna().unique(), reverse=True)
    if not receivers:
        raise NotAvailable((), "the log does not say who received its calls")
    return ask.changes(
        {f"{THINGS.get(who, 'calls')} to the {who}": _received(calls, who) for who in receivers},
        label="received_by",
        heading="Received",
        subject=calls.subject,
        items="ways of calling",
        notes=_unsaid(calls.rows, ask.period),
    )


@calls_question(
    "antisocial.calls.types",
    "What are the calls about?",
    measure="calls by type",
    would_show="what the calls are about",
)
def calls_by_type(
    ask: Question, received_by: str = POLICE, leave_out: Sequence[str] = call_log.NOT_ASB
) -> Finding:
    """Calls by type, with their share and its interval."""
    return _types(ask, received_by, leave_out)


@calls_question(
    "antisocial.calls.type_changes",
    "Which kinds of call rose or fell?",
    measure="calls by type",
    fewer_is_better=True,
)
def type_changes(
    ask: Question, received_by: str = POLICE, leave_out: Sequence[str] = call_log.NOT_ASB
) -> Finding:
    """Each type of call against the same months of the year before."""
    calls = _received(call_log.calls(ask, leave_out), received_by)
    names = calls.rows["type"].value_counts().index
    return ask.changes(
        {name: calls.of(calls.rows[calls.rows["type"] == name]) for name in names},
        label="type",
        heading="Type",
        subject=calls.subject,
        items="types of call",
    )


@calls_question(
    "antisocial.officer_reports.types",
    "What is reported to the ASB officer?",
    measure="reports to the ASB officer by type",
    unit="reports",
)
def officer_reports_by_type(ask: Question, leave_out: Sequence[str] = call_log.NOT_ASB) -> Finding:
    """Reports to the council's ASB officer by type."""
    return _types(ask, OFFICER, leave_out)


@rate_question(
    "antisocial.peers.{group}",
    "How do incidents of anti-social behaviour compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
)
def peers(ask: Question, group: str) -> Finding:
    """Calls to the police (in open data: incidents) per 1,000 residents among a peer group."""
    counted = ask.review.peer_counts("anti-social behaviour", group, ask.period)
    things = "calls to the police about anti-social behaviour"
    if "peer_counts" not in counted.sources:
        things = "anti-social behaviour incidents"
    return ask.peers(counted, group, things=things)


@calls_question(
    "antisocial.bogus_callers.change",
    "Did calls about bogus callers rise or fall?",
    agenda=STRATEGY_2008,
)
def bogus_callers_change(ask: Question, types: Sequence[str] = call_log.NOT_ASB) -> Finding:
    """Calls about bogus callers; more of them can mean more awareness as well as more callers."""
    log = ask.series("asb_calls", subject="calls about bogus callers")
    rows = log.rows[call_log.of_types(log, types)]
    if rows.empty:
        named = " or ".join(f"'{name}'" for name in types)
        raise NotAvailable((), f"no call of the log is of the type {named}")
    return ask.change(
        log.of(rows, definition=""),
        notes=[
            "A rise can mean that more people report callers they are unsure of, not only that "
            "there are more."
        ],
    )


def _unused_log(ask: Question) -> list[str]:
    """Why a log of calls that is there does not serve for the comparison."""
    there = ask.review.store.sources()
    if "asb_calls" not in there:
        return []
    try:
        ask.series("asb_calls").coverage.check(ask.period, ask.compare)
    except NotAvailable as lacking:
        detail = suppliers.detail(lacking, there)
        return [f"The log of calls is not used: {detail}."] if detail else []
    return []


def _types(ask: Question, received_by: str, leave_out: Sequence[str]) -> Finding:
    calls = _received(call_log.calls(ask, leave_out), received_by)
    return ask.breakdown(calls, "type", "Type", present.capital(THINGS.get(received_by, "calls")))


def _received(calls: Series, who: str) -> Series:
    """Calls that somebody received; all, for those to the police, where nobody is named."""
    receivers = calls.rows["received_by"]
    if receivers.isna().all():
        if who == POLICE:
            return calls
        raise NotAvailable((), "the log does not say who received its calls")
    found = calls.rows[receivers == who]
    if found.empty:
        others = [f"'{name}' ({n:,})" for name, n in receivers.value_counts().items()]
        named = present.listed(others, MOST_RECEIVERS) or "nobody"
        raise NotAvailable(
            (),
            f"the log names as who received its calls {named}, not '{who}'; if that is the same, "
            "the settings can say so",
        )
    things = THINGS.get(who, "calls")
    notes = () if who == OFFICER else calls.notes
    return calls.of(found, f"{things} to the {who}", unit=things, notes=notes)


def _definition(log: pd.DataFrame) -> str:
    """Whose calls count, by what the log says."""
    found = list(log["received_by"].value_counts().index)
    if not found:
        return "All calls of the log; it does not say who received them."
    if set(found) <= {POLICE, OFFICER}:
        return "Calls to the police and reports to the council's ASB officer."
    return f"All calls of the log, received by {present.listed(found, MOST_RECEIVERS)}."


def _unsaid(log: pd.DataFrame, period: Period) -> list[str]:
    """How many calls do not say who received them."""
    count = int(log.loc[period.contains(log["month"]), "received_by"].isna().sum())
    if not count:
        return []
    verb = "does" if count == 1 else "do"
    return [f"{present.plural(count, 'call')} of {period.label} {verb} not say who received it."]
