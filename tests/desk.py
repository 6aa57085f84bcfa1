"""The desk of somebody who types what the documentation says: a folder, downloads, a shell."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from publishers import STREET_HEADER

from cspanalysis.domain import areas

#: A line of an example that stands for any number of lines left out.
LEFT_OUT = "…"
#: Crimes and incidents a month in each district of the small downloads.
A_MONTH = 12


@dataclass(frozen=True)
class Desk:
    """A folder in which commands are typed.

    Parameters
    ----------
    root : pathlib.Path
        The folder; `csp` is found, and `.venv` is there as after `make review`.
    """

    root: Path

    def __post_init__(self):
        (self.root / ".venv").symlink_to(sys.prefix, target_is_directory=True)

    def type(self, line: str) -> tuple[int, list[str]]:
        """Exit code and what was printed, with addresses as seen from the folder."""
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
        }
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.root, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = done.stdout.replace(f"{self.root.resolve()}/", "")
        return done.returncode, said.splitlines()


def as_anybody() -> list[str]:
    """What goes before a command that must not write where permissions forbid it."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv, where the tests run as root")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def typed(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with what the page prints after it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def agrees(printed: list[str], said: list[str], *, exact: bool) -> bool:
    """Whether a page prints what a command said, in order, left-out lines allowed for.

    Without `exact` numbers may differ, because the data are others.
    """
    parts = [r".*\n" if line == LEFT_OUT else re.escape(_shape(line, exact)) + r"\n"
             for line in printed]  # fmt: skip
    pattern = "".join(f"(?:{part})*?" if part == r".*\n" else part for part in parts)
    text = "".join(f"{_shape(line, exact)}\n" for line in said)
    return re.fullmatch(pattern, text) is not None


def _shape(line: str, exact: bool) -> str:
    return line if exact else re.sub(r"\d[\d,]*", "#", line)


# ---------------------------------------------------------------- small downloads


def downloads(folder: Path) -> None:
    """Files of the true layouts, named as on the page, of a few rows each."""
    kent = list(areas.register().query("force == 'Kent'")["district"])
    _archive(folder / "police_uk/kent_2025.zip", "kent", "Kent Police", kent, "2025-01", 12)
    _archive(
        folder / "police_uk/city_of_london_2017-12_to_2020-11.zip",
        "city-of-london", "City of London Police", ["City of London"], "2017-12", 36,
    )  # fmt: skip
    register = areas.register()
    codes = register[["district_code", "district"]].itertuples(index=False)
    ages = [*map(str, range(90)), "90+"]
    _write(
        folder / "population/population20_ltla21.csv",
        ["ltla21_code", "ltla21_name", "total_population", *ages],
        [[code, name, 91_000, *[1000] * 91] for code, name in codes],
    )
    current = register[["district_code", "district", "csp_code", "csp", "force_code", "force"]]
    rows = current.values.tolist()
    _write(
        folder / "lookups/lookup_ltla24_csp24_pfa24.csv",
        ["ltla24_code", "ltla24_name", "csp24_code", "csp24_name", "pfa24_code", "pfa24_name"],
        [row for row in rows if ";" not in row[2]],
    )
    _write(
        folder / "lookups/LAD_CSP_PFA_Jan2017_EW_v2.csv",
        ["LAD17CD", "LAD17NM", "CSP17CD", "CSP17NM", "PFA17CD", "PFA17NM", "FID"],
        [[*row, n] for n, row in enumerate(rows, 1) if ";" not in row[2]],
    )
    _write(
        folder / "lookups/lookup_lsoa21_ward24_ltla24.csv.gz",
        ["lsoa21_name", "lsoa21_code", "ward24_name", "ward24_code", "ltla24_name", "ltla24_code"],
        [
            [f"{name} 001A", _lsoa(name), "Castle", "E05000001", name, code]
            for code, name in register[["district_code", "district"]].itertuples(index=False)
        ],
    )


def _lsoa(district: str) -> str:
    """A code for the one LSOA that each district has here."""
    return f"E0109{list(areas.register()['district']).index(district):04}"


def _archive(
    path: Path, force: str, label: str, districts: list[str], first: str, months: int
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    year, month = map(int, first.split("-"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(months):
            of = f"{year + (month - 1 + n) // 12}-{(month - 1 + n) % 12 + 1:02}"
            lines = [STREET_HEADER]
            for d, district in enumerate(districts):
                for i in range(A_MONTH):
                    crime, kind = f"{of}{d:04}{i:053}", "Burglary"
                    if i % 4 == 0:
                        crime, kind = "", "Anti-social behaviour"
                    elif i == 3:
                        # A number that comes twice, as a few do: kept, with a remark.
                        crime = f"{of}{d:04}{2:053}"
                    lines.append(
                        f"{crime},{of},{label},{label},0.2{d},51.1{i},On or near High Street,"
                        f"{_lsoa(district)},{district} 001A,{kind},,"
                    )
            archive.writestr(f"{of}/{of}-{force}-street.csv", "\r\n".join(lines) + "\r\n")


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    content = stream.getvalue().encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
