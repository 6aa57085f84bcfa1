"""Rows of terms, quarters or months in a table of yearly figures, where nothing reads them.

Read without that column each would pass for its whole year: equal ones for repeats, others for
corrections of each other, and one alone for the year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from cspanalysis.sources import column_types, schema
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import Problems

_HEADING = re.compile(
    r"(?:(?:school|academic|financial|fiscal|reporting|time|calendar) )?"
    r"(?:terms?|quarters?|qtr|months?|weeks?|half(?: ?(?:year|term))?|identifier)"
    r"(?: (?:no|number|name|ending))?"
)
#: What such a cell says of a row for the whole year.
_WHOLE = (
    r"(?i)^(?:(?:full|whole|complete|all|three|3|four|4|six|6|twelve|12|the|academic|financial"
    r"|fiscal|school|calendar|[\d/]{4,9})[ -]*)*(?:years?|terms|quarters|months|annual|totals?|all)"
    r"$|^q(?:uarter )?1 ?(?:-|–|to) ?q?(?:uarter )?4$|^apr(?:il)? ?(?:-|–|to) ?mar(?:ch)?$"
)


#: What a file's name or title says of figures that are not of a whole year.
_SAID = re.compile(
    r"\b(?:(?:autumn|spring|summer)(?: term)?|terms? [1-6]|q(?:uarter|tr)? ?[1-4]|half[- ]year"
    r"|year to date|ytd|cumulative)\b",
    re.IGNORECASE,
)


def column(
    header: Sequence[str],
    found: Mapping[str, int],
    layout: schema.Schema,
    titles: Sequence[str],
    problems: Problems,
) -> int | None:
    """Where a table of figures by year has a column of parts of the year that is not read.

    Remarked is a name or title that speaks of a part, where no column does.
    """
    kinds = {c.kind for c in layout.columns}
    has_figures = not kinds.isdisjoint(column_types.WITH_STATUS)
    if not has_figures or kinds.isdisjoint(("financial_year", "school_year", "period")):
        return None
    said = _SAID.search(" ".join([*titles, re.sub(r"[\W_]+", " ", problems.file)]))
    if said and not {c.name for c in layout.columns} & {"term", "quarter", "period"}:
        problems.add(
            1, "", said[0], "figures of whole years", "noted",
            "the name or title speaks of a part of a year: the figures count for whole ones",
        )  # fmt: skip
        problems.notices.append(
            f"{problems.file}: its name or title says '{said[0]}', and its figures count for the "
            "whole years that its rows name. If they are of a part of a year, move it out of "
            "data/raw"
        )
    places = (
        at
        for at, heading in enumerate(header)
        if at not in found.values() and _HEADING.fullmatch(schema.key(heading))
    )
    return next(places, None)


def whole(
    block: pl.DataFrame, at: int | None, header: Sequence[str], problems: Problems
) -> pl.DataFrame:
    """The rows of whole years; those of parts, by the column `at`, are set aside."""
    if at is None:
        return block
    heading = header[at].strip()
    part = column_types.trimmed(str(at)).cast(pl.String)
    is_whole = block.select(part.str.contains(_WHOLE)).to_series()
    if is_whole.all():  # blanks apart
        return block
    # A blank beside parts may be a cell merged with the one above.
    is_whole = is_whole.fill_null(False)
    problems.add_rows(
        block.filter(~is_whole).select(ROW, found=part.fill_null("")), heading,
        "a row for the whole year", "set aside",
        f"one of several figures of a year: the column '{heading}', which is not read, "
        "makes each a part of it",
    )  # fmt: skip
    return block.filter(is_whole)
