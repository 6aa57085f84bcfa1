"""docs/questions.md: every question, the sources any of which answers it, and its level."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path

from cspanalysis import findings
from cspanalysis.domain import agendas, whole_files
from cspanalysis.findings import question
from cspanalysis.findings.publication import Spec
from cspanalysis.workspace import layout_notes

PATH = Path(__file__).resolve().parents[2] / "docs" / "questions.md"

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


@functools.cache
def _specs() -> list[Spec]:
    """The questions of the package's topics."""
    topics = [m.name for m in pkgutil.walk_packages(findings.__path__, "cspanalysis.findings.")]
    for name in topics:
        importlib.import_module(name)
    return [spec for spec, module in question.SPECS.items() if module in topics]


def of_source(source: str) -> list[str]:
    """The questions of today that a source can answer, those of one thing first."""
    found = [s for s in _specs() if source in s.needs and s.agenda == agendas.TODAY]
    titles = [s.title.format_map(_AS_ASKED) for s in sorted(found, key=lambda s: (s.chapter, s.id))]
    return sorted(dict.fromkeys(titles), key=lambda title: "{" in title)


def write(path: Path = PATH) -> str:
    """Write the list and say where."""
    whole_files.text(path, text())
    return f"Wrote {path}"
