"""What the runner is asked for, and what it tells came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cspanalysis.domain import areas
from cspanalysis.domain.periods import Period


@dataclass(frozen=True)
class Area:
    """An area to review: name, code, its partnership's full name, its county if of two tiers."""

    name: str
    code: str = ""
    partnership: str = ""
    county: str = ""

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
    single_file, pdf, docx : bool
        Also write those editions, beside the review's folder.
    word_template : Path, optional
        Word file whose styles the docx takes.
    debug : bool
        Tell tracebacks.
    all_areas : bool
        Write the index of areas and the table of their indicators.
    shard : str
        Which part of all areas it is ('3/8'), for a run beside those of the other parts.
    inputs : mapping, optional
        Raw file → sha256; None to hash the files under data/raw.
    named : collection of str, optional
        Which of them the report may name; None for all.
    notices : tuple of str
        What cleaning remarked, for the log.
    check : callable, optional
        Called with each new folder before it is swapped in, and with what of it to check: first
        ('findings',), while the workbook is being written, then ('workbook',); raises
        DisclosureFailed.
    notebooks : Path, optional
        Folder of the chapter notebooks; default: the project's and the workspace's own.
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
    docx: bool = False
    word_template: Path | None = None
    debug: bool = False
    all_areas: bool = False
    shard: str = ""
    inputs: Mapping[str, str] | None = None
    named: Collection[str] | None = None
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
        """The review folder of an area; that of the partner edition says so."""
        name = Period.parse(self.period).slug + ("_partner" if self.edition == "partner" else "")
        return self.reports / area.slug / name


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
    table: Path | None = None
    shard: str = ""
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
        if self.table:
            lines.append(f"Indicators of all areas: {self.table} and {self.table.stem}.csv")
        if self.shard:
            lines.append(
                f"Part {self.shard} of all areas. Once every part is done, the index and the table "
                "of all areas are made, and what failed is made again, with: csp review --all "
                "--resume"
            )
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
