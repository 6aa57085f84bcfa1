"""How a chapter's page is laid out: what lies open, what is folded, what is said once.

A page is at most four screens long beyond its folds. Findings are placed by what they tell of the
subject (`Finding.role`); those without a role stand in the notebook's order before the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.present import charts
from cspanalysis.report import collect
from cspanalysis.report.collect import Rendered, Section
from cspanalysis.report.key_findings import DECISIVE

Record = Mapping[str, Any]

#: Role of a finding → the part of the page it stands in, in the page's order.
PARTS = {
    "trend": "Trend",
    "change": "Trend",
    "parts": "What it consists of",
    "peers": "Compared with peers",
    "where": "Where and when",
    "when": "Where and when",
    "who": "Who it concerns, and what became of it",
    "outcome": "Who it concerns, and what became of it",
    "action": "What is being done",
}

#: The finding by which the chapter about the data is known, and what is told first beside it.
ABOUT_DATA, MONTHS_HELD = "quality.rows", "quality.coverage"

#: Pixels that the findings of a page may take at 1100 px: four screens of 900 less what stands
#: about them (heading, summary of the chapter, folds, neighbours).
MOST_HEIGHT = 2650
#: Findings that lie open on a page, and tables that stand in for a picture have so many rows.
MOST_OPEN, MOST_ROWS = 8, 14
#: Width of a page's column there, and letters of an answer's line in it.
COLUMN, LINE = 736, 78

#: Said once of a chapter whose findings would each say it.
UNPLACED = (
    "What has no place counts for no district, and for several counts here the share without a "
    "place is not the same in both periods. No rise or fall that is told here rests on that alone."
)
# What each of them says.
_UNPLACED = re.compile(r"Of .*counts? for no district(?:, is not the same in both periods)?\.")

_HEADING = re.compile(r"<h([1-6])>[^\n]*</h\1>")


@dataclass(frozen=True)
class Part:
    """A part of a page: its heading ('' for what has none), what lies open and what is folded.

    `is_brief`: of what lies open the picture is folded.
    """

    key: str
    heading: str
    shown: tuple[Section | str, ...]
    folded: tuple[Section, ...] = ()
    is_brief: bool = False


@dataclass(frozen=True)
class Remark:
    """Something said once for several findings: what it is, the text, and of which findings."""

    kind: str
    text: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """A chapter as its page shows it.

    Parameters
    ----------
    short : tuple of record
        The findings whose first sentence says the chapter in short.
    caution : str
        What several findings would say of themselves, said once.
    texts : tuple of str
        What the analyst wrote, HTML.
    parts : tuple of Part
    remarks : tuple of Remark
        Definitions, methods and notes that several findings share.
    known : tuple of record
        The findings of the fold 'How we know', without what is shared.
    """

    short: tuple[Record, ...] = ()
    caution: str = ""
    texts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    remarks: tuple[Remark, ...] = ()
    known: tuple[Record, ...] = ()

    @property
    def sections(self) -> list[Section]:
        """Every finding that the page draws."""
        return [
            s for p in self.parts for s in (*p.shown, *p.folded) if isinstance(s, Section)
        ]  # fmt: skip


def is_answered(record: Record) -> bool:
    """Whether a page shows a finding: it has data."""
    return record["status"] != "not_available"


def is_heading(text: str) -> bool:
    """Whether a notebook's text is a heading and nothing else."""
    return bool(_HEADING.fullmatch(text.strip()))


def layout(chapter: Rendered) -> Layout:
    """Lay out a chapter's page."""
    blocks, caution = _said_once(chapter.blocks)
    texts, own, placed = _placed(blocks)
    answered = [s for s in blocks if isinstance(s, Section) and is_answered(s.record)]
    groups = [("", own)] if own else []
    groups += _groups(placed)
    opened = _opened([[b for b in blocks if isinstance(b, Section)] for _, blocks in groups])
    parts = []
    for heading, blocks in groups:
        shown = tuple(b for b in blocks if isinstance(b, str) or id(b) in opened)
        folded = tuple(b for b in blocks if isinstance(b, Section) and id(b) not in opened)
        sections = [b for b in blocks if isinstance(b, Section)]
        is_open = any(id(s) in opened for s in ([_lead(sections)] if heading else sections))
        is_brief = bool(sections) and not is_open
        if is_brief:
            # The page has no room for the picture: the answer is there, and the fold beneath it.
            lead = _lead(sections)
            shown, folded = (lead,), tuple(s for s in sections if s is not lead)
        parts.append(Part(_key(heading), heading, shown, folded, is_brief))
    records = [s.record for s in answered]
    remarks = _shared(records)
    said = {(remark.kind, remark.text) for remark in remarks}
    return Layout(
        short=tuple(_in_short(records)),
        caution=caution,
        texts=tuple(texts),
        parts=tuple(parts),
        remarks=tuple(remarks),
        known=tuple(_without(record, said) for record in records),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return re.split(r"(?<=[.!?]) (?=[A-Z])", text)


def first_sentence(text: str, most: int = 1) -> str:
    """The first sentences of a text: what follows says how it was judged."""
    return " ".join(sentences(text)[:most])


def short_sentence(record: Record) -> str:
    """What a finding says in short; of a difference from peers also how clear it is."""
    is_difference = record.get("role") == "peers" and record["verdict"] in DECISIVE
    return first_sentence(str(record["sentence"]), most=2 if is_difference else 1)


def is_evidence(section: Section) -> bool:
    """Whether a finding's table stands open in the place of a picture: some rows, not one."""
    rows = (section.record.get("table") or {}).get("rows", ())
    return section.figure is None and 1 < len(rows) <= MOST_ROWS


def height(section: Section) -> float:
    """About how many pixels a finding takes at 1100 px."""
    found = words(section)
    if section.figure is not None:
        drawn = section.figure.get("layout", {})
        found += 115 + float(drawn.get("height") or 400)
        meta = drawn.get("meta") or {}
        if isinstance(meta, Mapping) and meta.get("aspect"):
            tall = min((COLUMN - 8) * meta["aspect"], meta["tallest"]) + meta["beside"]
            found += tall - float(drawn.get("height") or 400)
    elif is_evidence(section):
        # Columns share the width by what they hold, and no cell takes less than some letters.
        cells = [[len(str(cell)) for cell in row] for row in section.record["table"]["rows"]]
        widest = [max(column) for column in zip(*cells, strict=True)]
        room = [max(14, most * min(1, 92 / sum(widest))) for most in widest]
        lines = [max(math.ceil(n / r) for n, r in zip(row, room, strict=True)) for row in cells]
        found += 120 + sum(18 + 21 * max(n, 1) for n in lines)
    return found


def words(section: Section) -> float:
    """About how many pixels question and answer of a finding take there."""
    return 75.0 + 28 * math.ceil(len(str(section.record.get("sentence", ""))) / LINE)


def _said_once(blocks: Sequence[Section | str]) -> tuple[list[Section | str], str]:
    """The blocks without the caution on records without a place where several bear it.

    How many they are stays beneath each finding, in its notes.
    """
    found: dict[int, list[str]] = {}
    for place, block in enumerate(blocks):
        if isinstance(block, Section) and block.record["status"] == "ok":
            every = sentences(str(block.record["sentence"]))
            if said := [s for s in every if _UNPLACED.fullmatch(s)]:
                found[place] = said
    if len(found) < 2:
        return list(blocks), ""
    done = list(blocks)
    for place, said in found.items():
        block = done[place]
        assert isinstance(block, Section)
        record = block.record
        left = [s for s in sentences(str(record["sentence"])) if s not in said]
        notes = [*record.get("notes", ()), *said]
        done[place] = replace(block, record={**record, "sentence": " ".join(left), "notes": notes})
    return done, UNPLACED


def _placed(
    blocks: Iterable[Section | str],
) -> tuple[list[str], list[Section | str], list[Section]]:
    """Texts of the analyst, findings without a role under their headings, and all others."""
    texts: list[str] = []
    own: list[Section | str] = []
    placed: list[Section] = []
    headings: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            if is_heading(block):
                level = block.strip()[2]
                headings = [h for h in headings if h.strip()[2] < level] + [block]
            else:
                texts.append("".join(headings) + block)
                headings = []
        elif not is_answered(block.record):
            continue
        elif block.record.get("role"):
            placed.append(block)
        else:
            own += [*headings, block]
            headings = []
    return texts, own, placed


def _groups(placed: Sequence[Section]) -> list[tuple[str, list[Section]]]:
    """The parts of a page with their findings: a change before the line that shows it."""
    groups: dict[str, list[Section]] = {}
    for heading in dict.fromkeys(PARTS.values()):
        found = [s for s in placed if PARTS[s.record["role"]] == heading]
        if found:
            groups[heading] = found
    drawn = _drawn_changes(placed)
    if drawn is not None:
        heading = PARTS["parts"]
        groups[heading] = [drawn, *groups.get(heading, [])]
        order = list(dict.fromkeys(PARTS.values()))
        groups = {name: groups[name] for name in order if name in groups}
    return list(groups.items())


def _drawn_changes(placed: Sequence[Section]) -> Section | None:
    """Several changes of a chapter in one picture, where no finding of it is that picture."""
    roles = [s.record["role"] for s in placed if s.figure is not None]
    changes = [s.record for s in placed if s.record["role"] == "change" and _is_change(s.record)]
    spans = {(r["period"], r["compare"]) for r in changes}
    if "parts" in roles or len(changes) < 2 or len(spans) != 1:
        return None
    rows = pd.DataFrame([{**r["rows"][0], "measure": r["measure"]} for r in changes])
    figure = charts.change_intervals(rows, label="measure")
    if figure is None:
        return None
    first = changes[0]
    record = {
        **first,
        "id": f"{first['chapter']}.drawn_changes",
        "title": "What rose, what fell?",
        "sentence": _changes_said(changes),
        "role": "parts",
        "rows": [],
        "table": {},
        "notes": [],
        "definition": "",
        "method": "",
        "windows": [],
        "parts": [],
        "tile": None,
        "sources": [s for r in changes for s in r["sources"]],
        "caption": f"Changes side by side – {_span(first)}; {charts.CHANGES_KEY}",
    }
    return Section(record, collect.chart_json(figure.to_plotly_json()))


def _changes_said(changes: Sequence[Record]) -> str:
    """'Robbery (30 to 67) rose; there was no clear change in fires (9 to 7).'"""
    told: dict[str, list[str]] = {}
    for record in changes:
        row = record["rows"][0]
        numbers = " to ".join(present.count(row[key]) for key in ("compare_count", "count"))
        way = {"up": "rose", "down": "fell"}.get(row["verdict"], "")
        told.setdefault(way, []).append(f"{record['measure']} ({numbers})")
    clear = [f"{present.listed(told[way])} {way}" for way in ("fell", "rose") if way in told]
    if "" in told:
        clear.append(f"there was no clear change in {present.listed(told[''])}")
    return f"{present.capital('; '.join(clear))}."


def _span(record: Record) -> str:
    return f"{present.period(record['period'])} against {present.period(record['compare'])}"


def _is_change(record: Record) -> bool:
    rows = record.get("rows") or ()
    keys = ("count", "compare_count", "ratio", "lower", "upper", "verdict")
    return record["status"] == "ok" and len(rows) == 1 and all(k in rows[0] for k in keys)


def _opened(groups: Sequence[Sequence[Section]]) -> set[int]:
    """Which findings lie open: the first picture of each part, then the second, while they fit."""
    chosen: set[int] = set()
    ranked: list[tuple[float, int, Section]] = []
    # Every part has its heading, an answer and a fold.
    left = float(MOST_HEIGHT) - sum(105 + words(_lead(group)) for group in groups if group)
    leads = {id(_lead(group)) for group in groups if group}
    for place, group in enumerate(groups):
        pictures = [s for s in group if _is_picture(s)]
        # What the first picture shows may be said before it: whether it rose or fell.
        said = [s for s in group if s not in pictures][: 1 if group[0].record.get("role") else None]
        ranked += [(turn, place, s) for turn, s in enumerate(pictures)]
        ranked += [(0 if id(s) in leads else 0.5, place, s) for s in said]
    for _, _, section in sorted(ranked, key=lambda r: r[:2]):
        needed = height(section) - (words(section) if id(section) in leads else 0)
        if len(chosen) < MOST_OPEN and (needed <= left or not chosen):
            left -= needed
            chosen.add(id(section))
    return chosen


def _is_picture(section: Section) -> bool:
    return section.figure is not None or is_evidence(section)


def _lead(group: Sequence[Section]) -> Section:
    """What a part shows in any case: its first picture, or its first answer where it has none."""
    return next((s for s in group if _is_picture(s)), group[0])


def _in_short(records: Sequence[Record]) -> list[Record]:
    """Two findings that say a chapter: its headline, and what is clearest beside it."""
    told = [r for r in records if r["status"] == "ok" and r["sentence"]]
    if not told:
        return []
    judged = [r for r in told if r.get("role") == "change"]
    headline = next((r for r in judged if r["verdict"] != "none"), (judged or told)[0])
    second = _beside(headline, told)
    if second and headline["verdict"] == "no_clear_change" and _is_told_by(second, headline):
        headline, told = second, [r for r in told if r is not headline]
        second = _beside(headline, told)
    return [headline, second] if second else [headline]


def _beside(headline: Record, told: Sequence[Record]) -> Record | None:
    """What is clearest beside the headline of a chapter."""
    others = [r for r in told if r is not headline]
    ways: tuple[Any, ...] = (
        lambda r: r["id"] == MONTHS_HELD,
        lambda r: r.get("role") == "peers" and r["verdict"] in DECISIVE,
        lambda r: r.get("role") in ("parts", "peers"),
        lambda r: r["verdict"] in DECISIVE,
        lambda r: r.get("role") != headline.get("role"),
        lambda r: True,
    )
    return next((r for is_wanted in ways for r in others if is_wanted(r)), None)


def _is_told_by(other: Record, record: Record) -> bool:
    """Whether the other finding names both counts of a change in its first sentence."""
    counts = [record["values"].get(key) for key in ("count", "compare_count")]
    said = re.findall(r"[\d,]*\d", short_sentence(other))
    return all(count is not None and present.number(count) in said for count in counts)


def _shared(records: Sequence[Record]) -> list[Remark]:
    """Definitions, methods and notes that two findings or more bear, those of most first."""
    found: dict[tuple[str, str], list[str]] = {}
    for record in records:
        for kind, text in _remarks(record):
            found.setdefault((kind, text), []).append(str(record["measure"] or record["title"]))
    every = len(records)
    shared = [
        Remark(kind, text, () if len(of) == every else tuple(dict.fromkeys(of)))
        for (kind, text), of in found.items()
        if len(of) > 1
    ]
    return sorted(shared, key=lambda r: (bool(r.of), -len(r.of)))


def _remarks(record: Record) -> list[tuple[str, str]]:
    told = [("Definition", record.get("definition")), ("Method", record.get("method"))]
    told += [("Note", note) for note in record.get("notes", ())]
    return list(dict.fromkeys((kind, str(text)) for kind, text in told if text))


def _without(record: Record, said: set[tuple[str, str]]) -> Record:
    """A record without the remarks that are said for several."""
    return {**record, "remarks": [r for r in _remarks(record) if r not in said]}


def _key(heading: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in heading.lower())


def numbered(sections: Sequence[Section]) -> str:
    """'3 further questions' as the name of a fold."""
    n = len(sections)
    return f"{present.capital(present.in_words(n))} further question{'s' * (n != 1)}"
