"""The data dictionary, made from the readers' schemas: docs/data_dictionary.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cspanalysis import sources
from cspanalysis.domain import whole_files
from cspanalysis.sources import column_types
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source

PATH = Path(__file__).resolve().parents[2] / "docs" / "data_dictionary.md"
_STATUSES = ", ".join(sorted(set(column_types.SYMBOLS.values())))
_INTRODUCTION = f"""# Data dictionary

Made by `csp dictionary` from the schemas in `cspanalysis/sources/`; do not edit by hand.

For each source: the raw layouts it reads and the tables that cleaning makes. A heading matches
whatever its case, spaces, hyphens and underscores; your own headings can be named in
`partnership.toml` under `[sources.<source>.columns]`. A row without a value in an **essential**
column is set aside and listed in `data/processed/problems.csv`; any other cell that cannot be read
is left missing and noted there. Every table has `file` and `row`, which lead back to the raw line.

Where a count is not a number its `status` says why: {_STATUSES}.
None of these is 0.
"""
_KINDS = {
    "lower": "text",
    "verbatim": "text",
    "identifier": "text",
    "count": "count or symbol",
    "figure": "number or symbol",
}


def text() -> str:
    """The dictionary as Markdown."""
    parts = [_INTRODUCTION]
    for source in sources.SOURCES:
        parts += _source(source)
    return "\n".join(parts).rstrip() + "\n"


def write(path: Path = PATH) -> str:
    """Write the dictionary and say where."""
    whole_files.text(path, text())
    return f"Wrote {path}"


def _source(source: Source) -> Iterator[str]:
    yield f"## {source.name}\n"
    yield f"**{source.title}.** {source.description}\n"
    for schema in source.schemas:
        yield f"### Raw layout: {schema.meaning}\n"
        yield _table(
            ("Column", "Other headings", "Kind", "Unit", "Must be there", "Meaning"),
            (_row(column) for column in _shown(schema)),
        )
    for table, columns in source.derived.items():
        yield f"### Table `{table}`: columns beside those of the layout\n"
        yield _table(("Column", "Meaning"), ((f"`{c}`", d.meaning) for c, d in columns.items()))


def _shown(schema: Schema) -> Iterator[Column]:
    """The schema's columns, a run of single years (of age, or of time) as one line."""
    is_run = False
    for column in schema.columns:
        is_year = column.name.isdigit() and len(column.name) == 4
        if is_year or (column.name.isdigit() and column.name not in ("0", "90")):
            if not is_run:
                yield replace(
                    column,
                    name="2001 … 2050" if is_year else "1 … 89",
                    meaning=f"Residents {'in each year' if is_year else 'of each year of age'}",
                    unit="residents",
                )
            is_run = True
        else:
            yield column


def _row(column: Column) -> tuple[str, ...]:
    kind = column.allowed_text if column.allowed else _KINDS.get(column.kind, column.kind)
    must = "essential" if column.essential else "heading" if column.is_required else ""
    example = [f"such as {column.example}"] if column.pattern else []
    other = ", ".join([*column.aliases, *example])
    return (f"`{column.name}`", other, kind.replace("_", " "), column.unit, must, column.meaning)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in r)} |\n" for r in lines)
