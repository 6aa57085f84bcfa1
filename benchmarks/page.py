"""docs/performance.md of a study."""

from __future__ import annotations

from benchmarks.measures import Study, Target

_HEAD = """# Speed and memory

Written by `make bench` (`python -m benchmarks`); only what
stands from "What was tried" on is typed. Only ratios
within one run mean anything, and where other work runs on the machine, processor time more than the
clock. Of {repeat} runs of each long measurement and three of each short one the quickest counts,
the slowest of them took {spread:.0%} longer, and {load:.1f} processes wanted to run on average.

Machine: {machine}.

Input: {input}

## Targets

{targets}

"""

#: From here on the page is written by hand, and stays as it is.
TYPED = "## What was tried"


def table(targets: list[Target]) -> str:
    """The targets as a Markdown table."""
    lines = ["| measured | beside | found | target | |", "|---|---|---|---|---|"]
    for t in targets:
        bound = "at least" if t.least else "at most"
        verdict = "kept" if t.is_met else "**missed**"
        lines.append(
            f"| {t.what} | {t.beside} | {number(t.value)} {t.unit} | {bound} {t.limit:g} {t.unit} "
            f"| {verdict} |"
        )
    return "\n".join(lines)


def number(value: float) -> str:
    """Three figures or so."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def page(study: Study, before: str = "") -> str:
    """The whole page; `before` is the one in place, whose typed sections are kept."""
    asked, facts = study.settings, study.facts
    what = "an archive of one's own" if asked.archive else "an invented archive of the true layout"
    made = (
        f"{what}, {facts.get('rows', 0):,.0f} rows, {facts.get('megabytes', 0):,.0f} MB unpacked, "
        f"{facts.get('files', 0):,.0f} files of a force and a month, {facts.get('months', 0):.0f} "
        "months; the review is of the embedded sample."
    )
    parts = [
        _HEAD.format(
            repeat=asked.repeat,
            spread=max(study.spreads, default=0.0),
            load=sum(study.loads) / max(1, len(study.loads)),
            machine=study.machine,
            input=made,
            targets=table(study.targets),
        )
    ]
    missed = [t for t in study.targets if not t.is_met]
    parts.append(_missed(missed))
    parts.append(_measurements(study))
    if study.steps:
        parts.append(_steps(study))
    if study.chapters:
        parts.append(_chapters(study))
    if study.profile:
        parts.append(_profile(study))
    _, heading, typed = before.partition(TYPED)
    return "\n".join([*parts, heading + typed])


def _missed(missed: list[Target]) -> str:
    if not missed:
        return "No target is missed.\n"
    names = "; ".join(f"{t.what} ({number(t.value)} {t.unit})" for t in missed)
    return f"Missed: {names}. The profiles below show where the time goes.\n"


def _measurements(study: Study) -> str:
    lines = ["## Measurements\n", "| what | s | processor s | peak MB |", "|---|---|---|---|"]
    for what, m in study.rows:
        cpu = number(m.cpu_seconds) if m.cpu_seconds else "–"
        peak = number(m.peak_mb) if m.peak_mb else "–"
        lines.append(f"| {what} | {number(m.seconds)} | {cpu} | {peak} |")
    facts = study.facts
    if "inflate" in facts:
        lines += [
            f"| floor: inflating, one member after the other | {number(facts['in_turn'])} | | |",
            f"| floor: inflating, two members at a time | {number(facts['inflate'])} | | |",
            "| floor: DuckDB reads every column as text, keeps nothing "
            f"| {number(facts['parse'])} | | |",
            f"| inflating two at a time, and DuckDB | {number(facts['inflate'] + facts['parse'])} "
            f"| {number(facts['floor_cpu'])} | |",
        ]
    if "load_median" in facts:
        lines.append("")
        lines.append(
            f"Loading: incidents and counts of one area, {facts['load_rows']:,.0f} rows in the "
            f"median of {facts['load_areas']:.0f} areas, from {facts['load_files']:,.0f} files; "
            f"with the manifest read first, {1000 * facts['load_opened']:.0f} ms."
        )
    shown = [(k.removeprefix("areas_"), v) for k, v in facts.items() if k.startswith("areas_")]
    if shown:
        lines.append("")
        lines.append(
            "Memory: the runner itself held "
            + ", ".join(f"{v:,.0f} MB with {k} areas" for k, v in shown)
            + "; its children end with their area."
        )
    return "\n".join(lines) + "\n"


def _steps(study: Study) -> str:
    lines = [
        "## What each step costs\n",
        "On the clock: of cleaning for a million rows, of a batch of reviews for an area. Two "
        "areas are under way at a time, so that an area's own clock runs twice as long; what "
        "stands between a notebook's cells and their records is in its chapter.\n",
        "| of | step | cost |",
        "|---|---|---|",
    ]
    last = ""
    for of, step, seconds in study.steps:
        told = f"{1000 * seconds:.2g} ms" if seconds < 0.01 else f"{seconds:.2f} s"
        lines.append(f"| {of if of != last else ''} | {step} | {told} |")
        last = of
    return "\n".join(lines) + "\n"


def _chapters(study: Study) -> str:
    lines = [
        "## Chapters\n",
        "Seconds, quickest of the runs. *Runner*: papermill with the forked engine, outputs "
        "collected. *Warm, first*: the same cells in a fork of the warm process. *Warm, again*: "
        "once more in that process, where every late import is done; the data are loaded anew. "
        "The ratio is of the runner to that.\n",
        "| chapter | runner | warm, first | warm, again | ratio |",
        "|---|---|---|---|---|",
    ]
    for name, (by_runner, first, again) in study.chapters.items():
        lines.append(
            f"| {name} | {by_runner:.2f} | {first:.2f} | {again:.2f} | {by_runner / again:.2f} |"
        )
    own = sum(again for _, _, again in study.chapters.values())
    lines.append(
        f"\nThe chapters' own computing takes {own:.1f} s warm, so a review on two cores cannot "
        f"take less than {own / 2:.1f} s in this run, whatever the runner does."
    )
    return "\n".join(lines) + "\n"


def _profile(study: Study) -> str:
    lines = [
        "## Where cleaning spends its time\n",
        "cProfile over the whole archive, one part at a time (calls into polars count as its "
        "`collect`, `read` or `write`; they use both cores).\n",
        "| function | calls | own s | with callees s |",
        "|---|---|---|---|",
    ]
    for name, calls, own, total in study.profile:
        lines.append(f"| `{name}` | {calls:,} | {own:.2f} | {total:.2f} |")
    return "\n".join(lines) + "\n"
