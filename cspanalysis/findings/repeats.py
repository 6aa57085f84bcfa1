"""Victims, offenders and locations hit again, and crime close after crime, in one frame.

For the partner edition alone: counts of people who come back are for those who can act on them.
"""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.offences import ALL
from cspanalysis.domain.periods import Period
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, values_of
from cspanalysis.present.phrases import confidence
from cspanalysis.review import offence_counts
from cspanalysis.review.review import Review
from cspanalysis.stats import measures
from cspanalysis.stats import near_repeats as near

SOURCE = "police_extract"
#: Column of the extract → who or what it tells apart.
UNITS = {
    "victim_id": "victims",
    "offender_id": "offenders and suspects",
    "place": "streets and named places",
}
#: What is asked of near repeats: the offence that is known to follow itself.
FOLLOWS = "burglary dwelling"
DEFINITION = (
    "Twice or more: in two or more crimes of the twelve months that end with the period. The share "
    "of crimes is that of all crimes whose victim, offender or location is known. A location is a "
    "street or named place of the extract; in a long street crimes meet by chance."
)


def of_partners(review: Review) -> list[Finding]:
    """The frame, in the partner edition of an area with an extract; else nothing is asked."""
    if review.edition != "partner" or not review.store.has(SOURCE):
        return []
    return [frame(review)]


@question(
    "overview.repeats",
    "How much falls on the same victims, offenders and locations?",
    needs=SOURCE,
    measure="victims, offenders and locations in two or more crimes",
    unit="share",
    would_show="how much crime falls on the same victims, offenders and locations",
    once=True,
    role="who",
)
def frame(ask: Question) -> Finding:
    """A row each for victims, offenders, locations and near repeats, as far as records tell."""
    if ask.review.edition != "partner":
        raise NotAvailable((), "it is asked in the partnership's own edition alone")
    over = Period(ask.period.last - 11, ask.period.last)
    crimes = ask.review.series(
        ALL, over, each=True, people=True, lacks="do not tell victims or offenders apart"
    )
    rows = crimes.inside(over)
    found = [
        one for column, name in UNITS.items() if (one := _again(rows, column, name)) is not None
    ]
    if not found:
        raise NotAvailable(SOURCE, "the records bear no reference of victim, offender or place")
    table = pd.concat([*found, _near(ask, over)], ignore_index=True)
    lacking = [name for column, name in UNITS.items() if name not in set(table["what"])]
    return ask.publish(
        table,
        series=crimes,
        wording=frame_told,
        protect=ask.protection(),
        columns={
            "what": "Who or what",
            "total": "Known",
            "count": "Twice or more",
            "share": "Share",
            "interval": "95% interval",
            "crimes_text": "Their share of the crimes",
            "expected_text": "By chance",
        },
        what="Victims, offenders and locations in two or more crimes",
        when=over.label,
        definition=DEFINITION,
        over=over,
        notes=[
            *([f"The records bear no reference of {present.listed(lacking)}."] if lacking else []),
            *(
                f"{present.count(row['without'])} crimes without a reference of "
                f"{row['what']} cannot be judged."
                for row in table.to_dict("records")
                if row["without"]
            ),
        ],
    )  # fmt: skip


def _again(rows: pd.DataFrame, column: str, name: str) -> pd.DataFrame | None:
    """How many come twice or more, and which share of the crimes that is; None if none is known."""
    if column not in rows or rows[column].isna().all():
        return None
    is_person = column != "place"
    each = offence_counts.once_each(rows, *([column] if is_person else []))
    times = each[column].dropna().value_counts()
    again = times[times >= 2]
    row = pd.DataFrame(
        {
            "what": [name], "count": [len(again)], "total": [len(times)],
            "crimes_share": [float(again.sum() / times.sum())],
            "without": [int(each[column].isna().sum())],
        }
    )  # fmt: skip
    return measures.proportion(row).assign(
        crimes_text=present.share(float(row["crimes_share"].iloc[0])), expected_text="", verdict=""
    )


def _near(ask: Question, over: Period) -> pd.DataFrame:
    """Pairs of burglaries of homes in one street within days, against shuffled dates."""
    try:
        homes = ask.review.series(FOLLOWS, over, each=True, lacks="hold no days and no streets")
        found = homes.inside(over)
    except NotAvailable:
        return pd.DataFrame()
    if "place" not in found or found["place"].isna().all():
        return pd.DataFrame()
    days = pd.DataFrame({"place": found["place"], "day": found["start"].dt.normalize()})
    first = near.knox(days).iloc[0]
    if first["status"] != "ok":
        return pd.DataFrame()
    limits = (
        f"{present.number(first['expected_lower'])} to {present.number(first['expected_upper'])}"
    )
    return pd.DataFrame(
        {
            "what": [f"pairs of {FOLLOWS} in one street within {first['last_day']} days"],
            "count": [int(first["count"])], "without": [0], "status": ["ok"],
            "expected": [first["expected"]], "verdict": [first["verdict"]],
            "crimes_text": [""],
            "expected_text": [f"{present.number(first['expected'])} ({limits})"],
        }
    )  # fmt: skip


def frame_told(table: pd.DataFrame) -> Said:
    """Which share of victims, offenders and locations come again, and what burglary does."""
    rows = table[table["total"].notna()].to_dict("records")
    lead, *others = rows
    text = (
        f"{present.capital(present.share(lead['share']))} of {present.count(lead['total'])} "
        f"{lead['what']} ({confidence(lead)} interval "
        f"{present.percent_interval(lead['lower'], lead['upper'])}) stood in two or more crimes of "
        f"the year, {lead['crimes_text']} of the crimes in which they are known."
    )
    text += "".join(
        f" Of {present.count(row['total'])} {row['what']} {present.share(row['share'])} did, in "
        f"{row['crimes_text']} of theirs."
        for row in others
    )
    close = table[table["total"].isna()]
    if len(close):
        row = close.iloc[0]
        is_more = row["verdict"] == "higher"
        text += (
            f" There were {present.count(row['count'])} {row['what']}, against "
            f"{present.number(row['expected'])} by chance: "
            + ("one follows another." if is_more else "not clearly more.")
        )
    keys = ("count", "share", "lower", "upper", "confidence")
    return Said(text, values=values_of(rows[0], *keys))
