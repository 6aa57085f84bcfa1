"""A chart as plain data, as Plotly writes it: a figure of Plotly's only where one is asked for.

Plotly checks each property of a figure as it is set, 8 ms a chart; a review draws a hundred of them
and a page needs no more than what is here. Tests hold that Plotly takes each and gives it back the
same. It is imported (0.15 s) only where it draws.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: What charts are in a notebook's outputs.
MIME = "application/vnd.plotly.v1+json"
#: A chart in a notebook has no button that uploads it, and no logo.
CONFIG = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "displayModeBar": False,
}

#: Lists of a layout, whose members are written in the order of their names as traces are.
_LISTS = ("annotations", "shapes")


class Plot:
    """A chart: its traces and its layout, as they are drawn here.

    Whatever else is asked of it, Plotly's figure answers (`plotly`), and from then on it is that.

    Parameters
    ----------
    layout : mapping
        What the chart begins with, as Plotly's layout.
    """

    def __init__(self, layout: Mapping[str, Any]):
        self.traces: list[dict[str, Any]] = []
        self.settings: dict[str, Any] = dict(layout)

    @cached_property
    def plotly(self) -> go.Figure:
        """The same as a figure of Plotly's, every property checked; nothing more is drawn here."""
        import plotly.graph_objects as go

        figure = go.Figure(self.to_plotly_json())
        del self.traces, self.settings
        return figure

    def __getattr__(self, name: str) -> Any:
        # Names that begin so are asked for by copying, pickling and displaying.
        if name.startswith("_") or name in ("traces", "settings"):
            raise AttributeError(name)
        return getattr(self.plotly, name)

    def points(self, **trace: Any) -> None:
        """Add a trace of points, lines or texts: Plotly's `scatter`."""
        self.traces.append(in_order(trace) | {"type": "scatter"})

    def bars(self, **trace: Any) -> None:
        """Add a trace of bars."""
        self.traces.append(in_order(trace) | {"type": "bar"})

    def heatmap(self, **trace: Any) -> None:
        """Add a field of coloured cells."""
        self.traces.append(in_order(trace) | {"type": "heatmap"})

    def annotate(self, **annotation: Any) -> None:
        """Add a text of the layout."""
        self.arrange(annotations=[annotation])

    def shape(self, **shape: Any) -> None:
        """Add a line or an area of the layout."""
        self.arrange(shapes=[shape])

    def arrange(self, **layout: Any) -> None:
        """Set properties of the layout; annotations and shapes come after those there are."""
        _begin(self.settings, layout)
        _put(self.settings, layout)

    def to_plotly_json(self) -> dict[str, Any]:
        """The chart as Plotly writes it: its traces as `data`, and its `layout`."""
        if "plotly" in self.__dict__:
            return _plain(self.plotly.to_plotly_json())
        return {"data": _plain(self.traces), "layout": _plain(self.settings)}

    def bundle(self) -> dict[str, Any]:
        """The chart as an output of a notebook."""
        return {MIME: {**self.to_plotly_json(), "config": dict(CONFIG)}}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        drawing = sys.modules.get("plotly.io")
        wanted = drawing.renderers.default if drawing else os.environ.get("PLOTLY_RENDERER")
        if wanted == "plotly_mimetype" and "plotly" not in self.__dict__:
            display(self.bundle(), raw=True)
        else:
            quiet()
            self.plotly._ipython_display_()


def quiet(renderers: Iterable[str] = ("plotly_mimetype", "jupyterlab")) -> None:
    """Take the upload button and the logo out of charts that Plotly shows in notebooks."""
    import plotly.io as pio

    for name in renderers:
        pio.renderers[name].config.update(CONFIG)


def _begin(settings: dict[str, Any], layout: Mapping[str, Any]) -> None:
    # As Plotly writes them: first what has properties of its own (an axis), then the others; not
    # so within further axes ('xaxis2').
    for name, value in layout.items():
        if _has_own(name, value):
            inner = settings.setdefault(name, {})
            if not name[-1].isdigit():
                _begin(inner, value)


def _put(settings: dict[str, Any], layout: Mapping[str, Any]) -> None:
    # An axis that is set twice keeps what the second does not name.
    for name, value in layout.items():
        if _has_own(name, value):
            _put(settings.setdefault(name, {}), value)
        elif name in _LISTS:
            settings.setdefault(name, []).extend(in_order(v) for v in value)
        else:
            settings[name] = value


def _has_own(name: str, value: Any) -> bool:
    return isinstance(value, Mapping) and name != "meta"  # which is what anybody likes


def in_order(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties in the order of their names, as Plotly writes them; None is none."""
    return {
        name: in_order(value) if isinstance(value, Mapping) else value
        for name, value in sorted(properties.items())
        if value is not None
    }


def _plain(value: Any) -> Any:
    """As JSON has it, and as Plotly would write it."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
