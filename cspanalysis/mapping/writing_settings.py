"""Putting a proposal into partnership.toml: comments stay, answers given before stay, questions
become comments that the next run replaces."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from cspanalysis import writing
from cspanalysis.errors import UsageError, paragraph
from cspanalysis.mapping.proposal import Proposal

SETTINGS = "partnership.toml"
_MARK = "#? "


def write(proposal: Proposal, root: Path | str) -> str:
    """Write a proposal into a workspace's settings.

    Parameters
    ----------
    proposal : Proposal
        From `propose`.
    root : path
        The workspace.

    Returns
    -------
    str
        What was written, and what stayed because it had been answered otherwise before.

    Raises
    ------
    UsageError
        If there are no settings or they are no TOML.
    """
    path = Path(root) / SETTINGS
    if not proposal.source:
        return f"{path}: nothing was written; answer the question first."
    try:
        before = path.read_text(encoding="utf-8")
        document = tomlkit.parse(_without_questions(before, proposal.source))
    except FileNotFoundError as error:
        raise UsageError(paragraph("there are no settings", file=path, do="csp init")) from error
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise UsageError(
            paragraph(f"this is not valid TOML: {error}", file=path, do="Mend that line.")
        ) from error
    section = _table(_table(document, "sources", is_super=True), proposal.source, is_super=True)
    kept: list[str] = []
    written = _merge(section, proposal.settings(), kept, proposal.source)
    text = tomlkit.dumps(document)
    if proposal.questions:
        text = text.rstrip("\n") + "\n\n" + _questions(proposal)
    if text != before:
        writing.text(path, text)
    lines = [f"{path}: {written} lines written under [sources.{proposal.source}]."]
    if kept:
        lines.append("Kept as they were: " + "; ".join(kept) + ".")
    if proposal.questions:
        lines.append(
            f"{len(proposal.questions)} open questions stand at its end as comments; the next "
            "csp map replaces them."
        )
    lines.append(f"The file itself belongs into data/raw/{proposal.source}/.")
    return "\n".join(lines)


def _merge(section: Any, new: Mapping[str, Any], kept: list[str], where: str) -> int:
    written = 0
    for name, value in new.items():
        if isinstance(value, Mapping):
            written += _merge(_table(section, name), value, kept, f"{where}.{name}")
        elif name not in section:
            section[name] = value
            written += 1
        elif section[name] != value:
            kept.append(f"{where}.{name} = {section[name]!r} (proposed: {value!r})")
    return written


def _table(parent: Any, name: str, is_super: bool = False) -> Any:
    if name not in parent:
        parent[name] = tomlkit.table(is_super_table=is_super or None)
    return parent[name]


def _questions(proposal: Proposal) -> str:
    lines = [f"{_MARK}[{proposal.source}] csp map asks about {proposal.path.name}:"]
    for question in proposal.questions:
        lines.append(f"{_MARK}[{proposal.source}] {question.text}")
        lines += [f"{_MARK}[{proposal.source}]   {answer}" for answer in question.answers]
    # A heading or a label may hold anything; a comment ends with its line.
    return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines) + "\n"


def _without_questions(text: str, source: str) -> str:
    mine = f"{_MARK}[{source}]"
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(mine)]
    return "".join(lines)
