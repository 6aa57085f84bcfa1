"""ONS Open Geography portal: lookups between areas, and generalised boundaries for maps.

Both come from ArcGIS feature services, page by page; a table is kept only when all the rows that
the service counts have come.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from cspanalysis.domain.errors import paragraph
from cspanalysis.workspace.fetch import kept_files, web
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError

LOOKUPS, BOUNDARIES = "lookups", "boundaries"
BASE = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
PUBLISHER = Publisher(
    "Office for National Statistics, Open Geography portal",
    "Source: Office for National Statistics licensed under the Open Government Licence v3.0. "
    "Contains OS data © Crown copyright and database right",
)
#: Service → its district column, '' where the whole of England and Wales is wanted.
SERVICES = {
    "LAD24_CSP24_PFA24_EW_LU": "",
    "LSOA21_WD24_LAD24_EW_LU": "LAD24CD",
    "LSOA11_LSOA21_LAD22_EW_LU_v5": "LAD22CD",
}
#: Outlines generalised to 200 m, a few hundred kilobytes a county: column of the lookup with the
#: codes of the area's own, service, file and title.
BOUNDARY_SERVICE = "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BSC_V4"
WARD_SERVICE = "Wards_May_2024_Boundaries_UK_BSC"
DISTRICT_SERVICE = "Local_Authority_Districts_May_2024_Boundaries__UK_BSC"
_OUTLINES = (
    ("LSOA21CD", "boundary_service", BOUNDARY_SERVICE, "lsoa_2021.geojson",
     "Lower layer Super Output Areas of 2021, generalised boundaries", "2021-12-01"),
    ("WD24CD", "ward_service", WARD_SERVICE, "wards_2024.geojson",
     "Wards of May 2024, generalised boundaries", "2024-05-01"),
    ("LAD24CD", "district_service", DISTRICT_SERVICE, "districts_2024.geojson",
     "Local authority districts of May 2024, generalised boundaries", "2024-05-01"),
)  # fmt: skip
_LSOA_SERVICE = "LSOA21_WD24_LAD24_EW_LU"
PAGE = 1000
_IDENTIFIERS = ("OBJECTID", "ObjectId", "FID", "GlobalID")


def lookups(job: Job) -> list[Fetched]:
    """Fetch district–CSP–force for all, LSOA lookups for the area and its neighbours."""
    codes = list(dict.fromkeys([*job.area["district_codes"], *job.area["neighbour_codes"]]))
    services = job.options.get("lookup_services", SERVICES)
    found = []
    for service, column in services.items():
        before = job.web.bytes
        where = f"{column} IN ({_quoted(codes)})" if column else "1=1"
        rows = [f["attributes"] for f in _features(job, service, where)]
        columns = [c for c in rows[0] if c not in _IDENTIFIERS]
        stream = io.StringIO()
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: [str(row[c]) for c in columns]))
        found.append(
            kept_files.keep(
                job, LOOKUPS, f"{service}.csv", stream.getvalue().encode(), PUBLISHER,
                title=f"Lookup {service}", url=_url(job, service), sent=job.web.bytes - before,
            )
        )  # fmt: skip
    return found


def boundaries(job: Job) -> list[Fetched]:
    """Fetch outlines as GeoJSON (longitude and latitude).

    LSOAs and wards of the area; districts with its neighbours of force and county.
    """
    services = job.options.get("lookup_services", SERVICES)
    near = list(dict.fromkeys([*job.area["district_codes"], *job.area["neighbour_codes"]]))
    where = f"{services[_LSOA_SERVICE]} IN ({_quoted(job.area['district_codes'])})"
    own = [f["attributes"] for f in _features(job, _LSOA_SERVICE, where)]
    found = []
    for column, option, service, name, title, published in _OUTLINES:
        before = job.web.bytes
        needed = sorted({row[column] for row in own})
        # Of districts the neighbours too, as far as the service has them.
        codes = near if column.startswith("LAD") else needed
        service = job.options.get(option, service)
        content = json.dumps(
            {
                "type": "FeatureCollection",
                "features": _outlines(job, service, column, codes, needed),
            }
        ).encode()
        found.append(
            kept_files.keep(
                job, BOUNDARIES, name, content, PUBLISHER, title=title, url=_url(job, service),
                published=published, sent=job.web.bytes - before,
            )
        )  # fmt: skip
    return found


def _outlines(
    job: Job, service: str, column: str, codes: Sequence[str], needed: Sequence[str]
) -> list[dict[str, Any]]:
    """The outlines of the codes, in their order; of those needed none is left out."""
    features: list[dict[str, Any]] = []
    for at in range(0, len(codes), 200):
        where = f"{column} IN ({_quoted(codes[at : at + 200])})"
        features += _features(job, service, where, geometry=True)
    if missing := set(needed) - {f["properties"][column] for f in features}:
        kind = {"LSOA": "LSOAs", "WD24": "wards", "LAD2": "districts"}[column[:4]]
        raise PublisherError(
            paragraph(
                f"outlines are missing for {len(missing)} of {len(needed)} {kind}",
                file=_url(job, service),
                do="Nothing was kept; run the same command again later.",
            )
        )
    return sorted(features, key=lambda f: f["properties"][column])


def _features(
    job: Job, service: str, where: str, *, geometry: bool = False
) -> list[dict[str, Any]]:
    url = _url(job, service)
    base = {"where": where, "f": "json"}
    total = _answer(job, url, {**base, "returnCountOnly": "true"})["count"]
    if not total:
        raise PublisherError(
            paragraph(
                f"the service has no row where {where[:80]}",
                file=url,
                do="The districts' codes may have changed: name a newer service in partnership."
                "toml, [fetch.lookup_services].",
            )
        )
    form = {
        "where": where,
        "outFields": "*",
        "returnGeometry": str(geometry).lower(),
        "f": "geojson" if geometry else "json",
        "outSR": "4326",
        "resultRecordCount": str(PAGE),
    }
    found: list[dict[str, Any]] = []
    for _ in web.pages(PAGE):
        # A service may give fewer rows at once than asked for: what came decides the next page.
        page = _answer(job, url, {**form, "resultOffset": str(len(found))})["features"]
        found += page
        if not page or len(found) >= total:
            break
    if len(found) != total:
        raise PublisherError(
            paragraph(
                f"{len(found):,} of {total:,} rows came",
                file=url,
                do="Nothing was kept; run the same command again later.",
            )
        )
    return found


def _answer(job: Job, url: str, form: dict[str, str]) -> dict[str, Any]:
    reply = job.web.json(url, form=form)
    # ArcGIS reports its errors with status 200.
    if "error" in reply or not {"count", "features"} & set(reply):
        error = reply.get("error", {})
        raise PublisherError(
            paragraph(
                f"the service says: {error.get('message', str(reply)[:120])}",
                file=url,
                do="It may have been replaced by a newer edition: find its name on "
                "geoportal.statistics.gov.uk and put it into partnership.toml, "
                "[fetch.lookup_services], or [fetch] boundary_service, ward_service or "
                "district_service.",
            ),
            int(error.get("code") or 0),
        )
    return reply


def _url(job: Job, service: str) -> str:
    return f"{job.base('geography', BASE)}/{service}/FeatureServer/0/query"


def _quoted(codes: Sequence[str]) -> str:
    return ",".join(f"'{code}'" for code in codes)
