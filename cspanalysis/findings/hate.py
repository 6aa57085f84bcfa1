"""Hate crime: change, its share of all crime, and how much of it is detected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.offences import ALL
from cspanalysis.domain.periods import Period
from cspanalysis.findings.domestic import MORE_REPORTED
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.present.phrases import confidence, first
from cspanalysis.review.series import Series
from cspanalysis.stats import measures

HATE = "hate crime"
#: What a partner counts of hate crime.
COUNTS = NO_CRIME, DETECTED = "hate crime no-crimed", "hate crime detected"

detection_question = partial(
    question, measure="hate crimes detected", unit="share", fewer_is_better=False
)


@question(
    "violence.hate.change",
    "Did recorded hate crime rise or fall?",
    needs="police_extract",
    measure=HATE,
    unit="offences",
)
def hate_change(ask: Question) -> Finding:
    """Offences flagged as hate crime against the same months of the year before."""
    return ask.change(_hate(ask), notes=[MORE_REPORTED])


@detection_question(
    "violence.hate.detection",
    "How much hate crime is detected?",
    needs="police_extract",
    role="outcome",
)
def hate_detection(ask: Question) -> Finding:
    """Detected hate crimes as a share of all, beside the same months of the year before."""
    return _detection(ask, partial(_hate, ask), _detected)


@detection_question(
    "violence.hate.detection.{group}",
    "How much hate crime is detected in the {members}?",
    needs="peer_counts",
    would_show="how much hate crime is detected in the group of districts",
    role="peers",
)
def hate_detection_together(ask: Question, group: str) -> Finding:
    """The same over a group of areas together."""
    return _detection(ask, partial(ask.series, [HATE, *COUNTS], among=group), _detected_together)


@question(
    "violence.hate.share.{group}",
    "How much of all crime is hate crime in the {members}?",
    needs="peer_counts",
    measure="hate crime as a share of recorded crime",
    unit="share",
    would_show="how much of all crime is hate crime",
    role="peers",
)
def hate_share(ask: Question, group: str) -> Finding:
    """Hate crime as a share of recorded crime over a group of areas together."""
    crimes = ask.series(HATE, ask.period, among=group)
    return ask.share(
        crimes.of(crimes.rows, protect=ask.protection()),
        ask.series("recorded crime", ask.period, among=group, subject="recorded crimes"),
        of="were hate crimes",
        columns=("Hate crime", "Recorded crime"),
        what="Hate crime as a share of recorded crime",
    )


def _hate(ask: Question, *periods: Period) -> Series:
    records = ask.review.series(
        ALL, *periods, knows="is_hate", lacks="do not say which offences were hate crimes"
    )
    return records.flagged(
        "is_hate",
        "recorded hate crime",
        protect=ask.protection(),
        definition="Hate crime here is every recorded offence that the force flagged as such.",
    )


def _detected(hate: Series, period: Period) -> tuple[int, int, int]:
    """Detected hate crimes among records, all of them, and 0: no record is marked 'no crime'."""
    rows = hate.inside(period)
    hate.of(rows).knowing("is_detected", "the records do not say which offences were detected")
    number = len(rows)
    detected = int(rows["is_detected"].fillna(False).astype(bool).sum())
    return detected, number, 0


def _detected_together(hate: Series, period: Period) -> tuple[int, int, int]:
    counts = hate.inside(period).groupby("offence")["count"].sum()
    return int(counts[DETECTED]), int(counts[HATE]), int(counts[NO_CRIME])


def _bases(found: Sequence[tuple[int, int, int]], ask: Question) -> tuple[list[int], str]:
    """The base of each detection rate, and what is said of it.

    Beside the number of hate crimes, one without those marked 'no crime' tells how many these are;
    where that would be a small number, they stay in the base of every period.
    """
    if ask.review.edition != "partner" and any(0 < n < ask.review.threshold for _, _, n in found):
        return [total for _, total, _ in found], (
            "Records that the police later marked 'no crime' are in the base, because they are so "
            "few that their number is protected."
        )
    return [total - n for _, total, n in found], (
        "Records that the police later marked 'no crime' are left out of the base."
    )


def _detection(
    ask: Question,
    hate: Callable[[Period], Series],
    counted: Callable[[Series, Period], tuple[int, int, int]],
) -> Finding:
    """A detection rate beside that of the same months of the year before, where it is known."""
    found, protect = hate(ask.period), ask.protection()
    known = [counted(found, ask.period)]
    with suppress(NotAvailable):
        known.append(counted(hate(ask.compare), ask.compare))
    (total, *earlier), note = _bases(known, ask)
    count = known[0][0]
    before: tuple[int | None, int | None] = (None, None)
    if earlier and disclosure.may_show_share(known[1][0], earlier[0], protect):
        before = known[1][0], earlier[0]
    if not total:
        raise NotAvailable((), f"no hate crime in {ask.period.label}")
    row = {"count": count, "total": total, "compare_count": before[0], "compare_total": before[1]}
    table = pd.DataFrame([row]).astype("Float64").assign(
        area=found.among or ask.review.area.name,
        period=ask.period.iso,
        compare=ask.compare.iso,
    )  # fmt: skip
    # What no page tells gives no member away: how many were no crime.
    rows = found.rows[found.rows["offence"] != NO_CRIME]
    crimes = found.of(rows, "hate crimes", protect=protect, definition="")
    result = measures.difference(table)
    return ask.publish(
        result,
        series=crimes,
        subject=f"{crimes.named} detected",
        wording=partial(_said, subject=crimes.named, of="were detected"),
        compared=bool(result["compare_share"].notna().all()),
        columns={
            "area": "Area",
            "count": "Detected",
            "total": "Hate crimes",
            "share": "Share",
            "interval": "95% interval",
            "compare_count": f"Detected {ask.earlier}",
            "compare_total": f"Hate crimes {ask.earlier}",
            "compare_share": f"Share {ask.earlier}",
        },
        what="Hate crimes detected",
        notes=[note],
    )


def _said(table: pd.DataFrame, *, subject: str, of: str) -> Said:
    """A share with its interval, and the share of the same months a year earlier."""
    row = first(table)
    if present.is_missing(row.get("share")):
        return cannot(subject, row, "share")
    text = (
        f"{present.count(row['count'])} of {present.count(row['total'])} {subject} {of} "
        f"({present.share(row['share'])}, {confidence(row)} interval "
        f"{present.percent_interval(row['lower'], row['upper'])})."
    )
    values = {k: row[k] for k in ("count", "share", "lower", "upper", "confidence")}
    verdict = "none"
    if not present.is_missing(row.get("compare_share")):
        verdict = row["verdict"]
        earlier = present.earlier(row.get("period"), row.get("compare"))
        text += (
            f" {present.capital(earlier)} it was {present.count(row['compare_count'])} of "
            f"{present.count(row['compare_total'])} ({present.share(row['compare_share'])})"
        )
        tail = {"up": ": the share rose.", "down": ": the share fell."}
        text += tail.get(verdict, "; the difference can be chance.")
        values["compare_count"] = row["compare_count"]
    return Said(text, verdict=verdict, values=values)
