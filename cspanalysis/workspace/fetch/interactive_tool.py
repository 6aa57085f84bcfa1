"""The local authority interactive tool (Department for Education): figures on children.

Its workbook was withdrawn in November 2024. What the tool shows since then lies in the department's
public repository as one table of all measures; kept are those that a review asks for.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from cspanalysis.domain import reference, whole_files
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.workspace.fetch import kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError, is_html

SOURCE = "lait"
BASE = (
    "https://raw.githubusercontent.com/dfe-analytical-services/local-authority-interactive-tool/"
    "main/01_data/02_prod"
)
TABLE = "bds_long_0.parquet"
FILE = "lait_long.csv"
PUBLISHER = Publisher(
    "Department for Education, local authority interactive tool",
    "Source: Department for Education, local authority interactive tool, licensed under the Open "
    "Government Licence v3.0",
)
COLUMNS = (
    "topic", "measure", "Short Desc", "Years", "LA and Regions", "LA Number", "Region", "Values",
)  # fmt: skip


def fetch(job: Job) -> list[Fetched]:
    """Fetch the tool's table, of all areas and years; of its measures those that are asked for."""
    url = f"{job.base(SOURCE, BASE)}/{TABLE}"
    return [
        kept_files.download(
            job, SOURCE, FILE, url, PUBLISHER,
            title="Local authority interactive tool, measures of children and young people",
            check=partial(_plain, url=url),
        )
    ]  # fmt: skip


def _plain(path: Path, url: str) -> None:
    """The wanted rows of the table as CSV in its place."""
    with path.open("rb") as stream:
        head = stream.read(512)
    if is_html(head) or head[:4] != b"PAR1":
        raise PublisherError(
            paragraph(
                "an HTML page came instead of the table" if is_html(head) else "no table came",
                file=url,
                do="Open the address in a browser, then run the same command again; a new address "
                "goes into partnership.toml, [fetch] lait.",
            )
        )
    wanted = [row["measure"] for row in reference.rows("lait_measures")]
    try:
        table = pl.scan_parquet(path, glob=False)
        there = {"".join(c.lower().split()): c for c in table.collect_schema().names()}
        found = {c: there.get("".join(c.lower().split())) for c in COLUMNS}
        lacking = [c for c in ("Short Desc", "Years", "LA and Regions", "Values") if not found[c]]
        if lacking:
            _changed(lacking[0], list(there.values()), url)
        named = [pl.col(old).cast(pl.String).alias(new) for new, old in found.items() if old]
        rows = table.select(named).filter(pl.col("Short Desc").is_in(wanted)).collect()
    except PolarsError as error:
        raise PublisherError(
            paragraph(f"the table cannot be opened ({error})", file=url,
                      do="Run the same command again.")
        ) from error  # fmt: skip
    if rows.is_empty():
        raise DataRefused(
            paragraph("it holds none of the measures that a review asks for", file=url,
                      allowed=", ".join(wanted),
                      do="Nothing was kept; data fetched before stay in use.")
        )  # fmt: skip
    plain = path.with_name(f"{path.name}.plain{whole_files.SUFFIX}")
    rows.sort("Short Desc", "LA and Regions", "Years").write_csv(plain)
    plain.replace(path)


def _changed(column: str, found: list[str], url: str) -> None:
    raise DataRefused(
        paragraph(
            "the publisher changed the layout; the columns found are "
            f"{', '.join(repr(c[:40]) for c in found[:20])}",
            file=url,
            column=column,
            do="Nothing was kept; data fetched before stay in use.",
        )
    )
