"""`csp bulletin`: one short page on a month, quarter or half year, made from one notebook."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from cspanalysis.disclosure import audit, editions
from cspanalysis.domain import areas
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import ChapterFailed, DisclosureFailed
from cspanalysis.domain.periods import Period
from cspanalysis.report import (
    chapter_run,
    collect,
    engine,
    findings_json,
    folder,
    layout,
    markup,
    publication_run,
    review_folder,
    single_file,
    workers,
)
from cspanalysis.report.collect import Rendered
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
    notebook = Chapter(notebook_files.bulletin(space.root))
    notebook_files.make_importable(space.root)
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
    # A public page may be on its way to readers who must not see the partners' one.
    ending = "" if edition == "public" else f"_{edition}"
    path = target / f"bulletin_{period.slug}{ending}.html"

    def put(shown: list[Rendered], apart: list[str]) -> None:
        """The page with what may be shown, in place of the last one."""
        for remark in apart:
            report(f"Notice: {remark}")
        text = _page(shown[0], area, period, edition)
        if edition == "public":
            _check(path, text, shown[0], area)
        folder.write_file(path, text.encode("utf-8"))

    if edition != "public":
        put([done], [])
        return path
    reports = out or space.root / "reports"
    place = publication_run.Place(space.root, reports, path, area.name)
    refused = publication_run.publish(place, [done], put)
    if refused:
        raise DisclosureFailed("\n".join(failure.reason for failure in refused))
    return path


def _page(done: Rendered, area: Area, period: Period, edition: str) -> str:
    """The page, with its findings for whoever counts on with them."""
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
    return markup.render(
        "bulletin.html.j2",
        c=context,
        policy=single_file.policy(scripts),
        chapter=done,
        laid=layout.layout(done),
        here="",
        charts=charts,
        templates=templates,
        inline=[Markup(s) for s in scripts],
        told=findings_json.document(
            done.records,
            area=collect.clean({"name": area.name, "code": area.code}),
            period=period.iso,
            compare=period.before.iso,
            edition=edition,
            created_from={},
        ),
    )


def _check(path: Path, text: str, done: Rendered, area: Area) -> None:
    """Refuses a page of which protected values can be recovered."""
    records = findings_json.flat(done.records)
    titles = {str(r["id"]): str(r["title"]) for r in records}
    if recovered := audit.of_page(path.name, text, area.name, records, titles):
        raise audit.Refused(audit.describe(recovered, path), recovered)


def _make_ready(asked: tuple[Workspace, str, Period, Callable[[str], object]]) -> None:
    """Clean what changed, and refuse a period that the area's data do not touch."""
    space, area, period, report = asked
    clean_run.clean(space.root, dict(space.settings), report=report)
    scope.choose(area, period, workspace=space.root)
