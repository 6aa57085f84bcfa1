"""What the cells of a column show it to be, where its heading is not one that is known.

A heading of another system is taken for a column where its words point there and its cells are of
that kind, or where the cells alone leave no doubt (offences, districts, diagnoses). What is taken
so is shown as likely.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from cspanalysis.domain import diagnoses, district_labels, offence_meanings, offences, premises
from cspanalysis.domain.orders import power_of
from cspanalysis.sources import side_by_side, vocabulary
from cspanalysis.sources.column_types import WITH_STATUS
from cspanalysis.sources.dates import SERIAL
from cspanalysis.sources.schema import Column, key
from cspanalysis.sources.school_exclusions import KINDS
from cspanalysis.workspace.mapping import date_forms

#: So many rows show what a column holds, and so many of its labels.
LOOKED_AT, LABELS = 2_000, 120
#: Share of the rows from which on cells are of a kind, and the share that a likely one needs.
ENOUGH, SOME = 0.8, 0.5
#: How sure a heading is by its words and cells, and by its cells alone (a known one is 100).
BY_WORDS, BY_CELLS = 88.0, 80.0

Cells = Sequence[str]

_NO_PLACE = r"\b(ward|town|village|parish|county|region|beat|sector|street|road|officer|code)\b"
_ASB = re.compile(
    r"\basb\b|anti.?social|noise|nuisance|neighbour|annoy|rowdy|litter|graffiti|begg|fly.?tip|drunk"
    r"|youth|disorder|vehicle|animal|dog|harass|abus|drug|damage|vandal|environmental|personal",
)


_EXCLUSION = re.compile("|".join(KINDS.values()), re.IGNORECASE)


def _share(cells: Cells, is_one: Callable[[str], object]) -> float:
    """Share of the cells that are of a kind, by their commonest labels."""
    found = Counter(cells).most_common(LABELS)
    total = sum(n for _, n in found)
    return sum(n for text, n in found if is_one(text)) / total if total else 0.0


def _converted(cells: Cells, kind: str) -> float:
    looked_at = list(cells)[:300]
    read = date_forms.converted(looked_at, kind)
    return sum(value is not None for value in read) / len(looked_at) if looked_at else 0.0


def _is_offence(text: str) -> bool:
    if text.isdigit():
        return False
    return offences.standard(text) is not None or bool(offence_meanings.of(text).offence)


def _dates(cells: Cells) -> float:
    american = date_forms.converted(list(cells)[:300], "date", "mm/dd/yyyy")
    serials = _share(cells, lambda text: re.match(SERIAL, text))
    return max(_converted(cells, "date"), sum(map(bool, american)) / max(1, len(american)), serials)


def _identifiers(cells: Cells) -> float:
    with_digit = sum(bool(re.search(r"\d", text)) for text in cells)
    is_various = len(set(cells)) >= 0.3 * len(cells)
    return with_digit / len(cells) if cells and is_various else 0.0


def _yes_or_no(cells: Cells) -> float:
    known = {"y", "n", "yes", "no", "true", "false", "0", "1", "t", "f", *vocabulary.YES}
    return _share(cells, lambda text: text.lower() in known or text.lower() in vocabulary.NO)


#: By name of a column: what its cells are, if they tell.
_BY_NAME: Mapping[str, Callable[[Cells], float]] = {
    "offence": lambda cells: _share(cells, _is_offence),
    "district": lambda cells: _share(cells, lambda text: district_labels.match(text).name),
    "premises": lambda cells: _share(cells, premises.kind),
    "cause": lambda cells: _share(cells, diagnoses.spans),
    "age_band": lambda cells: _share(cells, side_by_side.age_band),
    "sex": lambda cells: _share(cells, side_by_side.sex),
    "victim_sex": lambda cells: _share(cells, side_by_side.sex),
    "type": lambda cells: _share(cells, lambda text: _ASB.search(text.lower())),
    "kind": lambda cells: _share(cells, lambda text: power_of(text) or _EXCLUSION.search(text)),
    "response": lambda cells: _share(cells, side_by_side.answer),
}
_BY_KIND: Mapping[str, Callable[[Cells], float]] = {
    "date": _dates,
    "datetime": _dates,
    "time": lambda cells: max(_converted(cells, "time"), _converted(cells, "number")),
    "month": lambda cells: _converted(cells, "month"),
    "financial_year": lambda cells: _converted(cells, "financial_year"),
    "school_year": lambda cells: _converted(cells, "school_year"),
    "period": lambda cells: _converted(cells, "period"),
    "boolean": _yes_or_no,
    "integer": lambda cells: _converted(cells, "integer"),
    "number": lambda cells: _converted(cells, "number"),
    "identifier": _identifiers,
}
#: Columns that their cells alone tell, whatever stands above them.
_TOLD_ALONE = ("offence", "district", "cause", "type")
_TOLD_KINDS = ("date", "month", "financial_year", "school_year")

_TO = r"\b(to|end|ended|last|latest|until)\b"
#: Words of headings by which a column goes in common systems; and words that it never has.
_WORDS: Mapping[str, tuple[str, str]] = {
    "incident_id": (r"\b(no|num|number|ref|reference|id|urn)\b", r"officer|custody|beat|phone"),
    "call_id": (r"\b(no|num|number|ref|reference|id|urn|cad)\b", r"officer|phone"),
    "referral_id": (r"\b(no|num|number|ref|reference|id)\b", r"victim|perp|officer|phone"),
    "offence": (r"offen[cs]e|crime|classif|ho(me office)? (class|code|desc)|occurrence type",
                r"\b(no|ref|number|date|time)\b"),
    "recorded": (r"\b(record|report|rec|rep|creat|regist|entered|input|notif)\w*",
                 r"from|\bto\b|commit|occur|clos|final|birth|updat"),
    "date": (r"\b(incident|receiv|log|call|creat|open|report|raised|record|made|date)\w*",
             r"clos|complet|resolv|decision|birth|updat|due|target|final|arriv|mobil"),
    "referred": (r"\b(referr|receiv|meeting|heard|conference)\w*", r"birth|clos|previous"),
    "start": (r"\b(from|start|earliest|first|commit\w*|occur\w*|offence date|incident date)\b",
              rf"{_TO}|\btime$(?<!date time)|record|report"),
    "end": (_TO, r"record|report|\btime$(?<!date time)"),
    "start_time": (r"\b(from|start|earliest|first|commit\w*|occur\w*|offence)\b.*\btime", _TO),
    "end_time": (rf"{_TO}.*\btime", r"record|report"),
    "district": (r"district|borough|council|authority|\blad?\b|\blpu\b|\bcsp\b", _NO_PLACE),
    "place": (r"\b(street|road|address|location|place|site)\b",
              r"type|category|code|ward|town|beat|east|north|district|post"),
    "town": (r"\b(town|village|settlement|locality|parish|post ?town)\b", r"centre|flag"),
    "easting": (r"\b(east\w*|x)\b", r"north"),
    "northing": (r"\b(north\w*|y)\b", r"east"),
    "premises": (r"premis|(location|place|venue|property) (type|class|cat)", r"stolen|damag"),
    "is_domestic": (r"\b(domestic|da|dv|dash)\b", r"outcome|risk|grade"),
    "is_hate": (r"\b(hate|prejudice|racist|racial)\w*", r"outcome|strand|type"),
    "is_town_centre": (r"town cent", r"name"),
    "is_detected": (r"\b(detect|cleared|solved|charged)\w*", r"date|officer"),
    "in_custody": (r"\b(custody|arrest)\w*", r"date|ref|no\b|time"),
    "is_no_crime": (r"\b(no ?crim|cancel)\w*", r"date|reason"),
    "status": (r"(crime|record|occurrence) status", r"date"),
    "method": (r"\bmo\b|modus|method|summary", r"date|received|contact|report"),
    "property_stolen": (r"stolen", r"value|date"),
    "property_damaged": (r"damaged", r"value|date"),
    "victim_age": (r"\b(victim|vic|ip|aggrieved)\b.*\bage\b|\bage\b.*\b(victim|vic|ip)\b", r"band"),
    "victim_sex": (r"\b(victim|vic|ip|aggrieved)\b.*\b(sex|gender)\b", r"offend|suspect"),
    "victim_id": (r"\b(victim|vic|ip|client)\b.*\b(id|ref|no|number|urn|pseudonym)\b", r"name"),
    "perpetrator_id": (r"\b(perp\w*|suspect|offender)\b.*\b(id|ref|no|number|urn|pseudonym)\b",
                       r"name"),
    "offender_age": (r"\b(offender|suspect|defendant)\b.*\bage\b", r"band"),
    "type": (r"type|category|nature|clos\w+ (code|class|cat)|final.*code|description|complaint",
             r"contact|source|location|site|address"),
    "kind": (r"type|kind|category|indicator|measure|order|power", r"date|number"),
    "received_by": (r"\b(receiv|taken|agency|team|department)\w*( by)?\b",
                    r"date|time|on\b|how|method"),
    "cause": (r"icd|diagnos|cause|chapter|condition", r"secondary|date"),
    "sex": (r"\b(sex|gender)\b", r""),
    "age_band": (r"\bage\b", r"mean|average|median"),
    "year": (r"\byear\b|\bfy\b|period", r"calendar"),
    "school_year": (r"\byear\b|\bay\b", r"group"),
    "motive": (r"motive|cause|deliberate|accident", r"casualt"),
    "time": (r"\btime\b", r"arriv|mobil|stop|leav|return"),
    "casualties": (r"casualt|fatal|injur", r"date|type"),
    "question": (r"question|statement|indicator", r"no\b|number|id\b"),
    "base": (r"base|respondents|sample|responses|answered|\bn\b", r"(?<!un)weighted"),
    "percent": (r"%|per ?cent|share|proportion|value", r""),
    "measure": (r"measure|indicator|offence|outcome", r"date"),
    "severity": (r"severity", r""),
    "population": (r"\b(population|residents)\b", r"densit|change|rank|per"),
    "collision_id": (r"(accident|collision|crash|record)\b.*\b(no|ref|reference|number|id|index)\b",
                     r""),
}  # fmt: skip


def fit(column: Column, heading: str, cells: Cells) -> float:
    """How surely a heading that is not known is a column, of 100; 0 if it is not.

    `cells`: those of the column that are not blank.
    """
    words = key(heading)
    asks, never = _WORDS.get(column.name, ("", ""))
    is_pointed = bool(asks) and re.search(asks, words) is not None
    if (never and re.search(never, words)) or not cells:
        return 0.0
    looked_at = tuple(cells[:LOOKED_AT])
    share = _shown(column.name if column.name in _BY_NAME else column.kind, looked_at)
    if is_pointed and share >= SOME:
        return BY_WORDS * (0.9 + 0.1 * share)
    if column.name in _TOLD_ALONE and share >= ENOUGH and len(set(looked_at)) > 1:
        return BY_CELLS * share
    if column.essential and column.kind in _TOLD_KINDS and share >= ENOUGH:
        return BY_CELLS * 0.9 * share
    return 0.0


def is_belied(column: Column, cells: Cells) -> bool:
    """Whether the cells of a heading that is merely like a known one are of another kind."""
    looked_at = tuple(cells[:LOOKED_AT])
    if not looked_at or column.kind not in _BY_KIND:
        return False
    if column.kind == "time" and _shown("date", looked_at) >= ENOUGH:
        return True
    return _shown(column.kind, looked_at) < SOME


@functools.lru_cache(maxsize=4096)
def _shown(what: str, cells: tuple[str, ...]) -> float:
    """Share of the cells that are of a kind, or what a column of a name holds."""
    told = _BY_NAME.get(what) or _BY_KIND.get(what)
    if told is not None:
        return told(cells)
    if what in WITH_STATUS:
        return _share(cells, lambda text: len(text) < 12)
    return _share(cells, lambda text: not re.fullmatch(r"[\d\W]+", text))
