"""What findings about places say, from their protected tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.offences import things
from cspanalysis.findings.record import Said, cannot, values_of
from cspanalysis.present.phrases import MOST_NAMED, first

_SHARE = ("count", "share", "lower", "upper", "confidence")


def concentration_told(table: pd.DataFrame) -> Said:
    """What share the tenth of places with most has, against chance, and which kind leads.

    `table`: a row a kind, the whole first: offence, count, total, share, lower, upper, places, top,
    share_by_chance, verdict.
    """
    row = first(table)
    if row.get("status") != "ok":
        return cannot(str(row.get("offence", "crime")), row, "share")
    whole = present.inside(str(row["offence"]))
    who = (
        f"The tenth of small areas with most ({present.count(row['top'])} of "
        f"{present.count(row['places'])})"
        if row["top"] > 1
        else f"The small area with most, of {present.in_words(int(row['places']))},"
    )
    text = (
        f"{who} had {present.share(row['share'])} of {whole}, "
        f"{present.count(row['count'])} of {present.count(row['total'])}{_limits(row)}; by chance "
        f"alone it would be some {present.share(row['share_by_chance'], 0)}"
    )
    clearly = row["verdict"] == "higher"
    text += ": the share is higher." if clearly else ", so that this is not clearly concentrated."
    rest = table.iloc[1:]
    rest = rest[rest["status"].eq("ok")]
    # A share of few crimes has no interval, and is high by chance alone.
    clear = rest[rest["verdict"].eq("higher") & rest["lower"].notna()]
    if not clear.empty:
        most = clear.sort_values("share", ascending=False, kind="stable").iloc[0]
        if most["share"] > row["share"]:
            text += (
                " Of the kinds with crimes enough for an interval the highest share is that of "
                f"{present.inside(str(most['offence']))}: {present.share(most['share'])}"
                f"{_limits(most)}."
            )
    alike = rest[rest["verdict"].eq("similar")]
    if not alike.empty:
        names = present.listed(present.inside(str(n)) for n in alike["offence"])
        text += f" {present.capital(names)}: no more than chance can explain at so few."
    return Said(text, verdict=row["verdict"], values=values_of(row, *_SHARE))


def _limits(row: Mapping[str, Any]) -> str:
    if present.is_missing(row["lower"]):
        return ""
    return f" (95% interval {present.percent_interval(row['lower'], row['upper'])})"


def top_told(table: pd.DataFrame, *, subject: str, fewest: int, top: int) -> Said:
    """The places with most, how much a tenth of them has, and how many have none.

    `table`: a row a place, most first: label, count, total, share.
    """
    lead = table.iloc[0]
    total, none = int(lead["total"]), int(table["count"].eq(0).sum())
    parts = []
    if lead["count"] >= fewest:
        tied = table[table["count"] == lead["count"]]
        names = [_place(r) for r in tied.head(3).to_dict("records")]
        each = " each" if len(tied) > 1 else ""
        if len(tied) <= 3:
            parts.append(
                f"{present.listed(names)} had most {subject}: {present.count(lead['count'])} of "
                f"{present.count(total)} ({present.share(lead['share'])}){each}."
            )
        else:
            parts.append(
                f"{present.capital(present.in_words(len(tied)))} small areas share the first place "
                f"for {subject}, {present.count(lead['count'])} each."
            )
    else:
        parts.append(
            f"No small area had {fewest} or more of the {present.count(total)} {things(subject)}: "
            "too few to say where there is most."
        )
    if total >= 30 and top > 1:
        head = table.head(top)
        parts.append(
            f"The {present.in_words(top)} small areas with most, a tenth of "
            f"{present.count(len(table))}, had {present.share(head['count'].sum() / total)}."
        )
    if none:
        parts.append(f"{present.capital(present.in_words(none))} had none.")
    return Said(
        " ".join(parts), values={"count": total, "share": float(lead["share"]), "of": len(table)}
    )


def _place(row: Mapping[str, Any]) -> str:
    return present.shorten(row["label"], 80)


def persistent_told(
    table: pd.DataFrame, *, places: int, years: Sequence[str], subject: str
) -> Said:
    """Which places are among those with most each year, which came to them or left.

    `table`: a row a place that is among them in any year: label, status_over_years, top.
    `places`: all places. `years`: labels of the three, the oldest first.
    """
    if table.empty:
        return Said(
            f"No small area had enough {subject} in any year to be named.", status="too_few"
        )
    top = int(table["top"].iloc[0])
    by_status = {s: g for s, g in table.groupby("status_over_years")}

    def names(status: str) -> list[str]:
        rows = by_status.get(status)
        return [] if rows is None else [_place(r) for r in rows.to_dict("records")]

    stay = len(by_status.get("in each of three years", ()))
    if top == 1 and stay:
        return Said(
            f"The small area with most {subject}, of {present.in_words(places)}, was the same in "
            f"each of three years: {names('in each of three years')[0]}.",
            values={"count": stay, "of": top},
        )
    text = (
        f"{present.capital(present.in_words(stay)) if stay else 'None'} of the "
        f"{present.in_words(top)} small areas with most {subject} (a tenth of {places}) "
        f"{'was' if stay == 1 else 'were'} among them in each of three years"
    )
    stayed = names("in each of three years")
    text += f": {present.listed(stayed, MOST_NAMED, 'others')}." if stay else "."
    for status, said in (("emerging", "came to them and rose"), ("fading", "left them and fell")):
        if found := names(status):
            text += f" {present.capital(present.listed(found, MOST_NAMED, 'others'))} {said}."
    if "emerging" not in by_status and "fading" not in by_status:
        text += " No small area came to them or left them by a change that is clear."
    return Said(text, values={"count": stay, "of": top})


def rises_told(table: pd.DataFrame, *, subject: str, earlier: str, fewest: int) -> Said:
    """Where it rose or fell, of all places tested together.

    `table`: a row a place: label, count, compare_count, percent_change, verdict, tested.
    """
    tested = int(table["tested"].iloc[0]) if len(table) else 0
    few = int(table["verdict"].eq("none").sum())
    if not tested:
        return Said(
            f"No change is given: no small area had {fewest} or more {things(subject)} in both "
            "years together.",
            status="too_few",
        )
    parts = []
    for verdict, word in (("up", "rose"), ("down", "fell")):
        rows = table[table["verdict"].eq(verdict)].sort_values("p")
        if len(rows):
            named = [
                f"{_place(r)} ({present.count(r['compare_count'])} to {present.count(r['count'])})"
                for r in rows.head(5).to_dict("records")
            ]
            places = "small area" if len(rows) == 1 else "small areas"
            parts.append(
                f"It {word} in {present.in_words(len(rows))} {places}: "
                f"{present.listed(named, 5, 'others')}."
            )
    if parts:
        begin = f"Of {present.in_words(tested)} small areas tested together for {subject}, "
        begin += (
            f"{present.in_words(int(table['verdict'].isin(['up', 'down']).sum()))} changed clearly."
        )
        text = " ".join([begin, *parts])
    else:
        text = (
            f"In none of {present.in_words(tested)} small areas, tested together, did {subject} "
            "change by more than chance can explain among so many."
        )
    if few:
        text += (
            f" {present.capital(present.in_words(few))} had fewer than {fewest} in both years and "
            f"{'was' if few == 1 else 'were'} not tested."
        )
    return Said(text, values={"count": int(table["count"].sum()), "of": tested})


def wards_told(table: pd.DataFrame, *, subject: str, earlier: str) -> Said:
    """Which wards have most, and in which it changed.

    `table`: a row a ward, most first: ward, count, total, share, verdict, tested.
    """
    lead = table.head(3).to_dict("records")
    names = [
        f"{present.shorten(r['ward'], 50)} ({present.count(r['count'])}, "
        f"{present.share(r['share'])})"
        for r in lead
    ]
    text = (
        f"Of {present.in_words(len(table))} wards, {present.listed(names)} had most of "
        f"{present.count(table['total'].iloc[0])} {things(subject)}."
    )
    for verdict, word in (("up", "rose"), ("down", "fell")):
        rows = table[table["verdict"].eq(verdict)]
        if len(rows):
            listed = present.listed((present.shorten(w, 50) for w in rows["ward"]), 5, "others")
            text += f" It {word} in {listed}."
    if not table["verdict"].isin(["up", "down"]).any():
        text += " In none of them, tested together, did it change by more than chance can explain."
    values = {"count": lead[0]["count"], "share": lead[0]["share"], "of": len(table)}
    return Said(text, values=values)
