"""How a chapter function becomes a finding, and how its result is published.

The decorator `finding` gives every chapter function the same shape; `publish` protects the result
table before anything is made from it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.record import Finding, Said
from cspanalysis.present import suppliers

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cspanalysis.review.review import Review


#: Periods asked for in a notebook.
Over = str | Period | Comparison | Iterable[str | Period | Comparison]


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
    Every function also takes `over`: other periods, the first in place of the review's, as texts
    ('2007-12/2008-02'), periods or comparisons.

    If it raises `NotAvailable`, the finding says which source would supply it. Comparisons with
    periods that are not alike are refused (`Period.against`). A function of a peer group (its
    parameter `group`) gives None for the group None: an area that has no such group
    (`review.peers.own`, `further`, `around`) is not asked the question.

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
        What the finding would show, as a noun phrase, for the sentence when data are missing; may
        hold parts as the title does.
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

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)
        by_period = "comparison" in signature.parameters
        is_per_day = "exposure_adjusted" in signature.parameters

        @functools.wraps(function)
        def wrapper(review: Review, *args: Any, over: Over | None = None, **kwargs: Any) -> Any:
            visible = [
                p for p in signature.parameters.values() if p.name not in ("comparison", "spec")
            ]
            bound = inspect.Signature(visible).bind(review, *args, **kwargs)
            bound.apply_defaults()
            if bound.arguments.get("group", "") is None:
                return None
            words = {k: v for k, v in bound.arguments.items() if isinstance(v, str)}
            if "group" in words:
                words["members"] = review.peer_label(words["group"])
            named = replace(
                spec,
                id=spec.id.format_map(words),
                title=spec.title.format_map(words),
                would_show=spec.would_show.format_map(words),
            )
            made = []
            comparisons = review.comparisons if over is None else _comparisons(over)
            for asked in comparisons:
                asked.period.against(asked.compare, same_months=not is_per_day)
            for comparison in comparisons if by_period else [review.comparisons[0]]:
                extra: dict[str, Any] = {"comparison": comparison} if by_period else {}
                here = replace(named, id=named.id + comparison.suffix)
                if "spec" in signature.parameters:
                    extra["spec"] = here
                try:
                    made.append(function(*bound.args, **bound.kwargs, **extra))
                except NotAvailable as missing:
                    made.append(not_available(review, here, comparison, missing))
            main, *windows = made
            return replace(main, windows=tuple(windows))

        return wrapper

    return decorate


def _comparisons(over: Over) -> list[Comparison]:
    """Periods to show a finding over; without one to compare with, the nearest before."""
    asked = [over] if isinstance(over, str | Period | Comparison) else list(over)
    found = []
    for number, one in enumerate(asked):
        if not isinstance(one, Comparison):
            period = Period.parse(one)
            one = Comparison(period, period.before, is_window=number > 0)
        found.append(one)
    if not found:
        raise UsageError("over names no period. Allowed: one or more, such as '2007-12/2008-02'.")
    return found


def not_available(
    review: Review, spec: Spec, comparison: Comparison, missing: NotAvailable
) -> Finding:
    """The finding a workspace cannot have: says what is missing and which source supplies it."""
    there = review.store.sources()
    return Finding(
        id=spec.id,
        chapter=spec.chapter,
        title=spec.title,
        sentence=suppliers.missing_sentence(spec.would_show or spec.measure, missing, there),
        status="not_available",
        measure=spec.measure,
        unit=spec.unit,
        polarity=spec.polarity,
        period=comparison.period.iso,
        lacks=suppliers.shared_sentence(missing, there),
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
        Column → label of the display table, in order; default: all that `present` knows.
    caption, method, definition, notes
        See `Finding`.

    Returns
    -------
    Finding
    """
    sources = tuple(sources)
    labels = review.label_notes(comparison.period) if "police_extract" in sources else []
    shown = disclosure.apply(result, protect, edition=review.edition)
    shown = disclosure.declare(shown, protect, edition=review.edition)
    said = say(shown)
    # A window is shown as a statement under the review's own finding: nobody sees its chart,
    # its display table or its tile, so they are not made.
    is_main = not comparison.is_window
    is_told = said.status not in ("not_available", "suppressed")
    figure = chart(shown) if chart and is_main and is_told else None
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
        table=present.table(shown, columns) if is_main else {},
        figure=figure,
        alt=f"{caption}. {said.text}" if caption else said.text,
        caption=caption,
        definition=definition,
        notes=(*_age(comparison.period, review.period), *notes, *labels),
        tile=tile(shown) if tile and is_main else None,
    )


def _age(of: Period, period: Period) -> list[str]:
    """A note to figures that are of a time long before the period reviewed."""
    if not of.is_long_before(period):
        return []
    return [f"These figures are of {of.label}, years before {period.label}: much may have changed."]
