"""Tables by what they hold, so that what was made of one is found again."""

from __future__ import annotations

import pandas as pd


class Rows:
    """A table that is the same as another if all that it holds is.

    Parameters
    ----------
    table : pandas.DataFrame
        Small: all its cells are looked at. What comes of it must not depend on its index.
    """

    def __init__(self, table: pd.DataFrame):
        self.table = table
        columns = [table[name] for name in table]
        self.content = tuple((c.name, str(c.dtype), *c.tolist()) for c in columns)

    @property
    def is_plain(self) -> bool:
        """Whether each cell can be looked up: a list in one cannot."""
        try:
            hash(self.content)
        except TypeError:
            return False
        return True

    def __hash__(self) -> int:
        return hash(self.content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self.content == other.content
