"""Pages from records, through our own template: no code cells, nothing from the network.

Every text from data is escaped by Jinja; charts travel as JSON that cannot close its script
element and are drawn by one small script. The same records give the same bytes.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.present import captions, suppliers, symbols_of
from cspanalysis.present.captions import day, label, source_line
from cspanalysis.report import layout
from cspanalysis.report.collect import Rendered, Section

TEMPLATES = Path(__file__).parent / "template"

#: Policy of a page beside its assets; the single-file edition uses hashes (see single_file).
CSP = (
    "default-src 'none'; script-src 'self' file:; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:"
)

#: Rows of a table shown on a page; the workbook holds all.
MOST_ROWS = 200
#: Findings that read differently since the last review, of which a summary tells so many.
MOST_CHANGED = 5
#: Characters of a cell shown on a page.
MOST_TEXT = 300
#: Up to so many rows, or up to so many with a long text, a phone shows a table as a list.
FEW_ROWS, MOST_LISTED = 3, 25
#: Letters of a text that is long, and of one that needs hardly any room.
LONG_TEXT, BRIEF_TEXT = 40, 10


@dataclass(frozen=True)
class Context:
    """What every page of a review says about it.

    Parameters
    ----------
    area, code, partnership : str
        Name, code and the partnership's full name.
    county : str
        The county that the area shares with other district councils; '' where there is none.
    period, compare : str
        `YYYY-MM/YYYY-MM`; compare may be ''.
    edition : str
        'public' or 'partner'.
    contents : sequence of (slug, title)
        The chapters, in order.
    synthetic : bool
        True if any source is a synthetic reconstruction.
    sources : sequence of mapping
        Everything cited in the review, each once.
    version : str
        Of this library.
    partial : bool
        True if only some chapters were asked for.
    product : str
        What the pages are called.
    """

    area: str
    period: str
    compare: str = ""
    edition: str = "public"
    code: str = ""
    partnership: str = ""
    county: str = ""
    contents: Sequence[tuple[str, str]] = ()
    synthetic: bool = False
    sources: Sequence[Mapping[str, Any]] = ()
    version: str = ""
    partial: bool = False
    product: str = "Strategic assessment"

    @property
    def period_label(self) -> str:
        """The period in words."""
        return label(self.period)

    @property
    def compare_label(self) -> str:
        """The comparator in words."""
        return label(self.compare)

    @property
    def owner(self) -> str:
        """The partnership as the header names it."""
        return present.as_said(self.partnership or f"{self.area} Community Safety Partnership")

    @property
    def named(self) -> str:
        """The area as it is said."""
        return present.as_said(self.area)

    @property
    def attributions(self) -> list[str]:
        """Attribution statements of the sources, each once."""
        return _each_once(s.get("attribution") for s in self.sources)

    @property
    def licences(self) -> list[str]:
        """Licences of the sources, each once."""
        return _each_once(s.get("licence") for s in self.sources)

    @property
    def as_of(self) -> str:
        """Dates of the data in words: 'Data as at 31 March 2008'; '' if none is stated."""
        dates = sorted({str(s["as_of"]) for s in self.sources if s.get("as_of")})
        if not dates:
            return ""
        ends = _each_once((day(dates[0]), day(dates[-1])))
        return f"Data as at {' to '.join(ends)}"


def page(
    context: Context,
    chapter: Rendered,
    *,
    before: tuple[str, str] | None = None,
    after: tuple[str, str] | None = None,
) -> str:
    """A chapter's page.

    `chapter`: with a failure, an honest page that says so. `before`, `after`: the neighbouring
    pages.
    """
    laid = layout.layout(chapter)
    charts, templates = chart_data(laid.sections)
    return render(
        "chapter.html.j2",
        c=context,
        policy=CSP,
        chapter=chapter,
        laid=laid,
        here=chapter.slug,
        inner=[(f"{chapter.slug}-{p.key}", p.heading) for p in laid.parts if p.heading],
        before=before,
        after=after,
        charts=charts,
        templates=templates,
    )


def render(template: str, **content: Any) -> str:
    """Fill one of our templates."""
    return _environment().get_template(template).render(**content)


def prepare() -> None:
    """Read the templates of a review beforehand: the processes forked from this one have them."""
    for name in ("chapter.html.j2", "index.html.j2", "base.html.j2", "parts.html.j2"):
        _environment().get_template(name)


def tiles(records: Iterable[Mapping[str, Any]], most: int = 4) -> list[Mapping[str, str]]:
    """The headline figures that findings bring with them, the first `most`."""
    return [
        {**r["tile"], "id": r["id"]}
        for r in records
        if r.get("tile") and r.get("status", "ok") == "ok"
    ][:most]


def chart_data(sections: Iterable[Section]) -> tuple[dict[str, Any], list[Any]]:
    """Charts by finding id, with the Plotly templates they share held once.

    A template is about 8 KB; a page of ten charts would repeat it ten times.
    """
    templates: list[Any] = []
    charts: dict[str, Any] = {}
    for section in sections:
        if section.figure is None:
            continue
        layout = dict(section.figure["layout"])
        template = layout.pop("template", None)
        if template is not None and template not in templates:
            templates.append(template)
        charts[section.record["id"]] = {
            "data": section.figure["data"],
            "layout": layout,
            "template": None if template is None else templates.index(template),
            "about": captions.about(section.record),
        }
    return charts, templates


def script_json(value: Any) -> Markup:
    """JSON for a `<script type="application/json">`: '<', '>' and '&' cannot appear in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def lacking(
    records: Iterable[Mapping[str, Any]],
) -> list[tuple[list[Mapping[str, Any]], str]]:
    """Findings without an answer, those that lack the same together, and what would supply it.

    Not those that await a source which nobody has supplied or promised (`not_covered`).
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        if record["status"] == "not_available" and not record.get("awaits"):
            groups.setdefault(record.get("lacks") or record["sentence"], []).append(record)
    return [(of, suppliers.answering(shared, len(of))) for shared, of in groups.items()]


def not_covered(
    records: Iterable[Mapping[str, Any]],
) -> tuple[str, list[tuple[list[Mapping[str, Any]], str]]]:
    """One line on the findings that await a source, and the findings by what they await."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for record in records:
        if record["status"] == "not_available" and record.get("awaits"):
            groups.setdefault(tuple(record["awaits"]), []).append(record)
    if not groups:
        return "", []
    line = suppliers.not_covered({needs: len(of) for needs, of in groups.items()})
    named = [
        (of, present.capital(suppliers.names(NotAvailable(needs)))) for needs, of in groups.items()
    ]
    return line, named


def picture(figure: Mapping[str, Any] | None) -> str:
    """What kind of picture a chart is: what it shows stands in its caption and its table."""
    traces = (figure or {}).get("data", ())
    kinds = {str(trace.get("type", "scatter")) for trace in traces}
    meta = (figure or {}).get("layout", {}).get("meta") or {}
    if isinstance(meta, Mapping) and meta.get("aspect"):
        return "Map"
    if "heatmap" in kinds:
        return "Grid of shaded cells"
    if "bar" in kinds:
        return "Bar chart"
    return "Line chart" if any(map(_is_line, traces)) else "Dot chart"


def _is_line(trace: Mapping[str, Any]) -> bool:
    """Whether a trace leads from point to point: what joins two alone is an interval."""
    if "lines" not in str(trace.get("mode", "")):
        return False
    places = trace.get("x") or ()
    if isinstance(places, Mapping):  # many numbers, packed
        return True
    runs = (
        len(list(run)) for is_there, run in groupby(places, lambda x: x is not None) if is_there
    )
    return max(runs, default=0) > 2


def deeper(text: str, levels: int) -> str:
    """HTML of a notebook with its headings so many levels further down."""
    if not levels:
        return text
    return re.sub(r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{min(6, int(m[2]) + levels)}>", text)


def short(text: Any, most: int = MOST_TEXT) -> str:
    """A cell's text, cut where it would bury the table."""
    words = "" if text is None else str(text)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def is_list(table: Mapping[str, Any]) -> bool:
    """Whether a phone shows a table as a list, a value a line, instead of letting it scroll.

    A few rows of many columns are read one by one, and long texts beside numbers, or several
    columns of words, would leave most of the others' room empty; many rows of numbers are compared
    down their columns.
    """
    if len(table["columns"]) < 4:
        return False
    n = len(table["rows"])
    beside = cell_classes(table)[1:]
    return n <= FEW_ROWS or (n <= MOST_LISTED and ("long" in beside or beside.count("") > 1))


def cell_classes(table: Mapping[str, Any]) -> list[str]:
    """For each column what its cells are: numbers 'n', 'brief' or 'long' texts, or ''."""
    rows = table["rows"][:MOST_ROWS]
    longest = [
        max((len(str(row[i])) for row in rows), default=0) for i in range(len(table["columns"]))
    ]
    return [
        "n"
        if column["numeric"]
        else "long"
        if most > LONG_TEXT
        else "brief"
        if most <= BRIEF_TEXT
        else ""
        for column, most in zip(table["columns"], longest, strict=True)
    ]


def anchor(identifier: str) -> str:
    """A finding's id as an element id: letters, digits, dots, hyphens, underscores."""
    return "".join(ch if ch.isalnum() or ch in "._-" else "-" for ch in identifier)


def overlapping(windows: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> bool:
    """Whether further periods share months with the finding's own, or with each other."""
    spans = [Period.parse(r["period"]) for r in (record, *windows) if r.get("period")]
    return any(
        one.first <= other.last and other.first <= one.last
        for number, one in enumerate(spans)
        for other in spans[:number]
    )


def on_paper(style: Markup) -> Markup:
    """The style sheet with the rules for paper in force everywhere, those for screens nowhere."""
    nowhere = style.replace("@media screen", "@media (max-width:0)")
    return Markup(nowhere.replace("@media print", "@media all"))


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        script_json=script_json, period=label, day=day, short=short, anchor=anchor, html=Markup,
        is_list=is_list, cell_classes=cell_classes, lacking=lacking,
        not_covered=not_covered, overlapping=overlapping, picture=picture,
        in_words=present.in_words, deeper=deeper, cap=present.capital, listed=present.listed,
        first_sentence=layout.first_sentence, with_articles=present.with_articles,
        on_paper=on_paper, as_said=present.as_said,
    )  # fmt: skip
    environment.globals.update(
        layout=layout,
        source_line=source_line,
        symbols=symbols_of,
        style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
        most_rows=MOST_ROWS,
        most_changed=MOST_CHANGED,
    )
    return environment


def _each_once(texts: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(str(t).strip() for t in texts if t and str(t).strip()))
