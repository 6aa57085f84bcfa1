"""The embedded sample: counted again from its files, and drawn again to the same bytes."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import tomllib
import zlib
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from cspanalysis.cli import main
from cspanalysis.domain import areas
from cspanalysis.domain.periods import Period
from tools import sample
from tools.sample import constants
from tools.sample.draw import Draw, spread

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"


def rows(source: str, pattern: str = "*.csv*") -> list[dict[str, str]]:
    """Every row of a source's files in the repository, as the partner's own headings name it."""
    found = []
    for path in sorted((RAW / source).glob(pattern)):
        if path.suffix == ".toml":
            continue
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        found += csv.DictReader(io.StringIO(text, newline=""))
    return found


@pytest.fixture(scope="module")
def crimes() -> list[dict[str, str]]:
    """Recorded crimes whose date exists, with `month`."""
    found = []
    for row in rows("police_extract"):
        day, month, year = row["Date Recorded"].split("/")
        try:
            datetime(int(year), int(month), int(day))
        except ValueError:
            continue
        found.append(row | {"month": f"{year}-{month}"})
    return found


def count(crimes, period: str, *offences: str, **conditions: str) -> int:
    months = set(Period.parse(period).month_list())
    return sum(
        row["month"] in months
        and (not offences or row["Offence"] in offences)
        and all(row[key.replace("_", " ")] == value for key, value in conditions.items())
        for row in crimes
    )


VEHICLE = ("Theft from motor vehicle", "Theft of motor vehicle")
VIOLENT = (
    "Violence against the person",
    "Harassment and public fear, alarm or distress",
    "Robbery",
    "Sexual offences",
)
H1, H1_BEFORE = "2007-04/2007-09", "2006-04/2006-09"


def test_records_add_up_to_the_table_month_by_month(crimes):
    from tools.sample.police import LABELS

    drawn = Counter((row["Offence"], row["month"]) for row in crimes)
    for offence, by_month in constants.table().items():
        label = LABELS.get(offence, offence.capitalize())
        assert {m: drawn[label, m] for m in by_month} == by_month
    assert len({row["Crime Ref"] for row in crimes}) == len(crimes)


@pytest.mark.parametrize(
    ("period", "offences", "printed"),
    [
        (H1, VEHICLE, 445),
        (H1, ("Burglary dwelling",), 149),
        (H1_BEFORE, ("Burglary dwelling",), 164),
        (H1, ("Burglary other than dwelling",), 312),
        (H1_BEFORE, ("Burglary other than dwelling",), 276),
        (H1, ("Theft from the person",), 31),
        (H1_BEFORE, ("Theft from the person",), 42),
        (H1, ("Other theft",), 490),
        (H1_BEFORE, ("Other theft",), 463),
        (H1, ("Criminal damage",), 791),
        (H1_BEFORE, ("Criminal damage",), 854),
        (H1, VIOLENT, 785),
        ("2007-04/2008-03", ("Burglary dwelling",), 300),
        ("2007-04/2008-03", ("Burglary other than dwelling",), 544),
        ("2007-04/2008-03", ("Theft from motor vehicle",), 555),
        ("2007-04/2008-03", ("Theft of motor vehicle",), 272),
        ("2007-04/2008-03", ("Theft from the person", "Other theft"), 1027),
        ("2007-04/2008-03", ("Criminal damage",), 1601),
        ("2007-04/2008-03", ("Violence against the person",), 1244),
    ],
)
def test_printed_counts_come_out_of_the_records(crimes, period, offences, printed):
    assert count(crimes, period, *offences) == printed


@pytest.mark.parametrize(
    ("period", "before", "offences", "printed"),
    [
        ("2007-04/2008-02", "2006-04/2007-02", (), -10.2),
        (H1, H1_BEFORE, ("Theft from motor vehicle",), -5.9),
        (H1, H1_BEFORE, ("Theft of motor vehicle",), -11.7),
    ],
)
def test_printed_percentages_come_out_of_the_records(crimes, period, before, offences, printed):
    change = count(crimes, period, *offences) / count(crimes, before, *offences) - 1
    assert round(change * 100, 1) == printed


def night(row: dict[str, str]) -> bool:
    """Violence in public between 18:00 and 05:59 that is not domestic."""
    public = row["Premises Type"] in ("STREET", "CAR PARK", "PARK", "LICENSED")
    hour = int(row["From Time"][:2] or -1) if row["From Time"] else 12
    return (
        row["Offence"] == "Violence against the person"
        and row["DV"] == "N"
        and public
        and not 6 <= hour < 18
    )


def test_night_time_violence_grows_as_printed_and_every_year(crimes):
    nights = [row for row in crimes if night(row)]
    assert (count(nights, H1), count(nights, H1_BEFORE)) == (207, 170)
    assert count(nights, H1, Town_Centre="Y") == 69
    years = [count(nights, Period.financial_year(y).iso) for y in range(2004, 2008)]
    assert years == sorted(set(years))
    # A night belongs to the date of its 18:00; it never falls in another month than its record.
    for row in nights:
        start = datetime.strptime(row["From Date"] + row["From Time"], "%d/%m/%Y%H:%M")
        assert row["From Date"][3:] == row["Date Recorded"][3:]
        assert not (start.day == 1 and start.hour < 6)


def test_purse_dipping_meets_the_conditions_of_a_seasonal_index(crimes):
    purses = [row for row in crimes if "purse dip" in row["MO"].lower()]
    assert {row["Offence"] for row in purses} == {"Theft from the person", "Other theft"}
    by_month = Counter(row["month"] for row in purses)
    assert len(by_month) == 48 and min(by_month.values()) >= 5
    december = [n for m, n in by_month.items() if m.endswith("-12")]
    assert min(december) > max(n for m, n in by_month.items() if not m.endswith("-12"))
    for period in ("2006-04/2007-09", "2007-04/2008-03", H1):
        months = set(Period.parse(period).month_list())
        top = Counter(r["Location"] for r in purses if r["month"] in months).most_common(3)
        assert [place for place, _ in top] == [
            "High Street, Tonbridge",
            "Supermarket, Tonbridge",
            "Clothes shop, Tonbridge",
        ]


def test_domestic_abuse_distraction_and_damage_as_printed(crimes):
    assert count(crimes, "2007-04/2007-12", DV="Y") == 251
    assert count(crimes, "2007-10/2007-12", DV="Y") == 89
    assert count(crimes, "2007-10/2007-12", DV="Y", Town_Centre="Y", Town="Tonbridge") == 20
    years = [count(crimes, Period.financial_year(y).iso, DV="Y") for y in range(2004, 2008)]
    assert years == sorted(set(years))
    distraction = [r for r in crimes if r["MO"].startswith("Distraction")]
    assert count(distraction, H1) == 42
    graffiti = [r for r in crimes if r["MO"] == "Graffiti"]
    change = count(graffiti, "2007-01/2007-12") / count(graffiti, "2004-04/2005-03") - 1
    assert round(change * 100) == -29
    stolen = Counter(
        r["Property Stolen"] for r in crimes if r["month"] in Period.parse(H1).month_list()
    )
    del stolen[""]
    assert stolen.most_common(1)[0][0] == "Bag, wallet or purse"


def rank(table, group, offence, period, *, highest=False) -> tuple[int, int]:
    rates = {
        r["Area"]: int(r["Count"]) / int(r["Population"])
        for r in table
        if (r["Group"], r["Offence"], r["Period"]) == (group, offence, period)
    }
    own = rates[constants.OWN]
    below = [r for r in rates.values() if (r > own if highest else r < own)]
    return len(below) + 1, len(rates)


@pytest.fixture(scope="module")
def peer_table() -> list[dict[str, str]]:
    return rows("peer_counts")


@pytest.mark.parametrize(
    ("group", "offence", "period", "place", "of"),
    [
        ("county", "recorded crime", "2007-04/2008-02", 3, 12),
        ("msg", "recorded crime", "2007-11/2008-01", 5, 15),
        ("county", "vehicle crime", H1, 5, 12),
        ("msg", "vehicle crime", H1, 3, 15),
        ("county", "burglary dwelling", "2006-04/2007-03", 3, 12),
        ("county", "criminal damage", "2006-10/2007-09", 3, 12),
        ("county", "violent crime", H1, 3, 12),
        ("msg", "violent crime", H1, 4, 15),
    ],
)
def test_printed_places_among_peers(peer_table, group, offence, period, place, of):
    assert rank(peer_table, group, offence, period) == (place, of)


def test_highest_of_west_kent(peer_table):
    assert rank(peer_table, "west_kent", "night-time economy violence", H1, highest=True) == (1, 3)
    for period in ("2005-10/2006-09", "2006-10/2007-09", "2005-10/2007-09", "2007-04/2008-03"):
        assert rank(peer_table, "west_kent", "anti-social behaviour", period, highest=True)[0] == 1
    drugs = ("west_kent", "drug offences", "2006-04/2007-09")
    assert rank(peer_table, *drugs, highest=True)[0] == 1
    outside = ("west_kent", "drug offences outside custody", "2006-04/2007-09")
    assert rank(peer_table, *outside)[0] == 1


def test_peer_counts_meet_every_anchor_and_the_own_records(crimes, peer_table):
    counts = {(r["Area"], r["Offence"], r["Period"]): int(r["Count"]) for r in peer_table}
    west_kent = Counter()
    for row in peer_table:
        if row["Group"] == "west_kent":
            west_kent[row["Offence"], row["Period"]] += int(row["Count"])
    met = 0
    for (area, measure, period), wanted in constants.anchors().items():
        if area == "West Kent" and (measure, period) in west_kent:
            assert west_kent[measure, period] == wanted, (measure, period)
        elif (area, measure, period) in counts:
            assert counts[area, measure, period] == wanted, (area, measure, period)
        else:
            continue
        met += 1
    assert met > 140
    for period in constants.PERIODS:
        total = counts[constants.OWN, "recorded crime", period]
        assert total == count(crimes, period)
        assert counts[constants.OWN, "hate crime", period] == count(crimes, period, Hate="Y")


def test_west_kent_shares_as_printed(peer_table):
    def total(offence, period):
        return sum(
            int(r["Count"])
            for r in peer_table
            if (r["Group"], r["Offence"], r["Period"]) == ("west_kent", offence, period)
        )

    year = "2006-10/2007-09"
    damage = total("criminal damage", year)
    assert round(damage / total("recorded crime", year) * 100) == 24
    kinds = ("to vehicles", "to dwellings", "to other property", "to other buildings")
    shares = [round(total(f"criminal damage {kind}", year) / damage * 100) for kind in kinds]
    assert shares == [40, 17, 22, 16]
    assert round(total("burglary other than dwelling", H1) / total("recorded crime", H1) * 100) == 8
    spring = "2007-04/2007-07"
    assert total("hate crime", spring) == 75
    base = total("hate crime", spring) - total("hate crime no-crimed", spring)
    assert (total("hate crime detected", spring), base) == (20, 73)
    before = "2006-04/2006-07"
    assert (total("hate crime detected", before), total("hate crime", before)) == (20, 76)
    assert total("domestic abuse", "2007-10/2007-12") == 264
    months = "2007-04/2007-12"
    assert total("domestic abuse", months) / total("violent crime", months) > 0.2


def test_calls_about_antisocial_behaviour():
    calls = rows("asb_calls")
    for who, first in (
        ("Police", ["Rowdy or loutish behaviour", "Nuisance neighbours", "Nuisance vehicles"]),
        ("ASB Officer", ["General nuisance", "Vehicle nuisance", "Criminal damage"]),
    ):
        kinds = Counter(c["Type"] for c in calls if c["Received By"] == who)
        assert [kind for kind, _ in kinds.most_common(3)] == first
    by_year = Counter(constants.financial_year(f"{c['Date'][6:]}-{c['Date'][3:5]}") for c in calls)
    assert list(by_year.values()) == sorted(set(by_year.values()))


def test_exclusions_and_admissions_as_printed():
    table = [r for r in rows("school_exclusions") if r["School Year"] == "2005/06"]
    own = [r for r in table if r["District"] == constants.OWN]
    fixed = [r for r in own if r["Exclusion Type"] == "Fixed term"]
    assert sum(int(r["Children"]) for r in fixed) == 1291
    permanent = {r["Cluster"]: int(r["Exclusions"]) for r in own if r not in fixed}
    assert (sum(permanent.values()), permanent["Malling"]) == (36, 24)
    for kind in ("Permanent", "Fixed term"):
        rates = {
            r["Cluster"]: int(r["Children"]) / int(r["Pupils on Roll"])
            for r in table
            if r["Exclusion Type"] == kind
        }
        assert max(rates, key=rates.get) == "Malling"

    admitted = {
        (r["Year"], r["Cause"], r["Sex"], r["Age Band"]): r["Admissions"]
        for r in rows("hospital_extract")
    }
    assert "*" in admitted.values()
    assert not any(v.isdigit() and 1 <= int(v) <= 7 for v in admitted.values())
    years = ("2005/06", "2006/07")

    def assault(sex, band):
        return sum(int(admitted[year, "X85-Y09", sex, band]) for year in years)

    everyone = assault("Persons", "All ages")
    assert round(assault("Male", "15-25") / everyone * 100) == 34
    assert assault("Persons", "51+") / everyone < 0.06
    gap = {
        band: int(admitted["2006/07", "T51", "Female", band])
        - int(admitted["2006/07", "T51", "Male", band])
        for band in ("10-19", "20-29", "30-39", "40-49", "All ages")
    }
    assert gap.pop("All ages") > gap["10-19"] > max(v for b, v in gap.items() if b != "10-19")


@pytest.mark.long
def test_drawing_again_gives_the_same_files(tmp_path):
    written = sample.write(tmp_path)
    drawn = {p.relative_to(tmp_path): p for p in tmp_path.rglob("*") if p.is_file()}
    assert {p.relative_to(tmp_path) for p in written} == {p for p in drawn if p.suffix != ".toml"}
    kept = {p.relative_to(RAW) for p in RAW.rglob("*.source.toml")}
    assert kept == {p for p in drawn if p.suffix == ".toml"}
    for name, path in drawn.items():
        new, old = path.read_bytes(), (RAW / name).read_bytes()
        if name.suffix == ".gz":
            assert gzip.decompress(new) == gzip.decompress(old), name
        # zlib-ng packs the same text into other bytes, and so another hash in the sidecar.
        if "ng" not in zlib.ZLIB_RUNTIME_VERSION or name.suffix == ".csv":
            assert new == old, name


def test_the_command_copies_the_extracts_and_nothing_else(tmp_path, capsys):
    assert main(["sample", str(tmp_path / "raw")]) == 0
    copied = {p.relative_to(tmp_path / "raw") for p in (tmp_path / "raw").rglob("*.*")}
    tracked = {p.relative_to(RAW) for p in RAW.rglob("*.source.toml")}
    extracts = {p.with_name(p.name.removesuffix(".source.toml")) for p in tracked}
    assert copied == tracked | extracts
    assert all((tmp_path / "raw" / p).read_bytes() == (RAW / p).read_bytes() for p in copied)
    assert set(capsys.readouterr().out.split()) == {str(tmp_path / "raw" / p) for p in extracts}


def test_every_file_is_labelled_synthetic_and_names_no_other_real_district():
    texts = []
    for sidecar in RAW.rglob("*.source.toml"):
        facts = tomllib.loads(sidecar.read_text(encoding="utf-8"))
        data = sidecar.with_name(sidecar.name.removesuffix(".source.toml")).read_bytes()
        assert facts["synthetic"] is True and "synthetic" in facts["publisher"]
        assert facts["sha256"] == hashlib.sha256(data).hexdigest()
        texts.append(gzip.decompress(data) if ".gz." in sidecar.name else data)
    everything = b"\n".join(texts).decode("utf-8")
    others = set(areas.district_names()) - {constants.OWN}
    # Names that are words of other meanings ('Bath', 'Reading') would not be districts here.
    named = {n for n in others if f",{n}," in everything or f"{n} district" in everything}
    assert named == set()


def test_draws_do_not_depend_on_one_another():
    assert Draw("a").uniform(3).tolist() == Draw("a").uniform(3).tolist()
    assert Draw("a").uniform(3).tolist() != Draw("b").uniform(3).tolist()
    assert sorted(Draw("a").order(9).tolist()) == list(range(9))
    with pytest.raises(ValueError, match="needs 3 of 2"):
        Draw("a").some([1, 2], 3)
    assert spread(7, [1, 1, 1]) == [3, 2, 2]
    assert sum(spread(1713, [40, 17, 22, 16, 5])) == 1713


def test_collisions_and_fires_as_printed(peer_table):
    crashes = rows("stats19", "accidents*")
    young = {
        c["Accident_Index"]
        for c in rows("stats19", "casualties*")
        if 0 <= int(c["Age_of_Casualty"]) < 18
    }
    calendar = Counter(c["Date"][6:] for c in crashes if c["Accident_Index"] in young)
    assert (calendar["2005"], calendar["2006"]) == (74, 95)
    people = Counter(c["Accident_Index"] for c in rows("stats19", "casualties*"))
    assert {c["Accident_Index"]: int(c["Number_of_Casualties"]) for c in crashes} == people
    years = [f"{y}-04/{y + 1}-03" for y in (2006, 2007)]
    by_year = Counter(
        constants.financial_year(f"{c['Date'][6:]}-{c['Date'][3:5]}") for c in crashes
    )
    assert by_year["2006/07"] > by_year["2005/06"]
    for period in years:
        assert rank(peer_table, "county", "road traffic collisions", period, highest=True) == (
            2,
            12,
        )

    fires = Counter()
    for fire in rows("fires"):
        year = constants.financial_year(f"{fire['Date Of Call'][6:]}-{fire['Date Of Call'][3:5]}")
        fires[year, fire["Motive"], fire["Property Type"]] += 1
        fires[year] += 1
    before, year = "2005/06", "2006/07"
    assert fires[year] < fires[before]
    for kind in (("Deliberate", "Refuse"), ("Accidental", "Dwelling")):
        assert fires[(year, *kind)] < fires[(before, *kind)]
    rise = fires[year, "Deliberate", "Road vehicle"] / fires[before, "Deliberate", "Road vehicle"]
    assert 1 < rise < 1.1


def test_surveys_youth_and_environment_as_printed(crimes):
    answers = {
        (r["Period"], r["Area"], r["Question"]): float(r["Percent"]) for r in rows("surveys")
    }
    assert all(int(r["Base"]) > 100 for r in rows("surveys"))
    own, force = constants.OWN, "Kent Police average"
    assert answers["2006", own, "names graffiti the most common problem"] == 20
    assert answers["2006", own, "was a victim of graffiti in the last year"] == 2
    assert answers["2006", own, "witnessed graffiti in the last year"] == 6
    assert answers["2007", own, "feels safe home alone at night"] == 95
    assert answers["2007", own, "feels safe walking alone at night"] > 50
    assert answers["2007/08", own, "perceives a high level of anti-social behaviour"] == 15.3
    for question in ("feels safe home alone at night", "feels safe walking alone at night"):
        assert answers["2007", own, question] > answers["2007", force, question]

    youth = {(r["Year"], r["Measure"]): int(r["Young People"]) for r in rows("youth_offending")}
    referred = "referred to the Youth Offending Service"
    assert (youth["2005/06", referred], youth["2006/07", referred]) == (180, 175)
    assert (youth["2005/06", "criminal damage"], youth["2006/07", "criminal damage"]) == (48, 31)
    assert youth["2006/07", "violent offences"] < youth["2005/06", "violent offences"]

    clean = {(r["Year"], r["Measure"]): r for r in rows("environmental", "cleanliness*")}
    for measure, printed in (
        ("litter and detritus (NI195)", "11.49"),
        ("graffiti (NI195)", "5.11"),
    ):
        row = clean["2007/08", measure]
        assert row["Percent"] == printed
        share = int(row["Sites Below Standard"]) / int(row["Sites Surveyed"])
        assert f"{share * 100:.2f}" == printed
    monthly = rows("environmental", "environmental*")
    reported = {
        r["Month"]: int(r["Value"]) for r in monthly if r["Indicator"].startswith("graffiti rep")
    }
    assert reported == Counter(r["month"] for r in crimes if r["MO"] == "Graffiti")
    totals = Counter()
    for row in monthly:
        totals[row["Indicator"], constants.financial_year(row["Month"])] += int(row["Value"])
    order = ("litter reports", "dog fouling reports", "fly-tipping incidents")
    order += ("abandoned vehicles reported",)
    for year in ("2006/07", "2007/08"):
        values = [totals[indicator, year] for indicator in order]
        assert values == sorted(values, reverse=True)
    costs = [
        totals["graffiti removal cost", y] for y in ("2004/05", "2005/06", "2006/07", "2007/08")
    ]
    assert costs == sorted(set(costs))


def test_youth_violence_and_stolen_property_move_as_the_text_says(crimes, peer_table):
    def young(row):
        ages = (row["Victim Age"], row["Suspect Age"])
        return row["Offence"] in VIOLENT and any(a and int(a) < 18 for a in ages)

    youth = [row for row in crimes if young(row)]
    years = [count(youth, Period.financial_year(y).iso) for y in range(2004, 2008)]
    assert years == sorted(set(years))
    west_kent = Counter()
    for row in peer_table:
        if (row["Group"], row["Offence"]) == ("west_kent", "youth violence"):
            west_kent[row["Period"]] += int(row["Count"])
    assert west_kent["2007-04/2008-03"] > west_kent["2006-04/2007-03"]
    for kind in ("Vehicle parts", "Sat nav"):
        stolen = [row for row in crimes if row["Property Stolen"] == kind]
        assert count(stolen, H1) > count(stolen, H1_BEFORE)
    town = [r for r in crimes if r["Town Centre"] == "Y" and r["Offence"] in VIOLENT]
    years = [count(town, Period.financial_year(y).iso) for y in range(2004, 2008)]
    assert years == sorted(set(years))
    calls = [c for c in rows("asb_calls") if c["Type"] == "Bogus caller"]
    bogus = Counter(c["Date"][6:] for c in calls)
    assert bogus["2007"] > 1.5 * bogus["2006"]


def test_plan_targets_outputs_and_actions():
    targets = rows("targets", "targets*")
    assert [t["ID"] for t in targets] == [f"TG{i}" for i in range(1, 20)]
    named = {t["ID"]: (t["Baseline"], t["Target"]) for t in targets}
    assert named["TG2"] == ("544", "518") and named["TG10"] == ("5.11", "3")
    assert len(rows("outputs")) == 12
    actions = rows("action_plan")
    assert len(actions) == 89
    assert Counter(a["Category"] for a in actions).keys() == {
        "Prevention",
        "Intelligence",
        "Enforcement",
        "Reassurance",
    }
    early = [a for a in actions if a["Due"] == "31/03/2008"]
    assert len(early) == 2
    assert {t["Priority"] for t in targets} <= {a["Priority"] for a in actions}
