"""Fingertips (Department of Health and Social Care): indicators on alcohol and violence."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.workspace.fetch import kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher

SOURCE = "fingertips"
BASE = "https://fingertips.phe.org.uk/api"
PUBLISHER = Publisher(
    "Department of Health and Social Care, Fingertips",
    "Source: Department of Health and Social Care, Fingertips public health data, licensed under "
    "the Open Government Licence v3.0",
)
#: Indicator → words its name must hold: a number that came to mean something else is refused.
INDICATORS = {
    "92906": "alcohol-specific",
    "92904": "under 18",
    "93764": "alcohol-related",
    "11201": "violence",
}
#: Area types: districts and unitary authorities; counties and unitary authorities (2023 on).
AREA_TYPES = {"districts": "501", "counties": "502"}
_ENGLAND = "15"
_COLUMNS = ("Indicator ID", "Indicator Name", "Area Code", "Time period", "Value", "Count")


def fetch(job: Job) -> list[Fetched]:
    """Fetch the indicators of all areas, one file per area type."""
    indicators = dict(job.options.get("indicators", INDICATORS))
    types = dict(job.options.get("area_types", AREA_TYPES))
    found = []
    for kind, number in types.items():
        url = (
            f"{job.base(SOURCE, BASE)}/all_data/csv/by_indicator_id"
            f"?indicator_ids={','.join(indicators)}&child_area_type_id={number}"
            f"&parent_area_type_id={_ENGLAND}"
        )
        found.append(
            kept_files.download(
                job, SOURCE, f"indicators_{kind}.csv", url, PUBLISHER,
                title="Hospital admissions for alcohol and violence",
                check=partial(_check, url=url, indicators=indicators),
            )
        )  # fmt: skip
    return found


def _check(path: Path, url: str, indicators: dict[str, str]) -> None:
    kept_files.check_table(path, _COLUMNS, url)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        names = {row["Indicator ID"]: row["Indicator Name"] for row in csv.DictReader(stream)}
    for number, word in indicators.items():
        name = " ".join(names.get(number, "").split())
        if name and word.lower() not in name.lower():
            raise DataRefused(
                paragraph(
                    f"indicator {number} is called '{name}'",
                    file=url,
                    allowed=f"a name with '{word}'",
                    do="The publisher renumbered its indicators: find the new number on "
                    "fingertips.phe.org.uk and put it into partnership.toml, [fetch.indicators].",
                )
            )
    if missing := [n for n in indicators if n not in names]:
        raise DataRefused(
            paragraph(
                f"nothing came for the indicators {', '.join(missing)}",
                file=url,
                do="They may have been withdrawn or renumbered: see fingertips.phe.org.uk and "
                "partnership.toml, [fetch.indicators].",
            )
        )
