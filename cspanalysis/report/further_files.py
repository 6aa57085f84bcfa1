"""The editions beside a review's folder: one HTML file, PDF, Word file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis.present import chromium
from cspanalysis.report import folder, pdf, single_file
from cspanalysis.report.collect import Rendered
from cspanalysis.report.markup import Context
from cspanalysis.report.request import Area, Request


def write(
    request: Request,
    area: Area,
    chapters: Sequence[Rendered],
    context: Context,
    earlier: Mapping[str, Any] | None,
) -> tuple[list[Path], list[str]]:
    """Write the editions asked for, beside the folder to keep that small.

    Returns the files, and what could not be done.
    """
    stem = request.reports / area.slug / f"{area.slug}_{request.folder(area).name}"
    paths: list[Path] = []
    notices: list[str] = []

    def put(ending: str, content: bytes) -> None:
        path = stem.with_name(stem.name + ending)
        folder.write_file(path, content)
        paths.append(path)

    if request.single_file:
        put(".html", single_file.page(chapters, context, earlier).encode("utf-8"))
    if request.pdf:
        try:
            put(".pdf", pdf.review(chapters, context, earlier))
        except chromium.NoBrowser as error:
            notices.append(str(error))
    if request.docx:
        from cspanalysis.report import word_file

        page = single_file.page(chapters, context, earlier, is_drawn=False)
        spoken = {s.record["id"]: s.record["alt"] for c in chapters for s in c.sections}
        content, told = word_file.content(page, context, request.word_template, spoken)
        put(".docx", content)
        notices += [told] if told else []
    return paths, notices
