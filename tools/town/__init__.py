"""A synthetic town of today: 36 months of an invented partnership in the layouts of today.

Harrowmere, its fifteen neighbours and the police force of Wexmoor do not exist. Their numbers are
drawn with a fixed seed around levels such as English districts have: few streets hold much of the
crime, summers differ from winters, shoplifting rises, burglary falls, the rest is noise. The town
lies in the sea, so that nobody takes it for a place on a map.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.town import health, official, places, records, street

PARTS = (places, street, official, records, health)
SETTINGS = Path(__file__).with_name("partnership.toml")


def write(directory: Path | str) -> list[Path]:
    """Write the town's workspace: its settings and, beneath data/raw, every file with its sidecar.

    Returns: the files written, sidecars left out.
    """
    root = Path(directory)
    raw = root / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SETTINGS, root / SETTINGS.name)
    return [path for part in PARTS for path in part.write(raw)]
