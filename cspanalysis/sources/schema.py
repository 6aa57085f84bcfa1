"""Schemas: the layouts of raw files, as data.

A schema is a list of columns, each with the headings it goes by, the kind of its cells and its
meaning; readers, messages and the data dictionary are all driven by it.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cspanalysis.errors import DataRefused, paragraph
from cspanalysis.sources import kinds
from cspanalysis.sources.opening import Part


class UnknownLayout(DataRefused):
    """A file has none of the layouts that its source knows.

    Parameters
    ----------
    message : str
        The paragraph for the user.
    part : Part
        The file.
    """

    def __init__(self, message: str, part: Part):
        self.part = part
        super().__init__(message)


@dataclass(frozen=True)
class Column:
    """A column of a raw layout.

    Parameters
    ----------
    name : str
        Name in the typed table.
    meaning : str
        For the data dictionary.
    aliases : tuple of str
        Other headings it goes by; case, spaces, hyphens and underscores do not matter.
    kind : str
        A key of `kinds.ALLOWED`.
    required : bool
        Its heading must be there.
    essential : bool
        A row without a value in it is set aside.
    unit : str
        Unit of its values, '' for none.
    allowed : tuple of str or mapping of str to str
        The only values (compared in lower case), or those and what they become.
    pattern : str
        A regular expression that headings may match instead (years in column names).
    """

    name: str
    meaning: str
    aliases: tuple[str, ...] = ()
    kind: str = "text"
    required: bool = False
    essential: bool = False
    unit: str = ""
    allowed: tuple[str, ...] | Mapping[str, Any] = ()
    pattern: str = ""

    @property
    def is_required(self) -> bool:
        """Whether its heading must be there."""
        return self.required or self.essential

    @property
    def allowed_text(self) -> str:
        """What its cells may hold, in words."""
        return ", ".join(map(str, self.allowed)) if self.allowed else kinds.ALLOWED[self.kind]


@dataclass(frozen=True)
class Schema:
    """A raw layout.

    Parameters
    ----------
    name : str
        Short name of the layout.
    meaning : str
        Which files have it, for the data dictionary.
    columns : tuple of Column
        Its columns.
    tail : int
        How many cells at the end of a record the publisher may leave out.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    tail: int = 0

    def find(
        self, header: Sequence[str], mapped: Mapping[str, Any] | None = None
    ) -> dict[str, int]:
        """Position in the header of each column that is there, by the column's name.

        `mapped` gives the workspace's own headings; a column named there goes by these alone. The
        second of two equal headings goes by 'heading 2'.
        """
        keys = numbered(header)
        found: dict[str, int] = {}
        for column in self.columns:
            own = (mapped or {}).get(column.name)
            names = (
                ([own] if isinstance(own, str) else list(own))
                if own
                else [column.name, *column.aliases]
            )
            for name in names:
                if key(name) in keys:
                    found[column.name] = keys.index(key(name))
                    break
            else:
                if column.pattern and not own:
                    for at, heading in enumerate(keys):
                        if re.fullmatch(column.pattern, heading):
                            found[column.name] = at
                            break
        return found

    def missing(self, found: Mapping[str, int], given: Mapping[str, Any]) -> list[Column]:
        """Required columns that are neither in the header nor constants of the settings."""
        return [c for c in self.columns if c.is_required and c.name not in {*found, *given}]


def choose(
    part: Part,
    header: list[str],
    schemas: Sequence[Schema],
    mapped: Mapping[str, Any],
    constants: Mapping[str, Any],
) -> tuple[Schema, dict[str, int]]:
    """The first layout that fits a header, and where its columns are.

    Parameters
    ----------
    part : Part
        For the message.
    header : list of str
        Headings as found.
    schemas : sequence of Schema
        Layouts to try, in order.
    mapped, constants : mapping
        The workspace's own headings, and values for columns the file lacks.

    Raises
    ------
    UnknownLayout
        If none fits; the message speaks of the layout that lacks least.
    """
    best: tuple[int, Schema, list[Column]] | None = None
    for schema in schemas:
        found = schema.find(header, mapped)
        missing = schema.missing(found, constants)
        if not missing:
            return schema, found
        if best is None or len(missing) < best[0]:
            best = (len(missing), schema, missing)
    _, schema, missing = best
    column = missing[0]
    headings = [h.strip() for h in header if h.strip()]
    own = mapped.get(column.name)
    names = (
        ([own] if isinstance(own, str) else list(own)) if own else [column.name, *column.aliases]
    )
    near = difflib.get_close_matches(
        key(names[0]), {key(h): h for h in headings if len(h) < 80}, 1, 0.6
    )
    near_heading = next((h for h in headings if near and key(h) == near[0]), "")
    shown = ", ".join(f"'{h[:40]}'" for h in headings[:20]) + (" …" if len(headings) > 20 else "")
    source = part.file.split("/")[0] if "/" in part.file else schemas[0].name
    raise UnknownLayout(
        paragraph(
            f"the column is missing (this is read as {schema.meaning}); found are {shown}",
            file=part.label,
            column=names[0],
            allowed=", ".join(f"'{n}'" for n in names),
            do=(f"Is it the column '{near_heading}'? " if near_heading else "")
            + f"Rename the heading, or name it in partnership.toml: [sources.{source}.columns] "
            f'{column.name} = "its heading".',
        ),
        part,
    )


def as_text(value: object) -> str:
    """A value of the settings as a cell's text."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def key(heading: str) -> str:
    """A heading without case, spaces and signs, for comparing."""
    return re.sub(r"[^a-z0-9+]+", " ", heading.lower().replace("\ufeff", "")).strip()


def numbered(header: Sequence[str]) -> list[str]:
    """Keys of headings; of equal ones the second is 'date 2', the third 'date 3'."""
    seen: Counter[str] = Counter()
    found = []
    for heading in map(key, header):
        seen[heading] += 1
        found.append(heading if seen[heading] == 1 else f"{heading} {seen[heading]}")
    return found
