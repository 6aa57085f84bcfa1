"""`csp bulletin`: one short page on a month, quarter or half year, made from one notebook."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from cspanalysis.disclosure import editions
from cspanalysis.domain import areas
from cspanalysis.domain.errors import ChapterFailed
from cspanalysis.domain.periods import Period
from cspanalysis.report import (
    chapter_run,
    engine,
    folder,
    markup,
    review_folder,
    single_file,
    workers,
)
from cspanalysis.report.notebooks import Chapter
from cspanalysis.review import scope
from cspanalysis.store import clean_run
from cspanalysis.workspace import notebook_files
from cspanalysis.workspace import workspace as workspaces
from cspanalysis.workspace.workspace import Workspace

NOTEBOOK = "bulletin.ipynb"


def write(
    workspace: Path | None,
    csp: str | None,
    period: Period,
    *,
    edition: str = "public",
    out: Path | None = None,
    report: Callable[[str], object] = lambda line: None,
) -> Path:
    """Write the bulletin of an area and a period as one HTML file that stands alone.

    `workspace`: default: the folder with partnership.toml here or above. `csp`: area; default: the
    workspace's own. `period`: compared with `Period.before`, the same months a year before.
    `edition`: 'public' or 'partner'. `out`: folder of the reports; default `reports/` of the
    workspace. `report`: given one plain line per raw file that is cleaned before. Returns:
    `<out>/<area>/bulletin_<period>.html`, `…_partner.html` in the partner edition.
    """
    editions.check(edition)
    space = workspaces.load(workspace)
    area = space.area(csp)
    target = (out or space.root / "reports") / areas.slug(area.name)
    folder.check_writable(target)
    notebook = Chapter(notebook_files.folder() / NOTEBOOK)
    asked = (space, area.name, period, report)
    is_forked = engine.can_fork() and not engine.threads_started()
    if is_forked:
        engine.warm(*notebook.imports)
        # Cleaning and reading start threads, which a fork of this process would lose.
        for checked in workers.each(_make_ready, [asked], 1):
            if checked.error:
                raise checked.raised or RuntimeError(checked.error)
    else:
        _make_ready(asked)
    task = chapter_run.ChapterTask(
        notebook,
        {
            "csp": area.name,
            "period": period.iso,
            "compare": period.before.iso,
            "edition": edition,
            "workspace": str(Path(space.root).resolve()),
        },
        engine.NAME if is_forked else "plain",
        300.0,
    )
    done = chapter_run.execute(task)
    if done.failure:
        raise ChapterFailed(f"The bulletin could not be made. {done.failure}")
    context = review_folder.context_of(
        [done],
        area={"name": area.name, "code": area.code},
        period=period.iso,
        compare=period.before.iso,
        edition=edition,
    )
    context = dataclasses.replace(context, product="Community safety bulletin", contents=())
    charts, templates = markup.chart_data(done.sections)
    scripts = single_file.scripts() if charts else []
    page = markup.render(
        "bulletin.html.j2",
        c=context,
        policy=single_file.policy(scripts),
        chapter=done,
        here="",
        charts=charts,
        templates=templates,
        inline=[Markup(s) for s in scripts],
    )
    # A public page may be on its way to readers who must not see the partners' one.
    ending = "" if edition == "public" else f"_{edition}"
    path = target / f"bulletin_{period.slug}{ending}.html"
    folder.write_file(path, page.encode("utf-8"))
    return path


def _make_ready(asked: tuple[Workspace, str, Period, Callable[[str], object]]) -> None:
    """Clean what changed, and refuse a period that the area's data do not touch."""
    space, area, period, report = asked
    clean_run.clean(space.root, dict(space.settings), report=report)
    scope.choose(area, period, workspace=space.root)
