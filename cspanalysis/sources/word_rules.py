"""Words that tell what a label means, for sources whose labels differ from partner to partner."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl


def told(column: str, words: Mapping[str, str]) -> pl.Expr:
    """The kind that the words of a text column tell: of `words` the first whose pattern occurs.

    Missing where no words are known, or there is no text.
    """
    text = pl.col(column).str.to_lowercase()
    return pl.coalesce(
        pl.when(text.str.contains(pattern)).then(pl.lit(kind)) for kind, pattern in words.items()
    )


def meaning(told: Callable[[str], str], text: pl.Expr) -> pl.Expr:
    """What each label of a text means by a rule that takes one; missing where it gives ''."""

    def read(cells: pl.Series) -> pl.Series:
        # Of many rows few labels are different.
        known = {label: told(label) or None for label in cells.drop_nulls().unique()}
        return cells.replace_strict(known, default=None, return_dtype=pl.String)

    return text.map_batches(read, return_dtype=pl.String)
