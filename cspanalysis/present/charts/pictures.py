"""Charts as PNG and SVG, drawn by an installed Chromium with the scripts of the pages."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.present import captions, chromium

#: Kinds of picture, by the ending of the file.
KINDS = (".png", ".svg")
#: Pictures drawn by one start of the browser: their sum must fit its memory and its time.
TOGETHER = 40

_FOUND = re.compile(r'<script type="text/plain" class="picture">(.*?)</script>', re.DOTALL)
_PAGE = """<!doctype html><html lang="en-GB"><meta charset="utf-8"><body>
<script type="application/json" id="charts">{charts}</script>
<script>{plotly}</script><script>{charts_js}</script><script>{pictures_js}</script>
<script>
(function () {{
  var asked = JSON.parse(document.getElementById("charts").textContent).asked;
  asked.forEach(function (one) {{
    var place = document.createElement("script");
    place.type = "text/plain";
    place.className = "picture";
    document.body.appendChild(place);
    window.cspPictures.picture(one.id, one.foot, one.alt, one.is_bare).then(function (made) {{
      var told = {{ svg: made.svg, width: made.width, height: made.height }};
      function tell() {{
        place.textContent = encodeURIComponent(JSON.stringify(told));
      }}
      if (!one.png) {{ return tell(); }}
      return window.cspPictures.painted(made, one.scale).then(function (canvas) {{
        told.png = canvas.toDataURL("image/png").split(",")[1];
        tell();
      }});
    }});
  }});
}})();
</script></body></html>"""


@dataclass(frozen=True)
class Picture:
    """A chart as SVG and, where it was asked for, as PNG; size in pixels of the page."""

    svg: str
    png: bytes
    width: int
    height: int
    source: str = ""


def draw(
    charts: Sequence[Mapping[str, Any]],
    *,
    foot: str = "",
    png: bool = True,
    scale: float = 2,
    is_bare: bool = False,
    instead: str = "take the picture from the page, by the button beneath the chart",
) -> list[Picture]:
    """Pictures of charts, each with what, where and when above it and its source beneath.

    `charts`: of each what is said about it (`captions.about`), its text alternative `alt` and its
    `figure` (data and layout). `foot`: what is said before each source: 'Synthetic data.'. `scale`:
    size of the PNG, as a multiple of 720 pixels. `is_bare`: the chart alone. Raises
    `chromium.NoBrowser` where none is installed; `instead` is what it then advises.
    """
    found: list[Picture] = []
    for first in range(0, len(charts), TOGETHER):
        asked = {"foot": foot, "png": png, "scale": scale, "is_bare": is_bare}
        found += _drawn(charts[first : first + TOGETHER], asked, instead)
    return found


def save(record: Mapping[str, Any], figure: Mapping[str, Any], path: str | Path) -> Path:
    """Write a finding's chart as the kind of picture that the file's ending names."""
    target = Path(path)
    if target.suffix.lower() not in KINDS:
        raise UsageError(
            paragraph(
                f"a chart cannot be saved as '{target.suffix or target.name}'",
                allowed=" or ".join(KINDS),
                do=f"Write for example: finding.save('{target.stem}.png')",
            )
        )
    is_png = target.suffix.lower() == ".png"
    synthetic = any(s.get("synthetic") for s in record.get("sources", ()))
    chart = {"about": captions.about(record), "alt": record.get("alt", ""), "figure": figure}
    (made,) = draw([chart], foot="Synthetic data." if synthetic else "", png=is_png)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(made.png if is_png else made.svg.encode("utf-8"))
    return target


def script(name: str) -> str:
    """One of the scripts that draw charts: 'charts.js', 'pictures.js'."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@functools.cache
def plotly_js() -> str:
    """plotly.js as the installed plotly package holds it."""
    # Its own function for this imports all of the package.
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def _drawn(
    charts: Sequence[Mapping[str, Any]], asked: Mapping[str, Any], instead: str
) -> list[Picture]:
    content = {
        "templates": [],
        "charts": {
            str(number): {
                "data": chart["figure"]["data"],
                "layout": chart["figure"]["layout"],
                "template": None,
                "about": chart["about"],
            }
            for number, chart in enumerate(charts)
        },
        "asked": [{"id": str(i), "alt": c["alt"], **asked} for i, c in enumerate(charts)],
    }
    text = json.dumps(content, ensure_ascii=True, default=_plain).replace("<", "\\u003c")
    page = _PAGE.format(
        charts=text,
        plotly=plotly_js(),
        charts_js=script("charts.js"),
        pictures_js=script("pictures.js"),
    )
    dom = chromium.scripted(page, what="picture", instead=instead)
    told = [json.loads(unquote(one)) for one in _FOUND.findall(dom) if one.strip()]
    if len(told) != len(charts):
        raise chromium.NoBrowser(
            paragraph(
                f"No picture was written: the browser drew {len(told)} of {len(charts)} charts",
                do=f"Try again with other programs closed, or {instead}.",
            )
        )
    return [
        Picture(
            t["svg"],
            base64.b64decode(t.get("png", "")),
            t["width"],
            t["height"],
            chart["about"]["source"],
        )
        for t, chart in zip(told, charts, strict=True)
    ]


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)
