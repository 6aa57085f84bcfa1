"""The chapter notebooks: where they lie, what they are called, which parameters they take."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.workspace import notebook_files
from cspanalysis.workspace import workspace as workspaces

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Chapter:
    """One chapter notebook.

    Parameters
    ----------
    path : Path
        The notebook, `NN_name.ipynb`.
    """

    path: Path

    @property
    def key(self) -> str:
        """The file name without its ending: `40_violence`."""
        return self.path.stem

    @property
    def slug(self) -> str:
        """The name of its page without ending: `acquisitive-crime`."""
        return self.key[3:].replace("_", "-")

    @cached_property
    def cells(self) -> list[dict]:
        """The notebook's cells as stored."""
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                paragraph("is not a readable notebook", file=self.path, do="Restore the file.")
            ) from error

    @cached_property
    def notebook(self) -> NotebookNode:
        """The notebook as papermill reads it, without its stored outputs; it is not changed."""
        from papermill.iorw import load_notebook_node

        notebook = load_notebook_node(str(self.path))
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        return notebook

    @property
    def title(self) -> str:
        """The notebook's first heading."""
        for cell in self.cells:
            if cell.get("cell_type") == "markdown":
                for line in "".join(cell["source"]).splitlines():
                    if line.startswith("# "):
                        return line[2:].strip()
        return self.key[3:].replace("_", " ").capitalize()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names set in the cell tagged `parameters`."""
        names: list[str] = []
        for cell in self.cells:
            if "parameters" in cell.get("metadata", {}).get("tags", []):
                for node in ast.parse("".join(cell["source"])).body:
                    targets = node.targets if isinstance(node, ast.Assign) else []
                    if isinstance(node, ast.AnnAssign):
                        targets = [node.target]
                    names += [t.id for t in targets if isinstance(t, ast.Name)]
        return tuple(names)

    @property
    def imports(self) -> tuple[str, ...]:
        """Modules that the notebook's cells import, `package.name` for `from package import name`.

        Cells that are not plain Python (magics) are passed over.
        """
        names: list[str] = []
        for cell in self.cells:
            if cell.get("cell_type") != "code":
                continue
            try:
                body = ast.parse("".join(cell["source"])).body
            except SyntaxError:
                continue
            for node in body:
                if isinstance(node, ast.Import):
                    names += [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names += [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        return tuple(dict.fromkeys(names))


def chapters(notebooks: Path | None = None) -> list[Chapter]:
    """The chapter notebooks `NN_name.ipynb` of a folder, in the order of their numbers."""
    return [Chapter(path) for path in notebook_files.chapters(notebooks)]


def of_workspace(root: Path) -> list[Chapter]:
    """The chapters that a workspace's review runs, its own among them."""
    return [Chapter(path) for path in notebook_files.of_workspace(root, _review_settings(root))]


def _review_settings(root: Path) -> dict[str, Any]:
    # Not every folder that is reviewed has settings: a run can be given all that it needs.
    is_set = (root / workspaces.SETTINGS).is_file()
    return dict(workspaces.load(root).settings.get("review", {})) if is_set else {}


def pick(names: Iterable[str], available: Sequence[Chapter]) -> list[Chapter]:
    """The chapters that `names` mean, in their own order; all when no name is given.

    A name is a number (`40`), a whole name (`40_violence`, `violence`, `acquisitive-crime`) or its
    unambiguous beginning (`acquisitive`).
    """
    wanted: set[str] = set()
    for name in names:
        word = name.strip().lower().replace("-", "_").removesuffix(".ipynb")
        exact = [c for c in available if word in (c.key, c.key[3:], c.key[:2])]
        hits = exact or [c for c in available if word and c.key[3:].startswith(word)]
        if len(hits) != 1:
            raise UsageError(
                paragraph(
                    f"'{name}' is {'no chapter' if not hits else 'more than one chapter'}",
                    allowed=", ".join(c.key[3:] for c in available),
                )
            )
        wanted.add(hits[0].key)
    return [c for c in available if c.key in wanted] if wanted else list(available)


def check_parameters(names: Iterable[str], chapter: Chapter) -> None:
    """Refuse parameters that the notebook does not take (papermill would only warn)."""
    unknown = [n for n in names if n not in chapter.parameters]
    if unknown:
        raise UsageError(
            paragraph(
                f"the notebook takes no parameter '{unknown[0]}'",
                file=chapter.path.name,
                allowed=", ".join(chapter.parameters) or "none; it has no cell tagged 'parameters'",
            )
        )
