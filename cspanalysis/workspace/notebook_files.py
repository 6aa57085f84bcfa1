"""The notebooks: where they lie, which of them a workspace's review runs, and copies to work in.

A chapter in `notebooks/` of a workspace takes the place of the project's of the same name, or comes
beside them. A copy that nobody has changed is no chapter of one's own: it follows the project's.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import UsageError, paragraph

#: Folder of a workspace's own.
OWN = "notebooks"
#: Chapters are numbered; `explore` and `bulletin` are not.
CHAPTER = re.compile(r"(\d\d)_([a-z0-9_]+)\.ipynb")
#: Names that a report's own pages have.
TAKEN = ("index", "duty")
_LINK = re.compile(r"\[([^\]]+)\]\(\.\./(docs/[^)]+)\)")
# Metadata of a copy: the hash of its cells as they were copied.
_COPIED = "cspanalysis_copied"


def folder() -> Path:
    """The installed project's notebooks: inside the package (wheel) or beside it (checkout)."""
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "notebooks", package.parent / "notebooks"):
        if any(CHAPTER.fullmatch(p.name) for p in candidate.glob("*.ipynb")):
            return candidate
    raise UsageError(
        paragraph(
            "the chapter notebooks were not found",
            file=package.parent / "notebooks",
            do="Reinstall the project, or work in a clone of its repository.",
        )
    )


def chapters(where: Path | None = None) -> list[Path]:
    """The chapter notebooks `NN_name.ipynb` of a folder, in the order of their numbers."""
    return [p for p in sorted((where or folder()).glob("*.ipynb")) if CHAPTER.fullmatch(p.name)]


def of_workspace(root: Path, without: Mapping[str, Any] | None = None) -> list[Path]:
    """The chapters that a workspace's review runs: the project's, and its own in their place.

    `without`: the section [review] of its settings, whose `without` names chapters to leave out.
    """
    chosen = {name_of(path): path for path in chapters()}
    own = {}
    for path in own_chapters(root):
        name = name_of(path)
        if name in TAKEN or name in own:
            beside = f"{own[name].name} has that name too" if name in own else "a page has its name"
            raise UsageError(
                paragraph(f"cannot be a chapter: {beside}", file=path, do="Give it another name.")
            )
        own[name] = path
    chosen |= own
    for named in (without or {}).get("without", ()):
        name = re.sub(r"^\d\d_", "", str(named)).removesuffix(".ipynb")
        if chosen.pop(name, None) is None:
            known = ", ".join(sorted(chosen))
            raise UsageError(
                paragraph(f"[review] without: there is no chapter '{named}'", allowed=known)
            )
    return sorted(chosen.values(), key=lambda p: p.name)


def name_of(path: Path) -> str:
    """A chapter's name without its number: by it one's own takes the place of the project's."""
    return path.stem[3:]


def own_chapters(root: Path) -> list[Path]:
    """The chapters of a workspace that somebody has written or changed."""
    theirs = Path(root) / OWN
    if not theirs.is_dir() or theirs.resolve() == folder().resolve():
        return []
    return [p for p in chapters(theirs) if not _is_untouched(p)]


def own_modules(root: Path) -> list[Path]:
    """Findings of one's own: the Python files beside a workspace's notebooks."""
    return sorted((Path(root) / OWN).glob("*.py"))


def make_importable(root: Path) -> None:
    """Let notebooks import the workspace's own modules, as in JupyterLab, which runs them there."""
    theirs = str((Path(root) / OWN).resolve())
    if own_modules(root) and theirs not in sys.path:
        sys.path.append(theirs)


def bulletin(root: Path) -> Path:
    """The notebook that a workspace's bulletin is made from."""
    theirs = Path(root) / OWN / "bulletin.ipynb"
    is_own = theirs.is_file() and theirs.resolve().parent != folder().resolve()
    return theirs if is_own and not _is_untouched(theirs) else folder() / "bulletin.ipynb"


def for_workspace(root: Path) -> Path:
    """A folder of notebooks that open the data of a workspace.

    In a checkout that is its own workspace, the project's notebooks. Elsewhere copies in
    `notebooks/` of the workspace, without outputs and open to its own area; one that somebody has
    changed, or run, is left as it is.

    `root`: the workspace.
    """
    ours = folder()
    if ours.parent == Path(root).resolve():
        return ours
    theirs = Path(root) / OWN
    theirs.mkdir(exist_ok=True)
    own = {name_of(path) for path in own_chapters(root)}
    for path in sorted(ours.glob("*.ipynb")):
        target = theirs / path.name
        is_new = not target.exists() and not (CHAPTER.fullmatch(path.name) and name_of(path) in own)
        if is_new or (target.exists() and _is_untouched(target) and not _has_outputs(target)):
            copy(path, target)
    return theirs


def copy(path: Path, target: Path) -> None:
    """Copy one of the project's notebooks into a workspace, whose area is its default."""
    notebook = _for_any_area(_read(path))
    notebook["metadata"][_COPIED] = _digest(notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        whole_files.text(target, text)


def _is_untouched(path: Path) -> bool:
    """Whether a copy says what it said when it was copied, whatever version that was of."""
    notebook = _read(path)
    said = _digest(notebook)
    if copied := notebook.get("metadata", {}).get(_COPIED):
        return said == copied
    # Copies of before they were marked.
    ours = folder() / path.name
    return ours.is_file() and said == _digest(_for_any_area(_read(ours)))


def _has_outputs(path: Path) -> bool:
    return any(cell.get("outputs") for cell in _read(path).get("cells", ()))


def _read(path: Path) -> dict[str, Any]:
    """A notebook, or nothing where the file is none: what runs it says so."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(notebook: Mapping[str, Any]) -> str:
    cells = [
        [cell.get("cell_type"), "".join(cell.get("source", "")).strip()]
        for cell in notebook.get("cells", ())
    ]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _for_any_area(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook of the sample without outputs, in which the workspace's area is the default."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            source = re.sub(r'\bcsp\.open\("[^"]*"\)', "csp.open()", source)
            if "parameters" in cell["metadata"].get("tags", []):
                source = re.sub(r"^(csp|period|compare) = .*$", r"\1 = None", source, flags=re.M)
        else:
            source = _LINK.sub(r"\1 (\2 of the project)", source)
        cell["source"] = source.splitlines(keepends=True)
    return notebook
