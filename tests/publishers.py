"""A local stand-in for the publishers: their true layouts, and every way they misbehave."""

from __future__ import annotations

import contextlib
import csv
import gzip
import hashlib
import io
import json
import random
import re
import threading
import zipfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import openpyxl
import polars as pl
import workbook_files

from cspanalysis.domain import areas

Query = dict[str, str]


@dataclass
class Fault:
    """One misbehaviour, used up by one request.

    `status` with `headers`; or the true reply cut after `cut` bytes; or `body` in its place; or
    `hang`, which answers nothing until the test is over.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    body: bytes | None = None
    hang: bool = False


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that hangs up is no news."""


class Server:
    """A threaded HTTP server on this machine; a context manager."""

    def __init__(self):
        self.content: dict[str, bytes | Callable[[Query], bytes]] = {}
        self.faults: dict[str, deque[Fault]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.honours_ranges = True
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Header and body in one packet: otherwise each reply waits for an acknowledgement.
            wbufsize = -1

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.answer(self, "")

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                outer.answer(self, self.rfile.read(length).decode())

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def misbehave(self, path: str, *faults: Fault) -> None:
        """Queue faults for a path; afterwards it answers rightly again."""
        self.faults[path] = deque(faults)

    def requests(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(p == path for p, _ in self.asked)

    def answer(self, handler: BaseHTTPRequestHandler, form: str) -> None:
        parts = urlsplit(handler.path)
        path = unquote(parts.path)
        self.asked.append((path, dict(handler.headers)))
        fault = None
        if self.faults.get(path):
            fault = self.faults[path].popleft()
        with contextlib.suppress(ConnectionError):
            self._reply(handler, path, form or parts.query, fault)

    def _reply(self, handler, path: str, query: str, fault: Fault | None) -> None:
        if fault and fault.hang:
            self.over.wait()
            handler.close_connection = True
            return
        if fault and fault.status != 200:
            return self._send(handler, fault.status, fault.body or b"", fault.headers)
        content = self.content.get(path)
        if content is None:
            return self._send(handler, 404, b"not here", {})
        if callable(content):
            content = content({k: v[0] for k, v in parse_qs(query).items()})
        if fault and fault.body is not None:
            kind = {"Content-Type": "text/html"}
            return self._send(handler, 200, fault.body, kind | fault.headers)
        etag = f'"{hashlib.md5(content).hexdigest()}"'
        headers = {"ETag": etag, "Last-Modified": "Mon, 03 Nov 2025 09:30:00 GMT"}
        if handler.headers.get("If-None-Match") == etag:
            return self._send(handler, 304, b"", headers)
        status = 200
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", handler.headers.get("Range", ""))
        if asked and self.honours_ranges and handler.headers.get("If-Range", etag) == etag:
            total = len(content)
            if asked[1]:
                start, end = int(asked[1]), min(int(asked[2] or total - 1), total - 1)
            else:
                start, end = max(0, total - int(asked[2])), total - 1
            if start >= total:
                return self._send(handler, 416, b"", {})
            headers["Content-Range"] = f"bytes {start}-{end}/{total}"
            content, status = content[start : end + 1], 206
        return self._send(handler, status, content, headers, fault.cut if fault else None)

    def _send(self, handler, status, body: bytes, headers, cut: int | None = None) -> None:
        handler.send_response(status)
        for key, value in headers.items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            handler.close_connection = True


# ---------------------------------------------------------------- the publishers' layouts

STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
FORCES = ("avon-and-somerset", "btp", "city-of-london", "essex", "kent", "metropolitan", "surrey")
#: The district all layouts speak of, unless another is asked for.
DISTRICT, CODE = "Tonbridge and Malling", "E07000115"


def street(month: str, force: str, rows: int = 20, district: str = DISTRICT) -> bytes:
    """A street file of the archive."""
    lines = [STREET_HEADER]
    for n in range(rows):
        lines.append(
            f"{hashlib.sha256(f'{month}{force}{n}'.encode()).hexdigest()},{month},{force} Police,"
            f"{force} Police,0.27{n},51.19{n},On or near High Street,E01024711,"
            f"{district} 005A,Shoplifting,Under investigation,"
        )
    return ("\r\n".join(lines) + "\r\n").encode()


SEARCH_HEADER = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
)


def searches(month: str, rows: int = 3) -> bytes:
    """A stop and search file of the archive: neither force nor small area is in it."""
    lines = [SEARCH_HEADER] + [
        f"Person search,{month}-{day:02}T01:48:53+00:00,,,51.27,0.19,Male,25-34,"
        "White - Any other White background,White,Misuse of Drugs Act 1971 (section 23),"
        "Controlled drugs,A no further action disposal,False,False"
        for day in range(1, rows + 1)
    ]
    return ("\n".join(lines) + "\n").encode()


def archive(months: list[str], noise: int = 150_000, district: str = DISTRICT) -> bytes:
    """A bulk archive: few wanted members among much that is not."""
    chance = random.Random(7)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for month in months:
            for force in FORCES:
                name = f"{month}/{month}-{force}"
                out.writestr(f"{name}-street.csv", street(month, force, district=district))
                if force != "surrey":  # not every force publishes its searches
                    out.writestr(f"{name}-stop-and-search.csv", searches(month))
                out.writestr(f"{name}-outcomes.csv", chance.randbytes(noise // len(FORCES)))
    return stream.getvalue()


def nomis(query: Query) -> bytes:
    """Population estimates as the Nomis API gives them, page by page."""
    codes = query["geography"].split(",")
    ages = ["All Ages"] if query["c_age"] == "200" else ["Age 0", "Age 1", "Aged 90+"]
    names = areas.register().set_index("district_code")["district"]
    rows = [
        ["2024", names[code], code, sex, age, "1200"]
        for code in codes
        for sex in ("Total", "Male", "Female")
        for age in ages
    ]
    offset, limit = int(query["recordoffset"]), int(query["recordlimit"])
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([c.upper() for c in query["select"].split(",")])
    writer.writerows([*row, len(rows)] for row in rows[offset : offset + limit])
    return stream.getvalue().encode()


def census_groups(query: Query) -> bytes:
    """Residents by ethnic group as the Nomis API gives them, sums among them."""
    path = Path(__file__).parent / "fixtures/ethnic_groups/nomis_ts021.csv"
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [c.upper() for c in query["select"].split(",")]
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(names)
    writer.writerows([{**row, "RECORD_COUNT": len(rows)}[name] for name in names] for row in rows)
    return out.getvalue().encode()


def feature_service(rows: list[dict], page: int = 2) -> Callable[[Query], bytes]:
    """An ArcGIS feature service that gives at most `page` rows at once.

    As the portal does it, a page with more behind it says so: in JSON at the top, in GeoJSON
    under the collection's properties.
    """

    def answer(query: Query) -> bytes:
        chosen = rows
        if match := re.fullmatch(r"(\w+) IN \((.*)\)", query["where"]):
            wanted = set(match[2].replace("'", "").split(","))
            chosen = [r for r in rows if str(r[match[1]]) in wanted]
        if query.get("returnCountOnly"):
            return json.dumps({"count": len(chosen)}).encode()
        at = int(query["resultOffset"])
        part = chosen[at : at + page]
        is_more = {"exceededTransferLimit": True} if at + page < len(chosen) else {}
        if query["f"] == "geojson":
            collection = {
                "type": "FeatureCollection",
                "crs": {"type": "name", "properties": {"name": "EPSG:4326"}},
                "features": [
                    {"type": "Feature", "id": r["FID"], "geometry": outline(r), "properties": r}
                    for r in part
                ],
            }
            return json.dumps(collection | ({"properties": is_more} if is_more else {})).encode()
        fields = [{"name": name, "alias": name, "sqlType": "sqlTypeOther"} for name in rows[0]]
        reply = {
            "objectIdFieldName": "ObjectId",
            "uniqueIdField": {"name": "ObjectId", "isSystemMaintained": True},
            "globalIdFieldName": "",
            "fields": fields,
            **is_more,
            "features": [{"attributes": r} for r in part],
        }
        return json.dumps(reply).encode()

    return answer


def lsoas(district: str = DISTRICT, code: str = CODE) -> list[dict]:
    """Rows of the lookup from LSOAs to wards and districts."""
    return [
        {
            "LSOA21CD": f"E0102471{n}",
            "LSOA21NM": f"{district} {name}",
            "WD24CD": "E05015530",
            "WD24NM": "Judd",
            "LAD24CD": code,
            "LAD24NM": district,
            "ObjectId": n,
        }
        for n, name in enumerate(("005A", "005B", "005C"))
    ]


def outlines(district: str = DISTRICT) -> list[dict]:
    """Attributes of the layer of generalised LSOA boundaries, which knows no district."""
    return [
        {
            "FID": n + 1,
            "LSOA21CD": row["LSOA21CD"],
            "LSOA21NM": row["LSOA21NM"],
            "LSOA21NMW": " ",
            "BNG_E": 558_900 + 700 * n,
            "BNG_N": 146_300,
            "LAT": 51.19 + n / 100,
            "LONG": 0.27 + n / 100,
            "Shape__Area": 412_345.678_9,
            "Shape__Length": 3_210.987_6,
            "GlobalID": f"c625aea8-6d73-4b2a-be76-4d5c44cad9f{n}",
        }
        for n, row in enumerate(lsoas(district))
    ]


def outline(row: dict) -> dict:
    """The shape of an LSOA: a polygon, one with a hole, or several parts, by its number."""
    x, y = row["LONG"], row["LAT"]

    def ring(at: float, size: float) -> list[list[float]]:
        corners = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
        # The portal gives every decimal that a double has.
        return [[x + at + size * a + 1e-14, y + at + size * b + 1e-14] for a, b in corners]

    if row["FID"] % 3 == 0:
        return {"type": "MultiPolygon", "coordinates": [[ring(0, 0.004)], [ring(0.006, 0.001)]]}
    hole = [ring(0.002, 0.002)[::-1]] if row["FID"] % 3 == 2 else []
    return {"type": "Polygon", "coordinates": [ring(0, 0.008), *hole]}


FINGERTIPS_HEADER = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,"
    "Category Type,Category,Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,"
    "Lower CI 99.8 limit,Upper CI 99.8 limit,Count,Denominator,Value note,Recent Trend,"
    "Compared to England value or percentiles,Compared to Region value or percentiles,"
    "Time period Sortable,New data,Compared to goal"
)


def fingertips(query: Query | None = None) -> bytes:
    """Indicators; one name holds a line break, as the real file has it."""
    names = {
        "92906": "Admission episodes for alcohol-specific conditions",
        "92904": "Admission episodes for alcohol-specific conditions - Under 18s",
        "93764": '"Admission episodes for alcohol-related conditions (Narrow)\n"',
        "11201": "Violence - hospital admissions for violence (including sexual violence)",
    }
    lines = [FINGERTIPS_HEADER]
    lines += [
        f"{i},{n},E92000001,England,E07000115,Tonbridge and Malling,District & UA,Persons,"
        "All ages,,,2023/24,410.2,380.1,442.0,,,560,136500,,,,,20230000,,"
        for i, n in names.items()
    ]
    return ("\n".join(lines) + "\n").encode()


def partnership_table(
    district: str = DISTRICT, years: tuple[str, ...] = ("2023_24", "2024_25")
) -> bytes:
    """The Home Office's workbook: notes, then a sheet per year."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active["A1"] = "Police recorded crime open data, Community Safety Partnership tables"
    for count, year in enumerate(years, 120):
        page = book.create_sheet(year)
        page.append(["Financial Year", "Financial Quarter", "Police Force", "CSP Name",
                     "Offence Description", "Offence Group", "Offence Subgroup", "Offence Code",
                     "Offence Count"])  # fmt: skip
        page.append([year.replace("_", "/").replace("-", "/"), 1, "Kent", district, "Shoplifting",
                     "Theft offences", "Shoplifting", "46", count])  # fmt: skip
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


EXCLUSIONS = (
    b"time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    b"region_name,old_la_code,new_la_code,la_name,education_phase,headcount,perm_excl,suspension\n"
    b"202324,Academic year,Local authority,E92000001,England,E12000008,South East,886,E10000016,"
    b"Kent,Total,228507,54,10156\n"
)
COLLISIONS = (
    b"collision_index,collision_year,collision_ref_no,longitude,latitude,police_force,"
    b"collision_severity,number_of_vehicles,number_of_casualties,date,day_of_week,time,"
    b"local_authority_district,local_authority_ons_district,speed_limit,light_conditions\n"
    b"2024460000001,2024,460000001,0.27,51.19,46,3,2,1,01/01/2024,2,00:20,-1,E07000115,30,4\n"
)
CASUALTIES = (
    b"collision_index,collision_year,collision_ref_no,vehicle_reference,casualty_reference,"
    b"casualty_class,sex_of_casualty,age_of_casualty,age_band_of_casualty,casualty_severity\n"
    b"2024460000001,2024,460000001,1,1,1,2,30,6,3\n"
)


def interactive_tool() -> bytes:
    """The table of the local authority interactive tool, with a measure that nobody asks for."""
    path = Path(__file__).parent / "fixtures/lait/lait_long.csv"
    stream = io.BytesIO()
    pl.read_csv(path, infer_schema=False).write_parquet(stream)
    return stream.getvalue()


def catalogue(query: Query) -> bytes:
    """The data catalogue of Explore Education Statistics, one data set a page."""
    publication = {"id": "p1", "title": "Suspensions and permanent exclusions in England"}
    sets = [
        ("d0", "Pupil absence", {"id": "p2", "title": "Pupil absence in schools"}, ["School"]),
        ("d1", "Exclusions by reason", publication, ["National", "Local authority"]),
        ("d2", "Suspensions and exclusions by geography", publication,
         ["National", "Regional", "Local authority"]),
        ("d3", "Suspensions and exclusions - school level", publication,
         ["Local authority", "School"]),
    ]  # fmt: skip
    page = int(query["page"])
    number, title, of, levels = sets[page - 1]
    result = {
        "id": number, "fileId": f"file-{number}", "filename": f"{number}.csv", "title": title,
        "publication": of, "release": {"id": "r1", "title": "Academic year 2023/24"},
        "published": "2025-07-10T08:30:00Z", "latestData": True,
        "meta": {"geographicLevels": levels},
    }  # fmt: skip
    paging = {"page": page, "pageSize": 1, "totalResults": len(sets), "totalPages": len(sets)}
    return json.dumps({"results": [result], "paging": paging}).encode()


#: Where the Home Office's tables lie, and files attached there: title, name.
TABLES_PAGE = (
    "/govuk/content/government/statistical-data-sets/"
    "police-recorded-crime-and-outcomes-open-data-tables"
)
ONS_PAGE = (
    "/peoplepopulationandcommunity/crimeandjustice/datasets/"
    "recordedcrimedatabycommunitysafetypartnershiparea"
)
_CSP = "Police recorded crime Community Safety Partnership open data, year ending March {} to year "
TABLES = (
    ("Police recorded crime Police Force Area open data tables, from year ending March 2013",
     "prc-pfa-mar2013-onwards-tables-231025.ods"),
    (_CSP.format(2021) + "ending September 2025", "prc-csp-mar21-sep25-tables-231025.xlsx"),
    (_CSP.format(2016) + "ending March 2020", "prc-csp-mar16-mar20-tables-231025.xlsx"),
    (_CSP.format(2003) + "ending March 2007", "prc-csp-0203-to-0607-tabs.xlsx"),
)  # fmt: skip


def _official_tables(server: Server, district: str) -> None:
    """Recorded crime by partnership, of the Home Office on GOV.UK and of the statisticians."""
    base, content = server.base, server.content
    years = {"mar21": ("2023_24", "2024_25"), "mar16": ("2018_19",), "0203": ("2003-04",)}
    for _, name in TABLES[1:]:
        (held,) = (y for key, y in years.items() if f"-{key}-" in name)
        content[f"/media/{name}"] = partnership_table(district, held)
    content[TABLES_PAGE] = json.dumps(
        {
            "schema_name": "statistical_data_set",
            "public_updated_at": "2025-10-23T08:30:00Z",
            "details": {
                "attachments": [
                    {"title": title, "url": f"{base}/media/{name}", "filename": name,
                     "content_type": "application/vnd.oasis.opendocument.spreadsheet"}
                    for title, name in TABLES
                ]
            },
        }
    ).encode()  # fmt: skip
    page = ONS_PAGE
    editions = [f"{page}/yearending{when}" for when in ("december2023", "march2024", "march2023")]
    content[f"/ons{page}/data"] = json.dumps(
        {"type": "dataset_landing_page", "uri": page, "datasets": [{"uri": e} for e in editions]}
    ).encode()
    content[f"/ons{editions[1]}/data"] = json.dumps(
        {
            "type": "dataset", "uri": editions[1], "versions": [],
            "description": {
                "title": "Recorded crime data by Community Safety Partnership area",
                "edition": "Year ending March 2024", "releaseDate": "2024-07-23T23:00:00.000Z",
            },
            "downloads": [{"file": "csptablesyemar24correction.xlsx"}],
        }
    ).encode()  # fmt: skip
    content["/ons/file"] = statisticians_table(district)


def statisticians_table(district: str = DISTRICT) -> bytes:
    """A workbook of the national statisticians: contents, then counts of two years."""
    book = openpyxl.Workbook()
    book.active.title = "Table of contents"
    book.active["A1"] = "Table of contents"
    for number, year in ((2, 2023), (3, 2024)):
        page = book.create_sheet(f"Table C{number}")
        page.append([f"Table C{number}: Number of crimes by Community Safety Partnership area, "
                     f"year ending March {year} [note 1]"])  # fmt: skip
        page.append(["Some shorthand is used in this table."])
        page.append(["Police Force Area\n code", "Police Force Area\n name [note 4]",
                     "Community Safety\n Partnership code", "Community Safety\n Partnership name",
                     "Local Authority\n code", "Local Authority\n name",
                     "Total recorded crime\n (excluding fraud)"])  # fmt: skip
        page.append(["E23000032", "Kent", "E22000148", district, CODE, district, 8000 + year])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


FLY_TIPPING_PAGE = (
    "/govuk/content/government/statistical-data-sets/"
    "env24-fly-tipping-incidents-and-actions-taken-in-england"
)


def fly_tipping(district: str = DISTRICT, code: str = CODE) -> bytes:
    """Defra's workbook by authority: notes, then incidents under two lines of title."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active["A1"] = "Notes"
    page = book.create_sheet("LA_incidents")
    page.append(["Fly-tipping incidents reported by local authorities in England"])
    page.append([])
    page.append(["Year", "ONS Code", "LA Name", "Region", "Total Incidents", "Highway Incidents"])
    for year, count in (("2022-23", 827), ("2023-24", 1017)):
        page.append([year, "*Total", "*Total", "*Total England", 1_000_000, 400_000])
        page.append([year, code, district, "South East", count, ":"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fly_tipping_page(server: Server, district: str, code: str) -> None:
    name = "Flytipping_incidents_and_actions_taken__reported_by_LAs_in_England__{}_accessible.xlsx"
    titles = {
        "Fly-tipping incidents and actions taken in England, national level": "national.ods",
        "Fly-tipping incidents reported by LAs in England 2012-13 to 2022-23": name.format(
            "2012-13_to_2022-23"
        ),
        "Fly-tipping incidents reported by LAs in England 2012-13 to 2023-24": name.format(
            "2012-13_to_2023-24"
        ),
    }
    files = [{"title": t, "url": f"{server.base}/media/{n}"} for t, n in titles.items()]
    server.content[f"/media/{name.format('2012-13_to_2023-24')}"] = fly_tipping(district, code)
    server.content[FLY_TIPPING_PAGE] = json.dumps(
        {"public_updated_at": "2025-02-26T09:30:00Z", "details": {"attachments": files}}
    ).encode()


FIRES_PAGE = "/govuk/content/government/statistics/fire-statistics-incident-level-datasets"
FIRES_NAME = "Low_level_geography_dataset_{}.ods"


def fires(years: dict[str, dict[str, int]], district: str = DISTRICT, code: str = CODE) -> bytes:
    """The low-level geography dataset: a cover sheet, then a sheet a year, rows alike as one."""
    lsoa = lsoas(district, code)[0]
    sheets: dict[str, list[object]] = {"Cover_sheet": [["Low level geography dataset"]]}
    head = ["FRS_TERRITORY", "E_CODE_TERRITORY", "LSOA_CODE", "LSOA_DESCRIPTION",
            "FINANCIAL_YEAR", "INCIDENT_TYPE"]  # fmt: skip
    for year, types in years.items():
        where = ["Kent", "E31000022", lsoa["LSOA21CD"], lsoa["LSOA21NM"], year]
        rows = [workbook_files.line([*where, kind], n) for kind, n in types.items()]
        sheets[year.replace("/", "")] = [head, *rows]
    stream = io.BytesIO()
    workbook_files.ods(stream, sheets)
    return stream.getvalue()


def _fires_page(server: Server, district: str, code: str) -> None:
    """Three datasets, of which two are by small area; and the guidance, which is a page."""
    names = {
        "Dwelling fires dataset": "Dwelling_fires_dataset.ods",
        "Low level geography dataset, 2017/18 to 2022/23": FIRES_NAME.format("201718_to_202223"),
        "Low level geography dataset, 2023/24 to present": FIRES_NAME.format("202324_to_present"),
    }
    files = [{"title": t, "url": f"{server.base}/media/{n}"} for t, n in names.items()]
    files.append({"title": "Low level geography dataset guidance", "url": "/government/guidance"})
    older, newer = list(names.values())[1:]
    server.content[f"/media/{older}"] = fires({"2022/23": {"Secondary fire": 8}}, district, code)
    server.content[f"/media/{newer}"] = fires(
        {"2023/24": {"Primary fire - dwelling": 3, "Secondary fire": 9},
         "2024/25": {"Primary fire - dwelling": 2, "Secondary fire": 7,
                     "False alarm - Good intent": 5}},
        district, code,
    )  # fmt: skip
    server.content[FIRES_PAGE] = json.dumps(
        {"public_updated_at": "2025-07-22T08:30:00Z", "details": {"attachments": files}}
    ).encode()


def everything(
    server: Server, district: str = DISTRICT, newest_year: int = 2024
) -> dict[str, object]:
    """Put every publisher behind the server; returns the settings that point there.

    `newest_year` is the last year of which there are road data.
    """
    base, content = server.base, server.content
    area = areas.find(district)
    (code,) = area.district_codes

    def here(text: bytes) -> bytes:
        return text.replace(DISTRICT.encode(), district.encode()).replace(
            CODE.encode(), code.encode()
        )

    for name, months in (("latest", ("07", "08", "09")), ("2025-06", ("04", "05", "06"))):
        content[f"/police/{name}.zip"] = archive([f"2025-{m}" for m in months], district=district)
    content["/nomis/dataset/NM_2002_1.data.csv"] = nomis
    service = "/arcgis/{}/FeatureServer/0/query"
    csp = [
        {
            "LAD24CD": code,
            "LAD24NM": district,
            "CSP24CD": area.code,
            "CSP24NM": area.name,
            "PFA24CD": "E23000032",
            "PFA24NM": "Kent",
            "FID": 1,
        }
    ]
    old = [
        {"LSOA11CD": r["LSOA21CD"], "LSOA21CD": r["LSOA21CD"], "CHGIND": "U",
         "LAD22CD": r["LAD24CD"], "LAD22NM": r["LAD24NM"]}
        for r in lsoas(district, code)
    ]  # fmt: skip
    content[service.format("LAD24_CSP24_PFA24_EW_LU")] = feature_service(csp)
    content[service.format("LSOA21_WD24_LAD24_EW_LU")] = feature_service(lsoas(district, code))
    content[service.format("LSOA11_LSOA21_LAD22_EW_LU_v5")] = feature_service(old)
    layer = "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BSC_V4"
    content[service.format(layer)] = feature_service(outlines(district))
    shape = {"LAT": 51.19, "LONG": 0.27}
    content[service.format("Wards_May_2024_Boundaries_UK_BSC")] = feature_service(
        [{"FID": 1, "WD24CD": "E05015530", "WD24NM": "Judd", **shape}]
    )
    content[service.format("Local_Authority_Districts_May_2024_Boundaries__UK_BSC")] = (
        feature_service([{"FID": 1, "LAD24CD": code, "LAD24NM": district, **shape}])
    )
    page = "/deprivation/government/statistics/english-indices-of-deprivation-2025"
    file_7 = "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
    content[page] = json.dumps(
        {
            "first_published_at": "2025-10-30T09:30:00Z",
            "details": {
                "attachments": [
                    {"title": "File 1: Index of Multiple Deprivation",
                     "url": f"{base}/media/iod/File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx"},
                    {"title": "File 7: all ranks, scores, deciles and population denominators",
                     "url": f"{base}/media/iod/{file_7}"},
                ]
            },
        }
    ).encode()  # fmt: skip
    content[f"/media/iod/{file_7}"] = here(
        (Path(__file__).parent / "fixtures/deprivation/file_7_iod2025.csv").read_bytes()
    )
    content["/fingertips/all_data/csv/by_indicator_id"] = lambda _: here(fingertips())
    content["/ees/data-set-files"] = catalogue
    content["/ees/data-set-files/d2/download"] = gzip.compress(EXCLUSIONS, mtime=0)
    content["/nomis/dataset/NM_2041_1.data.csv"] = lambda query: here(census_groups(query))
    content["/lait/bds_long_0.parquet"] = interactive_tool()
    _official_tables(server, district)
    _fly_tipping_page(server, district, code)
    _fires_page(server, district, code)
    for year in range(newest_year - 6, newest_year + 1):
        road = "/roads/dft-road-casualty-statistics"
        content[f"{road}-collision-{year}.csv"] = here(COLLISIONS)
        content[f"{road}-casualty-{year}.csv"] = CASUALTIES
    return {
        "police_uk": f"{base}/police",
        "population": f"{base}/nomis",
        "geography": f"{base}/arcgis",
        "fingertips": f"{base}/fingertips",
        "dfe_exclusions": f"{base}/ees",
        "home_office_csp": f"{base}/govuk/content",
        "ons_csp": f"{base}/ons",
        "fly_tipping": f"{base}/govuk/content",
        "fire_statistics": f"{base}/govuk/content",
        "lait": f"{base}/lait",
        "stats19": f"{base}/roads",
        "deprivation": f"{base}/deprivation",
    }
