"""Data quality: rows read and set aside, and which months to trust."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.domain.problem_limits import CUT, LISTED
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.present import charts, suppliers
from cspanalysis.present.phrases import first, number_of, was
from cspanalysis.review import held, offence_counts, street_files
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import measures

#: What the rows of street-level files are.
EITHER = "crimes and incidents of anti-social behaviour"

quality_question = partial(question, once=True)


@quality_question(
    "quality.rows",
    "How many rows were read, and how many were kept?",
    measure="rows of the raw files",
    unit="rows",
)
def row_account(ask: Question) -> Finding:
    """Rows read = rows kept + rows set aside, file by file."""
    review = ask.review
    numbers = {"rows_read": "rows", "rows_kept": "kept", "rows_set_aside": "set_aside"}
    account = (
        review.store.account().groupby(["source", "file"], as_index=False)[list(numbers)].sum()
    )
    return ask.publish(
        _titled(_as_public(account.rename(columns=numbers), review), review),
        wording=rows_told,
        columns={
            "title": "Source",
            "file": "File",
            "rows": "Rows read",
            "kept": "Kept",
            "set_aside": "Set aside",
        },
        caption="Rows read, kept and set aside, by file",
        method="rows read = rows kept + rows set aside, checked file by file",
        notes=review.store.notices(_hidden_in(review)),
    )


def _hidden_in(review: Review) -> frozenset[str] | None:
    return None if review.edition == "partner" else review.protected_sources


def _titled(table: pd.DataFrame, review: Review) -> pd.DataFrame:
    """With what each source is called, in place of the name of its folder."""
    titles = {s: review.store.citation(s)["title"] for s in table["source"].unique()}
    return table.assign(title=table["source"].map(titles))


def _as_public(account: pd.DataFrame, review: Review) -> pd.DataFrame:
    """The account as the edition may show it: partners' files unnamed, lists of persons uncounted.

    A list of persons has a row for each: its rows are their number.
    """
    synthetic = {s: bool(review.store.citation(s)["synthetic"]) for s in account["source"].unique()}
    account = account.assign(is_synthetic=account["source"].map(synthetic), files=1)
    if review.edition == "partner":
        return account
    is_named = account["file"].isin(review.store.open_files(review.protected_sources))
    # Of the others it is said how many there are.
    numbers = ["rows", "kept", "set_aside"]
    unnamed = account[~is_named].groupby(["source", "is_synthetic"], as_index=False)
    unnamed = unnamed[[*numbers, "files"]].sum()
    unnamed["file"] = [present.plural(n, "file") for n in unnamed["files"]]
    shown = pd.concat([account[is_named], unnamed], ignore_index=True)
    shown = shown.sort_values(["source", "file"], ignore_index=True)
    hidden = shown["source"].isin(review.protected_sources)
    if not hidden.any():
        return shown
    shown[numbers] = shown[numbers].astype("Int64").mask(hidden)
    return shown.assign(
        status=hidden.map({True: "suppressed", False: "ok"}),
        symbol=hidden.map({True: "c", False: ""}),
    )


def rows_told(table: pd.DataFrame) -> Said:
    """Whether every row received was kept or set aside for a stated reason."""
    if table.empty:
        return cannot("the files received", {}, "row account")
    told = table[table["rows"].notna()]
    hidden = table[table["rows"].isna()]
    untold = hidden["source"].nunique() if len(hidden) else 0
    rest = f" The rows of {number_of(untold, 'source')} with protected counts are not told."
    rest = rest if untold else ""
    if told.empty:
        return Said(rest.strip(), status="suppressed")
    rows, kept, aside = (int(told[c].sum()) for c in ("rows", "kept", "set_aside"))
    files = present.plural(int(told["files"].sum()) if "files" in told else len(told), "file")
    if kept == rows:
        return Said(
            f"All {present.plural(rows, 'row')} in {files} were kept.{rest}", values={"count": rows}
        )
    text = f"Of {present.plural(rows, 'row')} in {files}, {present.count(kept)} {was(kept)} kept"
    if aside:
        text += (
            f" and {present.count(aside)} set aside with a reason ({present.share(aside / rows)})"
        )
    else:
        text += " and none set aside"
    lost = rows - kept - aside
    text += f"; {present.plural(lost, 'row')} {was(lost)} not accounted for." if lost else "."
    return Said(text + rest, values={"count": rows})


@quality_question(
    "quality.problems",
    "What was set aside, corrected or noted, and why?",
    measure="problems by reason",
    unit="rows",
)
def problems(ask: Question) -> Finding:
    """Every kind of problem with the number of rows it concerns."""
    review, counts = ask.review, ask.review.store.problem_counts()
    notes = [f"In problems.csv, {CUT}."] if counts["count"].gt(LISTED).any() else []
    if review.edition != "partner":
        is_told = ~counts["source"].isin(review.protected_sources)
        if not is_told.all():
            notes.append("Remarks on sources with protected counts stay with the partnership.")
        named = review.store.open_files(review.protected_sources)
        others = [f for f in dict.fromkeys(review.store.account()["file"]) if f not in named]
        counts = counts[is_told].assign(
            reason=[_unnamed(r, others) for r in counts.loc[is_told, "reason"]]
        )
    keys = ["source", "action", "column", "reason"]
    result = counts.groupby(keys, as_index=False, dropna=False)["count"].sum()
    result = result.sort_values(["action", "count"], ascending=[False, False], ignore_index=True)
    return ask.publish(
        _titled(result, review),
        wording=problems_told,
        sources=tuple(dict.fromkeys(result["source"])),
        columns={
            "title": "Source",
            "action": "What was done",
            "column": "Column",
            "reason": "Reason",
            "count": "Rows",
        },
        caption="Problems found while cleaning, by source and reason",
        notes=notes,
    )


def _unnamed(reason: str, others: Sequence[str]) -> str:
    """A reason without the names of partners' files."""
    for label in others:
        if label in reason:
            return reason.replace(label, "another file")
    return reason


def problems_told(table: pd.DataFrame) -> Said:
    """The rows set aside, corrected or only noted; the commonest reason for setting aside."""
    if table.empty:
        return Said("Nothing had to be set aside, corrected or remarked on.", values={"count": 0})
    by_action = table.groupby("action")["count"].sum()
    parts = [
        f"{present.plural(int(by_action[action]), 'row')} {words}"
        for action, words in (
            ("set aside", "set aside"),
            ("corrected", "corrected"),
            ("noted", "kept with a remark"),
        )
        if action in by_action
    ]
    text = f"Cleaning left {present.listed(parts)}."
    aside = table[table["action"] == "set aside"]
    if len(aside):
        top = aside.sort_values("count", ascending=False, kind="stable").iloc[0]
        text += (
            f" The commonest reason for setting rows aside: {present.shorten(top['reason'], 100)}."
        )
    return Said(text, values={"count": int(by_action.get("set aside", 0))})


@quality_question(
    "quality.coverage",
    "Which months are complete?",
    needs=OFFENCE_SOURCES,
    measure="offence records by month",
    unit="records",
    would_show="which months of recorded offences are complete",
)
def coverage(ask: Question) -> Finding:
    """Months of the offence source, with those incomplete or missing marked."""
    review = ask.review
    for source in OFFENCE_SOURCES:
        table = offence_counts.monthly(review.store, source, review.area)
        if len(table):
            break
    else:
        raise NotAvailable(OFFENCE_SOURCES)
    known = review.coverage(source)
    complete = set(known.months)
    counts = table.groupby("month")["count"].sum()
    first, last = min({*complete, *counts.index}), max({*complete, *counts.index})
    wanted = {m for p in (ask.period, ask.compare) for m in p.month_list()}
    months = sorted({*Period.parse(f"{first}/{last}").month_list(), *wanted})
    result = pd.DataFrame({"month": months})
    # A covered month without any record has none; of another it is not known.
    result["count"] = [counts.get(m, 0 if m in complete else None) for m in months]
    result["status"] = [
        "ok" if m in complete else "incomplete" if m in counts.index else "missing" for m in months
    ]
    return ask.publish(
        result,
        wording=partial(
            coverage_told, subject=_whose(review, source), is_log=source != "police_uk"
        ),
        chart=partial(charts.monthly_line, value="count"),
        sources=(source,),
        columns={"month": "Month", "count": "Records", "status": "Coverage"},
        what="Offence records by month",
        when=Period.parse(f"{first}/{last}").label,
        method=(
            "a month counts as incomplete where the force's crime is under 75 per cent of the "
            "series' median while anti-social behaviour stays above 90 per cent"
            if source == "police_uk"
            else "the extract covers every month from its first record to its last that has one; a "
            "month in which it begins or is cut off is incomplete"
        ),
    )


def _whose(review: Review, source: str) -> str:
    """The records whose months are told: in open data those of the area's own force."""
    own = street_files.own_force(review.store, review.area) if source == "police_uk" else None
    return f"the records of {own[0]}" if own else f"the records of {suppliers.held(source)[0]}"


def coverage_told(
    table: pd.DataFrame, *, subject: str = "the records", is_log: bool = False
) -> Said:
    """Which months are incomplete or missing."""
    if table.empty:
        return cannot(subject, {}, "coverage")
    n = len(table)
    found = {
        word: table.loc[table["status"] == word, "month"].tolist()
        for word in ("incomplete", "missing")
    }
    if not any(found.values()):
        months = f"All {present.in_words(n)} months" if n > 1 else "The month"
        return Said(f"{months} of {subject} {'are' if n > 1 else 'is'} complete.")
    parts = []
    for word, months in found.items():
        if not months:
            continue
        verb = "is" if len(months) == 1 else "are"
        if word == "incomplete":
            word = "held in part only" if is_log else "incomplete as published"
        parts.append(f"{present.runs(months)} {verb} {word}")
    text = f"In {subject} {'; '.join(parts)}."
    return Said(text + " No change over such months is given.")


@quality_question(
    "quality.sources",
    "Which months does each source cover?",
    measure="months covered",
    unit="months",
    would_show="which months each source covers",
)
def source_months(ask: Question) -> Finding:
    """Every source that is about months, years or rounds, with what it lacks between them."""
    review = ask.review
    lines = held.lines(review.store, review.area)
    if not lines:
        raise NotAvailable((), "no file here is about months or years")
    # Of rounds and days there are no months to count.
    months = [len(n.months or ()) if n.months or not n.covers else None for n in lines]
    result = pd.DataFrame(
        {
            "whose": [line.whose for line in lines],
            "covers": [
                line.covers or f"{'not all' if line.gaps else 'nothing'} of {review.area.name}"
                for line in lines
            ],
            "gaps": [line.gaps or "none" for line in lines],
            "count": months,
            "months": ["–" if n is None else present.count(n) for n in months],
        }
    )
    return ask.publish(
        result,
        wording=sources_told,
        sources=dict.fromkeys(line.source for line in lines),
        columns={"whose": "Source", "covers": "Covers", "months": "Months", "gaps": "Gaps"},
        what="Months covered by each source",
        method=(
            "a log of dated records covers the months from its first to its last, but for more "
            "than two months in a row without any (police extract: any month); open data cover "
            "the months that the force published whole, yearly figures their years; surveys and "
            "estimates of residents are of rounds and days, and cover no months"
        ),
        notes=_periods_outside(review),
    )


def _periods_outside(review: Review) -> list[str]:
    """Periods that are asked for and that no source covers a month of: a slip of the settings."""
    covered = {m for s in held.of_months(review.store) for m in review.coverage(s).months}
    asked = {
        period: "a further period of the settings" if comparison.is_window else "this review"
        for comparison in reversed(review.comparisons)
        for period in (comparison.compare, comparison.period)
    }
    return [
        f"No source covers a month of {period.label}, which {whose} asks for."
        for period, whose in sorted(asked.items())
        if not covered & set(period.month_list())
    ]


def _has(name: str) -> str:
    head = name.split(" of ")[0]
    return "have" if head.endswith(("s", "data", ")")) else "has"


def sources_told(table: pd.DataFrame) -> Said:
    """Which sources have gaps between their first month and their last."""
    has_gaps = table["gaps"] != "none"
    empty = table[(table["count"] == 0) & ~has_gaps]["whose"].tolist()
    broken = table[has_gaps]
    parts = [
        f"{row['whose']} {_has(row['whose'])} {row['gaps']}" for row in broken.to_dict("records")
    ]
    number = number_of(len(table), "source")
    if parts:
        verb = "has" if len(parts) == 1 else "have"
        text = f"Of {number} with months or years, {present.in_words(len(parts))} {verb} gaps: "
        text += f"{'; '.join(parts)}."
    else:
        text = f"None of {number} with months or years has a gap."
    if empty:
        text += f" There is nothing of this area in {present.listed(empty)}."
    return Said(text, values={"count": len(parts)})


@quality_question(
    "quality.unlocated",
    "How many records have no place?",
    needs=OFFENCE_SOURCES,
    measure="share of records without a place",
    unit="share",
    would_show="how many offences have no place",
)
def unlocated(ask: Question) -> Finding:
    """Share of the records that cannot be put on a map or into a district."""
    review = ask.review
    source = review.source_of(ask.period)
    if source == "police_uk":
        forces = offence_counts.monthly(review.store, source, review.area)
        force = forces.groupby("force")["count"].sum().idxmax()
        months = ask.period.month_list()
        rows = review.store.load(
            "police_uk_counts",
            columns=["month", "force", "district", "count"],
            where={"force": [force], "month": (months[0], months[-1])},
        )
        missing, total = rows.loc[rows["district"].isna(), "count"].sum(), rows["count"].sum()
        whose, things = f"all records of {force}", EITHER
    else:
        records = review.records(None, ask.period).table
        missing, total = records["place"].isna().sum(), len(records)
        whose, things = f"records of {review.area.name}", "records"
    result = measures.proportion(pd.DataFrame({"count": [int(missing)], "total": [int(total)]}))
    return ask.publish(
        result,
        wording=partial(unlocated_told, subject=things),
        sources=(source,),
        columns={
            "count": "Without a place",
            "total": "All",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=f"Records without a place, {whose}, {ask.period.label}",
        notes=(
            "Records without a place are counted for the police force and belong to no district.",
        )
        if source == "police_uk"
        else (),
    )


def unlocated_told(table: pd.DataFrame, *, subject: str = "records") -> Said:
    """How many records carry no location and so belong to no district."""
    row = first(table)
    if present.is_missing(row.get("count")) or not row.get("total"):
        return cannot(subject, row, "share without location")
    count, total = int(row["count"]), int(row["total"])
    if not count:
        return Said(f"All {present.count(total)} {subject} carry a location.", values={"count": 0})
    one_in = f"1 in {present.count(total / count)}"
    carries = "carries" if count == 1 else "carry"
    text = (
        f"{present.count(count)} of {present.count(total)} {subject} ({one_in}) {carries} no "
        f"location and {'belongs' if count == 1 else 'belong'} to no district here."
    )
    return Said(text, values={"count": count, "share": count / total})
