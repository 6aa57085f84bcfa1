"""An export of the public health profiles: a few indicators of Harrowmere beside England's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.stats import chi2

from tools.sample.draw import Draw
from tools.town import files, geography, levels

HEADER = (
    "Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name",
    "Area Type", "Sex", "Age", "Category Type", "Category", "Time period", "Value",
    "Lower CI 95.0 limit", "Upper CI 95.0 limit", "Lower CI 99.8 limit", "Upper CI 99.8 limit",
    "Count", "Denominator", "Value note", "Recent Trend",
    "Compared to England value or percentiles", "Compared to percentiles",
    "Time period Sortable", "New data", "Compared to goal", "Time period range",
)  # fmt: skip
#: Number, name, age, England's rate per 100,000 and Harrowmere's beside it.
INDICATORS = (
    (91414, "Admission episodes for alcohol-related conditions (Narrow)", "All ages", 475.0, 1.06),
    (92906, "Admission episodes for alcohol-specific conditions", "All ages", 620.0, 0.93),
    (11202, "Violent crime - hospital admissions for violence (including sexual violence)",
     "All ages", 34.0, 1.10),
    (90808, "Hospital admissions due to substance misuse (15 to 24 years)", "15-24 yrs", 47.0, 1.0),
)  # fmt: skip
_ENGLAND = 57_100_000


def write(directory: Path) -> list[Path]:
    """Write the export."""
    rows: list[tuple[object, ...]] = []
    for number, name, age, rate, ratio in INDICATORS:
        share = 0.117 if age.startswith("15") else 1.0
        for year in (2021, 2022, 2023):
            period = f"{year}/{(year + 1) % 100:02d}"
            draw = Draw(f"town health {number} {year}")
            people = round(share * int(geography.residents().sum()))
            own = int(levels.poisson(draw, np.array([rate * ratio * people / 1e5]))[0])
            nation = round(share * _ENGLAND)
            whole = round(rate * (0.98 + 0.04 * draw.uniform(1)[0]) * nation / 1e5)
            for code, area, kind, count, of in (
                ("E92000001", "England", "England", whole, nation),
                (geography.CODE, geography.NAME, "Districts & UAs", own, people),
            ):
                limits = [_limit(count, of, p) for p in (0.025, 0.975, 0.001, 0.999)]
                rows.append(
                    (
                        number, name, "E92000001", "England", code, area, kind, "Persons", age, "",
                        "", period, round(1e5 * count / of, 6), *limits, count, of, "", "",
                        "Not compared", "Not compared", f"{year}0000", "", "", "1y",
                    )
                )  # fmt: skip
    return [
        files.write(
            directory / "fingertips" / "indicators_districts.csv", files.csv_text(HEADER, rows),
            title="Health indicators of Harrowmere beside an invented England",
            layout="an export of the public health profiles (Fingertips)",
        )
    ]  # fmt: skip


def _limit(count: int, of: int, p: float) -> float:
    """Exact Poisson limit of a rate per 100,000."""
    bound = chi2.ppf(p, 2 * count) / 2 if p < 0.5 else chi2.ppf(p, 2 * count + 2) / 2
    return round(1e5 * float(bound) / of, 6)
