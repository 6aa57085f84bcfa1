"""The corrections register: errors of publishers mended openly, one line each, with a reason.

A line that no longer matches anything, or not as often as it expects, stops the cleaning: the
publisher has mended the error, and the line has to go. Registers: the package's
`reference/corrections.csv` and the workspace's `data/raw/corrections.csv`.
"""

from __future__ import annotations

import csv
import fnmatch
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from importlib import resources
from pathlib import Path

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources.problems import Problems

COLUMNS = (
    "source", "file", "match_column", "match_value", "field", "old", "new", "reason", "expect",
)  # fmt: skip
WORKSPACE_FILE = "corrections.csv"


@dataclass(frozen=True)
class Correction:
    """One line of a register.

    Parameters
    ----------
    source, file : str
        The source and a pattern for file names ('*2018-11*'); the pattern is tried on the whole
        name within the source's folder, members of archives included.
    match_column, match_value : str
        Rows it speaks of: this column holds exactly this text ('' for both: every row).
    field, old, new : str
        In these rows, `field` holding `old` becomes `new` (blank: missing).
    reason : str
        Why, and how it is known.
    expect : str
        How many cells it changes; blank for one or more.
    where : str
        Register and line, for messages.
    """

    source: str
    file: str
    match_column: str
    match_value: str
    field: str
    old: str
    new: str
    reason: str
    expect: str
    where: str

    @property
    def key(self) -> str:
        """What tells this line from every other, wherever it stands."""
        content = "\x1f".join(astuple(self)[:-1])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def matches(self, source: str, label: str) -> bool:
        """Whether it speaks of a raw part (label: source/file[/member])."""
        name = label.removeprefix(f"{source}/")
        return source == self.source and fnmatch.fnmatchcase(name, self.file)


def load(raw: Path) -> tuple[Correction, ...]:
    """The package's and the workspace's corrections; refused if a line lacks what it needs."""
    package = resources.files("cspanalysis.domain.reference").joinpath(WORKSPACE_FILE)
    found = _parse(package.read_text(encoding="utf-8").splitlines(), "reference/corrections.csv")
    own = raw / WORKSPACE_FILE
    if own.is_file():
        lines = own.read_text(encoding="utf-8-sig").splitlines()
        found += _parse(lines, f"data/raw/{WORKSPACE_FILE}")
    return tuple(found)


def _parse(lines: list[str], name: str) -> list[Correction]:
    numbered = [
        (at, line) for at, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        return []
    header = next(csv.reader([numbered[0][1]]))
    if missing := [c for c in COLUMNS if c not in header]:
        raise DataRefused(
            paragraph(
                "the column is missing", file=name, row=numbered[0][0], column=missing[0],
                allowed=", ".join(COLUMNS), do="Add it to the register's first line.",
            )
        )  # fmt: skip
    found = []
    for at, line in numbered[1:]:
        cells = dict(zip(header, next(csv.reader([line])), strict=False))
        values = {c: (cells.get(c) or "").strip() for c in COLUMNS}
        for needed in ("source", "file", "field", "reason"):
            if not values[needed]:
                raise DataRefused(
                    paragraph(
                        "blank", file=name, row=at, column=needed, allowed="text",
                        do="A correction names its source, file pattern, field and reason.",
                    )
                )  # fmt: skip
        if values["expect"] and not values["expect"].isdigit():
            raise DataRefused(
                paragraph(
                    f"'{values['expect']}' is no number", file=name, row=at, column="expect",
                    allowed="a whole number, or blank for one or more",
                )
            )  # fmt: skip
        found.append(Correction(**values, where=f"{name}, row {at}"))
    return found


@dataclass
class Applied:
    """The corrections of one raw part, and how often each changed a cell.

    Parameters
    ----------
    corrections : tuple of Correction
        Those that speak of the part.
    counts : Counter
        Cells changed by the correction's key.
    """

    corrections: tuple[Correction, ...]
    counts: Counter[str] = field(default_factory=Counter)

    def __call__(self, text: pl.DataFrame, problems: Problems) -> pl.DataFrame:
        """The text table with corrections made; each is recorded as a problem 'corrected'."""
        for line in self.corrections:
            self.counts.setdefault(line.key, 0)
            if line.field not in text.columns or (
                line.match_column and line.match_column not in text.columns
            ):
                continue
            hit = pl.col(line.field).fill_null("").str.strip_chars() == line.old
            if line.match_column:
                here = pl.col(line.match_column).fill_null("").str.strip_chars()
                hit = hit & (here == line.match_value)
            rows = text.filter(hit)
            if rows.is_empty():
                continue
            self.counts[line.key] += rows.height
            found = rows.select("row", pl.col(line.field).alias("found"))
            problems.add_rows(found, line.field, line.new, "corrected", line.reason)
            new = pl.lit(line.new or None, pl.String)
            text = text.with_columns(
                pl.when(hit).then(new).otherwise(pl.col(line.field)).alias(line.field)
            )
        return text


def for_part(corrections: Iterable[Correction], source: str, label: str) -> tuple[Correction, ...]:
    """The corrections that speak of a raw part."""
    return tuple(c for c in corrections if c.matches(source, label))


def check(corrections: Iterable[Correction], counts: Mapping[str, int]) -> None:
    """Refuse a correction that changed no cell, or another number than it expects.

    `counts` are cells changed by key, over all parts; a line whose pattern matches no file is not
    in it.
    """
    for line in corrections:
        if line.key not in counts:
            continue
        changed = counts[line.key]
        if (line.expect and changed != int(line.expect)) or not (line.expect or changed):
            raise DataRefused(
                paragraph(
                    f"the correction of '{line.field}' from '{line.old}' to '{line.new}' in "
                    f"{line.source}/{line.file} changed {changed} cells",
                    file=line.where,
                    allowed=f"{line.expect} cells" if line.expect else "one or more",
                    do="The publisher may have mended the error: look, then remove or change it.",
                )
            )
