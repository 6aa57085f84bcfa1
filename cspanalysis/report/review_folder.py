"""Writes one review folder from its executed chapters: pages, assets, findings, tables."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis.present.charts import pictures
from cspanalysis.report import (
    chapter_menu,
    collect,
    duties,
    findings_json,
    markup,
    place_files,
    summary,
    workers,
)
from cspanalysis.report.collect import Rendered

#: Scripts that draw the charts of a page and make pictures of them, in the order they run.
CHART_SCRIPTS = ("charts.js", "pictures.js")


def context_of(
    chapters: Sequence[Rendered],
    *,
    area: Mapping[str, str],
    period: str,
    compare: str,
    edition: str,
    partial: bool = False,
) -> markup.Context:
    """What all pages of the review say, gathered from its findings' sources."""
    area = collect.clean(area)
    records = [r for c in chapters for r in c.records]
    sources: dict[tuple, Mapping[str, Any]] = {}
    for record in findings_json.flat(records):
        for source in record.get("sources", ()):
            key = tuple(str(source.get(k, "")) for k in ("source", "title", "as_of"))
            sources.setdefault(key, source)
    return markup.Context(
        area=area["name"],
        code=area.get("code", ""),
        partnership=area.get("partnership", ""),
        county=area.get("county", ""),
        period=period,
        compare=compare,
        edition=edition,
        partial=partial,
        contents=duties.in_menu(chapters, partial),
        synthetic=findings_json.is_synthetic(records),
        sources=tuple(sources.values()),
        version=version("cspanalysis"),
    )


def write(
    folder: Path,
    chapters: Sequence[Rendered],
    context: markup.Context,
    *,
    inputs: Mapping[str, str],
    previous: Mapping[str, Any] | None = None,
    is_parallel: bool = False,
    check: Callable[[Path, Sequence[str]], None] | None = None,
    outlines: place_files.Outlines | None = None,
) -> summary.Summary:
    """Write everything of a review but its log and manifest into `folder`.

    `folder`: an empty folder. `inputs`: raw file → sha256, for findings.json. `previous`: an
    earlier review's findings.json. `is_parallel`: write workbook and pages at the same time.
    `check`: called with the folder and ('findings',) when all but the workbook is written.
    `outlines`: gives the shapes of areas for places.geojson.
    """
    from cspanalysis.report import workbook

    assets = folder / "assets"
    assets.mkdir(parents=True)
    chosen = summary.summary(chapters, previous, context.period)
    records = [r for c in chapters for r in c.records]

    def tables() -> None:
        workbook.write(folder / "tables.xlsx", chapters, context)

    def pages() -> None:
        _put(assets / "plotly.min.js", pictures.plotly_js())
        for name in CHART_SCRIPTS:
            _put(assets / name, pictures.script(name))
        told = {c.key: c for c in chapter_menu.joined(chapters)}
        for chapter in (told.get(c.key, c) for c in chapters):
            before, after = _neighbours(context, chapter.slug)
            text = markup.page(context, chapter, before=before, after=after)
            _put(folder / f"{chapter.slug}.html", text)
        if asked := duties.of_review(chapters, context):
            beside = _neighbours(context, duties.SLUG)
            _put(folder / f"{duties.SLUG}.html", duties.page(context, asked, *beside))
        places = place_files.write(folder, records, outlines)
        _put(folder / "index.html", summary.page(context, chosen, places))
        content = findings_json.document(
            records,
            area={"name": context.area, "code": context.code},
            period=context.period,
            compare=context.compare,
            edition=context.edition,
            created_from=inputs,
        )
        (folder / "findings.json").write_bytes(findings_json.dump(content))
        (folder / "findings.csv").write_bytes(findings_json.table(records))
        if check:
            check(folder, ("findings",))

    if is_parallel:
        workers.side_by_side((tables, pages))
    else:
        tables()
        pages()
    return chosen


def _neighbours(
    context: markup.Context, slug: str
) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """The pages before and after one; a page that no menu leads to has the summary before it."""
    along = [("index", "Summary"), *context.contents]
    number = next((n for n, (s, _) in enumerate(along) if s == slug), None)
    if number is None:
        return along[0], None
    return along[number - 1], along[number + 1] if number + 1 < len(along) else None


def template_file(name: str) -> str:
    """One of the scripts that belong to our templates."""
    return (markup.TEMPLATES / name).read_text(encoding="utf-8")


def version(distribution: str) -> str:
    """Installed version of a distribution; '' if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
