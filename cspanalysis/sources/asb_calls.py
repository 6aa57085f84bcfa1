"""Calls about anti-social behaviour to the police and the council."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, month_of, once
from cspanalysis.sources.table import Read

#: Words around 'police' that name no other receiver.
_OFFICER = ("asb officer", "asb officers", "anti social behaviour officer")
_AROUND = "control room|call centre|contact centre|force|the|via|to|by|101|999|service"
#: What a log writes of an entry that is no call about anti-social behaviour, or none any more.
NO_CALL = (
    r"\bnot asb\b|\bno[nt][- ]anti-?social|\bno asb\b|\bduplicate|\bin error\b"
    r"|^cancel+(ed)?( call| log)?$"
)


def _check(found: Read) -> Read:
    """One row of each call, and receivers under one name each.

    A table that counts calls by day or kind is none of calls: its rows would count one each. Where
    calls have references, a number beside them says how many people rang about the same.
    """
    is_listed = found.frame["call_id"].is_not_null().any()
    if not is_listed and (found.frame["number"] > 1).any():
        raise DataRefused(
            paragraph(
                "this table gives numbers of calls, and each of its rows would count as one call",
                file=found.problems.file, column="number", allowed="a row for each call",
                do="Ask for the log itself, a row for each call.",
            )
        )  # fmt: skip
    found = found.keep(
        ~pl.col("type").fill_null("").str.contains(NO_CALL), "type", pl.col("type"),
        "a call about anti-social behaviour",
        "cancelled, entered twice, or no anti-social behaviour by its own label",
    )  # fmt: skip
    return _with_receivers(once(found, "call_id", "date", "call"))


def _with_receivers(found: Read) -> Read:
    """Who took a call is 'police' or 'ASB officer' however written; others as first spelled."""
    frame = found.frame
    written = frame["received_by"].drop_nulls().unique(maintain_order=True)
    frame = frame.with_columns(pl.col("received_by").replace(_receivers(written)))
    return found.with_frame(frame)


def _receivers(written: Iterable[str]) -> dict[str, str]:
    first: dict[str, str] = {}
    found = {}
    for text in written:
        key = " ".join(text.lower().replace("-", " ").split())
        words = re.sub(rf"\b({_AROUND})\b", " ", key).split()
        if words in (["police"], ["constabulary"]):
            found[text] = "police"
        elif " ".join(words) in _OFFICER:
            found[text] = "ASB officer"
        else:
            found[text] = first.setdefault(key, text)
    return found


SOURCE = Source(
    name="asb_calls",
    title="Calls about anti-social behaviour to police and council",
    description="One row per call.",
    supplier="the log of anti-social behaviour calls kept by police and council",
    called="the log of calls",
    schemas=(
        Schema("calls", "a log of calls", (
            Column(
                "date", "Day of the call", ("call date", "date of call", "date received"), "date",
                essential=True,
                seen_as=("incident date", "log date", "date reported", "call received",
                         "received on"),
            ),
            Column(
                "call_id", "Reference of the call",
                ("call ref", "call reference", "call number", "incident ref",
                 "incident reference", "incident number", "reference"),
                "identifier",
                seen_as=("log number", "log no", "case ref", "case reference", "case number",
                         "case id", "stormid", "cad number", "cad ref", "urn"),
                unlocks="a call that the log lists several times counted once",
            ),
            Column(
                "received_by", "Who took it: police, ASB officer",
                ("received", "source", "agency"),
                seen_as=("reported to", "taken by", "call taker", "organisation"),
                unlocks="calls to the police and reports to the council apart",
            ),
            Column(
                "type", "Kind of behaviour", ("call type", "category", "incident type"), "lower",
                essential=True,
                seen_as=("nature of call", "asb type", "description", "type of behaviour",
                         "nature", "closing code", "type of asb"),
            ),
            Column(
                "place", "Street or named place", ("location", "street"),
                seen_as=("road", "street name", "address"),
                unlocks="the streets and places with most calls",
            ),
            Column(
                "district", "Local authority district", ("local authority",),
                seen_as=("borough", "council", "la", "lad"),
                unlocks="the area's own calls, where the log covers several districts",
            ),
            Column(
                "number", "Calls that a row stands for: 1 in a log without references",
                ("number of calls", "calls", "count", "no of calls", "number of incidents",
                 "no of incidents", "incidents", "volume", "total"), "integer",
            ),
        )),
    ),
    derived={"asb_calls": {"month": month_of("date", "Month of the call, 'YYYY-MM'")}},
    hidden=("number",),
    # Many logs have no reference: their calls are compared as a whole.
    records={"asb_calls": ("call_id", "date")},
    totals=("call_id", "type"),
    is_mapped=True,
    quiet_months=2,
    check=_check,
)  # fmt: skip
