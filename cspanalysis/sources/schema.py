"""Schemas: the layouts of raw files, as data.

A schema is a list of columns, each with the headings it goes by, the kind of its cells and its
meaning; readers, messages and the data dictionary are all driven by it.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import column_types
from cspanalysis.sources.archive import Part


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
        Other headings it goes by; case, spaces and signs do not matter.
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
    example : str
        A heading that matches the pattern, for the data dictionary.
    written : str
        How a publisher writes its dates, where that is known; else the column has to show it.
    seen_as : tuple of str
        Further headings of partners' systems, which `csp map` recognises.
    unlocks : str
        What it lets the review say, for those who ask a partner for an extract.
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
    example: str = ""
    written: str = ""
    seen_as: tuple[str, ...] = ()
    unlocks: str = ""

    @property
    def is_required(self) -> bool:
        """Whether its heading must be there."""
        return self.required or self.essential

    def names(self, own: str | Sequence[str] | None = None) -> list[str]:
        """The headings it goes by: the workspace's own, where there are any."""
        if own:
            return [own] if isinstance(own, str) else list(own)
        return [self.name, *self.aliases]

    @property
    def allowed_text(self) -> str:
        """What its cells may hold, in words."""
        return (
            ", ".join(map(str, self.allowed)) if self.allowed else column_types.ALLOWED[self.kind]
        )


@dataclass(frozen=True)
class Across:
    """What stands side by side in a layout.

    Parameters
    ----------
    column, value : str
        The column whose values are headings, and that of the cells beneath them.
    is_of : callable
        The value that a heading is, '' for none.
    fewest : int
        So many such headings make a table that stands so.
    is_beside : callable
        Whether a further heading behind the first of them stands with them, though it is no value
        that is known: its cells are rows, too, that count for none.
    """

    column: str
    value: str
    is_of: Callable[[str], str]
    fewest: int = 2
    is_beside: Callable[[str], bool] = lambda heading: False


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
    across : tuple of Across
        What may stand side by side: a column for each year, say, in place of a row.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    tail: int = 0
    across: tuple[Across, ...] = ()

    def find(
        self, header: Sequence[str], mapped: Mapping[str, Any] | None = None
    ) -> dict[str, int]:
        """Position in the header of each column that is there, by the column's name.

        `mapped` gives the workspace's own headings; a column named there goes by these alone. The
        second of two equal headings goes by 'heading 2'.
        """
        return {name: places[0] for name, places in self.candidates(header, mapped).items()}

    def candidates(
        self, header: Sequence[str], mapped: Mapping[str, Any] | None = None
    ) -> dict[str, list[int]]:
        """Positions of all headings that each column could go by, the one it is read from first."""
        keys = numbered(header)
        spelled = list(map(_spelled, header))
        letters = [heading.replace(" ", "") for heading in keys]
        repeated = [re.sub(r" \d+$", "", k).replace(" ", "") for k in keys]
        found: dict[str, list[int]] = {}
        for column in self.columns:
            own = (mapped or {}).get(column.name)
            names = list(map(folded, column.names(own)))
            # Of headings that differ in signs alone the settings mean the one they spell.
            places = [spelled.index(_spelled(n)) for n in column.names(own) if own
                      and _spelled(n) in spelled]  # fmt: skip
            places += [letters.index(name) for name in names if name in letters]
            if places and not own:
                places += [
                    at for at, name in enumerate(repeated)
                    if name in names and at not in places and name in letters[:at]
                ]  # fmt: skip
            if not places and column.pattern and not own:
                fits = (at for at, k in enumerate(keys) if re.fullmatch(column.pattern, k))
                places = list(fits)[:1]
            if places:
                found[column.name] = list(dict.fromkeys(places))
        return found

    def matched(self, header: Sequence[str], mapped: Mapping[str, Any]) -> set[tuple[str, ...]]:
        """The entries of a workspace's own headings that this header has: ('columns', …)."""
        letters = {key.replace(" ", "") for key in numbered(header)}
        return {
            ("columns", column.name, heading)
            for column in self.columns
            if column.name in mapped
            for heading in column.names(mapped[column.name])
            if folded(heading) in letters
        }

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

    If none fits, the message speaks of the layout that lacks least.
    """
    best: tuple[list[Column], Schema, dict[str, int]] | None = None
    for schema in schemas:
        found = schema.find(header, mapped)
        missing = schema.missing(found, constants)
        if not missing:
            return schema, found
        if best is None or len(missing) < len(best[0]):
            best = (missing, schema, found)
    if best is None:
        raise ValueError("a source has at least one layout")
    missing, schema, found = best
    column = missing[0]
    headings = [h.strip() for h in header if h.strip()]
    names = column.names(mapped.get(column.name))
    # A heading that is another column already is no slip of this one.
    free = {key(h): h.strip() for at, h in enumerate(header)
            if 0 < len(h.strip()) < 80 and at not in found.values()}  # fmt: skip
    near = difflib.get_close_matches(key(names[0]), free, 1, 0.6)
    near_heading = free[near[0]] if near else ""
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
            + _line(column, mapped.get(column.name)),
        ),
        part,
    )


def _line(column: Column, own: str | Sequence[str] | None) -> str:
    """The line of the settings that names a heading; those of other files stay in it."""
    if own:
        others = ", ".join(f'"{name}"' for name in column.names(own))
        return f'{column.name} = [{others}, "its heading"].'
    return (
        f'{column.name} = "its heading"; if other files of the folder have another one, a list of '
        f'all: {column.name} = ["its heading", "the other"].'
    )


def as_text(value: object) -> str:
    """A value of the settings as a cell's text."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


#: Where a word begins within a heading written in one: DateOfCall, DVFlag.
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z0-9])(?=[A-Z][a-z]{2})")
#: What a heading may end in that says how its cells are written, and not what they are.
_UNIT = re.compile(
    r"""\s*[\[(]\s*(?:
        notes?\ [\d, ]+ | years? | yrs | months? | days? | hours? | hrs | min(?:ute)?s? | £ | gbp
        | pounds? | % | per\ ?cent | ha | hectares | km | m(?:etre)?s? | miles? | no\.? | number | n
        | count | text | required | mandatory | optional | if\ known | y(?:es)?\s*/\s*n(?:o)?
        | [dmyhs:/. -]{3,20} | 24[ -]?h(?:(?:ou)?rs?)?(?:\ clock)? | uk | local(?:\ time)?
    )\s*[\])]\s*$""",
    re.IGNORECASE | re.VERBOSE,
)


def key(heading: str) -> str:
    """The words of a heading without case and signs, for comparing.

    A unit or a note in brackets at its end is left out, words written together are taken apart.
    """
    words = _WORD_BEGINS.sub(" ", _UNIT.sub("", heading))
    return re.sub(r"[^a-z0-9+]+", " ", words.lower().replace("\ufeff", "")).strip()


def folded(heading: str) -> str:
    """The letters and digits of a heading alone: 'Date of call', DATE_OF_CALL, dateofcall."""
    return key(heading).replace(" ", "")


def _spelled(heading: str) -> str:
    return " ".join(heading.replace("\ufeff", "").lower().split())


def numbered(header: Sequence[str]) -> list[str]:
    """Keys of headings; of equal ones the second is 'date 2', the third 'date 3'."""
    seen: Counter[str] = Counter()
    found = []
    for heading in map(key, header):
        alike = heading.replace(" ", "")
        seen[alike] += 1
        found.append(heading if seen[alike] == 1 else f"{heading} {seen[alike]}")
    return found
