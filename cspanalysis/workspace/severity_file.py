"""`csp weights FILE`: severity weights of a workspace's own in place of the product's."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from cspanalysis import present, sources
from cspanalysis.domain import offences, reference, whole_files
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.sources import archive
from cspanalysis.sources.table import Context, Read
from cspanalysis.store import provenance

SOURCE = "severity"
#: Folder of the workspace where weights lie that others took the place of.
FORMER = "data/former/severity"
#: So many codes without a weight are named.
_NAMED = 6


def take(root: Path, file: Path, *, replace: bool = False) -> list[str]:
    """Read weights, and if they can be used make them those of the workspace.

    `replace`: whether they may take the place of weights that lie there; these move to `FORMER`.
    Returns: what to say, a line each.
    """
    if not file.is_file():
        raise UsageError(paragraph("there is no such file", file=file))
    label = f"{SOURCE}/{file.name}"
    found = _read(file, label)
    folder = root / "data/raw" / SOURCE
    there = [path for path in held(root) if path.resolve() != file.resolve()]
    if there and not replace:
        raise UsageError(
            paragraph(
                f"the workspace has weights of its own: {present.listed(p.name for p in there)}",
                file=folder,
                do=f"Say --replace to take these in their place; they are moved to {FORMER}.",
            )
        )
    for path in there:
        _move_away(path, root / FORMER)
    target = folder / file.name
    if target.resolve() != file.resolve():
        whole_files.atomically(target, lambda stream: stream.write(file.read_bytes()))
        provenance.path_of(target).unlink(missing_ok=True)
    if not provenance.path_of(target).is_file():
        provenance.write(
            target,
            {
                "publisher": "not stated",
                "title": f"Severity weights of offences ({file.name})",
                "retrieved": date.today(),
                "synthetic": False,
                "sha256": provenance.sha256(target),
            },
        )
    return [
        *_told(found),
        f"These weights are in force from the next review on: {target}. Fill in publisher, "
        f"edition and licence in {provenance.path_of(target).name}.",
    ]


def held(root: Path) -> list[Path]:
    """The files of weights of a workspace."""
    folder = root / "data/raw" / SOURCE
    return sorted(p for p in folder.glob("*") if p.is_file() and p.suffix not in (".md", ".toml"))


def in_force(root: Path) -> list[str]:
    """Whose weights a workspace uses, and what they cover."""
    files = held(root)
    if not files:
        return [
            "In force are the weights that come with the product: the Crime Severity Score of the "
            "Office for National Statistics, edition of about 2020. csp weights FILE takes others."
        ]
    lines = [f"In force: {present.listed(str(p) for p in files)}."]
    return lines + [line for path in files for line in _told(_read(path, f"{SOURCE}/{path.name}"))]


def _read(file: Path, label: str) -> Read:
    parts, _ = archive.parts(file, label)
    try:
        return sources.get(SOURCE).read(parts[0], Context())
    finally:
        archive.close()


def _move_away(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for one in (path, provenance.path_of(path)):
        if one.is_file():
            shutil.move(one, folder / one.name)


def _told(found: Read) -> list[str]:
    """Rows used, and how much of what is recorded has a weight by them."""
    frame = found.frame
    codes = {key for code in frame["code"].drop_nulls() for key in offences.codes_of(code)}
    whole = {"".join(code.lower().split()) for code in frame["code"].drop_nulls()}
    often = {row["code"]: int(row["recorded"]) for row in reference.rows("severity_weights")}
    lacking = {
        code: n
        for code, n in often.items()
        if n and code.lower() not in whole and not set(offences.codes_of(code)) & codes
    }
    lines = [
        f"{present.plural(found.rows_read, 'row')} read, {present.count(found.rows_kept)} kept, "
        f"{present.count(found.rows_set_aside)} set aside; weights from "
        f"{present.number(frame['weight'].min(), 1)} to {present.number(frame['weight'].max(), 1)}."
    ]
    if not codes:
        return [*lines, "They name offences and no codes, so that official tables have no harm."]
    share = 1 - sum(lacking.values()) / sum(often.values())
    named = sorted(lacking, key=lambda code: -lacking[code])
    without = f"; without one: {present.listed(named, _NAMED, 'further codes')}" if named else ""
    return [
        *lines,
        f"{present.capital(present.share(share))} of the offences recorded in England and Wales in "
        f"2017/18 have a weight by their code{without}.",
    ]
