"""`csp check FOLDER`: of each file what it is, what is wrong with it, and what it would give.

Nothing is written: a file is read as cleaning would read it, with the settings of the workspace and
what `csp map` would propose beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from cspanalysis import present, sources
from cspanalysis.domain.errors import CspError, UsageError, paragraph
from cspanalysis.sources import archive
from cspanalysis.sources.archive import Part
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context, Read
from cspanalysis.store import raw_folder, strays
from cspanalysis.workspace import file_account, mapping
from cspanalysis.workspace.file_account import Counts, Questions
from cspanalysis.workspace.mapping import Proposal

USABLE, ASKS, REFUSED, NO_DATA = "can be used", "needs an answer", "refused", "no data"
#: Of a larger file only what it is is told: reading it is cleaning's work.
MOST_BYTES = 300 * 1024**2
#: So many parts of an archive tell what it is.
_LOOKED_AT = 20


@dataclass(frozen=True)
class Checked:
    """What was found of a file.

    Parameters
    ----------
    name, state, what : str
        Its name within the folder; one of the four states; what it is, in words.
    source : str
        The source that reads it; '' for none.
    lines : tuple of str
        What is wrong, what it would give.
    """

    name: str
    state: str
    what: str
    source: str = ""
    lines: tuple[str, ...] = ()

    def text(self) -> str:
        """The screen on the file."""
        return "\n".join([f"{self.name}: {self.what} - {self.state}", *self.lines])


def run(
    folder: Path, settings: Mapping[str, Any], questions: Questions, area: str = ""
) -> list[Checked]:
    """Every file of a folder, and of the folders in it."""
    if not folder.is_dir():
        raise UsageError(paragraph("there is no such folder", file=folder, do="Check the name."))
    files = raw_folder.raw_files(folder)
    if not files:
        raise UsageError(paragraph("the folder holds no files", file=folder, do="Check the name."))
    found = []
    try:
        for name, path in files.items():
            try:
                found.append(_file(name, path, settings, questions, area))
            except CspError as error:
                found.append(Checked(name, REFUSED, "it cannot be read", "", (f"  {error}",)))
    finally:
        archive.close()
    return found


def summary(found: list[Checked]) -> str:
    """How many files are of which state, and those that are refused by name."""
    states = Counter(one.state for one in found)
    said = {USABLE: USABLE, ASKS: "need an answer", REFUSED: REFUSED, NO_DATA: "without data"}
    if states[ASKS] == 1:
        said[ASKS] = ASKS
    counts = ", ".join(f"{states[s]} {words}" for s, words in said.items() if states[s])
    text = f"{present.plural(len(found), 'file')}: {counts}."
    if refused := [one.name for one in found if one.state == REFUSED]:
        text += f" Refused: {', '.join(refused)}."
    return text


def _file(
    name: str, path: Path, settings: Mapping[str, Any], questions: Questions, area: str
) -> Checked:
    given = settings.get("sources", {})
    its_folder = sources.of_file(Part(path, f"{path.parent.name}/{path.name}"))
    endings = its_folder.endings if its_folder else ()
    is_its = bool(endings) and path.name.lower().removesuffix(".gz").endswith(endings)
    if (what := strays.by_name(name)) and not is_its:
        return Checked(name, NO_DATA, what)
    parts, _ = archive.parts(path, name, endings=endings)
    source, what = _published(parts, its_folder)
    proposal: Proposal | None = None
    if source is None and (what or path.suffix.lower() == ".zip"):
        return Checked(name, NO_DATA, what or "an archive without a table that is known")
    if source is None:
        proposal = mapping.propose(path, given, area=area)
        if not proposal.source:
            return Checked(name, ASKS, "nobody knows what it is", "", _asked(proposal))
        source, what = sources.get(proposal.source), proposal.meaning
    if path.stat().st_size > MOST_BYTES:
        return Checked(name, USABLE, f"{what} (large: csp clean reads it)", source.name)
    own = _settings(given.get(source.name, {}), proposal)
    asked = _asked(proposal) if proposal else ()
    parts = [replace(part, file=f"{source.name}/{part.file}") for part in parts]
    try:
        lines = _given(source, parts, Context(own, names=raw_folder.named(settings)), questions)
    except CspError as error:
        # What is asked says it better than the refusal that comes of it.
        state, wrong = (ASKS, asked) if asked else (REFUSED, (f"  {error}",))
        return Checked(name, state, what, source.name, wrong)
    must = proposal is not None and any(q.blocks for q in proposal.questions)
    return Checked(name, ASKS if must else USABLE, what, source.name, (*lines, *asked))


def _published(parts: Sequence[Part], its_folder: Source | None) -> tuple[Source | None, str]:
    """The source of a publisher's file, by its folder or headings, and what it is."""
    if its_folder is not None:
        return (None, "") if its_folder.is_mapped else (its_folder, its_folder.title)
    strange = ""
    for part in parts[:_LOOKED_AT]:
        stray = strays.by_columns(part, "")
        if stray is None:
            continue
        if not stray.source:
            strange = strange or stray.what
        elif not sources.get(stray.source).is_mapped:
            return sources.get(stray.source), stray.what
        else:
            return None, ""
    return None, strange


def _settings(own: Mapping[str, Any], proposal: Proposal | None) -> dict[str, Any]:
    """What the workspace says of a source, and beneath it what is proposed."""
    found = dict(proposal.settings()) if proposal else {}
    for key, entries in own.items():
        is_section = isinstance(entries, Mapping) and isinstance(found.get(key), Mapping)
        found[key] = {**found[key], **entries} if is_section else entries
    return found


def _given(
    source: Source, parts: Sequence[Part], context: Context, questions: Questions
) -> list[str]:
    """What the parts of a file would give a source."""
    frames: dict[str, list[pl.DataFrame]] = {}
    read: list[Read] = []
    for batch in source.batching.batches(parts) if source.batching else [[p] for p in parts]:
        if source.batching:
            tables, accounts = source.batching.read(batch, [context] * len(batch))
        else:
            accounts = [source.read(batch[0], context)]
            tables = accounts[0].tables
        read += accounts
        for name, frame in tables.items():
            frames.setdefault(name, []).append(frame)
    joined = {name: pl.concat(found, how="diagonal_relaxed") for name, found in frames.items()}
    if source.combine:
        joined |= source.combine({n: f for n, f in joined.items() if n.startswith("_")})
    reasons: Counter[tuple[str, str, str]] = Counter()
    for one in read:
        reasons.update(one.problems.counts)
    counts = Counts(
        sum(one.rows_read for one in read), sum(one.rows_kept for one in read),
        sum(one.rows_set_aside for one in read), [(*why, n) for why, n in reasons.items()],
    )  # fmt: skip
    shown = {name: frame for name, frame in joined.items() if not name.startswith("_")}
    lines = file_account.told(source, shown, counts, questions) if shown else []
    listed = (row for one in read for row in one.problems.listed())
    first = next((row for row in listed if row[5] == "set aside"), None)
    if first:
        lines.append(f"  Such as    row {first[1]}, {first[2] or 'the record'}: found {first[3]!r}")
    return lines


def _asked(proposal: Proposal) -> tuple[str, ...]:
    """The open questions of a proposal."""
    lines = [f"  Asks       {question.text}" for question in proposal.questions]
    if lines:
        lines.append(
            "  Do         csp map FILE --workspace DIR writes what is understood, and asks"
        )
    return tuple(lines)
