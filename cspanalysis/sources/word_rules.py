"""Words that tell what a label means, for sources whose labels differ from partner to partner."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def told(column: str, words: Mapping[str, str]) -> pl.Expr:
    """The kind that the words of a text column tell: of `words` the first whose pattern occurs.

    Missing where no words are known, or there is no text.
    """
    text = pl.col(column).str.to_lowercase()
    return pl.coalesce(
        pl.when(text.str.contains(pattern)).then(pl.lit(kind)) for kind, pattern in words.items()
    )
