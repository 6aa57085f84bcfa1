"""Labels that partners' systems use, beyond the names the readers know."""

from __future__ import annotations

from collections.abc import Mapping

#: Abbreviations in offence labels, each a whole word.
ABBREVIATIONS: Mapping[str, str] = {
    "mv": "motor vehicle", "m v": "motor vehicle", "veh": "vehicle", "frm": "from",
    "tfmv": "theft from motor vehicle", "tomv": "theft of motor vehicle",
    "twoc": "theft of motor vehicle", "burg": "burglary", "dwel": "dwelling", "dwg": "dwelling",
    "crim": "criminal", "dam": "damage", "vap": "violence against the person",
    "viol": "violence", "abh": "assault", "gbh": "assault", "aoabh": "assault",
    "shopl": "shoplifting", "hmnt": "harassment", "offs": "offences", "p cycle": "pedal cycle",
}  # fmt: skip

#: Spellings of yes and no that the reader does not take by itself.
YES = ("✓", "✔", "x", "yes - dv", "domestic", "hate", "dv", "da", "1.0", "positive")
NO = ("not domestic", "non-domestic", "non domestic", "none", "no - dv", "0.0", "n/a")

#: Who took a call, by a word in the label.
RECEIVERS: Mapping[str, str] = {
    "police": "police", "control room": "police", "constab": "police", "asb": "ASB officer",
    "council": "ASB officer", "officer": "ASB officer", "warden": "ASB officer",
}  # fmt: skip

#: Signs for figures not given, by what they may stand for.
SYMBOL_WORDS: Mapping[str, str] = {
    "supp": "*", "suppressed": "*", "withheld": "*", "less than 5": "<5", "under 5": "<5",
    "not available": "..", "unknown": "..", "nil": "0", "none": "0", "zero": "0",
}  # fmt: skip
