"""Published figures: what a text says wrongly by its own numbers, and what the data say.

`rules.check` needs no data; `outcome.decide` joins its hits with recomputed figures.
"""

from cspanalysis.audit.outcome import OUTCOMES, decide, totals
from cspanalysis.audit.printed import decimals, number, rounds_to
from cspanalysis.audit.rules import RULES, check
from cspanalysis.audit.statements import statements

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
