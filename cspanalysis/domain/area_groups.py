"""An openly computed peer group: the districts nearest in size, density, age and rurality.

The official most similar groups weigh factors that are not all published. This group needs nothing
but open statistics, so anybody can compute it again; its weights are settings and it says in its
label what it compares.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from cspanalysis.domain import areas
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable, UsageError, paragraph

if TYPE_CHECKING:
    import pandas as pd

#: Of which mid-year the residents of a profile are.
YEAR = 2020
#: So many other districts: with the own area fifteen, as many as in an official group.
NUMBER = 14

LABEL = "similar areas"
#: What they are similar in, for where there is no room for `NOTE`.
BASIS = "nearest in population, density, age mix and rural-urban class"

#: First letters of the 2021 Rural Urban Classification as steps from urban to rural.
_STEPS = {"UU": 0.0, "UI": 1.0, "RI": 2.0, "RM": 3.0}
#: Measures of the profile by the weight they share.
_MEASURES = {
    "population": ("log_population",),
    "density": ("log_density",),
    "age": ("share_under_18", "share_65_and_over"),
    "rural_urban": ("step", "is_far"),
}


#: A median distance beyond it means that the area is like no other.
FAR = 0.75

NOTE = (
    "The similar areas were chosen by this tool from open statistics: the nearest by population "
    f"(mid-{YEAR}, logarithm), residents per hectare of land (logarithm), shares of residents "
    "under 18 and of 65 and over, and rural-urban class (2021), each in standard deviations over "
    "all districts of England and Wales, weighted as the settings have it. They are not the "
    "official most similar group."
)


@dataclass(frozen=True)
class Weights:
    """How much each side of a district counts; only their proportions matter.

    Parameters
    ----------
    population : float
        Number of residents, on a logarithmic scale.
    density : float
        Residents per hectare of land, on a logarithmic scale.
    age : float
        Shares of residents under 18 and of 65 and over, half each.
    rural_urban : float
        Rural-urban class, and whether most residents are far from a major town, half each.
    """

    population: float = 1.0
    density: float = 1.0
    age: float = 1.0
    rural_urban: float = 1.0


def weights(section: Mapping[str, Any]) -> Weights:
    """The weights of [peers.similar.weights]."""
    known = [f.name for f in dataclasses.fields(Weights)]
    for key, value in section.items():
        if key not in known:
            found, allowed = f"unknown weight '{key}'", ", ".join(known)
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            found, allowed = f"{key} is no number: {value!r}", "0 or more"
        elif not 0 <= value < math.inf:
            found, allowed = f"{key} is {value}", "0 or more"
        else:
            continue
        raise UsageError(paragraph(f"[peers.similar.weights]: {found}", allowed=allowed))
    chosen = Weights(**section)
    if not any(dataclasses.astuple(chosen)):
        raise UsageError(
            paragraph("[peers.similar.weights]: all are 0", allowed="one of them above 0")
        )
    return chosen


@functools.cache
def profiles() -> pd.DataFrame:
    """What is known of every district of England and Wales.

    Returns: index district_code; columns population (mid-2020), share_under_18, share_65_and_over,
    rural_urban (class of 2021), hectares (of land, 2023). Source: ONS, reshaped.
    """
    path = resources.files("cspanalysis.domain.reference").joinpath("district_profiles.csv")
    with path.open(encoding="utf-8") as stream:
        import pandas as pd

        return pd.read_csv(stream, comment="#", index_col="district_code")


def distances(table: pd.DataFrame, code: str, chosen: Weights | None = None) -> pd.Series:
    """Distance of every district from one of them; 0 from itself, the same both ways.

    `table`: as `profiles` gives it. `code`: index of the district measured from. Returns: by
    district_code: the root of the weighted mean of squared differences, each measure in standard
    deviations over all districts of the table.
    """
    return _apart(_standardised(table), code, chosen)


@functools.cache
def _of_districts() -> pd.DataFrame:
    return _standardised(profiles())


def _standardised(table: pd.DataFrame) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    measures = pd.DataFrame(
        {
            "log_population": np.log(table["population"]),
            "log_density": np.log(table["population"] / table["hectares"]),
            "share_under_18": table["share_under_18"],
            "share_65_and_over": table["share_65_and_over"],
            "step": table["rural_urban"].str[:2].map(_STEPS),
            "is_far": (table["rural_urban"].str[2] == "F").astype(float),
        }
    )
    spread = measures.std(ddof=0)
    # A measure that is the same everywhere tells nothing apart.
    return (measures - measures.mean()) / spread.where(spread > 0, 1.0)


def _apart(standard: pd.DataFrame, code: str, chosen: Weights | None) -> pd.Series:
    import numpy as np
    import pandas as pd

    parts = dataclasses.asdict(chosen or Weights())
    total = sum(parts.values())
    weight = {m: parts[name] / total / len(of) for name, of in _MEASURES.items() for m in of}
    squares = (standard[list(weight)] - standard.loc[code, list(weight)]).to_numpy() ** 2
    return pd.Series(np.sqrt(squares @ list(weight.values())), index=standard.index)


@functools.lru_cache(maxsize=1024)
def group(area: Area, chosen: Weights | None = None, number: int = NUMBER) -> PeerGroup:
    """The districts nearest to an area, the area first.

    A partnership over several districts stands as their sum, in the class of its largest.

    Raises `NotAvailable` if a district of the area is none of England and Wales (an invented one,
    or a code that has since been replaced).
    """
    table = profiles()
    own = [code for code in area.district_codes if code in table.index]
    if not own or len(own) < len(area.districts):
        # Counts of others would not help: nobody says whose.
        raise NotAvailable(
            (),
            f"no profile of {area.name} is known, so no similar areas can be chosen; "
            "the settings can name them",
        )
    # The districts of England and Wales are all alike to each single one of them.
    standard = _of_districts() if len(own) == 1 else _standardised(_with_whole(table, own))
    far = _apart(standard, own[0], chosen).drop(own[0])
    names = areas.register().set_index("district_code")["district"]
    nearest = far.to_frame("distance").assign(name=names.reindex(far.index))
    nearest = nearest.sort_values(["distance", "name"]).head(number)
    note = NOTE
    if nearest["distance"].median() > FAR:
        note += f" Even they differ much from {area.name}, which has no near neighbour in kind."
    return PeerGroup("similar", LABEL, (area.name, *nearest["name"]), as_of="2024", note=note)


def _with_whole(table: pd.DataFrame, own: list[str]) -> pd.DataFrame:
    """The profiles with the districts of one area summed in the place of their first."""
    parts = table.loc[own]
    residents = parts["population"]
    whole = {
        "population": residents.sum(),
        "share_under_18": (parts["share_under_18"] * residents).sum() / residents.sum(),
        "share_65_and_over": (parts["share_65_and_over"] * residents).sum() / residents.sum(),
        "rural_urban": parts.loc[residents.idxmax(), "rural_urban"],
        "hectares": parts["hectares"].sum(),
    }
    import pandas as pd

    return pd.concat([table.drop(own), pd.DataFrame(whole, index=own[:1])])
