"""One area's review from start to swap: chapters, pages, manifest, log."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cspanalysis.domain.errors import CspError, DataRefused, of_disk, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.report import (
    chapter_run,
    collect,
    commentary,
    earlier_review,
    engine,
    findings_json,
    folder,
    further_files,
    partner_edition,
    publication_run,
    review_folder,
    workers,
)
from cspanalysis.report.collect import Rendered
from cspanalysis.report.notebooks import Chapter
from cspanalysis.report.request import Area, Failure, Request, ReviewDone
from cspanalysis.review import coverage, small_areas
from cspanalysis.store import partner_files, provenance, tables
from cspanalysis.workspace import notebook_files
from cspanalysis.workspace import workspace as workspaces

MANIFEST = "cspanalysis.review/1"

#: What the reports need, imported before forking.
WARM = ("papermill", "jinja2", "gptables", "cspanalysis.report.workbook")

_VERSIONS = ("cspanalysis", "pandas", "plotly", "scipy", "papermill", "gptables")


@dataclass(frozen=True)
class Plan:
    """A request with what is the same for all its areas, worked out once."""

    request: Request
    chapters: tuple[Chapter, ...]
    inputs: Mapping[str, str]
    basis: str

    @property
    def named(self) -> dict[str, str]:
        """The inputs that the report names, with their hashes."""
        named = self.request.named
        return {k: v for k, v in sorted(self.inputs.items()) if named is None or k in named}

    @property
    def shares_process(self) -> bool:
        """Whether chapters may follow each other in one process, and areas too.

        Notebooks of somebody else may set what the next one would find.
        """
        ours = notebook_files.folder().resolve()
        is_ours = all(c.path.resolve().parent == ours for c in self.chapters)
        is_ours &= not notebook_files.own_modules(self.request.workspace)
        return is_ours and self.request.engine == engine.NAME


def plan(request: Request, chapters: list[Chapter]) -> Plan:
    """Hash what every area's review is made from."""
    inputs = request.inputs
    if inputs is None:
        raw = Path(request.workspace) / "data" / "raw"
        files = sorted(p for p in raw.rglob("*") if p.is_file() and p.name != "README.md")
        inputs = {p.relative_to(request.workspace).as_posix(): provenance.sha256(p) for p in files}
    settings, template = Path(request.workspace) / "partnership.toml", request.word_template
    package = Path(__file__).parents[1]
    code = [
        p for p in sorted(package.rglob("*")) if p.suffix in (".py", ".j2", ".css", ".js", ".csv")
    ]
    basis = {
        "inputs": dict(sorted(inputs.items())),
        "settings": provenance.sha256(settings) if settings.is_file() else "",
        "commentary": {
            p.relative_to(request.workspace).as_posix(): provenance.sha256(p)
            for p in commentary.files(Path(request.workspace))
        },
        "notebooks": {c.key: provenance.sha256(c.path) for c in chapters},
        "own": {
            p.name: provenance.sha256(p) for p in notebook_files.own_modules(request.workspace)
        },
        "code": {p.relative_to(package).as_posix(): provenance.sha256(p) for p in code},
        "versions": _versions(),
        "period": [request.period, request.compare, request.edition],
        "editions": [request.single_file, request.pdf, request.docx],
        "word_template": provenance.sha256(template) if template else "",
    }
    return Plan(request, tuple(chapters), inputs, _digest(basis))


def review_quietly(task: tuple[Plan, Area]) -> ReviewDone:
    """`review` for a worker process: no progress of its own."""
    return review(*task, step=lambda _: None, jobs=1)


def review(
    plan: Plan, area: Area, step: Callable[[str], None], jobs: int | None = None
) -> ReviewDone:
    """Write one area's review, or leave it if it is complete and `resume` was asked.

    Failures are told in the result, not raised; the last good folder stays unless a whole new
    one takes its place.
    """
    request, target = plan.request, plan.request.folder(area)
    try:
        folder.recover(target)
        moved = (
            []
            if request.edition == "partner"
            else partner_edition.set_apart(request.reports, target.parent)
        )
        earlier = _previous(request, area)
        fingerprint = _digest([plan.basis, *astuple(area), earlier])
        fingerprint = partner_files.sealed(request.workspace / "data/processed", fingerprint)
        if request.resume and _is_complete(target, fingerprint):
            return ReviewDone(area, target, skipped=True)
        folder.try_out(target)
        started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
        texts = commentary.of_review(Path(request.workspace), area.name, request.period)
        done, withheld = commentary.applied(
            _chapters(plan, area, step, jobs), texts, request.edition
        )
        made = time.perf_counter() - clock
        failures = tuple(Failure(area.name, c.title, c.failure, c.trace) for c in done if c.failure)
        records = [r for c in done for r in c.records]
        is_answered = any(map(_answers, records)) or not records
        if not failures and not is_answered and not _holds_anything(plan, area):
            failures = (Failure(area.name, "", _unanswered(plan, area)),)
        notices = [*moved, *withheld, *(n for c in done for n in c.notices)]
        notices += earlier_review.replaced(target, [c.key for c in plan.chapters], records)
        store = tables.opened(Path(request.workspace) / "data/processed")
        extras: list[Path] = []

        def write(shown: list[Rendered], apart: list[str]) -> None:
            """The whole review with what may be shown, in place of the last one."""
            context = review_folder.context_of(
                shown,
                area=asdict(area),
                period=request.period,
                compare=request.compare,
                edition=request.edition,
                partial=bool(request.chapters),
            )
            with folder.replacing(target) as fresh:
                # The plain engine stands for a parent that must not fork.
                review_folder.write(
                    fresh,
                    shown,
                    context,
                    inputs=plan.named,
                    previous=earlier,
                    is_parallel=jobs != 1 and request.engine != "plain",
                    check=request.check,
                    outlines=partial(small_areas.outlines, store),
                )
                written = time.perf_counter() - clock
                told = further_files.write(fresh, request, shown, context, earlier)
                printed = time.perf_counter() - clock
                if request.check:
                    request.check(fresh, ("workbook", "editions"))
                checked = time.perf_counter() - clock - printed
                extras[:] = further_files.put(fresh, request, area)
                steps = (
                    f"chapters after {made:.2f} s",
                    f"pages, tables and their check after {written:.2f} s",
                    f"editions beside it {printed - written:.2f} s",
                    f"check of workbook and editions {checked:.2f} s",
                )
                notices.extend([*apart, *told])
                seconds = time.perf_counter() - clock
                _manifest(fresh, plan, area, shown, fingerprint, started, seconds)
                _log(fresh, plan, area, shown, [*steps, *notices], started, seconds)

        if request.edition == "public":
            place = publication_run.Place(request.workspace, request.reports, target, area.name)
            failures += publication_run.publish(place, done, write)
        else:
            write(done, [])
    except CspError as error:
        failure = Failure(area.name, "", str(error), exit_code=max(1, error.exit_code))
        return ReviewDone(area, target, written=False, failures=(failure,))
    except OSError as error:
        reason = of_disk(error, file=target, kept="The last good review is untouched.")
        return ReviewDone(area, target, written=False, failures=(Failure(area.name, "", reason),))
    return ReviewDone(area, target, failures=failures, notices=tuple(notices), extras=tuple(extras))


def _answers(record: Mapping[str, Any]) -> bool:
    """Whether a finding says anything that data are behind."""
    is_told = record["status"] != "not_available"
    return is_told and bool(record["sources"] or any(record["values"].values()))


def _holds_anything(plan: Plan, area: Area) -> bool:
    """Whether a source covers a month of the period: that none was recorded is an answer too."""
    workspace = workspaces.load(plan.request.workspace)
    store, months = (
        tables.opened(workspace.processed),
        Period.parse(plan.request.period).month_list(),
    )
    own = workspace.area(area.name)
    covered = (coverage.of(store, source, own).months for source in coverage.sources(store))
    return any(set(months) & set(held) for held in covered)


def _unanswered(plan: Plan, area: Area) -> str:
    """What to do where no question could be answered."""
    raw = Path(plan.request.workspace) / "data" / "raw"
    if not plan.inputs:
        found = f"no data are in {raw}"
        do = (
            "Put the partners' files into its folders (the note in each says what goes there), "
            "or fetch open data: csp fetch"
        )
    else:
        found = (
            f"no file in {raw} holds what the questions of this review need for {area.name} "
            f"in {plan.request.period}"
        )
        do = "The page About the data says which months each source covers; see: csp clean"
    return paragraph(f"nothing could be answered, because {found}", do=do)


def _chapters(
    plan: Plan, area: Area, step: Callable[[str], None], jobs: int | None
) -> list[Rendered]:
    request = plan.request
    parameters = {
        "csp": area.name,
        "period": request.period,
        "compare": request.compare or None,
        "edition": request.edition,
        "workspace": str(Path(request.workspace).resolve()),
    }
    tasks = [
        chapter_run.ChapterTask(c, parameters, request.engine, request.timeout)
        for c in plan.chapters
    ]
    within = chapter_run.one_process if plan.shares_process else contextlib.nullcontext
    if jobs == 1:
        with within():
            return [chapter_run.execute(task) for task in tasks]
    # The longest first, so that no core is left with it at the end; a notebook with much in it,
    # stored outputs too, takes long.
    order = sorted(range(len(tasks)), key=lambda i: -tasks[i].chapter.path.stat().st_size)
    done: dict[int, Rendered] = {}
    jobs = jobs or max(request.jobs, min(4, os.cpu_count() or 1))
    # Chapters that follow each other in a process find what those before them read.
    turns = len(tasks) if plan.shares_process else 1
    queue = [tasks[i] for i in order]
    for result in workers.each(chapter_run.execute, queue, jobs, turns=turns, within=within):
        index = order[result.index]
        chapter = plan.chapters[index]
        done[index] = result.result or chapter_run.failed(chapter, result.error)
        mark = " (failed)" if done[index].failure else ""
        step(f"{area.name}: {chapter.title}{mark}")
    return [done[i] for i in range(len(tasks))]


def _previous(request: Request, area: Area) -> Mapping[str, Any] | None:
    """findings.json of the newest earlier review of the area, same edition."""
    now, found = Period.parse(request.period), []
    for path in sorted((request.reports / area.slug).glob("[0-9]*/findings.json")):
        try:
            content = findings_json.load(path)
            period = Period.parse(content["period"])
        except (DataRefused, CspError, KeyError):
            continue
        if content.get("edition") == request.edition and period.last < now.last:
            found.append((period.last, period.first, content))
    return max(found, key=lambda f: f[:2])[2] if found else None


def _is_complete(target: Path, fingerprint: str) -> bool:
    manifest = earlier_review.manifest(target)
    return bool(manifest.get("complete")) and manifest.get("fingerprint") == fingerprint


def _manifest(
    target: Path,
    plan: Plan,
    area: Area,
    done: list[Rendered],
    fingerprint: str,
    started: datetime.datetime,
    seconds: float,
) -> None:
    request = plan.request
    content = {
        "schema": MANIFEST,
        "complete": not any(c.failure for c in done),
        "fingerprint": fingerprint,
        "area": collect.clean({"name": area.name, "code": area.code}),
        "period": request.period,
        "compare": request.compare,
        "edition": request.edition,
        "chapters": [
            {
                "name": c.key,
                "title": c.title,
                "page": f"{c.slug}.html",
                "status": "failed" if c.failure else "ok",
                "findings": len(c.records),
                "begins": str(commentary.first_of(c).get("id", "")),
            }
            for c in done
        ],
        "failures": [{"chapter": c.key, "reason": c.failure} for c in done if c.failure],
        "inputs": plan.named,
        "versions": _versions(),
        "created": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
    }
    (target / "manifest.json").write_bytes(findings_json.dump(content))


def _log(
    target: Path,
    plan: Plan,
    area: Area,
    done: list[Rendered],
    notices: list[str],
    started: datetime.datetime,
    seconds: float,
) -> None:
    request = plan.request
    lines = [
        f"{started.isoformat(timespec='seconds')} review of {area.name}, {request.period} "
        f"against {request.compare or 'the nearest before'}, {request.edition} edition",
        f"engine {request.engine}; Python {platform.python_version()}; {platform.system()}",
        "versions " + ", ".join(f"{k} {v}" for k, v in _versions().items()),
        *(f"input {sha} {name}" for name, sha in plan.named.items()),
    ]
    for chapter in done:
        state = (
            f"FAILED {chapter.failure}" if chapter.failure else f"{len(chapter.records)} findings"
        )
        lines.append(f"chapter {chapter.key} {chapter.seconds:.2f} s {state}")
        if chapter.trace and request.debug:
            lines.append(chapter.trace)
        if chapter.warned:
            number = len(chapter.warned.splitlines())
            lines.append(f"warning {chapter.key} wrote {number} lines to standard error")
            lines += [chapter.warned.rstrip()] if request.debug else []
    lines += [f"warning {notice}" for notice in request.notices]
    lines += notices
    lines.append(f"written after {seconds:.2f} s")
    (target / "run.log").write_text(collect.clean("\n".join(lines)) + "\n", encoding="utf-8")


def _versions() -> dict[str, str]:
    return {name: review_folder.version(name) for name in _VERSIONS}


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
