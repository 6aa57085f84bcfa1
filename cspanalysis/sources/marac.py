"""Referrals to the multi-agency risk assessment conference (MARAC) on domestic abuse."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, month_of, noted_repeats
from cspanalysis.sources.table import Read

_note_repeats = noted_repeats("referral_id", "referral", "referral number")


def _check(found: Read) -> Read:
    """Without a pseudonym a referral counts, but nobody can say whether it repeats another."""
    frame = found.frame
    for column in ("victim_id", "perpetrator_id"):
        found.note(
            frame.filter(pl.col(column).is_null()), column, "a pseudonym",
            "without it nobody can say whether the referral repeats another; it is kept",
        )  # fmt: skip
    return _note_repeats(found)


SOURCE = Source(
    name="marac",
    title="Referrals to the multi-agency risk assessment conference (MARAC)",
    description="One row per referral of a victim of domestic abuse at high risk, with pseudonyms "
    "of victim and perpetrator; names and addresses are not wanted. Repeats are seen only if the "
    "list reaches back twelve months before the period.",
    supplier="the list of referrals to the MARAC, with pseudonyms, from its coordinator",
    called="the list of referrals to the MARAC",
    schemas=(
        Schema("referrals", "a list of referrals", (
            Column(
                "referral_id", "Referral number",
                ("referral number", "referral no", "referral ref", "case number", "case ref"),
                "identifier",
            ),
            Column(
                "referred", "Day of the referral",
                ("referral date", "date of referral", "date referred", "date"), "date",
                essential=True,
            ),
            Column(
                "victim_id", "Pseudonym of the victim",
                ("victim", "victim reference", "victim ref", "victim number"), required=True,
            ),
            Column(
                "perpetrator_id", "Pseudonym of the perpetrator",
                ("perpetrator", "perpetrator reference", "perpetrator ref", "perp ref"),
                required=True,
            ),
            Column(
                "district", "Local authority district", ("local authority", "borough"),
                required=True,
            ),
        )),
    ),
    derived={"marac": {"month": month_of("referred", "Month of the referral, 'YYYY-MM'")}},
    records={"marac": ("referral_id", "referred")},
    totals=("referral_id", "victim_id", "perpetrator_id"),
    is_mapped=True,
    policy="threshold",
    quiet_months=2,
    check=_check,
)  # fmt: skip
