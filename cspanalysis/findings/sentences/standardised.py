"""Rates standardised for age and sex."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.present.phrases import HIDDEN, confidence, get, shown

_KEYS = ("count", "lower", "upper", "confidence", "rate", "rate_per")


def standardised(table: pd.DataFrame, *, subject: str, supply: str) -> Said:
    """The newest standardised rate and its five-year trend; or what hides it and would supply it.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per year: year, count, rate, lower, upper, rate_per, status, and on every row trend
        (up, down, no_clear_change, none). A rate that may not be shown is missing.
    subject, supply : str
        What is counted; a sentence on who could supply what is hidden.

    Returns
    -------
    Said
        Verdict of the trend; 'none' where it cannot be calculated.
    """
    known = shown(table, "rate").sort_values("year")
    if known.empty:
        return _none(table, subject, supply)
    row = known.iloc[-1].to_dict()
    decimals = get(row, "decimals")
    per = present.count(row["rate_per"])

    def written(value) -> str:
        return present.rate(value, None if decimals is None else int(decimals))

    text = (
        f"Allowing for residents' ages and sexes, there were {written(row['rate'])} {subject} per "
        f"{per} residents in {row['year']} ({confidence(row)} interval {written(row['lower'])} to "
        f"{written(row['upper'])})."
    )
    verdict = str(get(row, "trend", "none"))
    last = known.tail(5)
    span = f"over {last['year'].iloc[0]} to {row['year']}"
    if verdict in ("up", "down"):
        first = written(last["rate"].iloc[0])
        text += f" The rate {'rose' if verdict == 'up' else 'fell'} {span}, from {first}."
    elif verdict == "no_clear_change":
        text += f" There is no clear trend {span}."
    else:
        text += " A trend needs five years in a row with a rate."
    absent = table[~table["year"].isin(known["year"])]
    if len(absent):
        text += f" No rate is given for {present.listed(absent['year'])}: {_why(absent)}."
    return Said(
        text, verdict=verdict, values={k: v for k, v in values_of(row).items() if k in _KEYS}
    )


def _none(table: pd.DataFrame, subject: str, supply: str) -> Said:
    text = (
        f"No rate of {subject} that allows for residents' ages and sexes is given: {_why(table)}."
    )
    is_few = table["status"].eq("too_few").all()
    status = "too_few" if is_few else "suppressed" if _hides(table) else "not_available"
    return Said(text if is_few else f"{text} {supply}", status=status)


def _hides(table: pd.DataFrame) -> bool:
    return bool(table["status"].eq("suppressed").any())


def _why(table: pd.DataFrame) -> str:
    if _hides(table):
        return f"small counts by age and sex are {HIDDEN}"
    if table["status"].eq("too_few").any():
        return "there are fewer than ten admissions in a year"
    return "the extract lacks counts of some ages"
