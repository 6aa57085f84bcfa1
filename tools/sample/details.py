"""When, where and how each offence happened, and to whom: the columns of a crime record."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tools.sample import places
from tools.sample.places import Pick
from tools.sample.roles import PUBLIC_FEAR, SEXUAL, VAP, VIOLENT, Crime

#: Chances by hour of day (0 to 23) of an offence's start.
_HOURS = {
    "night": (17, 14, 9, 4, 2, 1, *[0] * 12, 5, 6, 7, 9, 12, 14),
    "day": (0, 0, 0, 0, 0, 0, 1, 2, 4, 4, 5, 6, 8, 8, 8, 11, 10, 8, 0, 0, 0, 0, 0, 0),
    "shop": (0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 9, 12, 14, 12, 13, 13, 10, 7, 3, 1, 1, 0, 0, 0),
    "dark": (8, 7, 6, 5, 3, 2, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5, 7, 8, 8, 8, 9, 9),
    "house": (2, 2, 2, 1, 1, 1, 1, 2, 5, 7, 7, 7, 7, 7, 7, 7, 6, 6, 6, 5, 4, 4, 3, 2),
    "home": (5, 4, 2, 1, 1, 1, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 6, 7, 8, 8, 8, 7, 7, 6),
}
HOURS = {name: Pick(dict(enumerate(chances))) for name, chances in _HOURS.items()}

#: Chances by weekday, Monday first.
_WEEK = {"night": (7, 7, 8, 10, 25, 30, 13), "shop": (12, 13, 14, 15, 17, 20, 9)}
_EVEN = (14, 14, 14, 14, 15, 15, 14)

#: Detection in percent, and share of records without an end time.
_DETECTED = {
    VAP: 42,
    PUBLIC_FEAR: 34,
    SEXUAL: 28,
    "robbery": 21,
    "drug offences": 94,
    "shoplifting": 63,
    "fraud and forgery": 24,
    "other offences": 60,
    "burglary dwelling": 14,
    "burglary other than dwelling": 8,
    "criminal damage": 13,
}

_METHODS = {
    "burglary dwelling": ("Rear window forced", "Door insecure", "Lock snapped", "Door forced"),
    "burglary other than dwelling": ("Shed padlock cut", "Garage forced", "Window smashed"),
    "theft from vehicle": ("Window smashed", "Vehicle insecure", "Lock forced"),
    "theft of vehicle": ("Keys taken", "Ignition forced", "Left with keys in"),
    "theft from the person": ("Wallet taken from pocket", "Phone snatched"),
    "other theft": ("Theft by employee", "Meter or machine", "Mail", "Left unattended", "Fuel"),
    "shoplifting": ("Concealed in bag", "Walked out without paying"),
    "Vehicle": ("Scratched", "Wing mirror kicked", "Window smashed", "Tyres cut"),
    "Dwelling": ("Window broken", "Door kicked", "Egg or stone thrown"),
    "Other property": ("Fence kicked down", "Shelter glass broken", "Pulled up"),
    "Building other than dwelling": ("Window broken", "Door kicked", "Stone thrown"),
    "Arson, racially aggravated or threat": ("Fire set", "Threat to damage"),
    VAP: ("Punched", "Pushed", "Threatened", "Kicked", "Bottle thrown"),
    PUBLIC_FEAR: ("Shouted abuse", "Repeated calls", "Threatening words"),
    "robbery": ("Phone demanded with threats", "Pushed and bag taken"),
}

_STREET_PREMISES = Pick({"STREET": 80, "CAR PARK": 12, "PARK": 8})
_SEX = {"domestic": Pick({"F": 81, "M": 19}), "purse": Pick({"F": 90, "M": 10})}
_ANY_SEX = Pick({"M": 56, "F": 44})


def premises_and_place(crime: Crime, u: list[float]) -> tuple[str, str]:
    """Partner's premises code and the location, from four drawn numbers."""
    if crime.in_custody:
        return "OTHER BLDG", places.CUSTODY
    if crime.role == "purse":
        outside = crime.place.startswith(("High", "Market"))
        return "STREET" if outside else "SHOP", crime.place
    if crime.offence in VIOLENT:
        return _violent_place(crime, u)
    if crime.offence == "burglary dwelling":
        return "DWELLING", places.dwelling(u[1], u[2])
    if crime.offence == "shoplifting":
        return "SHOP", _SHOP(u[1])
    if crime.damaged == "Dwelling":
        return "DWELLING", places.dwelling(u[1], u[2])
    if crime.offence == "burglary other than dwelling" or crime.damaged.startswith("Building"):
        return "OTHER BLDG", places.street(u[1], u[2])
    if (
        crime.stolen
        or crime.damaged == "Vehicle"
        or crime.offence.startswith(("theft of v", "veh"))
    ):
        return "VEHICLE", _TOWN_CENTRE(u[1]) if u[0] < 0.16 else places.street(u[1], u[2])
    if crime.offence == "fraud and forgery" or (crime.offence == "other theft" and u[0] < 0.45):
        return "SHOP", _SHOP(u[1])
    return _STREET_PREMISES(u[3]), _TOWN_CENTRE(u[1]) if u[0] < 0.22 else places.street(u[1], u[2])


_SHOP = Pick(places.SHOPS)
_TOWN_CENTRE, _LICENSED = Pick(places.TOWN_CENTRE), Pick(places.LICENSED)
_VILLAGE_PUB = Pick(places.VILLAGE_PUBS)
_OUTSIDE = Pick({k: v for k, v in places.TOWNS.items() if k != "Tonbridge"})


def _violent_place(crime: Crime, u: list[float]) -> tuple[str, str]:
    if crime.role == "domestic":
        if crime.in_town_centre:
            return "DWELLING", f"Address ref {4000 + int(u[1] * 300):04d}, Tonbridge"
        home = u[0] < 0.9
        return (
            ("DWELLING", places.dwelling(u[1], u[2]))
            if home
            else ("STREET", places.street(u[1], u[2]))
        )
    if crime.role == "night":
        if crime.in_town_centre:
            return ("LICENSED", _LICENSED(u[1])) if u[0] < 0.42 else ("STREET", _TOWN_CENTRE(u[1]))
        if u[0] < 0.2:
            return "LICENSED", _VILLAGE_PUB(u[1])
        return _STREET_PREMISES(u[3]), places.street(u[1], u[2])
    if crime.in_town_centre:
        return "STREET", _TOWN_CENTRE(u[1])
    if u[0] < 0.5:
        return "STREET", places.street(u[1], u[2])
    if u[0] < 0.75:
        return "OTHER BLDG", f"{'School' if u[3] < 0.5 else 'Workplace'}, {_OUTSIDE(u[2])}"
    return "DWELLING", places.dwelling(u[1], u[2])


def times(
    crime: Crime, premises: str, u: list[float], days: list[date]
) -> tuple[date, datetime, datetime | None]:
    """Date recorded (within `days`, one month), start, and end (None where not known)."""
    profile = _profile(crime, premises)
    chances = _WEEK.get(profile, _EVEN)
    # The last night of a month starts on its last day but one, so that the night, its start and
    # the day it was recorded all fall in the same month.
    usable = days[:-1] if profile == "night" else days
    day = Pick({d: chances[d.weekday()] for d in usable})(u[0])
    hour = HOURS[profile](u[1])
    start = datetime(day.year, day.month, day.day, hour, int(u[2] * 12) * 5)
    recorded = day
    if profile == "night":
        start += timedelta(days=hour < 12)
        recorded = start.date()
    elif crime.offence in ("burglary other than dwelling", "fraud and forgery", "other theft"):
        start -= timedelta(days=int(u[3] ** 3 * 12))
    elif u[3] > 0.75:
        start -= timedelta(days=1)
    length = {"dark": 840, "house": 420}.get(profile, 20)
    # Property crime is found later than it happens: the window from last seen to found.
    end = start + timedelta(minutes=int(u[4] * length) + 5)
    end = min(end, datetime(recorded.year, recorded.month, recorded.day, 23, 59))
    if profile in ("dark", "house") and 0.07 <= u[5] < 0.082:
        # What every extract has: long absences, and a few ends keyed before the start.
        start, end = (
            (end - timedelta(days=8 + int(u[4] * 14)), end) if u[5] < 0.08 else (end, start)
        )
    return recorded, start, None if u[5] < 0.07 else end


def _profile(crime: Crime, premises: str) -> str:
    if crime.role in ("night", "day"):
        return crime.role
    if crime.role == "purse" or premises == "SHOP":
        return "shop"
    if crime.offence in VIOLENT:
        return "home" if premises == "DWELLING" or crime.offence != VAP else "day"
    if crime.offence == "burglary dwelling":
        return "shop" if crime.role == "distraction" else "house"
    return "dark"


def method(crime: Crime, u: float) -> str:
    """The method text as an officer would key it."""
    special = {
        "purse": "Purse dipping: purse taken from bag",
        "distraction": "Distraction burglary: bogus caller",
        "graffiti": "Graffiti",
        "domestic": "Domestic: " + ("assault by partner" if u < 0.6 else "threats by ex-partner"),
    }
    if crime.role in special:
        return special[crime.role]
    if crime.in_custody:
        return "Found on search in custody"
    kinds = _METHODS.get(crime.damaged or crime.offence, ("",))
    return kinds[int(u * len(kinds))]


def victim(crime: Crime, u: list[float]) -> tuple[int | None, str]:
    """Age and sex of the victim, from three drawn numbers; None where there is no person."""
    if crime.is_youth and u[2] < 0.7:
        return 10 + int(u[0] * 8), _ANY_SEX(u[1])
    age = 18 + int(u[0] ** 1.7 * 62)
    if crime.role in ("purse", "distraction"):
        age = 35 + int(u[0] ** 0.7 * 55)
    return age, _SEX.get(crime.role, _ANY_SEX)(u[1])


def detection_chance(crime: Crime) -> float:
    """Chance that an offence of this kind was detected."""
    return _DETECTED.get(crime.offence, 9) / 100
