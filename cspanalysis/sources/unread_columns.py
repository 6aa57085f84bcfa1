"""Columns that no layout reads and that say that a row's figure is not what it would pass for.

A row of a term, a quarter or a month in a table of years would pass for the year, a rate for a
count: equal ones for repeats, others for corrections of each other, and one alone for the figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from cspanalysis.sources import column_types, schema
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import Problems


class _Rule(NamedTuple):
    """What the cells of an unread column mean for their rows.

    Parameters
    ----------
    heading : str
        A pattern of its headings.
    kinds : sets of str
        Of each set the layout has a column of one of these kinds.
    right, wrong : str
        Patterns of cells: of rows that stay, or of rows that are set aside.
    allowed, reason : str
        What is told of those set aside.
    """

    heading: str
    kinds: tuple[frozenset[str], ...]
    right: str
    wrong: str
    allowed: str
    reason: str


#: What such a cell says of a row for the whole year.
_WHOLE = (
    r"(?i)^(?:(?:full|whole|complete|all|three|3|four|4|six|6|twelve|12|the|academic|financial"
    r"|fiscal|school|calendar|[\d/]{4,9})[ -]*)*(?:years?|terms|quarters|months|annual|totals?|all)"
    r"$|^q(?:uarter )?1 ?(?:-|–|to) ?q?(?:uarter )?4$|^apr(?:il)? ?(?:-|–|to) ?mar(?:ch)?$"
)


_YEARS = frozenset({"financial_year", "school_year", "period"})
_RULES = (
    _Rule(
        r"(?:(?:school|academic|financial|fiscal|reporting|time|calendar) )?"
        r"(?:terms?|quarters?|qtr|months?|weeks?|half(?: ?(?:year|term))?|identifier)"
        r"(?: (?:no|number|name|ending))?",
        (_YEARS, frozenset(column_types.WITH_STATUS)), _WHOLE, "",
        "a row for the whole year",
        "one of several figures of a year: the column '{}', which is not read, makes each a part "
        "of it",
    ),
    _Rule(
        r"(?:(?:value|figure|data) )?(?:measures?|metric|statistic|units?(?: of measure)?|type)"
        r"(?: type| name)?|indicator",
        (frozenset({"count"}),), "", column_types.RATES,
        "a count", "no count by the column '{}', which is not read",
    ),
)  # fmt: skip
#: What a file's name or title says of figures that are not of a whole year.
_SAID = re.compile(
    r"\b(?:(?:autumn|spring|summer)(?: term)?|terms? [1-6]|q(?:uarter|tr)? ?[1-4]|half[- ]year"
    r"|year to date|ytd|cumulative)\b",
    re.IGNORECASE,
)


def rules(
    header: Sequence[str],
    found: Mapping[str, int],
    layout: schema.Schema,
    titles: Sequence[str],
    problems: Problems,
) -> dict[int, _Rule]:
    """The unread columns of a table of figures by which rows are judged, by their place.

    Remarked is a name or title that speaks of a part of a year, where no column does.
    """
    kinds = {c.kind for c in layout.columns}
    of_layout = [r for r in _RULES if all(kinds & some for some in r.kinds)]
    said = _SAID.search(" ".join([*titles, re.sub(r"[\W_]+", " ", problems.file)]))
    is_told = {c.name for c in layout.columns} & {"term", "quarter", "period"}
    if said and _RULES[0] in of_layout and not is_told:
        problems.add(
            1, "", said[0], "figures of whole years", "noted",
            "the name or title speaks of a part of a year: the figures count for whole ones",
        )  # fmt: skip
        problems.notices.append(
            f"{problems.file}: its name or title says '{said[0]}', and its figures count for the "
            "whole years that its rows name. If they are of a part of a year, move it out of "
            "data/raw"
        )
    return {
        at: rule
        for at, heading in enumerate(header)
        for rule in of_layout
        if at not in found.values() and re.fullmatch(rule.heading, schema.key(heading))
    }


def judged(
    block: pl.DataFrame, by_place: Mapping[int, _Rule], header: Sequence[str], problems: Problems
) -> pl.DataFrame:
    """The rows whose figures are what they pass for; the others are set aside."""
    for at, rule in by_place.items():
        cell = column_types.trimmed(str(at)).cast(pl.String)
        is_right = cell.str.contains(rule.right) & ~cell.str.contains(rule.wrong or "^$")
        kept = block.select(is_right).to_series()
        if kept.all():  # blanks apart
            continue
        # A blank beside others may be a cell merged with the one above.
        kept = kept.fill_null(not rule.right)
        heading = header[at].strip()
        problems.add_rows(
            block.filter(~kept).select(ROW, found=cell.fill_null("")),
            heading, rule.allowed, "set aside", rule.reason.format(heading),
        )  # fmt: skip
        block = block.filter(kept)
    return block
