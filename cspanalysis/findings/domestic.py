"""Domestic abuse: change, its share of violence, town centres, repeat victims."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis.disclosure import Protect
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.offences import ALL
from cspanalysis.domain.periods import Period
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.findings.shapes import shares
from cspanalysis.review import offence_counts
from cspanalysis.review.series import Series
from cspanalysis.stats import victims

DOMESTIC = "domestic abuse"
SOURCE = "police_extract"
DEFINITION = "Domestic abuse here is every recorded offence that the force flagged as domestic."
MORE_REPORTED = "More recorded offences can mean that more victims come forward."
#: What the share of a group of areas and that of the area itself are of.
VIOLENT, OF_VIOLENT = "violent offences", "domestic share of violent crime"

domestic_question = partial(question, needs=SOURCE, measure=DOMESTIC, unit="offences")
share_question = partial(question, needs=SOURCE, unit="share")


@domestic_question("violence.domestic.change", "Did recorded domestic abuse rise or fall?")
def domestic_change(ask: Question) -> Finding:
    """Offences flagged as domestic against the same months of the year before."""
    return ask.change(_domestic(ask), notes=[MORE_REPORTED])


@domestic_question(
    "violence.domestic.years",
    "How did recorded domestic abuse develop over the years?",
    once=True,
)
def domestic_years(ask: Question) -> Finding:
    """Offences flagged as domestic by financial year."""
    return ask.years(_domestic(ask), "Offences")


@share_question(
    "violence.domestic.share", "How much violent crime is domestic?", measure=OF_VIOLENT
)
def domestic_share(ask: Question, offences: str = "violent crime") -> Finding:
    """Share of violent crime that is flagged as domestic."""
    violent = _records(ask, ask.period, offences=offences)
    domestic = violent.flagged(
        "is_domestic", OF_VIOLENT, protect=ask.protection(), definition=DEFINITION
    )
    return ask.share(
        domestic,
        violent.of(violent.rows, VIOLENT),
        of="were domestic abuse",
        columns=("Domestic", "All"),
        what="Domestic abuse as a share of violent offences",
    )


@share_question(
    "violence.domestic.share.{group}",
    "How much violent crime is domestic in the {members}?",
    needs="peer_counts",
    measure=OF_VIOLENT,
    would_show="how much violent crime is domestic in the group of districts",
    role="peers",
)
def domestic_share_together(ask: Question, group: str) -> Finding:
    """Domestic abuse as a share of violent crime over a group of areas together."""
    domestic = ask.series(DOMESTIC, ask.period, among=group)
    return ask.share(
        domestic.of(domestic.rows, protect=ask.protection()),
        ask.series("violent crime", ask.period, among=group, subject=VIOLENT),
        of="were domestic abuse",
        columns=("Domestic abuse", "Violent crime"),
        what="Domestic abuse as a share of violent crime",
    )


@share_question(
    "violence.domestic.town_centre_share",
    "How much domestic abuse is recorded in a town centre?",
    measure="domestic abuse in a town centre",
    role="where",
)
def town_centre_share(ask: Question, town: str | None = None) -> Finding:
    """Share of domestic abuse in one town centre (default: the one with most of it)."""
    domestic = _domestic(ask, ask.period)
    domestic.knowing("is_town_centre", "the records do not say what lies in a town centre")
    inside = domestic.flagged("is_town_centre", ask.spec.measure)
    if inside.rows.empty:
        raise NotAvailable((), f"no domestic abuse in a town centre in {ask.period.label}")
    chosen = town or inside.rows["town"].value_counts().index[0]
    return ask.share(
        inside.of(inside.rows[inside.rows["town"] == chosen]),
        domestic.of(domestic.rows, "domestic abuse offences"),
        of=f"were recorded in {chosen} town centre",
        columns=(f"{chosen} town centre", "All"),
        what=f"Domestic abuse in {chosen} town centre",
    )


@share_question(
    "violence.domestic.repeat",
    "How many victims of domestic abuse are victims again?",
    measure="repeat victims of domestic abuse",
    fewer_is_better=True,
    role="who",
)
def repeat_victims(ask: Question) -> Finding:
    """Victims with two or more domestic incidents in twelve months, as a share of all victims."""
    over = _twelve_months(ask)
    flagged = _records(ask, over, people=True).flagged("is_domestic")
    rows = offence_counts.once_each(flagged.rows, "victim_id")
    flagged.of(rows).knowing("victim_id", "the records do not tell victims apart")
    return _repeats(
        ask,
        victims.domestic_repeat(rows, over),
        over,
        source=SOURCE,
        protect=ask.protection(),
        subject="victims of domestic abuse",
        of=f"were victims twice or more in {over.label}",
        columns=("Repeat victims", "Victims"),
        unidentified="incidents without a victim's reference",
    )


@share_question(
    "violence.marac.repeat",
    "How many referrals to the MARAC repeat one of the last twelve months?",
    needs="marac",
    measure="repeat referrals to the MARAC",
    role="who",
)
def marac_repeat(ask: Question) -> Finding:
    """Referrals of the same victim and perpetrator within twelve months of their last referral."""
    over = _twelve_months(ask)
    referrals = ask.series("marac")
    referrals.coverage.check(Period(over.first - 12, over.last))
    result = victims.marac_repeat(referrals.rows, over)
    if not result["total"].iloc[0]:
        raise NotAvailable((), f"no referrals in {over.label}")
    return _repeats(
        ask,
        result,
        over,
        source="marac",
        protect=ask.protection("marac"),
        subject="referrals to the MARAC",
        of=f"in {over.label} repeated one of the same pair within twelve months",
        columns=("Repeat referrals", "Referrals"),
        unidentified="referrals without both pseudonyms",
    )


def _repeats(
    ask: Question,
    result: pd.DataFrame,
    over: Period,
    *,
    source: str,
    protect: Protect,
    subject: str,
    of: str,
    columns: tuple[str, str],
    unidentified: str,
) -> Finding:
    """A share of repeats, as `stats.victims` gives it, with what could not be judged."""
    unknown = int(result["unidentified"].iloc[0])
    return ask.publish(
        result.assign(period=over.iso).drop(columns=["definition", "unidentified"]),
        wording=partial(shares.share_told, subject=subject, of=of),
        sources=[source],
        protect=protect,
        columns={"count": columns[0], "total": columns[1], "share": "Share",
                 "interval": "95% interval"},
        what=ask.spec.measure,
        when=over.label,
        over=over,
        definition=str(result["definition"].iloc[0]),
        notes=[f"{unknown:,} {unidentified} cannot be judged."]
        if unknown >= ask.review.threshold
        else (),
    )  # fmt: skip


def _twelve_months(ask: Question) -> Period:
    return Period(ask.period.last - 11, ask.period.last)


def _domestic(ask: Question, *periods: Period) -> Series:
    return _records(ask, *periods).flagged(
        "is_domestic",
        "recorded domestic abuse",
        protect=ask.protection(),
        definition=DEFINITION,
    )


def _records(ask: Question, *periods: Period, offences: str = ALL, people: bool = False) -> Series:
    return ask.review.series(
        offences,
        *periods,
        knows="is_domestic",
        lacks="do not say which offences were domestic",
        people=people,
    )
