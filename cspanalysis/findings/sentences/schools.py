"""Exclusions from school in sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.findings.sentences.composition import clusters
from cspanalysis.findings.sentences.side_by_side import years
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import by_chance, confidence, get, own, shown


def exclusions(table: pd.DataFrame, *, kinds: Mapping[str, str]) -> Said:
    """How each kind of exclusion changed since the first year, and how many children it met.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per kind and school_year, with the columns of `sentences.years`, and children.
    kinds : mapping
        Kind → what is counted, in the plural.
    """
    said = []
    heads = []
    for kind, rows in table.groupby("kind", sort=False):
        things = kinds.get(kind, f"{kind} exclusions")
        said.append(years(rows.reset_index(drop=True), subject=things, label="school_year"))
        newest = rows.iloc[-1].to_dict()
        if get(newest, "children") is not None:
            number = present.plural(int(newest["children"]), "child", "children")
            heads.append((f"{number} {_how(kind)}", newest["school_year"]))
    text = " ".join(one.text for one in said)
    if heads:
        text = f"In {heads[0][1]}, {present.listed(h for h, _ in heads)}. {text}"
    first = said[0]
    return Said(text, verdict=first.verdict, values=first.values, status=first.status)


def cluster_rates(table: pd.DataFrame, *, subject: str) -> Said:
    """Which cluster has most, and which the highest rate against the others shown.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per cluster: cluster, count, roll, rate, lower, upper, status; school_year.
    subject : str
        What is counted, in the plural.
    """
    when = table["school_year"].iloc[0] if "school_year" in table else ""
    said = clusters(table, subject=subject, when=when)
    rows = shown(table, "rate")
    if len(rows) < 2 or not (rows["rate"] > 0).any():
        return said
    lead = rows.loc[rows["rate"].astype(float).idxmax()]
    rest = rows.drop(index=lead.name)
    others = float(rest["count"].sum()) / float(rest["roll"].sum()) * float(lead["rate_per"])
    limits = present.interval(lead["lower"], lead["upper"], present.rate_decimals(lead["rate"]))
    is_clear = lead["lower"] > others
    text = (
        f" The rate was highest in {present.shorten(lead['cluster'], 60)}, "
        f"{present.rate(lead['rate'])} per {present.count(lead['rate_per'])} pupils on roll "
        f"({confidence(lead)} interval {limits}), "
        f"{'above' if is_clear else 'not clearly different from'} the other clusters shown "
        f"together ({present.rate(others)})."
    )
    if is_clear:
        text += by_chance(len(rows))
    values = dict(said.values) | {
        k: v for k, v in values_of(lead).items() if k in ("rate", "rate_per", "lower", "upper")
    }
    verdict = "higher" if is_clear else "similar"
    return Said(said.text + text, verdict=verdict, values=values, status=said.status)


def against_england(table: pd.DataFrame, *, things: str) -> Said:
    """The authority's rate against that of England.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per area: area, is_own, count, headcount, rate, rate_per, lower, upper,
        others_rate (England's).
    """
    row = own(table)
    if get(row, "rate") is None:
        return cannot(things, row, "rate")
    limits = present.interval(row["lower"], row["upper"], present.rate_decimals(row["rate"]))
    text = (
        f"{present.shorten(row['area'], 60)} had {present.count(row['count'])} {things} in "
        f"{row['school_year']}, {present.rate(row['rate'])} per {present.count(row['rate_per'])} "
        f"pupils ({confidence(row)} interval {limits})"
    )
    england, verdict = get(row, "others_rate"), "none"
    if england is not None:
        verdict = (
            "lower" if row["upper"] < england else "higher" if row["lower"] > england
            else "similar"
        )  # fmt: skip
        words = {"lower": "below", "higher": "above", "similar": "not clearly different from"}
        text += f", {words[verdict]} the {present.rate(england)} of England"
    keys = ("count", "rate", "rate_per", "lower", "upper", "confidence")
    values = {k: v for k, v in values_of(row).items() if k in keys}
    return Said(text + ".", verdict=verdict, values=values)


def _how(kind: str) -> str:
    return {
        "permanent": "were excluded permanently",
        "fixed term": "for a fixed term",
    }.get(kind, f"({kind})")
