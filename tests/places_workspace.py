"""A made-up partnership on a grid: 30 small areas in five wards, two years of street files."""

from __future__ import annotations

import json
from pathlib import Path

from cspanalysis.workspace import init

DISTRICT, CODE = "Tonbridge and Malling", "E07000115"
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
#: Codes of 2021; the last but one and the last were one area of 2011, whose code is OLD.
LSOAS = [f"E0102471{n}" if n < 10 else f"E010247{10 + n}" for n in range(28)] + [
    "E01035002", "E01035003",
]  # fmt: skip
OLD = "E01024750"
WARDS = [(f"E0501550{w}", f"Ward {w}") for w in range(5)]
MONTHS = [f"{y}-{m:02d}" for y in (2024, 2025) for m in range(1, 13)]


def name_of(n: int) -> str:
    return f"{DISTRICT} {n:03d}A"


def count(n: int, month: str) -> int:
    """Burglaries of an area in a month: most in the first, a rise in the fourth."""
    if n == 0:
        return 20
    if n == 3 and month.startswith("2025"):
        return 9
    return 0 if n > 24 else 2


def ring(n: int, size: float = 0.01) -> list[list[float]]:
    x, y = 0.2 + 0.01 * (n % 6), 51.1 + 0.01 * (n // 6)
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return [[round(x + size * a, 4), round(y + size * b, 4)] for a, b in corners]


def geojson(kind: str, areas: list[tuple[str, str, list]]) -> str:
    features = [
        {"type": "Feature", "properties": {f"{kind}CD": code, f"{kind}NM": name},
         "geometry": {"type": "Polygon", "coordinates": rings}}
        for code, name, rings in areas
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features})


def make(root: Path) -> Path:
    """Write the workspace; a record without a place stands in every month."""
    init.init(root, DISTRICT)
    raw = root / "data/raw"
    lookup = ["LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM"]
    lookup += [
        f"{code},{name_of(n)},{WARDS[n // 6][0]},{WARDS[n // 6][1]},{CODE},{DISTRICT}"
        for n, code in enumerate(LSOAS)
    ]
    (raw / "lookups/wards.csv").write_text("\n".join(lookup) + "\n")
    editions = ["LSOA11CD,LSOA21CD,CHGIND,LAD22CD,LAD22NM"]
    editions += [f"{c},{c},U,{CODE},{DISTRICT}" for c in LSOAS[:28]]
    editions += [f"{OLD},{c},S,{CODE},{DISTRICT}" for c in LSOAS[28:]]
    (raw / "lookups/editions.csv").write_text("\n".join(editions) + "\n")
    for month in MONTHS:
        rows = [
            f"{month}-{n}-{i},{month},Kent Police,Kent Police,0.2,51.1,On or near "
            f"{'Parking Area' if n == 1 else 'High Street'},{code},{name_of(n)},Burglary,,"
            for n, code in enumerate(LSOAS)
            for i in range(count(n, month))
        ]
        rows.append(f"{month}-x,{month},Kent Police,Kent Police,,,No Location,,,Burglary,,")
        if month == "2024-01":
            rows.append(
                f"old,{month},Kent Police,Kent Police,0.2,51.1,On or near Mill Lane,{OLD},"
                f"{DISTRICT} 099A,Burglary,,"
            )
        path = raw / f"police_uk/{month}-kent-street.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n")
    (raw / "population/census2021.csv").write_text(
        "lsoa21_code,lsoa21_name,total_population\n"
        + "".join(f"{code},{name_of(n)},{1500 + n}\n" for n, code in enumerate(LSOAS))
    )
    deciles = "".join(f"{c},{1 + n // 3},{1 + 3000 * (n // 3)}\n" for n, c in enumerate(LSOAS))
    (raw / "deprivation/imd2025.csv").write_text(f"lsoa21_code,IMD_decile,IMD_rank\n{deciles}")
    hole = ring(7, 0.003)[::-1]
    # One area lies in a hole of another.
    rings = {n: [ring(n)] for n in range(len(LSOAS))} | {7: [ring(7), hole], 25: [hole[::-1]]}
    shapes = [(c, name_of(n), rings[n]) for n, c in enumerate(LSOAS)]
    (raw / "boundaries/lsoa.geojson").write_text(geojson("LSOA21", shapes))
    wards = [
        (code, name, [[[0.2, y], [0.26, y], [0.26, y + 0.01], [0.2, y + 0.01], [0.2, y]]])
        for (code, name), y in zip(WARDS, (51.1, 51.11, 51.12, 51.13, 51.14), strict=True)
    ]
    (raw / "boundaries/wards.geojson").write_text(geojson("WD24", wards))
    return root
