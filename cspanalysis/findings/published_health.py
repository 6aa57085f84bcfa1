"""Published health indicators (Fingertips): the area's newest value beside England's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, values_of
from cspanalysis.present.phrases import get

SOURCE = "fingertips"
ENGLAND = "E92000001"

#: So many indicators are told in words; the table holds them all.
TOLD = 4

_AGAINST = {
    "lower": "lower than in England ({})",
    "higher": "higher than in England ({})",
    "similar": "not clearly different from England ({})",
}

#: What values can be of: powers of ten → how it is said.
_PER = {2: "per cent", 3: "per 1,000", 4: "per 10,000", 5: "per 100,000"}
#: Standardised values lie about the crude ones: so far apart, as powers of ten, at most.
_APART = 0.3

published_question = partial(
    question, needs=SOURCE, unit="as published", fewer_is_better=True, once=True
)


def beside_england(ask: Question, words: str, subject: str = "") -> Finding:
    """Indicators whose name holds `words`, for all persons: the area against England.

    Values and limits are the publisher's own. The verdict is the area's published interval against
    England's value; an indicator without limits gets none.
    """
    review, subject = ask.review, subject or words
    table = review.table(SOURCE, own=False)
    if len(review.area.districts) != 1:
        raise NotAvailable(SOURCE, "it holds values of districts, and this area has several")
    code = review.area.district_codes[0] if review.area.district_codes else ""
    keys = ["indicator_id", "sex", "age", "time_period"]
    named = table[table["indicator"].str.contains(words, case=False, regex=False)]
    per = _per(named)
    named = named.assign(per=[per.get(number, "") for number in named["indicator_id"]])
    rows = named[named["sex"].eq("persons") & named["is_whole"]]
    rows = rows.drop_duplicates([*keys, "area_code"])
    rows = rows.assign(period=rows["time_period"].map(Period.of_years))
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
    return ask.publish(
        _result(newest),
        sources=(SOURCE,),
        wording=partial(_told, area=review.area.name),
        over=span,
        columns={
            "indicator": "Indicator",
            "age": "Age",
            "time_period": "Years",
            "rate": "Published value",
            **({"per": "Per"} if newest["per"].any() else {}),
            "interval": "95% interval",
            "england": "England",
            "verdict": "Against England",
        },
        what=f"Published indicators on {subject}",
        when=span.label,
        method="values and limits as published; the area's interval against England's value",
        notes=[
            "What a value is per is worked out from the published counts and denominators; where "
            "they are not there, the publisher's definition says it. Most values are standardised "
            "for age."
        ],
    )


def _per(table: pd.DataFrame) -> dict[int, str]:
    """What an indicator's values are per: an export states counts and denominators, no unit."""
    known = table[(table["count"] > 0) & (table["value"] > 0)]
    scale = np.log10((known["value"] * known["denominator"] / known["count"]).astype(float))
    power = scale.groupby(known["indicator_id"]).median()
    near = power[(power - power.round()).abs() <= _APART].round()
    return {number: _PER[at] for number, at in near.items() if at in _PER}


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
            "per": newest["per"],
            "lower": lower,
            "upper": upper,
            "england": england,
            "verdict": verdict,
            "status": newest["status"],
            "symbol": newest["symbol"].fillna(""),
            "is_merged_area": newest["is_merged_area"],
        }
    )


def _told(table: pd.DataFrame, *, area: str) -> Said:
    """Each indicator's newest value and interval beside England's; a verdict where there is one."""
    known = table[table["rate"].notna()]
    absent = len(table) - len(known)
    if known.empty:
        return Said(
            f"No value of {area} is published for {_number(absent)}.",
            status="suppressed" if table["status"].eq("suppressed").any() else "not_available",
        )
    texts = [_sentence(row, area) for row in known.head(TOLD).to_dict("records")]
    if len(known) > TOLD:
        more = len(known) - TOLD
        verb = "is" if more == 1 else "are"
        texts.append(f"{present.capital(_number(more, 'further '))} {verb} in the table.")
    if absent:
        texts.append(f"For {_number(absent)} no value of {area} is published.")
    if len(known) > 1:
        return Said(" ".join(texts))
    row = known.iloc[0].to_dict()
    values = values_of(row, "rate", "lower", "upper")
    return Said(" ".join(texts), verdict=row["verdict"], values=values)


def _number(n: int, kind: str = "") -> str:
    return f"{present.in_words(n)} {kind}indicator{'' if n == 1 else 's'}"


def _sentence(row: Mapping[str, Any], area: str) -> str:
    name = present.shorten(row["indicator"], 120)
    text = f"{name} ({row['age'].lower()}, {row['time_period']}): "
    per = f" {row['per']}" if row["per"] else ""
    text += f"{present.rate(row['rate'])}{per} in {area}"
    england = get(row, "england")
    if row["verdict"] in _AGAINST:
        limits = present.interval(row["lower"], row["upper"])
        against = _AGAINST[row["verdict"]].format(present.rate(england))
        return f"{text} (95% interval {limits}), {against}."
    if england is None:
        return f"{text}, published without an interval."
    return f"{text}, published without an interval; {present.rate(england)} in England."
