"""ONS Open Geography portal: lookups between areas, and generalised boundaries for maps.

Both come from ArcGIS feature services, page by page; a table is kept only when all the rows that
the service counts have come.
"""

from __future__ import annotations

import csv
import io
import json
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
#: Of LSOAs as of 2021, generalised to 200 m: a few hundred kilobytes a county.
BOUNDARY_SERVICE = "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BSC_V4"
_LSOA_SERVICE, _LSOA = "LSOA21_WD24_LAD24_EW_LU", "LSOA21CD"
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
    """Fetch the outlines of the area's LSOAs as GeoJSON (longitude and latitude)."""
    before = job.web.bytes
    services = job.options.get("lookup_services", SERVICES)
    where = f"{services[_LSOA_SERVICE]} IN ({_quoted(job.area['district_codes'])})"
    codes = sorted({f["attributes"][_LSOA] for f in _features(job, _LSOA_SERVICE, where)})
    service = job.options.get("boundary_service", BOUNDARY_SERVICE)
    features: list[dict[str, Any]] = []
    for at in range(0, len(codes), 200):
        where = f"{_LSOA} IN ({_quoted(codes[at : at + 200])})"
        features += _features(job, service, where, geometry=True)
    if missing := set(codes) - {f["properties"][_LSOA] for f in features}:
        raise PublisherError(
            paragraph(
                f"outlines are missing for {len(missing)} of {len(codes)} LSOAs",
                file=_url(job, service),
                do="Nothing was kept; run the same command again later.",
            )
        )
    features.sort(key=lambda f: f["properties"][_LSOA])
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return [
        kept_files.keep(
            job, BOUNDARIES, "lsoa_2021.geojson", content, PUBLISHER,
            title="Lower layer Super Output Areas of 2021, generalised boundaries",
            url=_url(job, service), published="2021-12-01", sent=job.web.bytes - before,
        )
    ]  # fmt: skip


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
                "[fetch.lookup_services] or [fetch] boundary_service.",
            ),
            int(error.get("code") or 0),
        )
    return reply


def _url(job: Job, service: str) -> str:
    return f"{job.base('geography', BASE)}/{service}/FeatureServer/0/query"


def _quoted(codes: list[str]) -> str:
    return ",".join(f"'{code}'" for code in codes)
