"""The Finding: the one door by which a number reaches a reader.

A question's function computes a tidy result table and hands it to `ask.publish`, which protects
it first and only then has the chart, the sentence and the values made from the protected table.
What comes out shows itself in a notebook and is what the report, the index, the workbook, the
audit and `findings.json` read; nothing else is.
"""

from cspanalysis.findings.record import (
    MIME,
    POLARITIES,
    STATUSES,
    VALUE_KEYS,
    VERDICTS,
    Finding,
    Said,
    plain,
    values_of,
)

__all__ = [
    "MIME",
    "POLARITIES",
    "STATUSES",
    "VALUE_KEYS",
    "VERDICTS",
    "Finding",
    "Said",
    "plain",
    "values_of",
]
