"""Tables whose figures stand side by side: a column for each district, year, answer or sex.

Publishers print them so, readers want a row for each figure. What the headings are values of is
said by the layout (`Schema.across`); a layout that fits as it stands is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cspanalysis.domain import district_labels, total_labels
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.schema import Across, Schema

_AS_PER_CENT = re.compile(
    r"^\s*(?:%|per ?cent)\s*|\s*(?:\(\s*(?:%|per ?cent)\s*\)|%|per ?cent)\s*$"
)
#: How far a scale's answers go ('very', 'tend to'), and what they say.
_ANSWERS = re.compile(
    r"(?:(?:very|fairly|quite|rather|somewhat|extremely|completely|strongly|slightly|mostly"
    r"|tend to|a (?:bit|little|lot)|not (?:very|at all|particularly)|neither|much|definitely"
    r"|generally|yes|no)\b.*"
    r"|yes|no|agree|disagree|safe|unsafe|satisfied|dissatisfied|good|poor|always|often|sometimes"
    r"|rarely|never|better|worse|(?:stayed |about |the )*same|don.?t know|do not know|not sure"
    r"|no opinion|prefer not to say|not applicable|not stated|refused|other)",
    re.IGNORECASE,
)
_SEXES = re.compile(r"(?:fe)?males?|m|f|men|women|persons?|both sexes|all persons", re.IGNORECASE)

_AGES = re.compile(
    r"(?:aged?\s*)?(?:\d{1,2}\s*(?:-|–|to)\s*\d{1,2}|\d{2}\s*(?:\+|plus|and over)|under \d{1,2})"
    r"(?: years)?",
    re.IGNORECASE,
)


def answer(heading: str) -> str:
    """The answer of a scale that a heading is ('% very safe' is 'very safe'); '' for none."""
    text = _AS_PER_CENT.sub("", heading.strip())
    return text if _ANSWERS.fullmatch(text) else ""


def sex(heading: str) -> str:
    """The sex that a heading is; '' for none."""
    return heading.strip() if _SEXES.fullmatch(heading.strip()) else ""


def age_band(heading: str) -> str:
    """The age band that a heading is; '' for none."""
    return heading.strip() if _AGES.fullmatch(heading.strip()) else ""


def _is_place(heading: str) -> bool:
    """Whether a heading among districts is one that is misspelt, a county, or a total of them."""
    is_none = re.search(f"{total_labels.WITHIN}|{_NOWHERE}", heading.strip().lower())
    return bool(is_none) or district_labels.is_like_a_place(heading)


_NOWHERE = r"^(?:england|wales|great britain|unassigned|other|unknown|not known)\b"


def districts(column: str, value: str) -> Across:
    """A table with a column for each district; what else stands among them counts for none."""
    return Across(column, value, district_labels.certain, is_beside=_is_place)


@dataclass(frozen=True)
class Stack:
    """The columns of a table that stand side by side.

    Parameters
    ----------
    across : Across
        What they are values of.
    places : mapping of int to str
        Position in the header → the value that it is.
    headings : sequence of str
        All headings as found.
    """

    across: Across
    places: Mapping[int, str]
    headings: Sequence[str]

    @property
    def _kept(self) -> list[int]:
        return [at for at in range(len(self.headings)) if at not in self.places]

    @property
    def header(self) -> list[str]:
        """The headings of the table with a row for each figure."""
        return [*(self.headings[at] for at in self._kept), self.across.column, self.across.value]

    @property
    def told(self) -> str:
        """Its headings that are values, in words."""
        return self._listed(self.places)

    def unread(self, found: Mapping[str, int]) -> str:
        """Headings that are neither values nor columns, in words; '' for none.

        `found`: position in its own header of each column that is there.
        """
        kept = [at for n, at in enumerate(self._kept) if n not in found.values()]
        return self._listed(at for at in kept if self.headings[at].strip())

    def _listed(self, places: Iterable[int]) -> str:
        names = [f"'{self.headings[at].strip()}'" for at in places]
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        return ", ".join(names[:4]) + more

    def rows(self, block: pl.DataFrame) -> pl.DataFrame:
        """A row for each figure of a block of text."""
        kept = self._kept
        places = [str(at) for at in self.places]
        long = block.with_columns(pl.col(places).cast(pl.String)).unpivot(
            places, index=[ROW, *map(str, kept)], variable_name="_of", value_name="_value"
        )
        values = {str(at): value for at, value in self.places.items()}
        named = long.with_columns(pl.col("_of").replace(values)).sort(ROW, maintain_order=True)
        names = [*map(str, kept), "_of", "_value"]
        return named.select(ROW, *(pl.col(c).alias(str(at)) for at, c in enumerate(names)))


def stack(schema: Schema, header: Sequence[str], mapped: Mapping[str, Any]) -> Stack | None:
    """What stands side by side in a header under a layout; None for nothing.

    Of several things the one with which the layout lacks least.
    """

    def lacking(found: Stack) -> int:
        return len(schema.missing(schema.find(found.header, mapped), {}))

    return min(_stacks(schema, header, mapped), key=lacking, default=None)


def _stacks(schema: Schema, header: Sequence[str], mapped: Mapping[str, Any]) -> Iterator[Stack]:
    found = schema.find(header, mapped) if schema.across else {}
    for across in schema.across:
        # 'Total' behind a column for each district is no column of all figures.
        at = found.get(across.value, -1)
        is_total = at >= 0 and across.value not in mapped and across.is_beside(header[at])
        if across.column in found or (at >= 0 and not is_total):
            continue
        taken = {place for name, place in found.items() if name != across.value}
        free = {at: h for at, h in enumerate(header) if at not in taken and h.strip()}
        values = {at: value for at, heading in free.items() if (value := across.is_of(heading))}
        if len(values) < across.fewest or len(set(values.values())) < len(values):
            continue
        beside = {
            at: heading.strip()
            for at, heading in free.items()
            if at > min(values) and at not in values and across.is_beside(heading)
        }
        yield Stack(across, dict(sorted({**values, **beside}.items())), list(header))


def layouts(schemas: Sequence[Schema], found: Stack | None) -> Sequence[Schema]:
    """The layouts that may be meant: of figures side by side those that know them so."""
    return [s for s in schemas if found.across in s.across] if found else schemas


def needed(
    schemas: Sequence[Schema],
    header: Sequence[str],
    mapped: Mapping[str, Any],
    constants: Mapping[str, Any],
) -> Stack | None:
    """The stack of the first layout that fits with it, where none fits a header as it stands."""
    if any(not s.missing(s.find(header, mapped), constants) for s in schemas):
        return None
    for schema in schemas:
        for found in _stacks(schema, header, mapped):
            if not schema.missing(schema.find(found.header, mapped), constants):
                return found
    return None
