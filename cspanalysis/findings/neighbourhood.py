"""Neighbourhood crime: burglary, vehicle crime, robbery and theft from the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import topic_questions
from cspanalysis.findings.overview import crime_question
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.stats import near_repeats as near

change, months, peers, season = topic_questions.of("neighbourhood")

#: Subject → its offences, then what is counted where the data do not tell them apart.
KINDS: Mapping[str, Sequence[str]] = {
    "burglary of homes": ("burglary dwelling", "burglary"),
    "vehicle crime": ("vehicle crime",),
    "robbery of personal property": ("robbery of personal property", "robbery"),
    "theft from the person": ("theft from the person",),
}


@crime_question(
    "neighbourhood.kinds.change",
    "Which kinds of neighbourhood crime rose or fell?",
    measure="neighbourhood crime by kind",
)
def kinds_change(ask: Question, kinds: Mapping[str, Sequence[str]] = KINDS) -> Finding:
    """Each kind against the same months of the year before; what no source tells is left out."""
    return topic_questions.side_by_side(ask, kinds, subject="neighbourhood crime")


@question(
    "neighbourhood.{name}.near_repeats",
    "Does {subject} follow {subject} in the same street?",
    needs="police_extract",
    measure="pairs of {subject} in one street by the days between them",
    unit="pairs",
    would_show="whether {subject} is followed by more in the same street sooner than by chance",
    role="where",
)
def near_repeats(ask: Question, name: str, offences: str, *, subject: str) -> Finding:
    """Pairs in one street or named place within days of one another (Knox permutation test)."""
    crimes = ask.series(
        offences, ask.period, subject=subject, each=True, lacks="hold no days and no streets"
    )
    if crimes.rows["place"].isna().all():
        raise NotAvailable("police_extract", "the records name no street or place")
    records = pd.DataFrame(
        {"place": crimes.rows["place"], "day": crimes.rows["start"].dt.normalize()}
    )
    result = near.knox(records)
    left = len(records) - int(result["used"].iloc[0])
    return ask.publish(
        result.assign(between=[_band(a, b) for a, b in near.BANDS]),
        series=crimes,
        wording=partial(near_repeats_told, subject=subject),
        columns={
            "between": "Days between",
            "count": "Pairs",
            "expected": "Expected by chance",
            "expected_lower": "95% of shuffles from",
            "expected_upper": "to",
            "p": "p",
        },
        what=f"Pairs of {subject} in one street by the days between them",
        notes=[
            "A street is long: two in it need not be neighbours, and the places of this extract "
            "are no addresses.",
            *([f"Left out: {present.plural(left, 'record')} without a day or a street."]
              if left else []),
        ],
    )  # fmt: skip


@question(
    "neighbourhood.{name}.near_repeats.metres",
    "Does {subject} follow {subject} within two hundred metres?",
    needs="police_extract",
    measure="pairs of {subject} by the metres and days between them",
    unit="pairs",
    would_show="whether {subject} is followed by more close by sooner than by chance",
    role="where",
)
def near_by_metres(ask: Question, name: str, offences: str, *, subject: str) -> Finding:
    """Pairs by metres and days between them (Knox permutation test), by an extract's points."""
    crimes = ask.series(
        offences, ask.period, subject=subject, each=True,
        lacks="hold no days, and points of the publisher's map that many addresses share, so that "
        "no distance between them means anything",
    )  # fmt: skip
    rows = crimes.rows
    if "easting" not in rows or rows[["easting", "northing"]].isna().any(axis=1).all():
        raise NotAvailable("police_extract", "the records hold no eastings and northings")
    if why := near.why_no_places(rows[["easting", "northing"]]):
        raise NotAvailable((), f"distances in the police extract mean nothing: {why}")
    records = rows[["easting", "northing"]].assign(day=rows["start"].dt.normalize())
    result = near.knox_by_metres(records)
    left = len(records) - int(result["used"].iloc[0])
    bands = zip(result["first_metre"], result["last_metre"], strict=True)
    return ask.publish(
        result.assign(
            apart=[_apart(a, b) for a, b in bands],
            between=[
                _band(a, b) for a, b in zip(result["first_day"], result["last_day"], strict=True)
            ],
        ),
        series=crimes,
        wording=partial(near_by_metres_told, subject=subject),
        columns={
            "apart": "Metres between",
            "between": "Days between",
            "count": "Pairs",
            "expected": "Expected by chance",
            "expected_lower": "95% of shuffles from",
            "expected_upper": "to",
            "p_adjusted": "p, all bands together",
        },
        what=f"Pairs of {subject} by the metres and days between them",
        notes=[
            "No point, address or map of single crimes is shown anywhere in a review.",
            *([f"Left out: {present.plural(left, 'record')} without a day or a point."]
              if left else []),
        ],
    )  # fmt: skip


def near_by_metres_told(table: pd.DataFrame, *, subject: str) -> Said:
    """Whether pairs close by within the first days are more than shuffled dates give.

    `table`: what `stats.near_repeats.knox_by_metres` gives: first the band of one place, then that
    of near ones.
    """
    nearest = table[table["first_day"] == 0]
    same, near_by = nearest.iloc[0], nearest.iloc[1]
    days = present.in_words(int(near_by["last_day"]))
    reach = f"up to {int(near_by['last_metre'])} metres apart, within {days} days"
    if near_by["status"] != "ok":
        return Said(
            f"There are too few cases of {subject} {reach}, to say whether they follow one "
            "another.",
            status="too_few",
        )
    p = "p under 0.01" if near_by["p_adjusted"] < 0.01 else f"p = {near_by['p_adjusted']:.2f}"
    text = (
        f"{present.plural(int(near_by['count']), 'pair')} of {subject} lie {reach}, against about "
        f"{present.number(near_by['expected'])} if the dates fell by chance (95% of shuffles "
        f"{present.number(near_by['expected_lower'])} to "
        f"{present.number(near_by['expected_upper'])}; {p}): "
    )
    text += (
        "where there was one, more follow close by for some days."
        if near_by["verdict"] == "higher"
        else "not more than chance can explain."
    )
    if same["status"] == "ok":
        again = "more than" if same["verdict"] == "higher" else "not clearly more than"
        text += (
            f" At one and the same place there are {present.count(same['count'])} such pairs, "
            f"{again} the {present.number(same['expected'])} of chance."
        )
    values = {"count": int(near_by["count"]), "ratio": near_by["ratio"], "p": near_by["p_adjusted"]}
    return Said(text, verdict=near_by["verdict"], values=values)


def near_repeats_told(table: pd.DataFrame, *, subject: str) -> Said:
    """Whether pairs in one street within the first days are more than shuffled dates give.

    `table`: a row a band of days, the nearest first: last_day, count, expected, expected_lower,
    expected_upper, ratio, p, verdict, status.
    """
    row = table.iloc[0]
    when = f"within {present.in_words(int(row['last_day']))} days of one another"
    if row["status"] != "ok":
        return Said(
            f"There are too few cases of {subject} in one street {when} to say whether they follow "
            "one another.",
            status="too_few",
        )
    limits = f"{present.number(row['expected_lower'])} to {present.number(row['expected_upper'])}"
    pairs = present.plural(int(row["count"]), "pair")
    text = (
        f"{pairs} of {subject} in the same street lie {when}, against about "
        f"{present.number(row['expected'])} if the dates fell by chance (95% of shuffles {limits}"
    )
    p = "p under 0.001" if row["p"] <= 0.001 else f"p = {row['p']:.3f}"
    is_more = row["verdict"] == "higher"
    text += f"; {p}): "
    text += (
        "a street that had one is more likely than others to have another soon."
        if is_more
        else "not more than chance can explain."
    )
    values = {"count": int(row["count"]), "ratio": row["ratio"], "p": row["p"]}
    return Said(text, verdict=row["verdict"], values=values)


def _apart(beyond: int, last: int) -> str:
    return "the same place" if last <= 1 else f"{beyond} to {last}"


def _band(first: int, last: int) -> str:
    return f"{first} to {last}"
