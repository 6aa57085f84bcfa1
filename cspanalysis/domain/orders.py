"""Powers used against anti-social behaviour, and the stages of a case review, by their words."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PSPO, _PENALTY = r"(\bpspos?\b|public spaces? protection)", r"(penalt|\bfpns?\b)"
_REVIEW = r"(case review|community trigger|\btriggers?\b)"

#: Words of what is no use of a power and no figure of a case review.
_OTHER = (
    r"breach|revoked|withdrawn|refused|expired|discharged|varied|variation|appeal|consult"
    r"|applied for|applications? for (an? )?(injunction|closure|cbo|criminal)|extension|%|per ?cent"
)
#: Figures of case reviews, which section 104 of the Act of 2014 has published, by their words.
REVIEWS: Mapping[str, str] = {
    "recommendations": rf"{_REVIEW}.*recommend|recommend.*{_REVIEW}",
    "threshold not met": r"(?=.*threshold)(?=.*\b(not|did ?n.t|below|fail|un))"
    rf"|{_REVIEW}.*(reject|declin|not accept)",
    "threshold met": r"(met|meet|meets|reached|passed)\b.*threshold"
    rf"|threshold.*(met|reached|passed)|{_REVIEW}.*accepted",
    "reviews held": rf"{_REVIEW}.*\b(held|carried out|undertaken|conducted|completed)"
    rf"|\b(held|carried out|undertaken|conducted|completed)\b.*{_REVIEW}",
    "applications": rf"{_REVIEW}.*(appli|request|asked|receiv|submi|activat|raised)"
    rf"|(appli|request|activat).*{_REVIEW}",
}
IN_FORCE = "public spaces protection orders in force"
#: Powers as a reader sees them, by the words of a label; the first that fits is taken.
POWERS: Mapping[str, str] = {
    "penalty notices for breach of a public spaces protection order": rf"(?=.*{_PENALTY}).*{_PSPO}",
    "penalty notices for breach of a community protection notice": rf"(?=.*{_PENALTY}).*"
    r"(\bcpns?\b|community protection)",
    "community protection warnings": r"\bcpn?ws?\b|(community protection|\bcpns?\b).*warning"
    r"|warning.*community protection",
    "community protection notices": r"\bcpns?\b|community protection (notice|order)",
    "public spaces protection orders made": rf"{_PSPO}.*\b(made|new|issued|introduced)"
    rf"|\b(made|new|issued)\b.*{_PSPO}",
    IN_FORCE: _PSPO,
    "closure notices": r"closure.*notice",
    "closure orders": r"closure.*order|^(premises|partial|full) closures?$|^closures?$",
    "civil injunctions": r"\binjunctions?\b|\bipnas?\b",
    "criminal behaviour orders": r"criminal behaviou?r|\bcbos?\b",
    "directions to leave": r"\bdirect(ions?|ed)\b|section 35|\bs\.? ?35\b"
    r"|(people|persons?) dispersed",
    "dispersal authorisations": r"dispersal|section 34|\bs\.? ?34\b",
    "acceptable behaviour contracts": r"acceptable behaviou?r|\bab[ca]s?\b",
    "possession orders on the absolute ground": r"absolute ground|possession",
}


def power_of(label: str) -> str:
    """The power, or the figure of case reviews, that a label means; '' where nobody can tell."""
    text = " ".join(label.lower().split())
    for words in (REVIEWS, POWERS):
        # Penalty notices are for a breach; anything else about one is no use of a power.
        if re.search(_OTHER, text) and not (words is POWERS and re.search(_PENALTY, text)):
            continue
        for name, pattern in words.items():
            if re.search(pattern, text):
                return name
    return ""
