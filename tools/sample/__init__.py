"""The embedded sample: extracts of April 2004 to March 2008, reconstructed to published totals.

No record is real. Months and categories come from the constants beside this module; times, places,
flags and people are drawn with a fixed seed, so that the files are the same wherever they are
drawn. Only Tonbridge and Malling is a real place; every other area is invented.
"""

from __future__ import annotations

from pathlib import Path

from tools.sample import (
    calls,
    fires,
    hospital,
    peer_counts,
    plan,
    police,
    population,
    register,
    roads,
    schools,
    surveys,
)

PARTS = (
    police,
    peer_counts,
    calls,
    hospital,
    schools,
    population,
    roads,
    fires,
    surveys,
    plan,
    register,
)


def write(directory: Path | str) -> list[Path]:
    """Write every extract of the sample, with sidecars.

    Parameters
    ----------
    directory : path
        Folder that receives one folder per source, such as a workspace's `data/raw`.

    Returns
    -------
    list of pathlib.Path
        The files written, sidecars left out.
    """
    return [path for part in PARTS for path in part.write(Path(directory))]
