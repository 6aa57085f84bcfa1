"""From an executed notebook to what a page shows: findings, their charts, and the text between.

Only findings pass. Any other output of a cell (a bare chart, a printed table) has not been
through disclosure control, so it is left out and a notice says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt

from cspanalysis.domain import inert
from cspanalysis.findings import MIME
from cspanalysis.findings.record import REST
from cspanalysis.present.charts import plot

# What Plotly draws as formatting (a coloured span among it); every other '<' is data.
_NOT_FORMAT = re.compile(
    r"<(?!/?(?:b|i|br|em|strong|sub|sup|extra)\s*/?>"
    r"|/span>|span style=[\"']color: ?(?:#[0-9a-f]{3,8}|rgba?\([\d., ]+\));?[\"']>)",
    re.IGNORECASE,
)

_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Section:
    """One finding as a page shows it: its record and its chart (None where it has none)."""

    record: Mapping[str, Any]
    figure: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Rendered:
    """One chapter, executed.

    Parameters
    ----------
    key, slug, title : str
        See `notebooks.Chapter`.
    lead : str
        HTML of the text under the title.
    blocks : tuple
        `Section`s and HTML texts, in the notebook's order.
    failure : str
        Why the chapter could not be made; '' if it was.
    notices : tuple of str
        What was left out and why.
    seconds : float
        How long it took; goes to the log only.
    is_own : bool
        Whether its notebook is one of the workspace's, which whoever wrote it wants to see.
    warned : str
        What the cells wrote to standard error. It can hold values from the data, so the log tells
        how much there was, and a debug run's log what.
    """

    key: str
    slug: str
    title: str
    lead: str = ""
    blocks: tuple[Section | str, ...] = ()
    failure: str = ""
    notices: tuple[str, ...] = ()
    seconds: float = 0.0
    is_own: bool = False
    trace: str = field(default="", repr=False)
    warned: str = field(default="", repr=False)

    @property
    def sections(self) -> list[Section]:
        """The findings with their charts."""
        return [b for b in self.blocks if isinstance(b, Section)]

    @property
    def records(self) -> list[Mapping[str, Any]]:
        """The records of the chapter's findings."""
        return [s.record for s in self.sections]


class ChartMissing(Exception):
    """A finding announced a chart that the notebook's outputs do not hold."""


def collect(notebook: Mapping[str, Any], key: str, slug: str, title: str) -> Rendered:
    """Read the findings, charts and texts out of an executed notebook.

    `notebook`: the executed notebook (nbformat 4). `key`, `slug`, `title`: the chapter's names.
    Raises `ChartMissing` if a finding has a figure but no Plotly output follows it: a report
    without charts must never pass for whole.
    """
    lead, blocks, notices = "", [], []
    texts = _texts(notebook)
    first = next(texts, "")
    if first:
        body = re.sub(r"\A\s*# .*(\n|\Z)", "", first)
        lead = _markdown.render(clean(body)).strip()
    pending: dict[str, Any] | None = None
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "markdown" and _source(cell) != first:
            blocks.append(_markdown.render(clean(_source(cell))).strip())
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if MIME in data:
                if pending:
                    raise ChartMissing(f"{pending['id']}: its chart is missing")
                record = clean(data[MIME])
                if record.get("has_figure"):
                    pending = record
                else:
                    blocks.append(Section(record))
            elif plot.MIME in data and pending:
                blocks.append(Section(pending, chart_json(data[plot.MIME])))
                pending = None
            elif data and REST not in data:
                notices.append(
                    f"{key}, cell {index + 1}: an output that is no finding was left out, "
                    "because only findings have passed disclosure control"
                )
    if pending:
        raise ChartMissing(f"{pending['id']}: its chart is missing")
    warned = "".join(
        output["text"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stderr"
    )
    return Rendered(key, slug, title, lead, tuple(blocks), notices=tuple(notices), warned=warned)


def clean(value: Any) -> Any:
    """Texts without invisible control, direction or broken characters, at any depth."""
    if isinstance(value, str):
        return inert.seen(value)
    if isinstance(value, Mapping):
        return {clean(k): clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [clean(v) for v in value]
    return value


def chart_json(figure: Mapping[str, Any]) -> dict[str, Any]:
    """A Plotly figure for a page: data and layout, text from data unable to become markup."""
    return _plain_labels({"data": figure.get("data", []), "layout": figure.get("layout", {})})


def _plain_labels(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_FORMAT.sub("&lt;", clean(value))
    if isinstance(value, Mapping):
        return {k: v if k == "bdata" else _plain_labels(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_labels(v) for v in value]
    return value


def _texts(notebook: Mapping[str, Any]) -> Iterator[str]:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            yield _source(cell)


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
