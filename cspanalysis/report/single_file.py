"""The whole review as one HTML file: everything embedded once, scripts allowed by their hashes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from cspanalysis.present.charts import pictures
from cspanalysis.report import chapter_menu, duties, layout, markup, review_folder, summary
from cspanalysis.report.collect import Rendered
from cspanalysis.report.markup import Context


def page(
    chapters: Sequence[Rendered],
    context: Context,
    previous: Mapping[str, Any] | None = None,
    *,
    is_drawn: bool = True,
    template: str = "single.html.j2",
    only: Sequence[str] | None = None,
    further: Sequence[str] = (),
    **content: Any,
) -> str:
    """The single-file edition.

    `previous`: an earlier review's findings.json. `is_drawn`: with the scripts that draw its
    charts. `only`: keys of the chapters that follow the summary. `further`: scripts that follow
    these. `content`: what another `template`
    wants besides. Returns: HTML with plotly.js inside, about 5 MB.
    """
    told = [c for c in chapter_menu.in_order(chapters) if only is None or c.key in only]
    laid = {c.key: layout.layout(c) for c in told}
    charts, templates = markup.chart_data(
        s for c in told for s in (*c.sections, *laid[c.key].sections)
    )
    inline = [*scripts(), *map(_script, further)] if charts and is_drawn else []
    return markup.render(
        template,
        c=context,
        s=summary.summary(chapters, previous, context.period),
        policy=policy(inline),
        chapters=told,
        laid=laid,
        duties=duties.of_review(chapters, context),
        duty_title=duties.TITLE,
        states=duties.STATES,
        here="",
        charts=charts,
        templates=templates,
        inline=[Markup(s) for s in inline],
        **content,
    )


def on_paper(chapters: Sequence[Rendered]) -> list[str]:
    """Keys of the chapters that paper shows: the summary's table at a glance is enough there."""
    glance = {*summary.AT_A_GLANCE}
    return [c.key for c in chapters if not c.records or not {r["id"] for r in c.records} <= glance]


def scripts() -> list[str]:
    """The scripts that draw the charts, to be embedded in a page."""
    own = (pictures.script(name) for name in review_folder.CHART_SCRIPTS)
    return [_script(text) for text in (pictures.plotly_js(), *own)]


def policy(scripts: Sequence[str]) -> str:
    """The page's Content-Security-Policy: only these inline scripts run, nothing is loaded."""
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{d}'" for d in digests) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:"
    )


def _script(text: str) -> str:
    """A script as an HTML parser will see it, so that its hash agrees."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("this script cannot stand inside a page")
    return text
