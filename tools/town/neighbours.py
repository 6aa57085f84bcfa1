"""The partnerships of the invented force, Harrowmere among them."""

from __future__ import annotations

from typing import NamedTuple

from tools.town import geography


class Neighbour(NamedTuple):
    """A district and partnership.

    Parameters
    ----------
    name : str
    code, csp_code : str
        Of the district and of the partnership; none is a real one.
    residents : int
        Mid-2022.
    level : float
        Its crime per resident, Harrowmere's being 1.
    burglary, shoplifting : float
        How its own differ from that.
    """

    name: str
    code: str
    csp_code: str
    residents: int
    level: float
    burglary: float
    shoplifting: float


_OTHERS = (
    ("Brackenholt", 98_400, 0.82, 1.05, 0.80),
    ("Dunmarsh", 61_200, 0.66, 0.90, 0.45),
    ("Fernhollow", 128_700, 0.74, 1.20, 0.85),
    ("Greywater", 104_900, 0.97, 0.95, 0.95),
    ("Hollowby", 83_300, 0.58, 1.10, 0.50),
    ("Kestrelby", 71_800, 1.12, 0.85, 0.90),
    ("Larchester", 151_600, 1.34, 1.15, 1.40),
    ("Millhaven-on-Wex", 118_200, 1.05, 0.80, 1.05),
    ("Oxenbarrow", 92_500, 0.88, 1.00, 0.75),
    ("Penfold Heath", 109_300, 0.79, 1.30, 0.70),
    ("Ravensbarrow", 137_900, 1.18, 0.90, 1.10),
    ("Sallowfield", 114_100, 0.91, 1.10, 1.00),
    ("Stonecombe", 55_700, 0.62, 1.00, 0.40),
    ("Thistleforth", 101_800, 0.86, 0.95, 0.85),
    ("Wexmouth", 203_400, 1.46, 1.00, 1.25),
)
AREAS = (
    Neighbour(
        geography.NAME, geography.CODE, geography.CSP_CODE, int(geography.residents().sum()),
        1.0, 1.0, 1.0,
    ),
    *(
        Neighbour(name, f"E07990{at:03d}", f"E22990{at:03d}", *rest)
        for at, (name, *rest) in enumerate(_OTHERS, 2)
    ),
)  # fmt: skip
