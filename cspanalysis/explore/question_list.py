"""Every question, the sources any of which answers it, and its level.

Written to docs/questions.md, and by source to a file of the package: who cleans or checks files
need not import every topic, and all that the topics compute with, to be told what they open.
"""

from __future__ import annotations

import functools
import importlib
import json
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from cspanalysis.domain import agendas, whole_files

if TYPE_CHECKING:
    from cspanalysis.findings.publication import Spec

PATH = Path(__file__).resolve().parents[2] / "docs" / "questions.md"
BY_SOURCE = Path(__file__).with_name("questions_by_source.json")

_INTRODUCTION = """# Questions

Made by `csp dictionary` from the questions in `cspanalysis/findings/`; do not edit by hand.

What an assessment asks, by the first part of the ids in findings.json, and what answers it: any of
the sources named. `{name}` and `{group}` stand for the kinds of crime and the peer groups that a
chapter asks about. The level is that of the figures where the source has them for the district; a
finding says its own. Questions of `strategy_2008` are asked where the settings name them
(docs/settings.md).
"""


class _Asked(dict):
    """Placeholders as they stand, verbs as they go with one thing."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


_AS_ASKED = _Asked({"do": "does", "is": "is", "plain": "{subject}"})


def text() -> str:
    """The list as Markdown."""
    from cspanalysis.workspace import layout_notes

    specs = _specs()
    needed = sorted({name for spec in specs for name in spec.needs})
    parts = [_INTRODUCTION, *(f"- `{name}`: {layout_notes.about(name)[0]}" for name in needed)]
    chapter = ""
    for spec in sorted(specs, key=lambda s: (s.chapter, s.id)):
        if spec.chapter != chapter:
            chapter = spec.chapter
            parts.append(f"\n## {chapter}\n")
            parts.append("| question | id | sources | level | agenda |\n|---|---|---|---|---|")
        needs = " ".join(f"`{name}`" for name in spec.needs) or "–"
        title = spec.title.format_map(_AS_ASKED)
        row = (title, f"`{spec.id}`", needs, spec.level, spec.agenda)
        parts.append(f"| {' | '.join(row)} |")
    return "\n".join(parts) + "\n"


def by_source() -> dict[str, list[str]]:
    """The questions of today that each source can answer, those of one thing first."""
    today = [s for s in _specs() if s.agenda == agendas.TODAY]
    found: dict[str, list[str]] = {}
    for spec in sorted(today, key=lambda s: (s.chapter, s.id)):
        for source in spec.needs:
            found.setdefault(source, []).append(spec.title.format_map(_AS_ASKED))
    return {
        source: sorted(dict.fromkeys(found[source]), key=lambda title: "{" in title)
        for source in sorted(found)
    }


def of_source(source: str) -> list[str]:
    """The questions of today that a source can answer, as they were last written."""
    return list(_written().get(source, ()))


@functools.cache
def _written() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(BY_SOURCE.read_text(encoding="utf-8"))
    return found


@functools.cache
def _specs() -> list[Spec]:
    """The questions of the package's topics."""
    from cspanalysis import findings
    from cspanalysis.findings import question

    topics = [m.name for m in pkgutil.walk_packages(findings.__path__, "cspanalysis.findings.")]
    for name in topics:
        importlib.import_module(name)
    return [spec for spec, module in question.SPECS.items() if module in topics]


def write(path: Path = PATH) -> str:
    """Write the list, and the questions by source, and say where."""
    whole_files.text(path, text())
    whole_files.text(BY_SOURCE, json.dumps(by_source(), ensure_ascii=False, indent=1) + "\n")
    return f"Wrote {path}\nWrote {BY_SOURCE}"
