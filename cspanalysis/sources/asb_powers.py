"""Powers used against anti-social behaviour, and case reviews of how it was dealt with."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from cspanalysis.domain import period_labels, total_labels
from cspanalysis.domain.orders import power_of
from cspanalysis.domain.periods import Period
from cspanalysis.sources import order_register, side_by_side
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Across, Column, Schema, UnknownLayout
from cspanalysis.sources.source import Derived, Source, status_of
from cspanalysis.sources.table import Context, Read
from cspanalysis.sources.word_rules import meaning

#: Columns by which a figure may be parted, and labels of the whole.
_PARTS = {"agency": total_labels.WHOLE, "area": total_labels.WHOLE_AREA}


def _heading(text: str) -> str:
    return text.strip() if power_of(text) else ""


def _span_heading(text: str) -> str:
    return text.strip() if period_labels.match(text) else ""


def _without_wholes(found: Read, column: str) -> Read:
    """Set aside figures of all agencies or of the whole district that stand beside their parts.

    They say so, or have no agency or area and are everywhere the sum of those that have one; what
    is not is taken for figures whose agency or area is not known.
    """
    beside = [c for c in ("period", "district", "kind", *_PARTS) if c != column]
    label = pl.col(column)
    is_named = (
        label.str.contains(_PARTS[column])
        | label.str.contains(total_labels.SOME)
        | (label.str.to_lowercase() == pl.col("district").str.to_lowercase())
    )
    frame = found.frame.with_columns(_named=is_named.fill_null(False))
    parts = frame.filter(label.is_not_null() & ~pl.col("_named")).group_by(beside)
    summed = parts.agg(_sum=pl.col("count").sum())
    frame = frame.join(summed, on=beside, how="left", nulls_equal=True, maintain_order="left")
    blank = frame.filter(label.is_null() & pl.col("_sum").is_not_null())
    is_sum = blank.height > 0 and bool((blank["count"] == blank["_sum"]).fill_null(False).all())
    is_whole = pl.col("_sum").is_not_null() & (pl.col("_named") | (label.is_null() & is_sum))
    kept = found.with_frame(frame).keep(
        ~is_whole, column, label, "one of the figures that a total is made of",
        "a total of other rows",
    )  # fmt: skip
    return kept.with_frame(kept.frame.drop("_named", "_sum"))


def _without_parts(found: Read) -> Read:
    """One figure of each power: a total of kinds of it, and a part of another row, are set aside.

    'Closure orders' beside those full and partial; 'of which to under 18s'.
    """
    by = ["period", "district", *_PARTS, "power"]
    label = pl.col("kind").str.to_lowercase()
    several = (pl.len().over(by) > 1) & pl.col("power").is_not_null()
    # A total is everywhere the sum of the others of its power.
    sums = found.frame.filter(several).with_columns(
        _is_sum=2 * pl.col("count") == pl.col("count").sum().over(by),
        _are_more=pl.len().over(by) > 2,
    )
    wholes = sums.group_by("power", "kind").agg(
        _is_sum=pl.col("_is_sum").fill_null(False).all() & pl.col("_are_more").any()
    )
    frame = found.frame.join(
        wholes, on=["power", "kind"], how="left", nulls_equal=True, maintain_order="left"
    )
    frame = frame.with_columns(
        _is_part=label.str.contains(total_labels.OF_WHICH) & several,
        _is_whole=several
        & (label.str.contains(total_labels.WITHIN) | pl.col("_is_sum").fill_null(False)),
    )
    found = found.with_frame(frame)
    for flag, allowed, reason in (
        ("_is_part", "one figure of each power", "a part of another row"),
        ("_is_whole", "one of the figures that a total is made of", "a total of other rows"),
    ):
        others = (~pl.col(flag)).any().over(by)
        found = found.keep(~(pl.col(flag) & others), "kind", pl.col("kind"), allowed, reason)
    return found.with_frame(found.frame.drop("_is_part", "_is_whole", "_is_sum"))


def _check(found: Read) -> Read:
    """What is meant by each label; one that nobody knows is kept, and totals are set aside."""
    if found.schema == order_register.LAYOUT:
        _tell_unknown(found)
        return _with_powers(order_register.counted(found))
    for column in _PARTS:
        if found.frame[column].is_not_null().any():
            found = found.without_totals(column)
    for column in _PARTS:
        found = _without_wholes(found, column)
    _tell_unknown(found)
    return _without_parts(_with_powers(found))


_POWER = meaning(power_of, pl.col("kind"))


def _with_powers(found: Read) -> Read:
    return found.with_frame(found.frame.with_columns(power=_POWER))


def _tell_unknown(found: Read) -> None:
    found.note(
        found.frame.filter(_POWER.is_null()), "kind", "a power or a figure of case reviews",
        "neither that is known: kept, and counted in none",
    )  # fmt: skip


_FIGURES = Source(
    name="asb_powers",
    title="Powers used against anti-social behaviour, and case reviews",
    description="One row per period, kind of power (or figure of case reviews) and agency, with "
    "how many. A period is a month, a quarter of a financial year, or a year; what is not known is "
    "left blank, and 0 is written where there was none: a period that is not there is no 0. Public "
    "spaces protection orders are those in force at its end, unless the label says 'made'. Of case "
    "reviews (the community trigger) the figures that section 104 of the Anti-social Behaviour, "
    "Crime and Policing Act 2014 has published: applications, threshold not met, reviews carried "
    "out, reviews that led to recommendations. A register of single orders (a row each, with its "
    "day) is counted by month and kind as it is read: no name, address or number is kept. Where no "
    "column says the kind, the name of the file or sheet may ('CBO register').",
    supplier="the council's and the police's figures of powers used and of case reviews",
    called="the figures of powers used and of case reviews",
    is_plural=True,
    schemas=(
        Schema("figures", "figures of powers and case reviews", (
            Column(
                "period", "Month, quarter or year; cleaned: first and last month",
                ("quarter", "year", "month", "financial year"), "period", essential=True,
                seen_as=("reporting period", "reporting year", "time period", "qtr"),
            ),
            Column(
                "district", "Local authority district", ("local authority",), required=True,
                seen_as=("la", "borough", "council", "council area", "csp"),
            ),
            Column(
                "kind", "Power, or what is counted of case reviews",
                ("power", "measure", "type of power", "order"), essential=True,
                seen_as=("power used", "tool", "tool or power", "asb power", "order type"),
            ),
            Column(
                "agency", "Who used it", ("used by", "issued by", "organisation"),
                seen_as=("team", "authority", "issuing agency", "lead agency", "partner"),
            ),
            Column("area", "Part of the district", ("ward", "neighbourhood", "location")),
            Column(
                "count", "How many, or a symbol", ("number", "total", "number issued"), "count",
                required=True, seen_as=("no of", "issued", "value", "used", "number used", "cases"),
            ),
        ), across=(
            Across("kind", "count", _heading), Across("period", "count", _span_heading),
            side_by_side.districts("district", "count"),
        )),
        order_register.SCHEMA,
    ),
    hidden=("date", "order_id", "case_id"),
    derived={
        "asb_powers": {
            "power": Derived(
                "The power or figure of case reviews that the label means; missing where nobody "
                "can tell",
                after="kind",
            ),
            **status_of("count"),
        }
    },
    figures={"asb_powers": ("period", "district", "agency", "area", "kind")},
    totals="kind",
    is_mapped=True,
    policy="threshold",
    spans={"asb_powers": ("period", Period.parse)},
    check=_check,
)  # fmt: skip


def _read(part: Part, context: Context) -> Read:
    """A table; of a register that is of one power throughout its file or sheet may say which."""
    try:
        return _FIGURES.read(part, context)
    except UnknownLayout:
        names = (re.sub(r"[_.-]+", " ", name) for name in (part.member, part.path.stem))
        kind = next((name for name in names if power_of(name)), "")
        given = context.settings.get("constants", {})
        if not kind or "kind" in {*given, *context.settings.get("columns", {})}:
            raise
        settings = {**context.settings, "constants": {**given, "kind": power_of(kind)}}
        found = _FIGURES.read(part, replace(context, settings=settings))
        if found.schema != order_register.LAYOUT:
            raise
        told = "no column says which power was used: all are what the file is called"
        found.problems.add(1, "kind", kind, "a column", "noted", told)
        return found


SOURCE = replace(_FIGURES, reader=_read)
