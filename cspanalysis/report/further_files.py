"""The editions beside a review's folder: one HTML file, PDF, Word file.

They are made inside the folder that is being written, and leave it when they have been checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis.disclosure.audit import carriers
from cspanalysis.domain import whole_files
from cspanalysis.present import chromium
from cspanalysis.report import single_file
from cspanalysis.report.collect import Rendered
from cspanalysis.report.markup import Context
from cspanalysis.report.request import Area, Request


def write(
    fresh: Path,
    request: Request,
    chapters: Sequence[Rendered],
    context: Context,
    earlier: Mapping[str, Any] | None,
) -> list[str]:
    """Make the editions asked for inside the folder `fresh`; returns what could not be done."""
    notices: list[str] = []

    def put(ending: str, content: bytes) -> None:
        drafts = fresh / carriers.DRAFTS
        drafts.mkdir(exist_ok=True)
        (drafts / f"review{ending}").write_bytes(content)

    if request.single_file:
        put(".html", single_file.page(chapters, context, earlier).encode("utf-8"))
    if request.pdf:
        from cspanalysis.report import pdf  # 0.04 s of imports

        try:
            put(".pdf", pdf.review(chapters, context, earlier))
        except chromium.NoBrowser as error:
            notices.append(str(error))
    if request.docx:
        from cspanalysis.report import word_file

        page = single_file.page(
            chapters, context, earlier, is_drawn=False, only=single_file.on_paper(chapters)
        )
        spoken = {s.record["id"]: s.record["alt"] for c in chapters for s in c.sections}
        content, told = word_file.content(page, context, request.word_template, spoken)
        put(".docx", content)
        notices += [told] if told else []
    return notices


def put(fresh: Path, request: Request, area: Area) -> list[Path]:
    """Put them beside the review's folder, to keep that small; returns the files."""
    stem = request.reports / area.slug / f"{area.slug}_{request.folder(area).name}"
    drafts, paths = fresh / carriers.DRAFTS, []
    for draft in sorted(drafts.iterdir()) if drafts.is_dir() else ():
        path = stem.with_name(stem.name + draft.suffix)
        whole_files.settle([draft])
        draft.replace(path)
        paths.append(path)
    if drafts.is_dir():
        drafts.rmdir()
    return paths
