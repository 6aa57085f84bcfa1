"""Labels of totals: the words by which a row says that it is the sum of others.

Each source has a rule of its own for what is done with such a row; the words are here. Patterns are
for labels of any case and serve polars and `re` alike.
"""

from __future__ import annotations

_SUM = r"(?:(?:grand|sub)[- ]?)?totals?"
_AREA = r"(?:district|borough|area|city|county)"
_UNITS = (
    r"(?:districts?|boroughs?|areas?|city|county|wards?|parishes|towns?|neighbourhoods?|clusters?"
    r"|schools?|agency|agencies|partners?|organisations?|teams?|services?|authorities)"
)

#: A label that says nothing else: a total or a mean, whatever stands beside it.
TOTAL = (
    rf"(?i)^\s*(?:{_SUM}|sum|overall|average|mean|(?:total(?: of| for)? )?all (?:school )?(?:"
    r"clusters|schools)|(?:district|cluster) total)\s*$"
)
#: A label that begins as a total does, of whatever: 'Total Region', '* Total England'.
BEGINS = rf"(?i)^\s*\*?\s*(?:{_SUM}\b|sum\b|overall\s*$)"
#: In a list of records, a cell of a row that sums others up: 'Total April', 'TM01 Total',
#: 'Noise - total', '12 crimes'.
_RECORDS = r"(?:crimes?|offences?|records?|rows?|calls?|logs?|incidents?|cases?|referrals?|fires?)"
AMONG_RECORDS = rf"{BEGINS}|\btotals?\)?\s*$|^\s*[\d,]+ {_RECORDS}\s*$"
#: The same of a reference, which is read without its blanks: 'TOTALAPRIL', 'SUBTOTAL3'.
AMONG_REFERENCES = (
    rf"(?i)^(?:grand|sub)?/?totals?(?:$|[a-z/]|\d{{1,3}}$)|totals?$|^[\d,]+{_RECORDS}$"
)
#: In a column of parts, the sum of some of them: 'LA total', 'Sub-total Tonbridge'.
SOME = rf"{BEGINS}|\btotals?\)?\s*$"
#: The whole of what stands in parts beside it: 'All agencies', 'District-wide', 'Whole borough'.
#: 'All Saints' is a ward.
_WHOLE = (
    rf"all(?: of)?(?: the)?(?: (?:school )?{_UNITS})?|both|combined|{_AREA}[- ]?wide"
    r"|(?:the )?(?:whole|entire)\b.*"
)
WHOLE = rf"(?i)^\s*(?:{_WHOLE})\s*$"
#: In a column of parts of a district also 'District' alone, which as an agency is its council.
WHOLE_AREA = rf"(?i)^\s*(?:{_WHOLE}|{_AREA})\s*$"
#: Within a label in lower case: 'closure orders - total', 'all closure orders'.
WITHIN = r"\b(?:total|overall|combined)\b|^all\b"
#: A sum of offences, in lower case, for `re`: 'all theft offences', 'theft offences - total'.
OFFENCES = rf"^(?:{_SUM}\b|all\b(?! other)|overall\b)|\b{_SUM}$|\(total\)|^victim-based crime$"
#: The words of such a label that do not say of what it is the sum.
WORDS = rf"\b(?:grand|{_SUM}|all|overall|of|for)\b|[^a-z ]"
#: An answer that sums other answers up: 'Net: agree', 'Total safe', 'Agree (net)', 'Top 2 box'.
#: 'Totally agree' and 'all the time' are answers of their own.
NET = (
    rf"(?i)^\s*(?:nett?|{_SUM}|overall|combined)\b|\bnett?\s*\)?\s*$|\(\s*(?:total|combined)\s*\)\s*$"
    r"|^\s*(?:top|bottom)[- ]?(?:2|two|3|three)\b"
)
#: A part of another row, in lower case: 'of which to under 18s'.
OF_WHICH = r"\bof (?:which|these|those|them)\b"
