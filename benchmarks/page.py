"""docs/performance.md of a study."""

from __future__ import annotations

from benchmarks.measures import Study, Target

_HEAD = """# Speed and memory

Written by `make bench` (`python -m benchmarks`); only the last two sections are typed. Only ratios
within one run mean anything, and where other work runs on the machine, processor time more than the
clock. Of {repeat} runs of each long measurement and three of each short one the quickest counts,
the slowest of them took {spread:.0%} longer, and {load:.1f} processes wanted to run on average.

Machine: {machine}.

Input: {input}

## Targets

{targets}

"""

#: Written by hand, as is what follows; everything else on the page is measured.
_TRIED = """## What was tried (November 2026)

Cleaning:

- A profile of the way before showed 16,600 small polars queries, some thirty for each of the 516
  files of a force and a month, and three parquet files written for each. Now the files of a month
  are laid end to end, some 16 MB at a time, parsed in one go and written to common tables. Each
  file is first proved plain from the signs in it (separators, line ends, quotation marks, NUL,
  UTF-8), and whatever is odd in one sends that file alone down the careful way. On one busy machine
  a national year took 14.1 s of the processor before and 9.1 s after.
- Inflating: isal instead of zlib took 1.0 s of the processor for that year and not 2.2; in pieces
  of 64 KB that stay in the processor's cache, with the line ends put right in the same pieces, the
  system's share fell from 1.7 to 1.0 s. The floor above inflates with Python's zipfile, as a plain
  script would.
- Sorting by district alone, stably, rather than by district, file and row; looking identifiers up
  by their hash: half a second of the processor together.
- More than two batches at a time, one polars thread (`POLARS_MAX_THREADS=1`), parquet without
  compression or without statistics, larger row groups, coordinates as whole numbers: a few per
  cent at most, or none. Not adopted.
- What is left beyond the floor: proving files plain, categories instead of text, repeated
  identifiers, sorting by district (so that an area loads in milliseconds), counting, writing, the
  archive's hash. None of these takes much more than a second of the nine.
- A district whose name holds a comma ("Bournemouth, Christchurch and Poole") once put its force's
  whole file on the careful way. Cells that quotation marks enclose wholly now go the quick way.
- Cleaning waited at its end for one file after the other to be on disk. Now it waits for them side
  by side: 500 files took 0.07 to 0.09 s, not 0.3 to 0.4.
- Start-up: pandas, pyarrow and polars are imported only where they are used, and the register of
  areas is read without pandas. `csp clean` with nothing to do took 0.6 s before and 0.1 s after.
- One more month costs a twelfth of a year's reading and the start of the engines whatever is done,
  so beside twelve months it cannot fall much under a tenth; the published archives hold up to 36.
  With `--archive`, a small archive shows mostly the start of the engines: the targets are meant for
  an archive of national size.

Reviews:

- Every finding of the sample is made for seven periods. What these share is worked out once: the
  grid of months and offences, selected records, peers' counts, residents, series breaks, tables of
  the review. A further period is shown as a statement: neither its display table nor its chart is
  made.
- Text of a handful of rows is quicker as Python's own than in Arrow's columns: a fifth of all
  computing. It is set in the chapters' own processes only, here on both sides of the comparison.
- The register of areas was built from 330 frames of one row at every start: 140 ms, now 18 ms.
- The exact test runs once a change and not twice, dispersion needs no pandas, the priorities and
  the audit draw no rank intervals, records go out column by column.
- The disclosure check made a frame for each of some thousand rows to find its labels. Without, the
  same labels take a fiftieth of the time; it now looks at pages while the workbook is written.
- The largest chapter goes first. More jobs than cores, the collector switched off, another memory
  allocator, Plotly without its validation: a few per cent or nothing. Not adopted.
- What is left: pandas on tiny frames, 10,000 seeded draws for each ranking (2.5 ms), some 8 ms for
  each sheet of the workbook, and 1.3 s of imports at the start. Short chapters pay for a fork, a
  shell, the first opening of the store and the notebook that papermill writes.
"""

_NATIONAL = """## A national run, killed twice

`python -m benchmarks.national --rows 40000 --compare 30`, 23 November 2026, on a busy machine: an
invented archive of 318 districts, 43 forces and 24 months, 960,527 rows; chapter 01 for each of
the 301 areas, two at a time. Killed with SIGKILL after 75 and after 180 reviews; every review
there was complete. The second `--resume` finished all 301 and left the 180 untouched; the largest
process held 316 MB. 31 of the areas, run again undisturbed (16 s), were equal byte for byte but
for run.log and the manifest's times. No hidden name was left but one, which is the lock file.
"""


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


def page(study: Study) -> str:
    """The whole page."""
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
    if study.chapters:
        parts.append(_chapters(study))
    if study.profile:
        parts.append(_profile(study))
    parts += [_TRIED, _NATIONAL]
    return "\n".join(parts)


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
            f"| floor: inflating, two members at a time | {number(facts['inflate'])} | | |",
            "| floor: DuckDB reads every column as text, keeps nothing "
            f"| {number(facts['parse'])} | | |",
            f"| both floors together | {number(facts['inflate'] + facts['parse'])} "
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
