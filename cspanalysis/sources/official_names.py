"""Names in official tables of recorded crime: police forces and partnerships, notes taken off."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import polars as pl

from cspanalysis.domain import areas, crosswalk
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.table import Read

_NOTE = r"\s*\[note[^\]]*\]"
#: Words of what is a place and no partnership: it counts for its force only.
_PLACES = ("airport",)


def without_note(text: pl.Expr) -> pl.Expr:
    """The name without '[note 4]', which tables glue to it."""
    return text.str.replace_all(f"(?i){_NOTE}", "").str.strip_chars()


def force(text: str) -> str:
    """A police force as the register spells it; its own name where it is no territorial one."""
    plain = _plain(text)
    return areas.force_name(plain) or plain


def csp(text: str) -> str:
    """A partnership as the register spells it; its own name where nobody knows it."""
    plain = _plain(text)
    return crosswalk.known_as(plain) or plain


def with_names(frame: pl.DataFrame, column: str, name_of: Callable[[str], str]) -> pl.DataFrame:
    """The frame with a column's names as `name_of` has them."""
    names = {text: name_of(text) for text in frame[column].drop_nulls().unique().to_list()}
    return frame.with_columns(pl.col(column).replace(names))


def name_unknown(found: Read, partnerships: pl.DataFrame, known: Collection[str] = ()) -> None:
    """Name the partnerships that nobody knows: they count for their force and for no area.

    `known`: names of the workspace's settings.
    """
    unknown = [
        (csp, crosswalk.near(_plain(csp)) or "", n)
        for csp, n in partnerships.group_by("csp").len().sort("csp").iter_rows()
        if not crosswalk.meanings(_plain(csp))
        and csp not in known
        and not any(p in csp.lower() for p in _PLACES)
    ]
    for csp, near, _ in unknown:
        rows = partnerships.filter(pl.col("csp") == csp)
        found.problems.add_rows(
            rows.select(ROW, pl.col("csp_published").alias("found")), "csp",
            near or "a Community Safety Partnership", "noted",
            "no partnership of this name is known; the row counts for its force only",
        )  # fmt: skip
    found.problems.name(
        "csp", unknown, "with a partnership that is not known, counted for its force only"
    )


def _plain(text: str) -> str:
    return " ".join(re.sub(_NOTE, "", text, flags=re.IGNORECASE).split())
