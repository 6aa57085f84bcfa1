"""What `csp review` asks of the runner, checked before anything runs."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from cspanalysis.disclosure import audit, editions
from cspanalysis.domain import areas, inert
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.report import folder, runner, workers
from cspanalysis.review import coverage, offence_counts, scope
from cspanalysis.store import clean_run, tables
from cspanalysis.store.tables import Store
from cspanalysis.workspace import workspace as workspaces


def review_request(options: argparse.Namespace) -> runner.Request:
    """The request of `csp review`, after cleaning what changed."""
    space = workspaces.load(options.workspace)
    editions.check(options.edition)
    part = _part(options)
    if options.jobs is not None and options.jobs < 1:
        raise UsageError(paragraph(f"--jobs {options.jobs}", allowed="1 or more"))
    period, compare = (Period.parse(t) if t else None for t in (options.period, options.compare))
    # Without any period the newest twelve months are taken, which only clean data tell.
    if asked := period or space.period:
        scope.against(space, asked, compare)
    runner.pick(tuple(options.chapter), runner.of_workspace(space.root))
    template = options.template
    if template is None and options.docx and (named := space.settings.get("review", {})):
        template = space.root / named["word_template"] if "word_template" in named else None
    if template is not None:
        from cspanalysis.report import word_file  # 0.03 s of imports

        word_file.check_template(template)
    folder.check_writable(options.out or space.reports)
    named = [space.area(name) for name in options.csp] or [space.area()]
    clean_run.clean(space.root, dict(space.settings), report=inert.say)
    store = tables.opened(space.processed)
    chosen = every_area(store) if options.all else named
    if options.all:
        chosen = _with_offences(store, chosen, period)
    first = scope.choose(
        chosen[0].name,
        period,
        compare=compare,
        edition=options.edition,
        workspace=space.root,
    )
    # After the period is chosen: it is the same for all parts.
    chosen = chosen[part]
    if not chosen:
        raise UsageError(
            paragraph(
                f"--shard {options.shard}: there are fewer areas than parts", do="Take fewer parts."
            )
        )
    is_public = options.edition == "public"
    protected = space.protected_sources if is_public else None
    return runner.Request(
        workspace=space.root,
        areas=tuple(runner.Area(a.name, a.code, partnership(a), a.two_tier_county) for a in chosen),
        period=first.comparisons[0].period.iso,
        compare=first.comparisons[0].compare.iso,
        edition=options.edition,
        chapters=tuple(options.chapter),
        jobs=options.jobs or workers.most(),
        out=options.out,
        resume=options.resume,
        single_file=options.single_file,
        pdf=options.pdf,
        docx=options.docx or options.template is not None,
        word_template=template,
        debug=options.debug,
        all_areas=options.all or len(chosen) > 1,
        shard=options.shard or "",
        inputs=store.inputs(),
        named=None if protected is None else [f"data/raw/{f}" for f in store.open_files(protected)],
        notices=store.notices(protected),
        check=check_disclosure if is_public else None,
    )


def _part(options: argparse.Namespace) -> slice:
    """Which of all areas a run takes: every Nth, so that each part has areas of all sizes."""
    if not options.shard:
        return slice(None)
    known = re.fullmatch(r"(\d{1,4})/(\d{1,4})", options.shard)
    part, parts = (int(known[1]), int(known[2])) if known else (0, 0)
    if not 1 <= part <= parts:
        raise UsageError(
            paragraph(f"--shard {options.shard}", allowed="K/N with K from 1 to N, such as 3/8")
        )
    if not options.all:
        raise UsageError(paragraph("--shard goes with --all", do="Add --all."))
    options.shard = f"{part}/{parts}"
    return slice(part - 1, None, parts)


def every_area(store: Store) -> list[Area]:
    """Every partnership whose offences the store holds, as its own force recorded them.

    Stray rows that a neighbouring force recorded do not make an area.
    """
    known = {
        district
        for table in ("police_extract", "police_uk_counts")
        if store.has(table)
        for district in store.load(table, columns=["district"])["district"].dropna().unique()
    }
    found = [a for a in areas.all_partnerships() if set(a.districts) <= known]
    found = [
        a
        for a in found
        if any(coverage.of(store, s, a).months for s in offence_counts.OFFENCE_SOURCES)
    ]
    if not found:
        raise UsageError(
            paragraph(
                "the workspace holds no offences of any whole partnership",
                do="Put street-level files or a police extract into data/raw, then try again.",
            )
        )
    return found


def _with_offences(store: Store, found: list[Area], period: Period | None) -> list[Area]:
    """The areas that hold offences in the period; all of them without one.

    Where none does, the first stays, so that its own message can tell what is held.
    """
    months = set(period.month_list()) if period else set()
    kept = [a for a in found if not months or months & set(offence_counts.held(store, a))]
    if kept and len(kept) < len(found):
        names = ", ".join(a.name for a in found if a not in kept)
        inert.say(f"Left out, because no offences of theirs are held in the period: {names}")
    return kept or found[:1]


def partnership(area: Area) -> str:
    """The name that a report's header bears."""
    return f"{area.name} Community Safety Partnership"


def check_disclosure(folder: Path, parts: Sequence[str] = audit.PARTS) -> None:
    """Tries to recover protected values from a review, or from some parts of it."""
    recovered = audit.check(folder, parts)
    if recovered:
        raise audit.Refused(audit.describe(recovered, folder), recovered)
