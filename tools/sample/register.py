"""The register of the figures that the partnership's strategy of 2008 printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.sample.constants import rows_of
from tools.sample.files import write_csv


def write(directory: Path) -> Iterator[Path]:
    """Write `published/figures.csv`; gives its path."""
    rows = rows_of("published.csv")
    yield write_csv(
        directory / "published" / "figures.csv",
        [heading(key) for key in rows[0]],
        [list(row.values()) for row in rows],
        title="Figures printed in the partnership's strategy of 2008",
        note="Figures as printed, labels in our own words; recomputed from invented records.",
    )


def heading(key: str) -> str:
    """The heading of a column: 'Compare Period', 'Printed Change (%)', 'ID'."""
    if key == "id":
        return "ID"
    return key.replace("_", " ").title() + (" (%)" if key == "printed_change" else "")
