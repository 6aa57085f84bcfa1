"""A workspace with a workbook of the Home Office's layout, as large as theirs."""

from __future__ import annotations

from pathlib import Path

from cspanalysis.workspace import init
from tools.town import tables


def workspace(root: Path, rows: int) -> Path:
    """A workspace with nothing but such a workbook, of so many rows; the workbook."""
    init.init(root, "Tonbridge and Malling")
    path = root / "data" / "raw" / "home_office_csp" / "prc-csp-tables.ods"
    tables.write(path, rows)
    return path
