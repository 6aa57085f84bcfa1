"""Runs reviews: validates, executes the chapter notebooks, writes the reports, tells the outcome.

Every chapter runs in a process of its own and every review is written aside and swapped in
whole, so neither a failing chapter nor a killed run harms what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cspanalysis import areas
from cspanalysis.errors import UsageError, paragraph
from cspanalysis.periods import Period
from cspanalysis.report.notebooks import Chapter, chapters, check_parameters, pick

__all__ = [
    "Area",
    "Chapter",
    "Failure",
    "Outcome",
    "Request",
    "ReviewDone",
    "chapters",
    "check_parameters",
    "pick",
    "run",
]

EDITIONS = ("public", "partner")
PARAMETERS = ("csp", "period", "compare", "edition", "workspace")


@dataclass(frozen=True)
class Area:
    """An area to review: its name, its code and its partnership's full name."""

    name: str
    code: str = ""
    partnership: str = ""

    @property
    def slug(self) -> str:
        """Folder name."""
        return areas.slug(self.name)


@dataclass(frozen=True)
class Request:
    """What to run.

    Parameters
    ----------
    workspace : Path
    areas : tuple of Area
    period, compare : str
        `YYYY-MM/YYYY-MM`; compare '' leaves the choice to the chapters.
    edition : str
        'public' or 'partner'.
    chapters : tuple of str
        Names as `pick` reads them; empty for all.
    jobs : int
        Areas at the same time.
    out : Path, optional
        Default: reports/ of the workspace.
    resume : bool
        Leave areas alone whose review is complete and made from the same inputs.
    single_file, pdf : bool
        Also write those editions, beside the review's folder.
    debug : bool
        Tell tracebacks.
    all_areas : bool
        Write the index of areas.
    inputs : mapping, optional
        Raw file → sha256; None to hash the files under data/raw.
    notices : tuple of str
        What cleaning remarked, for the log.
    check : callable, optional
        Called with each new folder before it is swapped in, and with what of it to check: first
        ('findings',), while the workbook is being written, then ('workbook',); raises
        DisclosureFailed.
    notebooks : Path, optional
        Folder of the chapter notebooks; default: the installed project's.
    timeout : float
        Seconds a cell may take.
    engine : str
        'auto', 'forked' or 'plain'.
    """

    workspace: Path
    areas: tuple[Area, ...]
    period: str
    compare: str = ""
    edition: str = "public"
    chapters: tuple[str, ...] = ()
    jobs: int = 1
    out: Path | None = None
    resume: bool = False
    single_file: bool = False
    pdf: bool = False
    debug: bool = False
    all_areas: bool = False
    inputs: Mapping[str, str] | None = None
    notices: tuple[str, ...] = ()
    check: Callable[[Path, Sequence[str]], None] | None = None
    notebooks: Path | None = None
    timeout: float = 300.0
    engine: str = "auto"

    @property
    def reports(self) -> Path:
        """Where reports are written."""
        return Path(self.out) if self.out else Path(self.workspace) / "reports"

    def folder(self, area: Area) -> Path:
        """The review folder of an area."""
        return self.reports / area.slug / Period.parse(self.period).slug


@dataclass(frozen=True)
class Failure:
    """Something that failed: where, and why in words."""

    area: str
    chapter: str
    reason: str
    trace: str = ""
    exit_code: int = 1


@dataclass(frozen=True)
class ReviewDone:
    """What came of one area."""

    area: Area
    folder: Path
    written: bool = True
    skipped: bool = False
    failures: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()
    extras: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    reviews: tuple[ReviewDone, ...]
    index: Path | None = None
    debug: bool = False

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Failures of all areas."""
        return tuple(f for r in self.reviews for f in r.failures)

    @property
    def exit_code(self) -> int:
        """0; 1 if an area or chapter failed; 4 if a disclosure check failed."""
        return max((f.exit_code for f in self.failures), default=0)

    def text(self) -> str:
        """Where the reports lie; what was skipped; failures last."""
        lines = []
        written = [r for r in self.reviews if r.written and not r.skipped]
        for review in written[:20]:
            lines.append(f"{review.area.name}: {review.folder / 'index.html'}")
            lines += [f"  also {path}" for path in review.extras]
        if len(written) > 20:
            lines.append(f"… and {len(written) - 20} further areas")
        skipped = sum(r.skipped for r in self.reviews)
        if skipped:
            lines.append(f"{skipped} already complete with the same inputs, left as they are")
        if self.index:
            lines.append(f"Areas: {self.index}")
        lines += [f"Notice: {n}" for r in self.reviews for n in r.notices]
        if self.failures:
            lines.append(f"{len(self.failures)} failed:")
        for failure in self.failures:
            where = ", ".join(filter(None, (failure.area, failure.chapter)))
            lines.append(f"  {where}: {failure.reason}")
            if failure.trace and self.debug:
                lines.append(failure.trace)
        if self.failures and not self.debug and any(f.trace for f in self.failures):
            lines.append("  (--debug shows the details)")
        return "\n".join(lines)


def run(request: Request) -> Outcome:
    """Run the chapters of every area of the request and write the reports.

    Raises
    ------
    UsageError
        Unknown chapter, edition or parameter, no area, or an output folder in use.
    """
    validate(request)
    # The runner's rooms are imported here: `csp --help` need not wait for papermill.
    from cspanalysis.report import engine, workers

    if request.engine == "auto":
        request = replace(request, engine=engine.NAME if engine.can_fork() else "plain")
    if request.engine == engine.NAME and engine.threads_started():
        return workers.in_fresh_process(_run, request)
    return _run(request)


def validate(request: Request) -> list[Chapter]:
    """The chapters to run; refuses what cannot be run before anything is.

    Raises
    ------
    UsageError
    """
    if request.edition not in EDITIONS:
        raise UsageError(
            paragraph(f"'{request.edition}' is no edition", allowed=", ".join(EDITIONS))
        )
    if not request.areas:
        raise UsageError(paragraph("no area was named", do="Name one with --csp."))
    Period.parse(request.period)
    chosen = pick(request.chapters, chapters(request.notebooks))
    if not chosen:
        raise UsageError(paragraph("holds no chapter notebooks", file=request.notebooks))
    for chapter in chosen:
        check_parameters(PARAMETERS, chapter)
    return chosen


def _run(request: Request) -> Outcome:
    from cspanalysis.report import areas_index, engine, folder, reviewing, workers
    from cspanalysis.report.progress import Progress

    chosen = validate(request)
    if request.engine == engine.NAME:
        wanted = dict.fromkeys(name for chapter in chosen for name in chapter.imports)
        engine.warm(*reviewing.WARM, *wanted)
    plan = reviewing.plan(request, chosen)
    done: dict[int, ReviewDone] = {}
    with folder.locked(request.reports):
        if len(request.areas) == 1:
            with Progress(len(chosen), "chapter") as progress:
                done[0] = reviewing.review(plan, request.areas[0], progress.step)
        else:
            tasks = [(plan, area) for area in request.areas]
            with Progress(len(tasks), "area") as progress:
                for result in workers.each(reviewing.review_quietly, tasks, request.jobs):
                    area = request.areas[result.index]
                    failure = Failure(area.name, "", f"The review was lost: {result.error}.")
                    done[result.index] = result.result or ReviewDone(
                        area, request.folder(area), written=False, failures=(failure,)
                    )
                    progress.step(area.name)
        reviews = tuple(done[i] for i in sorted(done))
        index = areas_index.write(request, reviews) if request.all_areas else None
    return Outcome(reviews, index, request.debug)
