"""Small tables of the field, kept as CSV with a header note."""

from __future__ import annotations

import csv
import functools
from importlib import resources


@functools.cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table: plain text, without pandas, which a command may do without.

    `name`: 'areas', 'offences', …
    """
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
