"""Files of partners in layouts that none of our readers was written for, with true figures.

The headings are set down from memory of what such systems and publishers give (Niche, Athena,
NSPIS, STORM, Uniform, the London Fire Brigade's open data, Hospital Episode Statistics, a council's
survey, the Youth Justice Board, Defra); every row is invented.
"""

from __future__ import annotations

import csv
import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

Row = Sequence[object]


@dataclass(frozen=True)
class Unfamiliar:
    """A file, what it is, and what is true of it.

    Parameters
    ----------
    name, layout, source : str
        Its file name, the system it is from, and the source that should read it.
    rows : sequence of rows
        What stands in it, titles and headings among it.
    kept : int
        Rows that count.
    figures : mapping
        Column → value → rows with that value.
    settings : str
        What the analyst adds by hand, as partnership.toml has it: the one edit.
    made : int
        Rows of the table, where they are not those of the file.
    """

    name: str
    layout: str
    source: str
    rows: Sequence[Row]
    kept: int
    figures: dict[str, dict[object, float]]
    settings: str = ""
    merged: Sequence[str] = ()
    made: int = 0

    def write(self, folder: Path) -> Path:
        """The file as the partner sends it."""
        path = folder / self.name
        if path.suffix == ".xlsx":
            book = openpyxl.Workbook()
            book.active.title = "Read me"
            book.active["A1"] = "Prepared for the Community Safety Partnership"
            sheet = book.create_sheet("Export")
            for row in self.rows:
                sheet.append(list(row))
            for cells in self.merged:
                sheet.merge_cells(cells)
            book.save(path)
        else:
            delimiter = "\t" if path.suffix == ".txt" else ","
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, delimiter=delimiter).writerows(self.rows)
        return path


def _days(number: int, step: int = 3) -> list[datetime.datetime]:
    first = datetime.datetime(2025, 4, 1, 9, 15)
    return [first + datetime.timedelta(days=step * n, minutes=37 * n) for n in range(number)]


def _cycle(values: Iterable[object], number: int) -> list[object]:
    return list(itertools.islice(itertools.cycle(values), number))


def niche() -> Unfamiliar:
    """Niche RMS: the offence as a Home Office class with its name."""
    labels = ["046/00 - Shoplifting", "105/01 - Common assault and battery",
              "045/10 - Theft from motor vehicle", "8N - Assault with injury",
              "28E - Burglary - Residential"]  # fmt: skip
    head = ["Occurrence No", "Stats Classification", "Reported Date/Time",
            "Occurred From Date/Time", "Occurred To Date/Time", "Street", "Settlement",
            "Local Authority", "Premise Type",
            "DA Flag", "Hate Crime Flag", "Occurrence Status", "Beat Code", "OIC"]  # fmt: skip
    rows = [
        [f"4325{n:06}", label, f"{day:%d/%m/%Y %H:%M}",
         f"{day - datetime.timedelta(hours=3):%d/%m/%Y %H:%M}",
         f"{day:%d/%m/%Y %H:%M}", "High Street", "Tonbridge", "Tonbridge & Malling", place,
         flag, "N", "Filed", "TB01", f"PC {n}"]
        for n, (day, label, place, flag) in enumerate(zip(
            _days(120), _cycle(labels, 120), _cycle(["Shop", "Street", "Dwelling"], 120),
            _cycle(["Y", "N", "N", "N"], 120), strict=True))
    ]  # fmt: skip
    return Unfamiliar(
        "niche_occurrences.csv", "Niche RMS, list of occurrences", "police_extract", [head, *rows],
        120,
        {"offence": {"shoplifting": 24, "assault without injury": 24, "theft from vehicle": 24,
                     "assault with injury": 24, "burglary residential": 24},
         "is_domestic": {True: 30}, "district": {"Tonbridge and Malling": 120},
         "premises": {"shop": 40}},
    )  # fmt: skip


def athena() -> Unfamiliar:
    """Athena: offences in words of the statute book, real dates of a workbook."""
    labels = ["Assault a person thereby occasioning them actual bodily harm",
              "Theft from shop", "Criminal damage to property valued under £5000",
              "Pursue course of conduct in breach of s.1(1) which amounts to harassment",
              "Possess with intent to supply a controlled drug of Class A",
              "Possess knife blade / sharp pointed article in a public place"]  # fmt: skip
    head = ["Investigation Ref", "Offence Title", "Date Reported", "Committed Date From",
            "Committed Date To", "District/Borough", "Road Name", "Location Category",
            "Domestic Abuse Indicator", "Victim Age at Report", "Victim Gender",
            "Finalisation Outcome"]  # fmt: skip
    rows = [
        [f"42/{n}/25", label, day, day - datetime.timedelta(hours=5), day, "Dover", "Biggin Street",
         "Public place - street", "Yes" if n % 5 == 0 else "No", 18 + n % 40,
         "Female" if n % 2 else "Male", "16 - Evidential difficulties"]
        for n, (day, label) in enumerate(zip(_days(90, 4), _cycle(labels, 90), strict=True))
    ]  # fmt: skip
    return Unfamiliar(
        "athena_investigations.xlsx", "Athena, list of investigations", "police_extract",
        [["Athena - Investigations recorded"], [], head, *rows], 90,
        {"offence": {"assault with injury": 15, "shoplifting": 15, "other criminal damage": 15,
                     "harassment": 15, "trafficking of drugs": 15,
                     "possession of article with blade or point": 15},
         "is_domestic": {True: 18}, "premises": {"public place": 90},
         "victim_sex": {"female": 45}},
    )  # fmt: skip


def nspis() -> Unfamiliar:
    """NSPIS: capitals, abbreviations, day and time apart, no column for the district."""
    labels = ["BURG DWELL", "TFMV", "TOMV", "CRIM DAM", "SHOPL", "AOABH"]
    head = ["CRIME_NO", "HO_CLASSIF", "DATE_REC", "COMM_FROM_DATE", "COMM_FROM_TIME",
            "COMM_TO_DATE", "COMM_TO_TIME", "STREET", "DV_FLAG", "DETECTED_IND"]  # fmt: skip
    rows = [
        [f"D/{n}/25", label, f"{day:%d-%b-%y}".upper(), f"{day:%d-%b-%y}".upper(), f"{day:%H%M}",
         f"{day:%d-%b-%y}".upper(), "2359", "FOLKESTONE ROAD", "N" if n % 4 else "Y",
         "Y" if n % 3 == 0 else "N"]
        for n, (day, label) in enumerate(zip(_days(60, 5), _cycle(labels, 60), strict=True))
    ]  # fmt: skip
    return Unfamiliar(
        "nspis_crime.txt", "NSPIS, crime report export", "police_extract", [head, *rows], 60,
        {"offence": {"burglary dwelling": 10, "theft from vehicle": 10, "theft of vehicle": 10,
                     "criminal damage": 10, "shoplifting": 10, "assault with injury": 10},
         "is_domestic": {True: 15}, "is_detected": {True: 20}, "district": {"Dover": 60}},
        settings='[sources.police_extract.constants]\ndistrict = "Dover"\n',
    )  # fmt: skip


def storm() -> Unfamiliar:
    """STORM: incidents of a command and control system with opening and closing codes."""
    head = ["Incident URN", "Incident Date Time", "Opening Type", "Final Closing Code", "Priority",
            "Call Source", "Ward", "LA District", "Location Text"]  # fmt: skip
    codes = ["ASB - NUISANCE", "ASB - PERSONAL", "ASB - ENVIRONMENTAL"]
    rows = [
        [f"KP-{day:%Y%m%d}-{n:04}", f"{day:%Y-%m-%dT%H:%M:%S}", "CONCERN", code, "P3", "999",
         "Castle", "Dover", "Pencester Gardens"]
        for n, (day, code) in enumerate(zip(_days(75, 4), _cycle(codes, 75), strict=True))
    ]  # fmt: skip
    return Unfamiliar(
        "storm_incidents.csv", "STORM, command and control log", "asb_calls", [head, *rows], 75,
        {"type": {"asb - nuisance": 25, "asb - personal": 25, "asb - environmental": 25},
         "district": {"Dover": 75}},
    )  # fmt: skip


def uniform() -> Unfamiliar:
    """Uniform: the council's cases, with days that only their shape tells."""
    kinds = ["Noise nuisance", "Youths causing annoyance", "Neighbour dispute", "Fly tipping"]
    head = ["Case Reference", "Date Received", "Service Request Type", "How Received",
            "Case Officer", "Site Address", "Ward Name", "Decision", "Date Closed"]  # fmt: skip
    rows = [
        [f"25/{n:05}/ASB", f"{day:%d %B %Y}", kind, "Web form", "Officer A", "1 The Street",
         "Castle", "No further action", f"{day + datetime.timedelta(days=20):%d %B %Y}"]
        for n, (day, kind) in enumerate(zip(_days(64, 5), _cycle(kinds, 64), strict=True))
    ]  # fmt: skip
    return Unfamiliar(
        "uniform_cases.xlsx", "Uniform, export of cases", "asb_calls", [head, *rows], 64,
        {"type": {"noise nuisance": 16, "fly tipping": 16}, "district": {"Dover": 64}},
        settings='[sources.asb_calls.constants]\ndistrict = "Dover"\n',
    )  # fmt: skip


def brigade() -> Unfamiliar:
    """The London Fire Brigade's list of incidents: two headings could be the type."""
    head = ["IncidentNumber", "DateOfCall", "CalYear", "TimeOfCall", "HourOfCall", "IncidentGroup",
            "StopCodeDescription", "SpecialServiceType", "PropertyCategory", "PropertyType",
            "IncGeo_BoroughCode", "IncGeo_BoroughName", "IncGeo_WardName",
            "NumPumpsAttending"]  # fmt: skip
    kinds = [
        ("Fire", "Secondary Fire", "Outdoor", "Loose refuse"),
        ("Fire", "Primary Fire", "Dwelling", "Purpose Built Flats/Maisonettes"),
        ("False Alarm", "AFA", "Non Residential", "Purpose built office"),
        ("Special Service", "Special Service", "Dwelling", "House - single occupancy"),
    ]
    rows = [
        [f"{n:06}-{day:%d%m%Y}", f"{day:%d-%b-%y}", day.year, f"{day:%H:%M:%S}", day.hour, group,
         stop, "Lift Release" if group == "Special Service" else "", category, kind, "E09000010",
         "ENFIELD", "Edmonton Green", 1]
        for n, (day, (group, stop, category, kind)) in enumerate(
            zip(_days(80, 4), _cycle(kinds, 80), strict=True))
    ]  # fmt: skip
    return Unfamiliar(
        "lfb_incidents.csv", "London Fire Brigade, open incident list", "fires", [head, *rows], 80,
        {"is_fire": {True: 40}, "district": {"Enfield": 80},
         "burned": {"refuse": 20, "dwelling": 40}},
    )  # fmt: skip


def hospital() -> Unfamiliar:
    """Hospital Episode Statistics: chapters of the ICD-10, the sexes side by side."""
    head = ["Financial Year", "Local Authority of Residence", "ICD-10 Chapter", "Age Band", "Male",
            "Female"]  # fmt: skip
    chapters = [
        "Chapter V: Mental and behavioural disorders",
        "Chapter XIX: Injury, poisoning and certain other consequences of external causes",
    ]
    rows = [
        [f"20{year}-{year + 1}", "Dover", chapter, age, 10 + year + at, "*" if at else 20 + year]
        for year in (22, 23, 24)
        for chapter in chapters
        for at, age in enumerate(("10 to 19", "20 to 29"))
    ]  # fmt: skip
    return Unfamiliar(
        "hes_admissions.xlsx", "Hospital Episode Statistics, by chapter of the ICD-10",
        "hospital_extract", [["Finished admission episodes"], [], head, *rows], 24,
        {"cause": {"F00-F99": 12, "S00-T98": 12}, "sex": {"male": 12, "female": 12},
         "status": {"suppressed": 6}, "count": {32: 2, 42: 2}},
    )  # fmt: skip


def survey() -> Unfamiliar:
    """A council's survey: the answers of a scale side by side."""
    head = ["Question", "Very safe", "Fairly safe", "Neither safe nor unsafe", "Fairly unsafe",
            "Very unsafe", "Don't know", "Base (unweighted)"]  # fmt: skip
    rows = [
        ["How safe do you feel outside in your local area during the day?", 45, 35, 10, 6, 3, 1,
         812],
        ["How safe do you feel outside in your local area after dark?", 18, 32, 16, 20, 12, 2, 809],
    ]  # fmt: skip
    return Unfamiliar(
        "residents_survey.xlsx", "Residents' survey, answers side by side", "surveys",
        [["Residents' survey 2025: safety"], [], head, *rows], 12,
        {"response": {"Very unsafe": 2, "Fairly safe": 2}, "percent": {32: 1, 45: 1},
         "base": {812: 6}},
        settings='[sources.surveys.constants]\nsurvey = "Residents\' survey"\nround = "2025"\n'
        'area = "Dover"\n',
    )  # fmt: skip


def youth() -> Unfamiliar:
    """Youth Justice Board: a table with the years side by side."""
    head = ["YJS", "Measure", "2021/22", "2022/23", "2023/24", "2024/25"]
    rows = [
        ["Kent", "First time entrants", 310, 295, 280, 261],
        ["Kent", "Violence against the person", 402, 415, 390, "*"],
        ["Medway", "First time entrants", 90, 84, 88, 79],
    ]
    return Unfamiliar(
        "yjb_local_level.xlsx", "Youth Justice Board, local-level table", "youth_offending",
        [["Youth Justice Statistics: local level open data"], [], head, *rows], 12,
        {"topic": {"first-time entrants": 8, "offences": 4}, "count": {261: 1, 84: 1},
         "status": {"suppressed": 1}, "year": {"2024/25": 3}},
    )  # fmt: skip


def tipping() -> Unfamiliar:
    """Defra's workbook: headings in two rows, the upper ones merged."""
    upper = ["Financial year", "ONS code", "Local authority", "All incidents", "By size", None,
             "By land type", None]  # fmt: skip
    lower = [None, None, None, "Total incidents", "Small", "Large", "Highway", "Footpath"]
    rows = [
        [f"20{year}-{year + 1}", code, name, 900 + year, 30, 12, 1100 + year, 4]
        for year in (21, 22, 23)
        for code, name in (("E07000108", "Dover"), ("E07000115", "Tonbridge and Malling"))
    ]
    return Unfamiliar(
        "defra_fly_tipping.xlsx", "Defra, fly-tipping by authority", "environmental",
        [["Fly-tipping incidents and actions"], [], upper, lower, *rows], 6,
        {"district": {"Dover": 3}, "count": {921: 2}, "year": {"2023/24": 2}},
        merged=("E3:F3", "G3:H3"),
    )  # fmt: skip


def powers() -> Unfamiliar:
    """A council's powers used: quarters side by side, a power in two kinds."""
    head = ["Council", "Power used", "Q1 2025/26", "Q2 2025/26", "Q3 2025/26"]
    rows = [
        ["Dover", "CPN warnings issued", 12, 9, 14],
        ["Dover", "CPNs issued", 3, "*", 4],
        ["Dover", "Full closure orders", 1, 0, 2],
        ["Dover", "Partial closure orders", 2, 1, 0],
    ]
    return Unfamiliar(
        "asb_powers.xlsx", "Council, powers used by quarter", "asb_powers",
        [["Use of powers under the Act of 2014"], [], head, *rows], 12,
        {"power": {"community protection warnings": 3, "closure orders": 6},
         "period": {"2025-04/2025-06": 4}, "status": {"suppressed": 1}},
    )  # fmt: skip


def orders() -> Unfamiliar:
    """A council's register of single notices and orders, with whom they were served on."""
    head = ["Case Ref", "Served On", "DOB", "Order Type", "Date Served", "Expires", "Council"]
    kinds = [
        "Community Protection Warning",
        "Community Protection Notice",
        "Closure Order (partial)",
    ]
    rows = [
        [f"ASB/{n}", f"Person {n}", "01/02/1990", kind, f"{day:%d/%m/%Y}", "31/12/2026", "Dover"]
        for n, (day, kind) in enumerate(zip(_days(60, 6), _cycle(kinds, 60), strict=True))
    ]
    return Unfamiliar(
        "orders_served.csv", "Council, register of single orders", "asb_powers", [head, *rows], 60,
        {"power": {"community protection notices": 12, "closure orders": 12}, "count": {2: 24},
         "period": {"2025-04/2025-04": 3, "2026-03/2026-03": 3}}, made=36,
    )  # fmt: skip


def districts() -> Unfamiliar:
    """A county's table of offences: a column for each district, and a total of them."""
    head = ["Offence", "Month", "Ashford", "Dover District Council", "Thanet", "Kent total"]
    rows = [
        [offence, month, at + 4, at + 5, at + 6, 3 * at + 15]
        for at, offence in enumerate(("Shoplifting", "Robbery", "Burglary"))
        for month in ("Apr-25", "May-25")
    ]
    return Unfamiliar(
        "offences_by_district.xlsx", "County, offences with the districts side by side",
        "peer_counts", [["Recorded crime by district"], [], head, *rows], 24,
        {"area": {"Dover": 6, "Kent total": 6}, "offence": {"shoplifting": 8},
         "period": {"2025-05/2025-05": 12}, "count": {5: 4, 7: 4, 15: 2}},
        settings='[sources.peer_counts.constants]\ngroup = "county"\n',
    )  # fmt: skip


def respondents() -> Unfamiliar:
    """A survey as a tool exports it: a row for each respondent."""
    head = ["Respondent ID", "How safe do you feel after dark?", "Noise is a problem here",
            "Age group"]  # fmt: skip
    safe, agree = ["Very safe", "Fairly safe", "A bit unsafe", "Very unsafe"], ["Agree", "Disagree"]
    rows = [[n + 1, safe[n % 4], agree[n % 2], "35 to 64"] for n in range(80)]
    return Unfamiliar(
        "survey_export.csv", "Residents' survey, a row for each respondent", "surveys",
        [head, *rows], 80,
        {"response": {"Very unsafe": 1, "Agree": 1}, "percent": {25: 4, 50: 2}, "base": {80: 6}},
        settings='[sources.surveys.constants]\nsurvey = "Residents\' survey"\nround = "2025"\n'
        'area = "Dover"\n',
        made=6,
    )  # fmt: skip


def residents() -> Unfamiliar:
    """A council's population table: bands of ages side by side."""
    head = ["District", "Mid-year", "All ages", "0-4", "5-15", "16-24", "25-64", "65+"]
    rows = [
        [name, year, 5 * base, base - 10, base, base + 20, base, base - 10]
        for name, base in (("Dover", 23_400), ("Thanet", 28_200))
        for year in (2023, 2024)
    ]
    return Unfamiliar(
        "mid_year_population.xlsx", "Council, residents by age band", "population",
        [["Mid-year population estimates"], [], head, *rows], 4,
        {"area": {"Dover": 2}, "population": {117_000: 2, 141_000: 2}},
    )  # fmt: skip


def tool() -> Unfamiliar:
    """The Department for Education's local authority interactive tool: years side by side."""
    head = ["LA Number", "Local Authority", "2020", "2021", "2022", "2023"]
    rows = [
        [970, "England", 190, 170, 150, 140],
        [886, "Kent", 180, 150, 120, "c"],
        [887, "Medway", 210, 200, 180, 160],
    ]
    return Unfamiliar(
        "lait_fte.xlsx", "Local authority interactive tool, years side by side", "lait",
        [["First time entrants to the youth justice system aged 10-17 (rate per 100,000)"], [],
         head, *rows], 12,
        {"status": {"suppressed": 1}, "value": {120: 1, 140: 1}},
    )  # fmt: skip


def subclasses() -> Unfamiliar:
    """A force's list with subclasses of the Home Office alone."""
    codes = ["105A/01", "028E/02", "048/01", "8N/1", "046/00"]
    head = ["Crime Number", "HO Code", "Recorded On", "Council Area"]
    rows = [
        [f"D/{n}/25", code, f"{day:%d/%m/%Y}", "Dover District Council"]
        for n, (day, code) in enumerate(zip(_days(100), _cycle(codes, 100), strict=True))
    ]
    return Unfamiliar(
        "recorded_by_subclass.csv", "Force's list by Home Office subclass", "police_extract",
        [head, *rows], 100,
        {"offence": {"shoplifting": 20, "theft of vehicle": 20, "assault with injury": 20,
                     "assault without injury": 20}, "district": {"Dover": 100}},
    )  # fmt: skip


FILES = (niche, athena, nspis, storm, uniform, brigade, hospital, survey, youth, tipping, powers,
         respondents, residents, tool, subclasses, districts, orders)  # fmt: skip
