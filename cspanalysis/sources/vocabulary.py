"""Headings and labels that partners' systems use, beyond the names the readers know."""

from __future__ import annotations

from collections.abc import Mapping

#: Sources that an unknown extract can be.
SOURCES = (
    "police_extract", "asb_calls", "hospital_extract", "school_exclusions", "fires", "marac",
    "youth_offending", "environmental", "surveys",
)  # fmt: skip

#: Source → column → headings seen in extracts; compared without case and signs.
HEADINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "police_extract": {
        "incident_id": ("crime no", "crime ref no", "crime reference number", "cris no", "urn",
                        "occurrence number", "occurrence no", "incident number", "offence ref"),
        "offence": ("ho description", "offence title", "home office class", "classification",
                    "offence class", "crime classification", "offence sub group"),
        "recorded": ("date crime recorded", "recorded on", "created date", "date created",
                     "recorded"),
        "start": ("committed from date", "committed on from", "offence from date",
                  "first committed", "first committed on", "earliest date", "occurred from",
                  "start date", "offence date", "offence start date", "date committed from"),
        "start_time": ("committed from time", "first committed time", "earliest time",
                       "occurred from time", "start time", "offence time", "offence start time"),
        "end": ("committed to date", "committed on to", "offence to date", "last committed",
                "last committed on", "latest date", "occurred to", "end date", "offence end date",
                "date committed to"),
        "end_time": ("committed to time", "last committed time", "latest time",
                     "occurred to time", "end time", "offence end time"),
        "district": ("borough", "council", "council area", "la", "lad", "csp"),
        "place": ("road", "street name", "address", "road name"),
        "town": ("town village", "settlement", "locality"),
        "premises": ("place type", "location category", "venue type", "premises description"),
        "is_domestic": ("dv", "da", "domestic violence", "domestic abuse flag", "da marker",
                        "da flag", "domestic flag"),
        "is_hate": ("hate flag", "hate crime flag", "hate marker"),
        "is_town_centre": ("town centre flag",),
        "method": ("mo description", "method", "mo summary", "crime summary"),
        "property_stolen": ("stolen property", "items stolen"),
        "in_custody": ("custody", "arrested"),
        "is_detected": ("detected flag", "sanction detection"),
        "is_no_crime": ("no crimed flag", "cancelled"),
        "victim_id": ("victim ref", "victim urn", "ip ref"),
        "victim_age": ("age of victim", "ip age"),
        "victim_sex": ("sex of victim", "ip sex", "ip gender"),
        "offender_age": ("age of offender", "suspect age"),
    },
    "asb_calls": {
        "date": ("incident date", "log date", "date reported", "call received", "received on"),
        "received_by": ("reported to", "taken by", "call taker", "organisation"),
        "type": ("nature of call", "asb type", "description", "type of behaviour", "nature",
                 "closing code", "type of asb"),
        "place": ("road", "street name", "address"),
        "district": ("borough", "council", "la", "lad"),
    },
    "hospital_extract": {
        "year": ("fin year", "fyear", "year of admission", "admission year"),
        "cause": ("primary diagnosis", "diag", "icd code", "cause code", "icd 10 code"),
        "sex": ("sex of patient",),
        "age_band": ("age range", "ageband", "age at admission"),
        "count": ("faes", "fces", "number of admissions", "admission episodes", "spells", "total"),
        "district": ("la", "lad", "local authority of residence", "district of residence",
                     "borough"),
    },
    "school_exclusions": {
        "school_year": ("academic yr", "school yr"),
        "district": ("la", "borough", "council"),
        "cluster": ("cluster of schools", "pyramid", "area partnership", "collaborative"),
        "kind": ("category", "type of exclusion"),
        "count": ("number of exclusions", "no of exclusions", "total exclusions", "incidents"),
        "children": ("number of children", "number of pupils excluded", "individual pupils"),
        "roll": ("nor", "roll", "pupil numbers", "school roll"),
    },
}  # fmt: skip

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
