"""Everything a review folder shows besides its findings.json: pages, charts, workbook, csv.

Each text, table and chart is handed over with the finding it belongs to.
"""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

_SKIP = ("style", "template")
_BLOCKS = frozenset(
    {"p", "li", "dd", "dt", "td", "th", "h1", "h2", "h3", "h4", "figcaption", "summary", "div"}
    | {"section", "b", "span", "caption"}
)
#: Elements that can belong to another finding than what is around them: sections, headline figures.
_OWN = ("section", "article", "li")
#: Where a bulletin holds its findings.
_TOLD = re.compile(r'(?s)<script type="application/json" id="findings">(.*?)</script>')
#: Where a review that is being written holds its editions until they have been checked.
DRAFTS = "editions"
_SPOKEN = ("alt", "aria-label", "title", "content")


@dataclass
class Carried:
    """What one file shows of one finding.

    Parameters
    ----------
    file : str
        File, relative to the review folder.
    finding : str
        Id of the finding ('' if it stands in none).
    texts : list of (str, str)
        Kind ('text', 'alternative text', …) and words.
    tables : list
        Tables as rows of cell texts.
    charts : list
        Plotly figures (data and layout).
    problem : str
        Why it cannot be read.
    """

    file: str
    finding: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    charts: list[Mapping[str, Any]] = field(default_factory=list)
    problem: str = ""


def anchor(identifier: str) -> str:
    """A finding's id as pages use it for an element."""
    return re.sub(r"[^0-9A-Za-z._-]", "-", identifier)


def pages(folder: Path, titles: Mapping[str, str], among: re.Pattern[str]) -> Iterator[Carried]:
    """What the pages of a review folder show.

    `titles`: finding id → its title. `among`: what is found in the pages that are looked through.
    """
    yield from _pages(sorted(folder.glob("*.html")), titles, among)


def single_files(
    folder: Path, titles: Mapping[str, str], among: re.Pattern[str]
) -> Iterator[Carried]:
    """What the single-file edition of a review shows."""
    yield from _pages(editions(folder, ".html"), titles, among)


def _pages(
    paths: Iterable[Path], titles: Mapping[str, str], among: re.Pattern[str]
) -> Iterator[Carried]:
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if among.search(text):
            yield from page(path.name, text, titles)


def editions(folder: Path, suffix: str) -> list[Path]:
    """Editions of a review by what their names end in: beside its folder, or not yet put there."""
    beside = folder.parent.glob(f"*_{folder.name}{suffix}")
    return sorted([*beside, *folder.glob(f"{DRAFTS}/*{suffix}")])


def page(name: str, text: str, titles: Mapping[str, str]) -> Iterator[Carried]:
    """What one page shows."""
    parsed = _Page(name, titles)
    parsed.feed(text)
    parsed.close()
    yield from parsed.carried.values()


def told(text: str) -> dict[str, Any]:
    """The findings that a page holds for whoever wants to count on with them."""
    found = _TOLD.search(text)
    if found is None:
        raise ValueError("no findings")
    content: dict[str, Any] = json.loads(found[1])
    return content


def workbooks(
    folder: Path, titles: Mapping[str, str], sentences: Mapping[str, str]
) -> Iterator[Carried]:
    """What the workbooks of a review folder show.

    `titles`, `sentences`: finding id → its title, its sentence.
    """
    for path in sorted(folder.glob("*.xlsx")):
        yield from _workbook(path, titles, sentences)


def lists(folder: Path) -> Iterator[Carried]:
    """What the csv files of a review folder show."""
    for path in sorted(folder.glob("*.csv")):
        yield from _csv(path)


class _Page(HTMLParser):
    def __init__(self, name: str, titles: Mapping[str, str]):
        super().__init__(convert_charrefs=True)
        self.name = name
        self.anchors = {anchor(i): i for i in titles} | {i: i for i in titles}
        self.carried: dict[str, Carried] = {}
        self.sections: list[str] = []
        self.current = ""
        self.words: list[str] = []
        self.kind = "text"
        self.script: list[str] | None = None
        self.skipping = 0
        self.table: list[list[str]] | None = None
        self.in_cell = False

    def updatepos(self, i: int, j: int) -> int:
        """Nobody asks for line and column, and to count them takes long."""
        return j

    def _here(self, finding: str | None = None) -> Carried:
        key = self.current if finding is None else finding
        return self.carried.setdefault(key, Carried(self.name, key))

    def _flush(self) -> None:
        if self.in_cell:
            return  # a cell is all of its words, whatever elements they stand in
        words = " ".join("".join(self.words).split())
        self.words = []
        if words:  # in a table, too: what stands outside its cells is its caption
            self._here().texts.append((self.kind, words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {k: v or "" for k, v in attrs}
        if tag in ("td", "th", "tr", "table"):
            self.in_cell = False
        if tag in _BLOCKS or tag in ("table", "tr"):
            self._flush()
        marks = (named.get("data-finding"), named.get("aria-labelledby"), named.get("id"))
        found = next((self.anchors[m] for m in marks if m in self.anchors), "")
        if tag in _OWN:
            self.sections.append(self.current)
            self.current = found or self.current
        elif found:
            self.current = found
        for key in _SPOKEN:
            if named.get(key):
                self._here().texts.append((f"attribute {key}", named[key]))
        self.kind = "alternative text" if named.get("id", "").endswith("-alt") else "text"
        if tag == "script":
            self.script = []
        elif tag in _SKIP:
            self.skipping += 1
        elif tag == "table":
            self.table = []
        elif tag == "tr" and self.table is not None:
            self.table.append([])
        elif tag in ("td", "th") and self.table is not None:
            self.words, self.in_cell = [], True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self.in_cell = False
        if tag in ("td", "th") and self.table:
            self.table[-1].append(" ".join("".join(self.words).split()))
            self.words = []
        elif tag in _BLOCKS:
            self._flush()
        if tag == "script" and self.script is not None:
            self._scripted("".join(self.script))
            self.script = None
        elif tag in _SKIP:
            self.skipping = max(0, self.skipping - 1)
        elif tag == "table" and self.table is not None:
            self._here().tables.append(self.table)
            self.table = None
        if tag in _OWN and self.sections:
            self.current = self.sections.pop()

    def handle_data(self, data: str) -> None:
        if self.script is not None:
            self.script.append(data)
        elif not self.skipping:
            self.words.append(data)

    def close(self) -> None:
        super().close()
        self._flush()

    def _scripted(self, text: str) -> None:
        try:
            content = json.loads(text)
        except ValueError:
            return
        for key, figure in _figures(content, ""):
            self._here(self.anchors.get(key, self.current)).charts.append(figure)


def _figures(content: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(content, Mapping):
        if isinstance(content.get("data"), list):
            yield key, content
            return
        for name, value in content.items():
            if name != "templates":
                yield from _figures(value, str(name))
    elif isinstance(content, list):
        for value in content:
            yield from _figures(value, key)


def arrays(figure: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Every list of a figure's traces, packed ones unpacked, with its path."""

    def walk(value: Any, path: str) -> Iterator[tuple[str, list[Any]]]:
        if isinstance(value, Mapping):
            if "bdata" in value and "dtype" in value:
                unpacked = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
                yield path, [None if np.isnan(x) else x for x in unpacked.astype(float).tolist()]
                return
            for name, inner in value.items():
                yield from walk(inner, f"{path}.{name}")
        elif isinstance(value, list):
            if any(isinstance(x, list | Mapping) for x in value):
                if all(isinstance(x, list) for x in value):
                    # Columns of a table per point (customdata) as well as its rows (heatmap).
                    widest = max((len(x) for x in value), default=0)
                    for i in range(widest):
                        yield f"{path}[,{i}]", [x[i] if i < len(x) else None for x in value]
                for i, inner in enumerate(value):
                    yield from walk(inner, f"{path}[{i}]")
            else:
                yield path, value

    for i, trace in enumerate(figure.get("data", [])):
        yield from walk(trace, f"trace {i + 1}")


def words(figure: Mapping[str, Any]) -> list[str]:
    """Titles and annotations of a figure."""
    layout = figure.get("layout") or {}
    notes = [n.get("text") for n in layout.get("annotations") or [] if isinstance(n, Mapping)]
    titles = (
        [(layout.get("title") or {}).get("text")]
        if isinstance(layout.get("title"), Mapping)
        else []
    )
    return [str(t) for t in (*notes, *titles) if t]


def _workbook(
    path: Path, titles: Mapping[str, str], sentences: Mapping[str, str]
) -> Iterator[Carried]:
    from python_calamine import CalamineWorkbook

    by_title: dict[str, list[str]] = {}
    for finding, title in titles.items():
        if "@" not in finding:
            by_title.setdefault(title, []).append(finding)
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        rows = [[_text(v) for v in row] for row in book.get_sheet_by_name(name).to_python()]
        rows = [[v for v in row if v != ""] for row in rows]
        heading = rows[0][0] if rows and rows[0] else ""
        found = [i for t, ids in by_title.items() if heading.endswith(f": {t}") for i in ids]
        table = [row for row in rows if len(row) > 1]
        texts = [("text", row[0]) for row in rows if len(row) == 1]
        if len(found) > 1:
            # Findings of one title: the sentence tells them apart.
            said = {text for _, text in texts}
            found = [i for i in found if sentences[i] in said][:1] or found[:1]
        for finding in found:
            yield Carried(f"{path.name}, sheet {name}", finding, texts, [table])
        if not found:
            yield from _listed(f"{path.name}, sheet {name}", table, by_title)


def _listed(
    file: str, table: Iterable[list[str]], by_title: Mapping[str, list[str]]
) -> Iterator[Carried]:
    """Rows that each tell of a finding, recognised by its title."""
    for row in table:
        for title in dict.fromkeys(row):
            for finding in by_title.get(title, ()):
                yield Carried(file, finding, [("text", cell) for cell in row if cell != title])


def _csv(path: Path) -> Iterator[Carried]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row.get("id"):
                yield Carried(
                    path.name,
                    row["id"],
                    [("sentence", row.get("sentence") or "")],
                    charts=[],
                    tables=[[[k, v] for k, v in row.items() if k and v]],
                )


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
