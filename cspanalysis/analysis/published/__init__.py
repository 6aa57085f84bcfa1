"""Published figures: what a text says wrongly by its own numbers, and what the data say.

`rules.check` needs no data; `outcome.decide` joins its hits with recomputed figures.
"""

from cspanalysis.analysis.published.outcome import OUTCOMES, decide, totals
from cspanalysis.analysis.published.reading import decimals, number, rounds_to
from cspanalysis.analysis.published.rules import RULES, check
from cspanalysis.analysis.published.statements import statements

__all__ = [
    "OUTCOMES",
    "RULES",
    "check",
    "decide",
    "decimals",
    "number",
    "rounds_to",
    "statements",
    "totals",
]
