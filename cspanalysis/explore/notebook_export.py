"""Charts in an exported notebook: `jupyter nbconvert --to html`, and JupyterLab's own export.

A notebook stores its charts as data, which only a live page draws. They become pictures when it is
exported and not before, so that stored outputs neither grow nor differ between runs. Jupyter finds
this through etc/jupyter/jupyter_config.json, which the wheel installs.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from typing import Any

from nbconvert.preprocessors import Preprocessor

from cspanalysis.findings.record import MIME
from cspanalysis.present import captions, chromium
from cspanalysis.present.charts import pictures, plot

#: What would be shown in place of a chart: an output that has one is left as it is.
_SHOWN = ("text/html", "image/svg+xml", "image/png", "image/jpeg")


class ChartPictures(Preprocessor):
    """Sets a picture beside each chart of a notebook, with its text alternative.

    Without Chromium, Chrome or Edge the chart itself is set there, with the script that draws it.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Add to each output with a chart what an HTML page can show."""
        found = list(_charts(nb))
        if not found:
            return nb, resources
        try:
            made = pictures.draw([chart for _, chart in found], png=False)
            shown = [_image(p, chart) for p, (_, chart) in zip(made, found, strict=True)]
        except chromium.NoBrowser:
            shown = [_live(chart, is_first=not i) for i, (_, chart) in enumerate(found)]
        for (output, _), text in zip(found, shown, strict=True):
            output["data"]["text/html"] = text
        return nb, resources


def _charts(nb: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Outputs that hold a chart, each with what its finding, just before it, says about it."""
    for cell in nb["cells"]:
        record: Any = {}
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if MIME in data:
                record = data[MIME]
            elif plot.MIME in data and not any(kind in data for kind in _SHOWN):
                about = captions.about(record) if record else {"title": ""}
                if any(s.get("synthetic") for s in record.get("sources", ())):
                    about["source"] = f"{about['source']}. Synthetic data"
                yield (
                    output,
                    {
                        "about": {"subtitle": "", "source": "", **about},
                        "alt": record.get("alt", ""),
                        "figure": {k: data[plot.MIME].get(k, {}) for k in ("data", "layout")},
                    },
                )
                record = {}


def _image(picture: pictures.Picture, chart: dict[str, Any]) -> str:
    packed = base64.b64encode(picture.svg.encode("utf-8")).decode("ascii")
    alt = html.escape(chart["alt"] or chart["about"]["title"] or "Chart")
    return (
        f'<img alt="{alt}" width="{picture.width}" height="{picture.height}" '
        f'style="max-width:100%;height:auto" src="data:image/svg+xml;base64,{packed}">'
    )


def _live(chart: dict[str, Any], *, is_first: bool) -> str:
    import plotly.io as pio

    return pio.to_html(chart["figure"], include_plotlyjs=is_first, full_html=False, validate=False)
