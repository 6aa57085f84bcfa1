"""Runs reviews: validates, executes the chapter notebooks, writes the reports, tells the outcome.

Every chapter runs in a process of its own and every review is written aside and swapped in
whole, so neither a failing chapter nor a killed run harms what was there before.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cspanalysis.disclosure import editions, publications
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.report.notebooks import Chapter, chapters, check_parameters, of_workspace, pick
from cspanalysis.report.request import Area, Failure, Outcome, Request, ReviewDone
from cspanalysis.workspace import notebook_files

if TYPE_CHECKING:  # the runner's rooms wait for papermill
    from cspanalysis.report import review_run

__all__ = [
    "Area",
    "Chapter",
    "Failure",
    "Outcome",
    "Request",
    "ReviewDone",
    "chapters",
    "check_parameters",
    "of_workspace",
    "pick",
    "run",
]

#: Areas that one process reviews before it gives its memory back.
_TURNS = 12

PARAMETERS = ("csp", "period", "compare", "edition", "workspace")


def run(request: Request) -> Outcome:
    """Run the chapters of every area of the request and write the reports."""
    # The runner's rooms are imported here: `csp --help` need not wait for papermill.
    from cspanalysis.report import engine, workers

    if request.engine == "auto":
        request = replace(request, engine=engine.NAME if engine.can_fork() else "plain")
    if request.engine == engine.NAME and engine.threads_started():
        return workers.in_fresh_process(_run, request)
    return _run(request)


def validate(request: Request) -> list[Chapter]:
    """The chapters to run; refuses what cannot be run before anything is."""
    editions.check(request.edition)
    if not request.areas:
        raise UsageError(paragraph("no area was named", do="Name one with --csp."))
    Period.parse(request.period).against(request.compare)
    named = request.notebooks
    there = chapters(named) if named else of_workspace(request.workspace)
    chosen = pick(request.chapters, there)
    if not chosen:
        raise UsageError(paragraph("holds no chapter notebooks", file=request.notebooks))
    for chapter in chosen:
        check_parameters(PARAMETERS, chapter)
    return chosen


def _run(request: Request) -> Outcome:
    from cspanalysis.report import areas_index, folder, national_table, shared_tables

    chosen = validate(request)
    notebook_files.make_importable(request.workspace)
    with shared_tables.kept(request):
        plan = _prepared(request, chosen)
        with folder.locked(request.reports, request.shard):
            reviews = _reviews(plan)
            index, table = None, None
            if request.all_areas and not request.shard:
                index = areas_index.write(request, reviews)
                table = national_table.write(request, reviews)
    return Outcome(reviews, index, table, request.shard, request.debug)


def _prepared(request: Request, chosen: list[Chapter]) -> review_run.Plan:
    """The plan of a run, once everything is imported and worked out that its areas share."""
    from cspanalysis.report import engine, markup, review_run, shared_tables

    if request.engine == engine.NAME:
        wanted = dict.fromkeys(name for chapter in chosen for name in chapter.imports)
        engine.warm(*review_run.WARM, *wanted, meanwhile=partial(shared_tables.count, request))
    else:
        shared_tables.count(request)
    shared_tables.compare(request)
    if request.engine == engine.NAME and len(request.areas) > 1:
        markup.prepare()
        for chapter in chosen:
            _ = chapter.notebook  # read here, not in each area's process
    return review_run.plan(request, chosen)


def _reviews(plan: review_run.Plan) -> tuple[ReviewDone, ...]:
    """The reviews of a run's areas, in their order."""
    from cspanalysis.report import chapter_run, engine, review_run, workers
    from cspanalysis.report.progress import Progress

    request = plan.request
    if len(request.areas) == 1 and not request.shard:
        with Progress(len(plan.chapters), "chapter") as progress:
            return (review_run.review(plan, request.areas[0], progress.step),)
    done: dict[int, ReviewDone] = {}
    with Progress(len(request.areas), "area") as progress:
        for result in workers.each(
            review_run.review_quietly,
            [(plan, area) for area in request.areas],
            request.jobs,
            lambda index: progress.begin(request.areas[index].name),
            turns=_TURNS if plan.shares_process else 1,
            within=chapter_run.one_process if plan.shares_process else nullcontext,
        ):
            area = request.areas[result.index]
            failure = Failure(area.name, "", f"The review was lost: {result.error}.")
            done[result.index] = result.result or ReviewDone(
                area, request.folder(area), written=False, failures=(failure,)
            )
            progress.step(area.name, is_made=not done[result.index].skipped)
            if request.engine == engine.NAME:
                publications.prepare(request.workspace / "data/processed")
    return tuple(done[i] for i in sorted(done))
