"""The synthetic data that travel with the project: the sample of 2008, and a town of today.

tools/sample and tools/town of the repository drew them; here they are only found and copied.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.store import provenance
from cspanalysis.workspace.workspace import SETTINGS

_PUBLISHER = "cspanalysis (synthetic reconstruction)"


def extracts() -> dict[Path, Path]:
    """The extracts, by `<source>/<file>`: inside the package (wheel) or beside it (checkout)."""
    for raw in _places("raw"):
        # A checkout's folder may hold an analyst's own files too.
        found = {
            path.relative_to(raw): path for path in sorted(raw.glob("*/*")) if _is_drawn(path, raw)
        }
        if found:
            return found
    raise _not_found("the extracts of the sample were not found", "raw")


def town(directory: Path) -> list[Path]:
    """Write the workspace of the invented town of today: its settings and files with sidecars.

    `directory`: becomes the workspace; its own settings are not written over. Returns: the files
    written, sidecars left out.
    """
    source = next((p for p in _places("today") if (p / SETTINGS).is_file()), None)
    if source is None:
        raise _not_found("the files of the town of today were not found", "today")
    settings = Path(directory) / SETTINGS
    if settings.exists() and settings.read_bytes() != (source / SETTINGS).read_bytes():
        raise UsageError(
            paragraph(
                "there are other settings already", file=settings,
                do="Name a folder that is new or empty.",
            )
        )  # fmt: skip
    written = []
    for path in (source / SETTINGS, *sorted((source / "data" / "raw").glob("*/*"))):
        target = Path(directory) / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        if not path.name.endswith(provenance.SUFFIX):
            written.append(target)
    return written


def _places(name: str) -> tuple[Path, Path]:
    """Where a folder of data lies: inside the package (wheel) or beside it (checkout)."""
    package = Path(__file__).resolve().parents[1]
    return package / "data" / name, package.parent / "data" / name


def _not_found(what: str, name: str) -> UsageError:
    return UsageError(
        paragraph(
            what, file=_places(name)[1],
            do="Reinstall the project, or work in a clone of its repository.",
        )
    )  # fmt: skip


def _is_drawn(path: Path, raw: Path) -> bool:
    label = path.relative_to(raw).as_posix()
    stated = None if path.name.endswith(provenance.SUFFIX) else provenance.read(path, label)
    return bool(stated and stated.get("publisher") == _PUBLISHER)


def copy(directory: Path) -> list[Path]:
    """Copy every extract with its sidecar.

    `directory`: receives a folder per source, such as a workspace's `data/raw`. Returns: the
    extracts written, sidecars left out.
    """
    written = []
    for name, path in extracts().items():
        target = Path(directory) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        shutil.copyfile(provenance.path_of(path), provenance.path_of(target))
        written.append(target)
    return written
