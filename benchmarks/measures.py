"""The measurements: each beside its floor and beside the plain way of doing the same."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import measuring
from benchmarks.measuring import Measured

PROJECT = Path(__file__).resolve().parents[1]
PARTS = ("cleaning", "workbook", "loading", "today", "reviewing", "memory")
#: Rows of the workbook: as many as the Home Office publishes.
WORKBOOK_ROWS = 960_000
#: The invented archive ends with this month.
LAST = 2025 * 12 + 11


@dataclass(frozen=True)
class Settings:
    """What to measure, see `python -m benchmarks --help`."""

    months: int = 12
    forces: int = 0
    rows: int = 380_000
    archive: Path | None = None
    repeat: int = 2
    parts: tuple[str, ...] = PARTS
    quick: bool = False
    scratch: Path | None = None
    out: Path | None = None

    @property
    def period(self) -> str:
        """The months of the archive."""
        return f"{iso(LAST - self.months + 1)}/{iso(LAST)}"


@dataclass(frozen=True)
class Target:
    """One promise of the project and what was measured.

    Parameters
    ----------
    what, floor : str
        What was measured, and beside what.
    value, limit : float
    unit : str
        '×', 's', 'ms', 'MB' or '%'.
    least : bool
        The value should be at least the limit, not at most.
    """

    what: str
    beside: str
    value: float
    limit: float
    unit: str
    least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the target is kept."""
        return self.value >= self.limit if self.least else self.value <= self.limit


@dataclass
class Study:
    """Everything a run found; `steps`: of what, which step of it, seconds on the clock."""

    settings: Settings
    machine: str
    targets: list[Target] = field(default_factory=list)
    rows: list[tuple[str, Measured]] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    chapters: dict[str, list[float]] = field(default_factory=dict)
    profile: list[list] = field(default_factory=list)
    steps: list[tuple[str, str, float]] = field(default_factory=list)
    spreads: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)


def iso(month: int) -> str:
    """`YYYY-MM` of a month counted from year 0."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def run(settings: Settings, folder: Path, say: Callable[[str], object]) -> Study:
    """Measure what the settings name, with all files under `folder`."""
    study = Study(settings, measuring.machine())
    national = folder / "national"
    needs_national = {"cleaning", "loading", "memory"} & set(settings.parts)
    if needs_national:
        say("making the archive")
        size = [settings.period, str(settings.forces), str(settings.rows)]
        archive = [settings.archive] if settings.archive else []
        made = measuring.task("make", national, *size, *archive)
        study.facts |= {key: made.told[key] for key in ("files", "months")}
    for part in PARTS:
        if part in settings.parts:
            study.loads.append(measuring.load())
            _measurement(part)(study, folder, say)
            study.loads.append(measuring.load())
    return study


def _measurement(part: str) -> Callable[..., None]:
    if part == "today":
        from benchmarks import today  # which takes what is here

        return today.measure
    return {"cleaning": _cleaning, "workbook": _workbook, "loading": _loading,
            "reviewing": _reviewing, "memory": _memory}[part]  # fmt: skip


def several(study: Study, what: str, once: Callable[[], Measured], say, times: int = 0):
    """Enter the quickest of several runs."""
    runs = [once() for _ in range(times or study.settings.repeat)]
    return enter(study, what, runs, say)


def enter(study: Study, what: str, runs: list[Measured], say) -> Measured:
    """Enter the quickest of the runs among the measurements."""
    found = measuring.best(runs)
    study.rows.append((what, found))
    if len(runs) > 1:
        study.spreads.append(measuring.spread(runs))
    say(f"{what}: {found.seconds:.2f} s, processor {found.cpu_seconds:.2f} s, "
        f"{found.peak_mb:,.0f} MB")  # fmt: skip
    return found


def _cleaning(study: Study, folder: Path, say) -> None:
    national, empty = folder / "national", folder / "empty"
    processed = national / "data" / "processed"
    measuring.csp("init", empty, "--csp", "Tonbridge and Malling")
    measuring.csp("clean", "--workspace", empty)
    first, inflate, parse, plain = [], [], [], []
    # In turn, so that what else the machine does hits all alike.
    for _ in range(study.settings.repeat):
        shutil.rmtree(processed, ignore_errors=True)
        first.append(measuring.csp("clean", "--workspace", national))
        for name in ("unpacked", "plain"):
            shutil.rmtree(folder / name, ignore_errors=True)
            (folder / name).mkdir()
        inflate.append(measuring.task("inflate", national, folder / "unpacked"))
        parse.append(measuring.task("parse", folder / "unpacked"))
        shutil.rmtree(folder / "unpacked")
        plain.append(measuring.task("pandas", national, folder / "plain"))
        shutil.rmtree(folder / "plain")
    clean = enter(study, "full clean, `csp clean`", first, say)
    pandas = enter(study, "plain pandas: read all, concatenate, derive, write", plain, say)
    floors = [min(r.told["seconds"] for r in runs) for runs in (inflate, parse)]
    worked = sum(min(r.told["cpu"] for r in runs) for runs in (inflate, parse))
    in_turn = min(r.told["in_turn"] for r in inflate)
    study.facts |= {"inflate": floors[0], "parse": floors[1], "floor_cpu": worked}
    study.facts["in_turn"] = in_turn
    study.facts |= {"megabytes": inflate[0].told["megabytes"], "rows": parse[0].told["rows"]}
    millions = study.facts["rows"] / 1e6
    of = "a million rows of street files"
    study.steps += [
        (of, "unpacked, one member after the other", in_turn / millions),
        (of, "unpacked, two members at a time", floors[0] / millions),
        (of, "parsed as text and not kept", floors[1] / millions),
        (of, "cleaned: unpacked, proved, typed, placed, sorted, counted, written",
         clean.seconds / millions),
    ]  # fmt: skip
    say(f"floor: inflate {floors[0]:.2f} s + parse {floors[1]:.2f} s, processor {worked:.2f} s")
    start = several(study, "start-up: `csp clean`, nothing there", _clean_of(empty), say, 3)
    again = several(study, "second run, nothing changed", _clean_of(national), say, 3)
    months = f"{study.facts['months']:.0f} months"
    measuring.task("further", national)
    more = enter(study, f"one more month beside {months}", [_clean_of(national)()], say)
    study.steps += [
        ("a file of a force and a month that has not changed", "looked at",
         max(0.0, again.seconds - start.seconds) / study.facts["files"]),
        ("a million rows of one more month", "cleaned beside the others",
         (more.seconds - start.seconds) / (millions / study.facts["months"])),
    ]  # fmt: skip
    study.targets += [
        Target("full clean", "inflate, two members at a time, + DuckDB parse-only",
               clean.seconds / sum(floors), 3, "×"),
        Target("the same in processor time", "the same", clean.cpu_seconds / worked, 3, "×"),
        Target("full clean", "inflate, one member after the other, + DuckDB parse-only",
               clean.seconds / (in_turn + floors[1]), 1.5, "×"),
        Target("full clean is quicker", "plain pandas",
               pandas.seconds / clean.seconds, 3, "×", True),
        Target("the same in processor time", "the same",
               pandas.cpu_seconds / clean.cpu_seconds, 3, "×", True),
        Target("full clean, peak memory", "–", clean.peak_mb, 600, "MB"),
        Target("second run, beyond start-up", "full clean",
               100 * max(0.0, again.seconds - start.seconds) / clean.seconds, 5, "%"),
        Target("one more month, beyond start-up", f"full clean of {months}",
               100 * (more.seconds - start.seconds) / clean.seconds, 10, "%"),
        Target("one more month, start-up counted in", "the same",
               100 * more.seconds / clean.seconds, 10, "%"),
    ]  # fmt: skip
    if not study.settings.archive:
        study.targets += _longer(study, folder, say)
    if not all(target.is_met for target in study.targets):
        say("profiling cleaning")
        shutil.rmtree(processed, ignore_errors=True)
        study.profile = measuring.task("profile", national, "14").told["lines"]


def _longer(study: Study, folder: Path, say) -> list[Target]:
    """The same beside an archive three times as long, as the largest that are published."""
    months, longer = study.settings.months, folder / "longer"
    period = f"{iso(LAST - 3 * months + 1)}/{iso(LAST - months)}"
    size = [str(study.settings.forces), str(study.settings.rows)]
    say(f"making {2 * months} months more")
    measuring.task("longer", longer, folder / "national", period, *size)
    whole = enter(study, f"full clean of {3 * months} months", [_clean_of(longer)()], say)
    measuring.task("further", longer)
    more = enter(study, f"one more month beside {3 * months} months", [_clean_of(longer)()], say)
    shutil.rmtree(longer)
    return [
        Target("one more month, start-up counted in", f"full clean of {3 * months} months",
               100 * more.seconds / whole.seconds, 10, "%"),
        Target(f"full clean of {3 * months} months, peak memory", "–", whole.peak_mb, 600, "MB"),
    ]  # fmt: skip


def _clean_of(root: Path) -> Callable[[], Measured]:
    return lambda: measuring.csp("clean", "--workspace", root)


def _loading(study: Study, folder: Path, say) -> None:
    measuring.csp("clean", "--workspace", folder / "national")
    found = measuring.task("load", folder / "national", "25")
    study.facts |= {f"load_{key}": value for key, value in found.told.items()}
    say(f"loading an area: {found.told}")
    ms = {key: 1000 * found.told[key] for key in ("median", "slowest", "floor", "plain")}
    study.targets += [
        Target("one area's tables, median", f"its rows alone in a file: {ms['floor']:.0f} ms; "
               f"pandas reads all, then picks: {ms['plain']:,.0f} ms", ms["median"], 100, "ms"),
        Target("one area's tables, slowest", "the same", ms["slowest"], 100, "ms"),
    ]  # fmt: skip


def _sample(folder: Path) -> Path:
    """A copy of the embedded sample's workspace, cleaned."""
    root = folder / "sample"
    if not root.exists():
        shutil.copytree(PROJECT / "data" / "raw", root / "data" / "raw")
        shutil.copyfile(PROJECT / "partnership.toml", root / "partnership.toml")
        measuring.csp("clean", "--workspace", root)
    return root


def _without_windows(sample: Path, root: Path) -> Path:
    """The sample's workspace with one period, as `csp init` makes them."""
    shutil.copytree(sample / "data", root / "data")
    text = (sample / "partnership.toml").read_text(encoding="utf-8")
    text = re.sub(r"^\[\[windows\]\]\n(?:\w+ = .*\n)+", "", text, flags=re.M)
    (root / "partnership.toml").write_text(text, encoding="utf-8")
    measuring.csp("clean", "--workspace", root)
    return root


def _reviewing(study: Study, folder: Path, say) -> None:
    sample = _sample(folder)
    quick = study.settings.quick
    chosen = ["overview"] if quick else []
    one = measuring.task("chapters", sample, str(max(2, study.settings.repeat)), *chosen)
    study.chapters = one.told["chapters"]
    by_runner, first, again = (sum(c[i] for c in study.chapters.values()) for i in range(3))
    say(f"chapters: runner {by_runner:.2f} s, warm first {first:.2f} s, warm again {again:.2f} s")
    jobs = ["review", "--workspace", sample, "--jobs", "2"]
    jobs += ["--chapter", "overview"] if quick else []
    shell = several(study, "review of one area, `csp review`, data cleaned",
                     lambda: measuring.csp(*jobs, "--out", folder / "reports"), say)  # fmt: skip
    lean = _without_windows(sample, folder / "lean")
    jobs[2] = lean
    several(study, "the same without the sample's six further periods",
             lambda: measuring.csp(*jobs, "--out", folder / "lean_reports"), say)  # fmt: skip
    inside = measuring.task("review", sample, folder / "inside", "1", "2", *chosen)
    warm = inside.told["seconds"][-1]
    study.rows.append(("review of one area in a warm process", Measured(warm, 0.0, 0.0)))
    ten = chosen or [*study.chapters][:10]
    usual = measuring.task("review", lean, folder / "usual", "1", "2", *ten).told["seconds"][-1]
    what = f"{len(ten)} chapters for one period in a warm process"
    study.rows.append((what, Measured(usual, 0.0, 0.0)))
    say(f"review, warm process: {warm:.2f} s; {what}: {usual:.2f} s")
    plain = _one_by_one(study, sample, folder / "plain", list(study.chapters), say)
    number = len(study.chapters)
    worst = max(c[0] / c[2] for c in study.chapters.values())
    study.targets += [
        Target(f"{number} chapters through the runner, one by one", "the same cells, warm process",
               by_runner / again, 2, "×"),
        Target("the dearest chapter through the runner", "the same", worst, 2, "×"),
        Target(f"review of {len(ten)} chapters, one period, warm process", "–", usual, 6, "s"),
        Target(f"review of {number} chapters with the further periods, warm process", "–",
               warm, 6, "s"),
        Target(f"review of {number} chapters with the further periods, from the shell", "–",
               shell.seconds, 6, "s"),
        Target(f"review of {number} chapters is quicker, from the shell",
               "papermill + nbconvert one by one", plain.seconds / shell.seconds, 8, "×", True),
        Target("the same in processor time", "the same", plain.cpu_seconds / shell.cpu_seconds,
               8, "×", True),
    ]  # fmt: skip


def _one_by_one(study: Study, root: Path, out: Path, names: list[str], say) -> Measured:
    """Each chapter by papermill and nbconvert from the shell, summed."""
    out.mkdir()
    tools = Path(sys.executable).parent
    parts = []
    for name in names:
        notebook, done = PROJECT / "notebooks" / f"{name}.ipynb", out / f"{name}.ipynb"
        run = [tools / "papermill", notebook, done, "-p", "workspace", root, "--no-progress-bar"]
        page = [tools / "jupyter", "nbconvert", "--to", "html", "--no-input", done]
        parts.append(measuring.child(run))
        parts.append(measuring.child(page))
    whole = Measured(
        sum(p.seconds for p in parts),
        sum(p.cpu_seconds for p in parts),
        max(p.peak_mb for p in parts),
    )
    enter(study, f"papermill + jupyter nbconvert, {len(names)} chapters one by one", [whole], say)
    return whole


def _workbook(study: Study, folder: Path, say) -> None:
    rows = WORKBOOK_ROWS // (40 if study.settings.quick else 1)
    root = folder / "workbook"
    made = measuring.task("workbook", root, str(rows))

    def once() -> Measured:
        shutil.rmtree(root / "data" / "processed", ignore_errors=True)
        return measuring.csp("clean", "--workspace", root)

    what = f"clean of a workbook (ods, {rows:,} rows, {made.told['megabytes']:.0f} MB)"
    found = several(study, what, once, say)
    of = "a million rows of an official table (ods)"
    study.steps.append((of, "cleaned", found.seconds / (rows / 1e6)))
    study.targets += [
        Target(what, "–", found.seconds, 20, "s"),
        Target("the same, peak memory", "–", found.peak_mb, 700, "MB"),
    ]


def _memory(study: Study, folder: Path, say) -> None:
    """Peak of the runner and of its largest child against the number of areas."""
    measuring.csp("clean", "--workspace", folder / "national")
    peaks: list[tuple[int, Measured]] = []
    for number in (2, 8) if study.settings.quick else (2, 16, 64):
        found = measuring.task(
            "review", folder / "national", folder / f"areas_{number}", str(number), "2", "overview"
        )
        if peaks and found.told["areas"] == peaks[-1][0]:
            break  # an archive of one's own may hold no more
        peaks.append((found.told["areas"], found))
        enter(study, f"chapter overview of {found.told['areas']} areas", [found], say)
        study.facts[f"areas_{found.told['areas']}"] = found.told["parent_mb"]
    # From eight areas on the runner counts first what they share: that is no area's own.
    (few, least), (many, most) = peaks[-2], peaks[-1]
    growth = (most.peak_mb - least.peak_mb) / max(1, many - few)
    study.targets.append(
        Target(f"memory for each further area, {few} to {many} areas", f"{least.peak_mb:,.0f} MB "
               f"at {few}", growth, 0.5, "MB")
    )  # fmt: skip
