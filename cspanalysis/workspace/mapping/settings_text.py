"""Putting a proposal into partnership.toml: comments stay, answers given before stay, questions
become comments that the next run replaces."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table, Whitespace

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.workspace.mapping.proposal import Proposal

SETTINGS = "partnership.toml"
_MARK = "#? "


def write(proposal: Proposal, root: Path | str, *, place: bool = False) -> str:
    """Write a proposal into a workspace's settings.

    `proposal`: from `propose`. `root`: the workspace. `place`: also copy the file into its folder,
    unless a file of that name lies there. Returns: what was written, and what stayed
    because it had been answered otherwise before.
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
    kept: list[str] = []
    fresh: list[str] = []
    written = 0
    for name, lines in _tables(proposal.settings(), f"sources.{proposal.source}"):
        written += _merge(document, name, lines, kept, fresh)
    text = tomlkit.dumps(document)
    # New tables go to the end: within the file they would come between a comment and its table.
    for block in [*fresh, *([_questions(proposal)] if proposal.questions else [])]:
        text = text.rstrip("\n") + "\n\n" + block
    if text != before:
        whole_files.text(path, text)
    number = "1 line" if written == 1 else f"{written} lines"
    lines = [f"{path}: {number} written under [sources.{proposal.source}]."]
    if kept:
        lines.append("Kept as they were: " + "; ".join(kept) + ".")
    if proposal.questions:
        are = "1 open question stands" if len(proposal.questions) == 1 else (
            f"{len(proposal.questions)} open questions stand"
        )  # fmt: skip
        lines.append(f"{are} at its end as comments; the next csp map replaces them.")
    lines.append(_placed(proposal, Path(root)) if place else
                 f"The file itself belongs into data/raw/{proposal.source}/.")  # fmt: skip
    return "\n".join(lines)


def _placed(proposal: Proposal, root: Path) -> str:
    folder = root / "data" / "raw" / proposal.source
    target = folder / proposal.path.name
    if target.exists() and filecmp.cmp(target, proposal.path, shallow=False):
        return f"The file lies in data/raw/{proposal.source}/ already."
    if target.exists():
        raise UsageError(
            paragraph(
                "another file of this name lies there", file=target,
                do="Give the new one a name of its own, or take the other one away first.",
            )
        )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(proposal.path, target)
    return f"Copied to data/raw/{proposal.source}/{target.name}."


def _tables(content: Mapping[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dotted names of the tables, each with its own lines."""
    lines = {k: v for k, v in content.items() if not isinstance(v, Mapping)}
    if lines:
        yield name, lines
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _tables(value, f"{name}.{key}")


def _merge(
    document: Any, name: str, lines: Mapping[str, Any], kept: list[str], fresh: list[str]
) -> int:
    section = document
    for part in name.split("."):
        section = section.get(part) if isinstance(section, Mapping) else None
    if section is None or getattr(section, "is_super_table", bool)():
        table = tomlkit.table()
        table.update(lines)
        fresh.append(f"[{name}]\n{tomlkit.dumps(table)}")
        return len(lines)
    written = 0
    for key, value in lines.items():
        if key not in section:
            _append(section, key, value)
            written += 1
        elif isinstance(value, list) and value[:-1] == _listed(section[key]):
            section[key] = value  # the heading of a further file beside those of others
            written += 1
        elif section[key] != value and not (
            isinstance(section[key], list) and value in section[key]
        ):
            kept.append(f"{name}.{key} = {section[key]!r} (proposed: {value!r})")
    return written


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _append(section: Any, name: str, value: Any) -> None:
    """Add a line beneath the section's last one, before the blank lines and comments that follow:
    those belong to the next section."""
    if not isinstance(section, Table):
        section[name] = value
        return
    body = section.value.body
    end = len(body)
    while end and body[end - 1][0] is None:
        end -= 1
    while end < len(body) and not isinstance(body[end][1], Whitespace):
        end += 1
    after = body[end:]
    del body[end:]
    section[name] = value
    body.extend(after)


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
