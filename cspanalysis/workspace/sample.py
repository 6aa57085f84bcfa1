"""The embedded sample: synthetic extracts of 2004 to 2008 that travel with the project.

tools/sample of the repository drew them; here they are only found and copied.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.store import provenance

_PUBLISHER = "cspanalysis (synthetic reconstruction)"


def extracts() -> dict[Path, Path]:
    """The extracts, by `<source>/<file>`: inside the package (wheel) or beside it (checkout)."""
    package = Path(__file__).resolve().parents[1]
    for raw in (package / "data" / "raw", package.parent / "data" / "raw"):
        # A checkout's folder may hold an analyst's own files too.
        found = {
            path.relative_to(raw): path for path in sorted(raw.glob("*/*")) if _is_drawn(path, raw)
        }
        if found:
            return found
    raise UsageError(
        paragraph(
            "the extracts of the sample were not found",
            file=package.parent / "data" / "raw",
            do="Reinstall the project, or work in a clone of its repository.",
        )
    )


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
