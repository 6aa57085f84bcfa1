"""The Finding: the one door by which a number reaches a reader.

A chapter function computes a tidy result table and hands it to `publish`, which protects it
first and only then has the chart, the sentence and the values made from the protected table.
What comes out shows itself in a notebook and is what the report, the index, the workbook, the
audit and `findings.json` read; nothing else is.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import disclosure, formats
from cspanalysis.errors import NotAvailable
from cspanalysis.periods import Comparison

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cspanalysis.review import Review

#: MIME type under which a notebook stores a finding's whole protected record.
MIME = "application/vnd.cspanalysis.finding+json"

#: Keys of `values`, in the order they are written (contract of findings.json).
VALUE_KEYS = [
    "count",
    "compare_count",
    "percent_change",
    "ratio",
    "lower",
    "upper",
    "p",
    "confidence",
    "rate",
    "rate_per",
    "population",
    "rank",
    "of",
    "rank_lower",
    "rank_upper",
    "share",
    "index",
    "peak",
]

STATUSES = ("ok", "too_few", "suppressed", "not_comparable", "not_available")
VERDICTS = ("up", "down", "no_clear_change", "lower", "similar", "higher", "peak", "none")
POLARITIES = ("lower_is_better", "higher_is_better", "neutral")


@dataclass(frozen=True)
class Said:
    """What a narrative function made of a protected table.

    Parameters
    ----------
    text : str
        The sentence or sentences that answer the finding's question.
    verdict : str
        One of `VERDICTS`.
    values : mapping, optional
        Numbers under the keys of `VALUE_KEYS`.
    status : str
        One of `STATUSES`.
    """

    text: str
    verdict: str = "none"
    values: Mapping[str, Any] = field(default_factory=dict)
    status: str = "ok"


@dataclass(frozen=True)
class Finding:
    """One answered question, protected, with its evidence.

    Parameters
    ----------
    id, chapter, title : str
        Stable id, chapter key, and the question as the heading.
    sentence, verdict, values, status
        See `Said`.
    measure, unit, method, polarity : str
        What is measured, in what unit, how, and which direction is good (`POLARITIES`).
    period, compare : str
        `YYYY-MM/YYYY-MM`; compare is '' where nothing is compared.
    sources : tuple of dict
        Source, title, publisher, licence, data date, synthetic flag; from the sidecars.
    rows : pandas.DataFrame
        The protected result table, one row per point of the chart.
    table : dict
        The same for display: `{"columns": [labels], "rows": [[texts]], "own": [row numbers]}`.
    figure : plotly figure or None
    alt : str
        Text alternative of the figure.
    caption : str
        What, where, when of the figure.
    definition : str
        The definition under which the counting was done, printed beside the figure.
    notes : tuple of str
        Caveats printed beneath.
    tile : dict or None
        `{"value", "label"}` for the headline row of the chapter.
    windows : tuple of Finding
        The same finding for the further periods of the settings.
    """

    id: str
    chapter: str
    title: str
    sentence: str
    verdict: str = "none"
    values: Mapping[str, Any] = field(default_factory=dict)
    status: str = "ok"
    measure: str = ""
    unit: str = ""
    method: str = ""
    polarity: str = "neutral"
    period: str = ""
    compare: str = ""
    sources: tuple[dict[str, Any], ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    table: Mapping[str, Any] = field(default_factory=dict)
    figure: go.Figure | None = None
    alt: str = ""
    caption: str = ""
    definition: str = ""
    notes: tuple[str, ...] = ()
    tile: Mapping[str, str] | None = None
    windows: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in (
            ("status", STATUSES),
            ("verdict", VERDICTS),
            ("polarity", POLARITIES),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{self.id}: {name} {getattr(self, name)!r} is none of {allowed}")

    def record(self) -> dict[str, Any]:
        """The finding as findings.json holds it, plus what a page needs to show it."""
        return {
            "id": self.id,
            "chapter": self.chapter,
            "title": self.title,
            "sentence": self.sentence,
            "verdict": self.verdict,
            "measure": self.measure,
            "period": self.period,
            "compare": self.compare,
            "unit": self.unit,
            "values": {k: plain(self.values[k]) for k in VALUE_KEYS if k in self.values},
            "method": self.method,
            "status": self.status,
            "polarity": self.polarity,
            "sources": [dict(s) for s in self.sources],
            "rows": [
                {str(k): plain(v) for k, v in row.items()} for row in self.rows.to_dict("records")
            ],
            "definition": self.definition,
            "notes": list(self.notes),
            "caption": self.caption,
            "alt": self.alt,
            "table": dict(self.table),
            "tile": dict(self.tile) if self.tile else None,
            "has_figure": self.figure is not None,
            "windows": [w.record() for w in self.windows],
        }

    def _ipython_display_(self) -> None:
        from IPython.display import display

        # The chart comes second in its own output, so that JupyterLab shows sentence, table and
        # chart, and nbval compares the text while it skips the chart.
        markdown = formats.markdown(self)
        display({MIME: self.record(), "text/markdown": markdown, "text/plain": self.sentence}, raw=True)
        if self.figure is not None:
            display(self.figure)


def plain(value: Any) -> Any:
    """A value as JSON holds it: numpy scalars plain, floats to 12 digits, missing as None."""
    if value is None or (not isinstance(value, (list, tuple, dict)) and pd.isna(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return str(value)


@dataclass(frozen=True)
class Spec:
    """What is fixed about a finding before any data are seen (see `finding`)."""

    id: str
    title: str
    needs: tuple[str, ...] = ()
    measure: str = ""
    unit: str = ""
    polarity: str = "neutral"
    would_show: str = ""

    @property
    def chapter(self) -> str:
        return self.id.split(".")[0]


#: Every finding of the library by id pattern, filled by the decorator.
REGISTRY: dict[str, Spec] = {}


def finding(
    id: str,
    *,
    title: str,
    needs: str | Sequence[str] = (),
    measure: str = "",
    unit: str = "",
    polarity: str = "neutral",
    would_show: str = "",
) -> Callable:
    """Make a chapter function a finding: same shape, windows, and an honest 'not available'.

    The decorated function takes `(review, ..., comparison, spec)` and returns a Finding made with
    `publish`. It is called once for each comparison in `over` (default: the review's period and
    the windows of the settings); functions without a `comparison` parameter are called once.
    If it raises `NotAvailable`, the finding says which source would supply it.

    Parameters
    ----------
    id : str
        Stable id; `{name}` parts are filled from the function's arguments of that name.
    title : str
        The question, as a heading; may hold `{name}` parts likewise, and `{members}`, the
        label of the peer group in the argument `group`.
    needs : str or sequence of str
        Sources any of which supplies the data.
    measure, unit, polarity : str
        See `Finding`.
    would_show : str
        What the finding would show, as a noun phrase, for the sentence when data are missing.
    """
    spec = Spec(
        id,
        title,
        (needs,) if isinstance(needs, str) else tuple(needs),
        measure,
        unit,
        polarity,
        would_show,
    )
    REGISTRY[id] = spec

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)
        by_period = "comparison" in signature.parameters

        @functools.wraps(function)
        def wrapper(review: Review, *args: Any, over: Iterable[Comparison] | None = None, **kwargs):
            visible = [
                p for p in signature.parameters.values() if p.name not in ("comparison", "spec")
            ]
            bound = inspect.Signature(visible).bind(review, *args, **kwargs)
            bound.apply_defaults()
            words = {k: v for k, v in bound.arguments.items() if isinstance(v, str)}
            if "group" in words:
                words["members"] = review.peer_label(words["group"])
            named = replace(spec, id=spec.id.format_map(words), title=spec.title.format_map(words))
            made = []
            comparisons = list(over if over is not None else review.comparisons)
            for comparison in comparisons if by_period else [review.comparisons[0]]:
                extra = {"comparison": comparison} if by_period else {}
                here = replace(named, id=named.id + comparison.suffix)
                if "spec" in signature.parameters:
                    extra["spec"] = here
                try:
                    made.append(function(*bound.args, **bound.kwargs, **extra))
                except NotAvailable as missing:
                    made.append(not_available(review, here, comparison, missing))
            main, *windows = made
            return replace(main, windows=tuple(windows))

        wrapper.spec = spec
        return wrapper

    return decorate


def not_available(
    review: Review, spec: Spec, comparison: Comparison, missing: NotAvailable
) -> Finding:
    """The finding a workspace cannot have: says what is missing and which source supplies it."""
    return Finding(
        id=spec.id,
        chapter=spec.chapter,
        title=spec.title,
        sentence=review.missing_sentence(spec.would_show or spec.measure, missing),
        status="not_available",
        measure=spec.measure,
        unit=spec.unit,
        polarity=spec.polarity,
        period=comparison.period.iso,
    )


def publish(
    review: Review,
    spec: Spec,
    result: pd.DataFrame,
    *,
    say: Callable[[pd.DataFrame], Said],
    sources: Iterable[str],
    comparison: Comparison,
    compared: bool = False,
    chart: Callable[[pd.DataFrame], go.Figure | None] | None = None,
    protect: disclosure.Protect | None = None,
    columns: Mapping[str, str] | None = None,
    caption: str = "",
    method: str = "",
    definition: str = "",
    notes: Iterable[str] = (),
    tile: Callable[[pd.DataFrame], Mapping[str, str]] | None = None,
    measure: str = "",
    unit: str = "",
) -> Finding:
    """Protect a result table, then make sentence, chart, values and display table from it.

    Parameters
    ----------
    review : Review
        Whose edition and policies apply.
    spec : Spec
        What the decorator fixed (passed to the chapter function as `spec`).
    result : pandas.DataFrame
        Tidy result; own row marked in `is_own` where rows are areas.
    say, chart, tile : callable
        Called with the protected table only.
    sources : iterable of str
        Source names, whose sidecars are cited.
    protect : disclosure.Protect, optional
        How this table must be protected; None for data under no policy.
    columns : mapping, optional
        Column → label of the display table, in order; default: all that `formats` knows.
    caption, method, definition, notes
        See `Finding`.

    Returns
    -------
    Finding
    """
    shown = disclosure.apply(result, protect, edition=review.edition)
    said = say(shown)
    # A window is shown as a statement under the review's own finding, so its chart is not drawn.
    is_drawn = chart and not comparison.is_window
    is_told = said.status not in ("not_available", "suppressed")
    figure = chart(shown) if is_drawn and is_told else None
    return Finding(
        id=spec.id,
        chapter=spec.chapter,
        title=spec.title,
        sentence=said.text,
        verdict=said.verdict,
        values=said.values,
        status=said.status,
        measure=measure or spec.measure,
        unit=unit or spec.unit,
        method=method,
        polarity=spec.polarity,
        period=comparison.period.iso,
        compare=comparison.compare.iso if compared else "",
        sources=tuple(review.citations(sources)),
        rows=shown,
        table=formats.table(shown, columns),
        figure=figure,
        alt=f"{caption}. {said.text}" if caption else said.text,
        caption=caption,
        definition=definition,
        notes=tuple(notes),
        tile=tile(shown) if tile else None,
    )


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The contract's value keys that a result row holds (missing ones left out)."""
    return {k: plain(row[k]) for k in VALUE_KEYS if k in row and plain(row[k]) is not None}
