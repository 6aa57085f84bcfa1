"""What columns a source needs, in words for who makes the file."""

from __future__ import annotations

from cspanalysis import present, sources
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source


def about(name: str) -> tuple[str, str, str]:
    """Of a source its title, who has it, and what it holds."""
    source = sources.get(name)
    return source.title, source.supplier, source.description


def columns(source: Source | str) -> str:
    """The columns of a source's layouts, and what each further one lets the review say."""
    source = sources.get(source) if isinstance(source, str) else source
    layouts = "\n\n".join(map(_layout, source.schemas))
    further = "\n".join(
        f"- {_headings(column)}: {column.unlocks}."
        for column in source.columns.values()
        if column.unlocks and not column.is_required
    )
    return (
        "Columns that must be there, by layout. Each goes by any of the headings named, in any "
        "case, with or without blanks; other headings are named in partnership.toml, which "
        f"`csp map FILE` proposes.\n\n{layouts}\n\n"
        + (
            f"Further columns, and what each lets the review say:\n\n{further}\n\n"
            if further
            else ""
        )
    )


def _layout(schema: Schema) -> str:
    required = [c for c in schema.columns if c.is_required]
    lines = [f"- {_headings(c)}: {c.meaning}." for c in required if not c.name.isdigit()]
    # A column for each year of age needs no line for each.
    if ages := [c for c in required if c.name.isdigit()]:
        first, last = ages[0], ages[-1]
        lines.append(f"- {_headings(first)} to {_headings(last)}: {first.meaning} to {last.name}.")
    return "\n".join([f"{present.capital(schema.meaning)}:", "", *lines])


def _headings(column: Column) -> str:
    names = ", ".join(f'"{name}"' for name in column.aliases)
    pattern = "the code or name with its year, as published" if column.pattern else ""
    more = " or ".join(filter(None, (names, pattern)))
    return f"`{column.name}`" + (f" (also {more})" if more else "")
