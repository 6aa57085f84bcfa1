"""Readers of raw files, one module per source, all alike.

Each module has NAME, TITLE, DESCRIPTION and SCHEMAS (for the reader and the data dictionary) and
`read(part, context) -> Read`; it may have OTHERS (how the names of an archive's members end that
are another kind of table) and `combine(tables) -> tables`, which joins what its parts gave into
final tables. Tables whose names begin with an underscore exist for `combine` alone.
"""

from __future__ import annotations

import importlib
from types import ModuleType

#: In the order of cleaning: lookups first, for others to use.
NAMES = (
    "lookups",
    "population",
    "police_uk",
    "police_extract",
    "peer_counts",
    "asb_calls",
    "hospital_extract",
    "school_exclusions",
    "home_office_csp",
    "ons_csp",
    "fingertips",
    "dfe_exclusions",
    "stats19",
    "fires",
    "surveys",
    "youth_offending",
    "marac",
    "environmental",
    "targets",
    "outputs",
    "action_plan",
    "published",
)


#: Further folders whose files a source reads.
FOLDERS = {"home_office_pfa": "home_office_csp", "fly_tipping": "environmental"}


def get(name: str) -> ModuleType:
    """The reader of a source."""
    return importlib.import_module(f"cspanalysis.sources.{name}")
