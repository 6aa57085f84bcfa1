"""Hospital admissions because of assault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import admissions
from cspanalysis.findings.admissions import SOURCE, admission_question
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.published_health import beside_england, published_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.present.phrases import confidence, first, get
from cspanalysis.review.series import begun, whole_years
from cspanalysis.stats import measures
from cspanalysis.stats.admission_rates import ALL_AGES, PERSONS

ASSAULT = "X85-Y09"


@admission_question(
    "violence.assault_admissions.trend",
    "Are there more hospital admissions because of assault?",
    role="trend",
)
def assault_admissions_trend(ask: Question, cause: str = ASSAULT) -> Finding:
    """Admissions by financial year with rates per 100,000 residents, newest against first."""
    return admissions.by_year(ask, cause)


@admission_question(
    "violence.assault_admissions.age_sex",
    "Who is admitted to hospital because of assault?",
    role="who",
)
def assault_admissions_age_sex(
    ask: Question, cause: str = ASSAULT, year: str | None = None
) -> Finding:
    """Admissions by age band and sex in one financial year."""
    return admissions.by_age_and_sex(ask, cause, year)


@published_question(
    "violence.assault_admissions.published",
    "How do admissions for violence compare with England's?",
    measure="admissions for violence, as published",
    role="peers",
)
def assault_admissions_published(ask: Question, words: str = "violen") -> Finding:
    """Published indicators whose name holds `words`, newest by the period's end."""
    return beside_england(ask, words, "violence")


@admission_question(
    "violence.assault_admissions.{name}",
    "How many of those admitted because of assault are {people}?",
    measure="share of hospital admissions",
    unit="share",
    fewer_is_better=None,
    would_show="how many of those admitted because of assault are of one group",
    role="who",
)
def assault_admissions_share(
    ask: Question,
    name: str,
    sex: str,
    age_band: str,
    people: str,
    *,
    years: Sequence[str] | None = None,
) -> Finding:
    """Share of one group, over some financial years together (default: the newest two).

    The share is computed before protection and given in whole per cent: it is released if the
    group and the rest both pass the policy.
    """
    found = admissions.of_cause(ask, ASSAULT)
    parts = found.rows[found.rows["age_band"] != ALL_AGES]
    chosen = sorted(years) if years else begun(parts["year"], ask.review.period)[-2:]
    parts = parts[parts["year"].isin(chosen)]
    group = parts[(parts["sex"] == sex) & (parts["age_band"] == age_band)]
    count = group["count"].sum(skipna=False) if len(group) == len(chosen) else pd.NA
    total = _all_ages(found.rows, chosen)
    if not parts["sex"].isin(["male", "female"]).any() or pd.isna(count) or total is None:
        raise NotAvailable(
            SOURCE, f"a count of {found.what} in {', '.join(chosen)} is hidden or missing"
        )
    keep, is_public = found.protect, ask.review.edition == "public"
    if is_public and not disclosure.may_show_share(int(count), total, keep):
        raise NotAvailable(SOURCE, "the group is too small to be shown")
    span = whole_years(chosen)
    result = measures.proportion(
        pd.DataFrame({"period": [span.iso], "cause": ASSAULT, "sex": sex, "age_band": age_band,
                      "count": int(count), "total": total})
    ).round({"share": 2, "lower": 2, "upper": 2})  # fmt: skip
    is_rounded = keep.policy == "hes" and is_public
    return ask.publish(
        result.assign(decimals=0, limit_decimals=0, counted="hospital admissions"),
        sources=(SOURCE,),
        wording=partial(
            _share_told, subject=f"{found.subject} in {present.listed(chosen)}", of=people
        ),
        protect=replace(keep, released=("share", "lower", "upper")),
        over=span,
        columns={"sex": "Sex", "age_band": "Age", "count": "Admissions", "total": "All",
                 "share": "Share", "interval": "95% interval"},
        what=f"Hospital {found.subject}",
        when=f"{chosen[0]} to {chosen[-1]}",
        method=method_of(result)
        + (", computed before the counts were rounded" if is_rounded else ""),
        notes=found.notes,
    )  # fmt: skip


def _all_ages(rows: pd.DataFrame, years: Sequence[str]) -> int | None:
    """All admissions of some years: the extract's own totals, else the sum of its parts."""
    total = 0
    for year in years:
        of_year = rows[rows["year"] == year]
        used = of_year[(of_year["sex"] == PERSONS) & (of_year["age_band"] == ALL_AGES)]
        if used.empty:
            used = of_year[(of_year["sex"] != PERSONS) & (of_year["age_band"] != ALL_AGES)]
        if used.empty or used["count"].isna().any():
            return None
        total += int(used["count"].sum())
    return total


def _share_told(table: pd.DataFrame, *, subject: str, of: str) -> Said:
    """A share in whole per cent, as the counts behind it are rounded or not to be shown."""
    row = first(table)
    if get(row, "share") is None:
        return cannot(subject, row, "share")
    text = (
        f"{present.share(row['share'], 0)} of {subject} were of {of} ({confidence(row)} interval "
        f"{present.percent_interval(row['lower'], row['upper'], 0)})."
    )
    if get(row, "rounded_to"):
        text += " The share was computed before the counts were rounded."
    return Said(text, values=values_of(row, "share", "lower", "upper", "confidence"))
