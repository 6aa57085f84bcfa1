"""`make notebooks`: runs every notebook in place on the embedded sample and stores its outputs.

The stored outputs are what nbval compares with, so this is run whenever a sentence or a number is
meant to change, and the difference is looked at before it is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from cspanalysis.workspace import notebook_files


def refresh(path: Path) -> None:
    """Run one notebook and store its outputs, without times or anything else that varies."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        record_timing=False,
        # Widgets get new identifiers at every run, and their state would hold what they show.
        store_widget_state=False,
        resources={"metadata": {"path": path.parent}},
    )
    client.execute()
    for cell in notebook.cells:
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            # Records, tables and widgets: run, but not kept (see cspanalysis.workspace.guard).
            cell.outputs = []
        for output in cell.get("outputs", []):
            output.pop("transient", None)
    # What depends on the machine that ran it does not belong in the file.
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


def main() -> int:
    """Refresh the notebooks whose names contain one of the arguments, else all."""
    wanted = sys.argv[1:]
    for path in [*notebook_files.chapters(), notebook_files.folder() / "explore.ipynb"]:
        if not wanted or any(word in path.name for word in wanted):
            refresh(path)
            print(path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
