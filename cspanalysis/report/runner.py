"""Runs reviews: validates, executes the chapter notebooks, writes the reports, tells the outcome.

Every chapter runs in a process of its own and every review is written aside and swapped in
whole, so neither a failing chapter nor a killed run harms what was there before.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial

from cspanalysis.disclosure import editions, publications
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.report.notebooks import Chapter, chapters, check_parameters, of_workspace, pick
from cspanalysis.report.request import Area, Failure, Outcome, Request, ReviewDone
from cspanalysis.workspace import notebook_files

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
    from cspanalysis.report import (
        areas_index,
        chapter_run,
        engine,
        folder,
        markup,
        national_table,
        review_run,
        workers,
    )
    from cspanalysis.report.progress import Progress

    chosen = validate(request)
    notebook_files.make_importable(request.workspace)
    if request.engine == engine.NAME:
        wanted = dict.fromkeys(name for chapter in chosen for name in chapter.imports)
        engine.warm(*review_run.WARM, *wanted, meanwhile=partial(review_run.prepare, request))
    plan = review_run.plan(request, chosen)
    done: dict[int, ReviewDone] = {}
    with folder.locked(request.reports, request.shard):
        if len(request.areas) == 1 and not request.shard:
            with Progress(len(chosen), "chapter") as progress:
                done[0] = review_run.review(plan, request.areas[0], progress.step)
        else:
            tasks = [(plan, area) for area in request.areas]
            if request.engine == engine.NAME:
                markup.prepare()
                for chapter in chosen:
                    _ = chapter.notebook  # read here, not in each area's process
            with Progress(len(tasks), "area") as progress:
                for result in workers.each(
                    review_run.review_quietly,
                    tasks,
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
        reviews = tuple(done[i] for i in sorted(done))
        index, table = None, None
        if request.all_areas and not request.shard:
            index = areas_index.write(request, reviews)
            table = national_table.write(request, reviews)
    return Outcome(reviews, index, table, request.shard, request.debug)
