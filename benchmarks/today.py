"""A review of today's agenda: one area from the shell, a batch of them, questions in JupyterLab.

All chapters, of street files of the whole nation over two years: a year and the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import measuring
from benchmarks.measures import Study, Target, enter, several
from benchmarks.measuring import Measured
from benchmarks.national import area_names

#: Areas of the two batches that are compared.
FEW, MANY = 8, 24
#: Partnerships of England and Wales that the invented nation holds.
NATION = 301


def measure(study: Study, folder: Path, say: Callable[[str], object]) -> None:
    """Enter what reviews of today's agenda cost."""
    asked = replace(study.settings, months=max(24, study.settings.months), archive=None)
    root = folder / "today"
    say("making two years")
    of = (asked.period, str(asked.forces), str(asked.rows))
    measuring.task("make", root, *of)
    measuring.task("outline", root, *of)
    measuring.csp("clean", "--workspace", root)
    names = area_names(root)
    few, many = (2, 4) if asked.quick else (FEW, MANY)
    chosen = names[:: max(1, len(names) // many)][:many]
    one = several(
        study,
        "review of one area of the nation, all chapters, from the shell",
        lambda: _review(root, folder / "one", chosen[:1]),
        say,
    )
    least = enter(study, f"the same of {few} areas", [_review(root, folder / "few", chosen[:few])],
                  say)  # fmt: skip
    most = enter(study, f"the same of {many} areas", [_review(root, folder / "many", chosen)], say)
    # What a batch does once is in both.
    seconds = (most.seconds - least.seconds) / (many - few)
    worked = (most.cpu_seconds - least.cpu_seconds) / (many - few)
    study.steps += [
        ("a batch", "what it does once: start, what areas share, index and table",
         least.seconds - few * seconds),
        *_steps(folder / "many", most.seconds - least.seconds, many - few),
    ]  # fmt: skip
    lab = measuring.task("lab", root, chosen[0]).told
    study.targets += [
        Target("review of one area of the nation, all chapters, from the shell", "–",
               one.seconds, 5, "s"),
        Target("a further area in a batch, processor time",
               f"{many} areas less {few}", worked, 4, "s"),
        Target(f"{NATION} areas at that pace, two at a time", f"{seconds:.2f} s an area",
               (least.seconds + (NATION - few) * seconds) / 60, 10, "minutes"),
        Target("the largest process of such a batch", "–", most.peak_mb, 1000, "MB"),
        Target("`csp.open` in a new process, imports counted in", "–", lab["opened"], 1, "s"),
        Target("the first question on peers", "–", 1000 * lab["first"], 100, "ms"),
        Target("a further question on peers, the slowest of several", "–",
               1000 * max(lab["further"]), 100, "ms"),
    ]  # fmt: skip
    say(f"a further area: {seconds:.2f} s, processor {worked:.2f} s; JupyterLab: {lab}")


def _steps(out: Path, elapsed: float, number: int) -> Iterator[tuple[str, str, float]]:
    """What the areas' own logs say of each step, in the mean of all; two areas at a time.

    `elapsed`: seconds of so many further areas.
    """
    logs = [path.read_text(encoding="utf-8") for path in sorted(out.glob("*/*/run.log"))]

    def mean(pattern: str) -> float:
        return sum(float(t) for log in logs for t in re.findall(pattern, log, re.M)) / len(logs)

    of = "an area in a batch, by its own clock"
    for name in re.findall(r"^chapter (\S+) ", logs[0], re.M):
        yield of, f"chapter {name}", mean(rf"^chapter {re.escape(name)} (\S+) s")
    made, written, whole = (
        mean(rf"^{what} after (\S+) s") for what in ("chapters", "pages, .*", "written")
    )
    checked = mean(r"^check of workbook and editions (\S+) s")
    yield of, "chapters together", made
    yield of, "pages, tables, findings.json, workbook, check of pages", written - made
    yield of, "check of the workbook", checked
    yield of, "the whole review", whole
    yield "a further area in a batch", "as the batch's clock has it", elapsed / number


def _review(root: Path, out: Path, areas: Sequence[str]) -> Measured:
    named = [word for name in areas for word in ("--csp", name)]
    return measuring.csp("review", "--workspace", root, "--out", out, "--jobs", "2", *named)
