"""Published health indicators (Fingertips): the area's newest value beside England's."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pandas as pd

from cspanalysis.domain import areas
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, publish, sentences
from cspanalysis.review.review import Review

SOURCE = "fingertips"
ENGLAND = "E92000001"
_YEARS = re.compile(r"(\d{4})(?:/(\d{2}))?(?:\s*[-–]\s*(\d{2,4})(?:/(\d{2}))?)?")


def beside_england(review: Review, spec: Spec, words: str, subject: str = "") -> Finding:
    """Indicators whose name holds `words`, for all persons: the area against England.

    Values and limits are the publisher's own. The verdict is the area's published interval against
    England's value; an indicator without limits gets none.

    Raises
    ------
    NotAvailable
        If no indicator has a value of the area and of England by the end of the review's period.
    """
    subject = subject or words
    table = review.table(SOURCE, own=False)
    if len(review.area.districts) != 1:
        raise NotAvailable(SOURCE, "it holds values of districts, and this area has several")
    code, _ = areas.district_names().get(review.area.districts[0], ("", ""))
    keys = ["indicator_id", "sex", "age", "time_period"]
    named = table[table["indicator"].str.contains(words, case=False, regex=False)]
    rows = named[named["sex"].eq("persons") & named["is_whole"]]
    rows = rows.drop_duplicates([*keys, "area_code"])
    rows = rows.assign(period=rows["time_period"].map(years))
    begins = rows["period"].map(lambda p: p.first, na_action="ignore")
    rows = rows[pd.to_numeric(begins) <= review.period.last]
    own = rows[rows["area_code"] == code]
    england = rows.loc[rows["area_code"] == ENGLAND, [*keys, "value"]]
    both = own.merge(england.rename(columns={"value": "england"}), on=keys)
    if both.empty:
        has_parts = own.empty and named["area_code"].eq(code).any()
        raise NotAvailable(
            SOURCE,
            f"no indicator on {subject} has a value of {review.area.name} and of England"
            + (", only values of one sex or of groups" if has_parts else ""),
        )
    both = both.assign(last=[p.last for p in both["period"]]).sort_values("last")
    newest = both.groupby(["indicator_id", "age"], as_index=False).tail(1)
    newest = newest.sort_values(["indicator", "age"], ignore_index=True)
    span = max(newest["period"], key=lambda p: p.last)
    return publish(
        review,
        spec,
        _result(newest),
        say=partial(sentences.indicators, area=review.area.name),
        comparison=Comparison(span, review.compare),
        sources=(SOURCE,),
        columns={
            "indicator": "Indicator",
            "age": "Age",
            "time_period": "Years",
            "rate": "Published value",
            "interval": "95% interval",
            "england": "England",
            "verdict": "Against England",
        },
        caption=common.where(review, f"Published indicators on {subject}", span.label),
        method="values and limits as published; the area's interval against England's value",
        notes=[
            "Values are per 100,000 residents unless the indicator's name says otherwise; most are "
            "standardised for age."
        ],
    )


def years(text: str) -> Period | None:
    """The period of a Fingertips time period: '2023', '2023/24' or '2021/22 - 23/24'."""
    found = _YEARS.fullmatch(str(text).strip())
    if not found:
        return None
    first, is_financial, last, _ = found.groups()
    begin = int(first)
    end = begin if last is None else int(last) if len(last) == 4 else begin // 100 * 100 + int(last)
    if end < begin:
        return None
    make = Period.financial_year if is_financial else Period.calendar_year
    return Period(make(begin).first, make(end).last)


def _result(newest: pd.DataFrame) -> pd.DataFrame:
    lower, upper, england = newest["lower_95"], newest["upper_95"], newest["england"]
    unknown = newest["value"].isna() | england.isna() | lower.isna() | upper.isna()
    verdict = np.select(
        [unknown, upper < england, lower > england], ["none", "lower", "higher"], "similar"
    )
    return pd.DataFrame(
        {
            "indicator": newest["indicator"],
            "age": newest["age"],
            "time_period": newest["time_period"],
            "rate": newest["value"],
            "lower": lower,
            "upper": upper,
            "england": england,
            "verdict": verdict,
            "status": newest["status"],
            "symbol": newest["symbol"].fillna(""),
            "is_merged_area": newest["is_merged_area"],
        }
    )
