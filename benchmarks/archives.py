"""Street files of one's own in place of the invented archive: as downloaded, packed or not."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

STREET = re.compile(r"(\d{4})-(\d{2})-(.+)-street\.csv")


def street_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Path and, for members of an archive, name of each street file beneath a folder."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                names = [n for n in archive.namelist() if STREET.search(n)]
            yield from ((path, name) for name in names)
        elif STREET.fullmatch(path.name):
            yield path, ""


def content(path: Path, member: str) -> bytes:
    """What a street file holds."""
    if not member:
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(member)


def months(folder: Path) -> list[str]:
    """The months that street files beneath a folder are of, `YYYY-MM`, in order."""
    found = {PurePosixPath(member or path.name).name[:7] for path, member in street_files(folder)}
    return sorted(found)


def workspace(root: Path, archive: Path) -> None:
    """A workspace with street files of one's own.

    Raises
    ------
    ValueError
        If there are none.
    """
    source = archive if archive.is_dir() else archive.parent
    files = dict.fromkeys(path for path, _ in street_files(source))
    chosen = [path for path in files if archive in (source, path)]
    forces: dict[str, list[str]] = {}
    for path, member in street_files(source):
        if path in chosen:
            year, month, force = STREET.search(member or path.name).groups()
            forces.setdefault(force, []).append(f"{year}-{month}")
    if not forces:
        raise ValueError(f"{archive} holds no files YYYY-MM-force-street.csv, packed or not")
    from cspanalysis.workspace import init

    def newest(force: str) -> tuple[str, int]:
        return max(forces[force]), len(forces[force])

    init.init(root, _area(sorted(forces, key=newest, reverse=True)))
    for path in chosen:
        target = root / "data" / "raw" / "police_uk" / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        _place(path, target)


def _area(forces: list[str]) -> str:
    """A district of the first force that has any."""
    from cspanalysis.domain import areas

    table = areas.register()
    for force in forces:
        for name in dict.fromkeys(table["force"]):
            if name and areas.is_force(name, force.replace("-", " ")):
                return table.loc[table["force"] == name, "district"].iloc[0]
    return table["district"].iloc[0]


def _place(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # another disk
        shutil.copyfile(path, target)


def further(folder: Path) -> int:
    """The newest month once more as if it were the next, in an archive of its own; its files."""
    newest = months(folder)[-1]
    year, month = int(newest[:4]), int(newest[5:])
    following = f"{year + month // 12}-{month % 12 + 1:02d}"
    files = [f for f in street_files(folder) if PurePosixPath(f[1] or f[0].name).name[:7] == newest]
    target = folder / f"further_{following}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for path, member in files:
            text = content(path, member).replace(newest.encode(), following.encode())
            name = PurePosixPath(member or path.name).name.replace(newest, following)
            out.writestr(f"{following}/{name}", text)
    return len(files)
