"""Surveys of residents, young people known to the Youth Offending Service, and the environment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.sample import months
from tools.sample.constants import MONTHS, OWN
from tools.sample.draw import Draw, spread
from tools.sample.files import write_csv

PANEL, KCVS = "Residents Panel", "Kent Crime and Victimisation Survey"
FORCE = "Kent Police average"

#: (survey, period, area, base) → question → percent of the base.
ANSWERS = {
    (PANEL, "2006", OWN, 812): {
        "names graffiti the most common problem": 20,
        "names litter the most common problem": 17,
        "names vandalism the most common problem": 14,
        "names noise the most common problem": 9,
        "was a victim of graffiti in the last year": 2,
        "witnessed graffiti in the last year": 6,
    },
    (KCVS, "2006", OWN, 598): {
        "feels safe in their own home": 98,
        "feels safe home alone at night": 94,
        "feels safe walking alone at night": 61,
        "perceives drug use or dealing as a problem": 24,
    },
    (KCVS, "2007", OWN, 601): {
        "feels safe in their own home": 98,
        "feels safe home alone at night": 95,
        "feels safe walking alone at night": 64,
        "perceives drug use or dealing as a problem": 22,
    },
    (KCVS, "2006", FORCE, 7180): {
        "feels safe in their own home": 97,
        "feels safe home alone at night": 92,
        "feels safe walking alone at night": 56,
        "perceives drug use or dealing as a problem": 29,
    },
    (KCVS, "2007", FORCE, 7212): {
        "feels safe in their own home": 97,
        "feels safe home alone at night": 93,
        "feels safe walking alone at night": 58,
        "perceives drug use or dealing as a problem": 28,
    },
    (KCVS, "2006/07", OWN, 598): {"perceives a high level of anti-social behaviour": 16.4},
    (KCVS, "2007/08", OWN, 601): {"perceives a high level of anti-social behaviour": 15.3},
    (KCVS, "2006/07", FORCE, 7180): {"perceives a high level of anti-social behaviour": 18.2},
    (KCVS, "2007/08", FORCE, 7212): {"perceives a high level of anti-social behaviour": 17.6},
}

YOUTH_YEARS = ("2004/05", "2005/06", "2006/07", "2007/08")

#: Young people by year; one person can stand under several offences.
YOUTH = {
    "referred to the Youth Offending Service": (186, 180, 175, 171),
    "criminal damage": (52, 48, 31, 29),
    "violent offences": (66, 63, 54, 52),
    "theft and handling": (71, 68, 66, 63),
    "public order": (25, 24, 26, 24),
    "drug offences": (17, 16, 18, 15),
    "motoring": (14, 13, 12, 13),
    "arson": (3, 2, 4, 2),
    "first-time entrants aged 10-17": (124, 119, 113, 108),
}

#: Indicator → (unit, value by financial year).
ENVIRONMENT = {
    "graffiti removal cost": ("pounds", (14200, 15600, 17900, 19400)),
    "fixed penalty notices for litter": ("notices", (38, 52, 71, 88)),
    "fixed penalty notices for dog fouling": ("notices", (9, 12, 14, 17)),
    "litter reports": ("reports", (640, 655, 690, 702)),
    "dog fouling reports": ("reports", (402, 411, 398, 420)),
    "fly-tipping incidents": ("incidents", (388, 371, 362, 355)),
    "abandoned vehicles reported": ("reports", (320, 268, 214, 181)),
}

#: (year, measure) → sites below standard, sites surveyed: 11.49% and 5.11% in 2007/08 as printed.
CLEANLINESS = {
    ("2006/07", "litter and detritus (NI195)"): (117, 940),
    ("2006/07", "graffiti (NI195)"): (43, 940),
    ("2007/08", "litter and detritus (NI195)"): (108, 940),
    ("2007/08", "graffiti (NI195)"): (48, 940),
}


def environment_rows() -> list[tuple[object, ...]]:
    """Every month and indicator; graffiti is the number of police records that say so."""
    found: list[tuple[object, ...]] = [
        (OWN, month, "graffiti reported to the police", "incidents", count)
        for month, count in months.graffiti().items()
    ]
    for indicator, (unit, by_year) in ENVIRONMENT.items():
        draw = Draw(f"environment {indicator}")
        for i, total in enumerate(by_year):
            parts = spread(total, 1 + draw.uniform(12))
            over = MONTHS[i * 12 : i * 12 + 12]
            found += [(OWN, m, indicator, unit, part) for m, part in zip(over, parts, strict=True)]
    return found


def write(directory: Path) -> Iterator[Path]:
    """Write `surveys`, `youth_offending` and `environmental`; gives the paths."""
    yield write_csv(
        directory / "surveys" / "resident_surveys.csv",
        ("Survey", "Period", "Area", "Question", "Response", "Percent", "Base"),
        [
            (survey, period, area, question, "yes", percent, base)
            for (survey, period, area, base), answers in ANSWERS.items()
            for question, percent in answers.items()
        ],
        title="Surveys of residents, 2006 to 2007/08",
        note="Percentages as printed in the strategy of 2008 where it has them; bases, earlier "
        "waves and the force average are invented.",
    )
    yield write_csv(
        directory / "youth_offending" / "youth_offending.csv",
        ("Year", "District", "Measure", "Young People"),
        [
            (year, OWN, measure, by_year[i])
            for i, year in enumerate(YOUTH_YEARS)
            for measure, by_year in YOUTH.items()
        ],
        title=f"Young people known to the Youth Offending Service, {OWN}",
        note="Referrals and criminal damage of 2005/06 and 2006/07 as printed; the rest invented.",
    )
    yield write_csv(
        directory / "environmental" / "environmental_monthly.csv.gz",
        ("District", "Month", "Indicator", "Unit", "Value"),
        environment_rows(),
        title=f"Environmental indicators by month, {OWN}",
        note="Graffiti as in the drawn police records; everything else is invented.",
    )
    yield write_csv(
        directory / "environmental" / "cleanliness_surveys.csv",
        ("District", "Year", "Measure", "Sites Below Standard", "Sites Surveyed", "Percent"),
        [
            (OWN, year, measure, below, sites, f"{100 * below / sites:.2f}")
            for (year, measure), (below, sites) in CLEANLINESS.items()
        ],
        title=f"Street cleanliness surveys, {OWN}",
        note="Percentages of 2007/08 as printed in the strategy of 2008; bases are invented.",
    )
