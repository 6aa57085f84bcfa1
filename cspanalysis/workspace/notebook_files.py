"""The notebooks: where they lie, and copies of them for a workspace of one's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import UsageError, paragraph

#: Chapters are numbered; `explore` and `bulletin` are not.
CHAPTER = re.compile(r"(\d\d)_([a-z0-9_]+)\.ipynb")
_LINK = re.compile(r"\[([^\]]+)\]\(\.\./(docs/[^)]+)\)")


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
    """The chapter notebooks `NN_name.ipynb`, in the order of their numbers."""
    return [p for p in sorted((where or folder()).glob("*.ipynb")) if CHAPTER.fullmatch(p.name)]


def for_workspace(root: Path) -> Path:
    """A folder of notebooks that open the data of a workspace.

    In a checkout that is its own workspace, the project's notebooks. Elsewhere copies in
    `notebooks/` of the workspace, without outputs and open to its own area; a copy that is there
    already may hold somebody's work and is left as it is.

    `root`: the workspace.
    """
    ours = folder()
    if ours.parent == Path(root).resolve():
        return ours
    theirs = Path(root) / "notebooks"
    theirs.mkdir(exist_ok=True)
    for path in sorted(ours.glob("*.ipynb")):
        if not (theirs / path.name).exists():
            notebook = _for_any_area(json.loads(path.read_text(encoding="utf-8")))
            text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
            whole_files.text(theirs / path.name, text)
    return theirs


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
