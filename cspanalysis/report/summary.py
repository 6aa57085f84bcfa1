"""The summary page: what of a review comes first. The choosing is pure; the page shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cspanalysis import present
from cspanalysis.domain import breaks
from cspanalysis.domain.periods import Period
from cspanalysis.present.phrases import MANY, number_of
from cspanalysis.report import chapter_menu, glance_rows, layout, markup
from cspanalysis.report.collect import Rendered, Section
from cspanalysis.report.glance_rows import GlanceRow
from cspanalysis.report.key_findings import DECISIVE, key_findings, topic
from cspanalysis.report.markup import Context

Record = Mapping[str, Any]

#: Those of a comparison with an interval.
JUDGED = ("up", "down", "no_clear_change", "higher", "lower", "similar")
#: What a target can be judged, the worst first: missed, close, met.
PROGRESS = ("missed", "off_course", "unclear", "on_course", "met")
#: Headings of a panel that stand alone there.
PANEL_LABELS = {
    "outlook_text": "If nothing changes",
    "needed_text": "The rest would have to change by",
    "places": "Place in 95 of 100 weightings",
}
#: The data-quality badge is 'good' up to these shares, and with every month complete.
MOST_SET_ASIDE, MOST_UNLOCATED = 0.01, 0.05

#: Findings whose sentences begin the summary, and the one that is its table.
HEADLINE = ("overview.recorded_crime.change", "glance.stands_out")
GLANCE = "glance.table"
#: Findings of which the summary holds all.
AT_A_GLANCE = (GLANCE, "glance.stands_out")
GLANCE_COLUMNS = ("subject", "count", "rate", "others_rate", "against_peers", "percent_change",
                  "trend")  # fmt: skip
#: The finding whose map and first rows say where.
WHERE, WHERE_COLUMNS, WHERE_ROWS = "places.top", ("number", "ward", "place", "count", "share"), 5
#: Pixels that the map of the summary is high at most.
HIGHEST_MAP = 400
#: Figures that end more than so many months before the period begins are no key findings of it.
LONG_AGO = 24
#: So many notes on how far the figures of the summary go.
MOST_LIMITS = 3
#: So many rows of a panel; those judged come first.
MOST_PANEL = 6

#: The finding that says what the board decided, and what is said where it has not yet.
SHORT_LIST = "priorities.list"
UNDECIDED = "The board decides which are taken up."
#: How a sentence on what is to come begins.
FORECAST = "If nothing changes"

#: Findings shown as tables on the summary page: id, heading, and the columns that matter there.
PANELS = (
    ("priorities.matrix", "Recommended priorities",
     ("label", "score_text", "places", "trend_text", "peers_text")),
    ("plan.targets", "Targets of the plan",
     ("measure", "target_text", "actual_text", "progress_text", "outlook_text", "needed_text",
      "detectable_words")),
)  # fmt: skip


@dataclass(frozen=True)
class Key:
    """A chapter's part of the summary."""

    slug: str
    title: str
    records: tuple[Record, ...]
    failure: str = ""


@dataclass(frozen=True)
class Changed:
    """A finding whose verdict differs from the previous review's."""

    slug: str
    id: str
    title: str
    before: str
    now: str


@dataclass(frozen=True)
class Summary:
    """What the summary page shows.

    Parameters
    ----------
    headline : tuple of str
        The sentences that come first.
    tiles : tuple of mapping
        Headline figures: those of the table at a glance, or of the chapters in turn.
    glance, where : Section or None
        Every subject in a row; the places with most.
    rows : tuple of GlanceRow
        The rows of the table at a glance, with their small pictures.
    limits : tuple of str
        How far the figures of the table go.
    keys : tuple of Key
        Chapters with their key findings.
    quality : mapping or None
        Badge ('good' or 'care'), its words, the sentence, and the page.
    panels : tuple of (heading, record, slug)
        Tables of priorities and targets.
    changed : tuple of Changed
    unchanged : int
        Findings of both reviews with the same verdict.
    previous : str
        Period of the previous review; '' if there is none.
    unanswered, awaiting : int
        Questions without an answer in the data that are here, and those that need data which
        nobody has supplied or promised.
    hidden : tuple of (title, slug)
        Findings whose counts are so small that they are hidden.
    is_compared : bool
        Whether some finding sets the period against the compared one.
    disrupted : tuple of str
        Why months of the periods are unlike others (the pandemic), as sentences.
    tested : str
        How many comparisons the review makes, and how many can look clear by chance; '' for few.
    """

    headline: tuple[str, ...] = ()
    tiles: tuple[Mapping[str, str], ...] = ()
    glance: Section | None = None
    where: Section | None = None
    rows: tuple[GlanceRow, ...] = ()
    limits: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    quality: Mapping[str, str] | None = None
    panels: tuple[tuple[str, Record, str], ...] = ()
    changed: tuple[Changed, ...] = ()
    unchanged: int = 0
    previous: str = ""
    unanswered: int = 0
    awaiting: int = 0
    hidden: tuple[tuple[str, str], ...] = ()
    is_compared: bool = True
    disrupted: tuple[str, ...] = ()
    tested: str = ""


def summary(
    chapters: Sequence[Rendered], previous: Mapping[str, Any] | None = None, period: str = ""
) -> Summary:
    """Choose what comes first from the findings of all chapters.

    `previous`: the findings.json of an earlier review of the same area and edition. `period`: what
    is reviewed; figures of years before it are not repeated here.
    """
    chapters = chapter_menu.joined(chapters)
    placed = [(c.slug, r) for c in chapters for r in c.records]
    by_id = {r["id"]: (r, slug) for slug, r in placed}
    panels = tuple(
        (
            heading,
            {
                **by_id[id][0],
                "sentence": _panel_said(id, by_id),
                "table": some_columns(_judged_first(by_id[id][0]), keys),
            },
            by_id[id][1],
        )
        for id, heading, keys in PANELS
        if id in by_id and by_id[id][0]["status"] == "ok" and by_id[id][0].get("table")
    )
    # Data quality has a part of its own further down.
    shown = {record["id"] for _, record, _ in panels}
    if "priorities.matrix" in shown:
        # Its sentence says already whether the order holds with other weights.
        shown.add("priorities.sensitivity")
    shown |= {r["id"] for _, r in placed if r["id"].startswith("quality.") or _is_old(r, period)}
    first = [by_id[id][0] for id in HEADLINE if id in by_id and by_id[id][0]["status"] == "ok"]
    # The table says of each subject what its chapter's findings say.
    glance = _section(chapters, GLANCE, GLANCE_COLUMNS)
    shown |= {r["id"] for r in first} | ({GLANCE} if glance else set())
    keys = tuple(
        Key(c.slug, c.title, tuple(key_findings(c.records, shown) or _hidden(c.records)), c.failure)
        for c in chapters
    )
    changed, unchanged = _changes(placed, previous)
    pages = {r["id"]: slug for slug, whole in placed for r in (whole, *whole.get("parts", ()))
             if r["status"] != "not_available"}  # fmt: skip
    told = [*first, glance.record] if glance else [r for key in keys for r in key.records]
    disrupted = _disrupted(told)
    notes = dict.fromkeys(glance.record["notes"] if glance else ())
    without = [r for _, r in placed if r["status"] == "not_available"]
    return Summary(
        headline=tuple(layout.first_sentence(str(r["sentence"]), most=2) for r in first),
        tiles=tuple(glance_rows.tiles(glance.record, pages) if glance else _tiles(chapters)),
        glance=glance,
        rows=tuple(glance_rows.rows(glance.record, pages)) if glance else (),
        where=_section(chapters, WHERE, WHERE_COLUMNS, WHERE_ROWS),
        limits=tuple(note for note in notes if note not in disrupted)[:MOST_LIMITS],
        keys=tuple(k for k in keys if k.records or k.failure),
        quality=_quality(by_id),
        panels=panels,
        changed=changed,
        unchanged=unchanged,
        previous=previous["period"] if previous else "",
        unanswered=sum(not r.get("awaits") for r in without),
        awaiting=sum(bool(r.get("awaits")) for r in without),
        hidden=tuple((r["title"], slug) for slug, r in placed if r["status"] == "suppressed"),
        is_compared=any(r.get("values", {}).get("compare_count") is not None for _, r in placed),
        disrupted=disrupted,
        tested=_tested([r for _, r in placed]),
    )


def _hidden(records: Sequence[Record]) -> list[Record]:
    """The first finding of a chapter in which all is hidden: left out, nothing would seem there."""
    every = {r["status"] for r in records} <= {"suppressed", "not_available"}
    return [r for r in records if every and r["status"] == "suppressed"][:1]


def some_columns(table: Mapping[str, Any], keys: Sequence[str]) -> Mapping[str, Any]:
    """A display table with those of the named columns that hold something, in their order.

    The whole table if it has fewer than three of them.
    """
    rows = table["rows"]
    held = {
        column["key"]: i
        for i, column in enumerate(table["columns"])
        if not rows or any(row[i] not in ("", present.MISSING) for row in rows)
    }
    places = [held[key] for key in keys if key in held]
    if len(places) < 3:
        return table
    return {
        **table,
        "columns": [table["columns"][i] for i in places],
        "rows": [[row[i] for i in places] for row in table["rows"]],
    }


def page(context: Context, chosen: Summary, places: Sequence[str] = ()) -> str:
    """The summary page, index.html; `places`: the files of places beside it."""
    charts, templates = markup.chart_data(s for s in (chosen.where,) if s)
    return markup.render(
        "index.html.j2",
        c=context,
        s=chosen,
        policy=markup.CSP,
        here="index",
        places=places,
        first=context.contents[0] if context.contents else None,
        charts=charts,
        templates=templates,
    )


def _disrupted(records: Iterable[Record]) -> tuple[str, ...]:
    """Said once, where anything the summary repeats is of such months or set against them.

    A line of many years that holds them says so itself.
    """
    spans = {record.get(of) for record in records for of in ("period", "compare")}
    periods = [Period.parse(span) for span in sorted(filter(None, spans))]
    return breaks.disruptions(*(period for period in periods if period.months <= LONG_AGO))


def _tested(records: Sequence[Record]) -> str:
    """How many comparisons the findings make, and how many of so many can look clear by chance."""
    number = sum(
        max(len([row for row in record.get("rows", ()) if _is_judged(row)]),
            int(record.get("verdict") in JUDGED))
        for record in records
    )  # fmt: skip
    if number < MANY:
        return ""
    return (
        f"This review makes {present.count(number)} comparisons; about "
        f"{present.in_words(int(number / 20 + 0.5))} of so many can look clear by chance."
    )


def _is_judged(row: Mapping[str, Any]) -> bool:
    """A row with a verdict on the area itself."""
    return row.get("verdict") in JUDGED and row.get("is_own", True) is not False


def _is_old(record: Record, period: str) -> bool:
    of = record.get("period")
    if not of or not period:
        return False
    return Period.parse(period).first - Period.parse(of).last > LONG_AGO


def _tiles(chapters: Sequence[Rendered], most: int = 6) -> list[Mapping[str, str]]:
    rows = []
    for chapter in chapters:
        if chapter.slug != "data-quality":
            first = {}
            for record in chapter.records:
                if record.get("tile"):
                    first.setdefault(topic(record), record)
            rows.append([{**t, "slug": chapter.slug} for t in markup.tiles(first.values())])
    turns = [row[i] for i in range(max(map(len, rows), default=0)) for row in rows if i < len(row)]
    return turns[:most]


def _section(
    chapters: Sequence[Rendered], id: str, columns: Sequence[str], rows: int | None = None
) -> Section | None:
    """A finding's picture, with the columns and the first rows of its table that fit a summary."""
    for section in (s for c in chapters for s in c.sections):
        record = section.record
        if record["id"] == id and record["status"] == "ok" and record["table"]:
            table = some_columns(record["table"], columns)
            return Section(
                {**record, "table": {**table, "rows": table["rows"][:rows]}}, _low(section.figure)
            )
    return None


def _low(figure: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A map no higher than a summary has room for."""
    meta = (figure or {}).get("layout", {}).get("meta")
    if figure is None or not isinstance(meta, Mapping) or not meta.get("tallest"):
        return figure
    low = {**meta, "tallest": min(meta["tallest"], HIGHEST_MAP)}
    return {**figure, "layout": {**figure["layout"], "meta": low}}


def _judged_first(record: Record) -> Mapping[str, Any]:
    """The table of a panel, of targets those that can be judged; of each the first rows."""
    table, rows = record["table"], record.get("rows", ())
    # Of a target without a figure yet a forecast can say whether it would be met.
    judged = [
        i for i, row in enumerate(rows) if row.get("progress") in PROGRESS or row.get("outlook")
    ]
    order = {name: place for place, name in enumerate(PROGRESS)}
    judged.sort(key=lambda i: order.get(rows[i].get("progress"), len(order)))
    # Where all are judged alike the sentence has said it.
    if len({(rows[i].get("progress"), rows[i].get("outlook")) for i in judged}) == 1 < len(judged):
        judged = []
    kept: Sequence[int] = range(len(table["rows"]))
    if len(rows) == len(kept):
        is_plan = record["id"] == "plan.targets"
        # An issue that nothing is known of has no score and is no recommendation.
        kept = judged if is_plan else [i for i in kept if rows[i].get("score", 0) is not None]
    columns = [
        {
            **column,
            "label": PANEL_LABELS.get(
                column["key"], re.sub(r" \(weight [^()]*\)", "", column["label"])
            ),
        }
        for column in table["columns"]
    ]
    return {**table, "columns": columns, "rows": [table["rows"][i] for i in kept[:MOST_PANEL]]}


def _panel_said(id: str, by_id: Mapping[str, tuple[Record, str]]) -> str:
    """The first sentence, what is to come of targets, and what the board decided of issues."""
    first, *others = layout.sentences(str(by_id[id][0]["sentence"]))
    told = [s for s in others if s.startswith(FORECAST)][:1]
    unplaced = sum(r.get("rank", 0) is None for r in by_id[id][0].get("rows", ()))
    if id == "priorities.matrix" and unplaced:
        # The table beneath has no room for them, or no score.
        has = "priority has" if unplaced == 1 else "priorities have"
        told.append(
            f"{present.capital(present.in_words(unplaced))} {has} no place, for want of data."
        )
    if id == "priorities.matrix" and SHORT_LIST in by_id:
        of = layout.sentences(str(by_id[SHORT_LIST][0]["sentence"]))
        told += [s for s in of if s.startswith("The board ")] or [UNDECIDED]
    return " ".join([first, *told])


def _quality(by_id: Mapping[str, tuple[Record, str]]) -> Mapping[str, str] | None:
    if "quality.rows" not in by_id:
        return None
    record, slug = by_id["quality.rows"]

    def rows(id: str) -> list[Mapping[str, Any]]:
        return by_id[id][0].get("rows", []) if id in by_id else []

    aside = _share(rows("quality.rows"), "set_aside", "rows")
    unlocated = _share(rows("quality.unlocated"), "count", "total")
    incomplete = sum(1 for r in rows("quality.coverage") if r.get("status", "ok") != "ok")
    usable = _usable(unlocated, incomplete)
    good = (
        record["status"] == "ok"
        and aside <= MOST_SET_ASIDE
        and unlocated <= MOST_UNLOCATED
        and not incomplete
    )
    return {
        "badge": "good" if good else "care",
        "words": "Good" if good else "Read with care",
        "usable": usable,
        "sentence": f"{record['sentence']} {present.capital(usable)} 'Good' means at most "
        f"{present.share(MOST_SET_ASIDE, 0)} of the rows set aside, at most "
        f"{present.share(MOST_UNLOCATED, 0)} of the records without a place, and no month "
        "missing or incomplete.",
        "slug": slug,
    }


def _usable(unlocated: float, incomplete: int) -> str:
    """In words: the records without a place, and the months that are not whole or not there."""
    places = f"{present.share(unlocated)} of the records have no place"
    months = number_of(incomplete, "month") if incomplete else "no month"
    are = "are" if incomplete > 1 else "is"
    if not unlocated:
        places = "no record is without a place"
    return f"{places}, and {months} {are} missing or incomplete."


def _share(rows: Iterable[Mapping[str, Any]], part: str, whole: str) -> float:
    rows = list(rows)
    total = sum(r.get(whole) or 0 for r in rows)
    return sum(r.get(part) or 0 for r in rows) / total if total else 0.0


def _changes(
    placed: Sequence[tuple[str, Record]], previous: Mapping[str, Any] | None
) -> tuple[tuple[Changed, ...], int]:
    before = {r["id"]: r for r in (previous or {}).get("findings", []) if "@" not in r["id"]}
    both = [
        (slug, r, before[r["id"]])
        for slug, r in placed
        if r["id"] in before and "ok" == r["status"] == before[r["id"]].get("status")
    ]
    changed = tuple(
        Changed(slug, r["id"], r["title"], str(old.get("sentence", "")), r["sentence"])
        for slug, r, old in both
        # From 'nothing to compare with' to 'no clear change' nothing has changed.
        if r["verdict"] != old.get("verdict") and {r["verdict"], old.get("verdict")} & {*DECISIVE}
    )
    return changed, len(both) - len(changed)
