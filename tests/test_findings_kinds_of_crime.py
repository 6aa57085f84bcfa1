"""Kinds of crime side by side and by chapter, on files made here and on the real ones."""

from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.areas import PeerGroup
from cspanalysis.domain.errors import UsageError
from cspanalysis.findings import (
    antisocial,
    kinds,
    neighbourhood,
    retail,
    serious_violence,
    sexual_offences,
)
from cspanalysis.present import charts
from cspanalysis.report import findings_json
from cspanalysis.stats import near_repeats
from cspanalysis.store import clean_run
from cspanalysis.workspace import init, workspace

PERIOD, COMPARE = "2025-01/2025-12", "2024-01/2024-12"
HEADINGS = [
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
]
#: Crime type → a month in 2024 and in 2025.
A_MONTH = {
    "Burglary": (12, 4),
    "Robbery": (1, 5),
    "Shoplifting": (9, 9),
    "Violence and sexual offences": (30, 31),
    "Possession of weapons": (2, 2),
    "Anti-social behaviour": (20, 30),
}


def street_files(path):
    """Street files of 24 months for Dover, as one archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for year in (2024, 2025):
            for month in range(1, 13):
                out = io.StringIO()
                writer = csv.writer(out)
                writer.writerow(HEADINGS)
                when = f"{year}-{month:02d}"
                for kind, counts in A_MONTH.items():
                    for n in range(counts[year - 2024]):
                        asb = kind == "Anti-social behaviour"
                        row = ["" if asb else f"{when}{kind}{n}", when, *["Kent Police"] * 2]
                        place = ["1.3", "51.1", f"On or near {n} Street", "E01024187"]
                        writer.writerow([*row, *place, "Dover 011A", kind, "", ""])
                archive.writestr(f"{when}/{when}-kent-street.csv", out.getvalue())


@pytest.fixture(scope="module")
def dover(tmp_path_factory):
    root = tmp_path_factory.mktemp("kinds") / "ws"
    init.init(root, "Dover")
    street_files(root / "data/raw/police_uk/kent.zip")
    clean_run.clean(root, dict(workspace.load(root).settings), report=lambda _: None)
    return cspanalysis.open("Dover", PERIOD, compare=COMPARE, workspace=root)


def extract(root, labels, **settings):
    """A workspace of an extract that has each label 30 times a year, one at 03:00 in a street."""
    init.init(root, "Dover")
    lines = ["Crime Ref,Offence,Date Recorded,From Date,From Time,To Date,To Time,District,"
             "Premises,Victim Age"]  # fmt: skip
    for year in (2024, 2025):
        for i in range(30 * len(labels)):
            day = f"{1 + i % 28:02d}/{1 + i % 12:02d}/{year}"
            where, age = ("street", 20) if i % 3 else ("dwelling", 40)
            lines.append(
                f"{year}-{i},{labels[i % len(labels)]},{day},{day},03:00,{day},03:10,Dover,"
                f"{where},{age}"
            )
    (root / "data/raw/police_extract/extract.csv").write_text("\n".join(lines) + "\n")
    text = "".join(f"\n[{name}]\n{value}\n" for name, value in settings.items())
    with (root / "partnership.toml").open("a") as out:
        out.write(f'\n[sources.police_extract.formats]\nrecorded = "dd/mm/yyyy"\n{text}')
    clean_run.clean(root, dict(workspace.load(root).settings), report=lambda _: None)
    return cspanalysis.open("Dover", PERIOD, compare=COMPARE, workspace=root)


# ---------------------------------------------------------------------- all kinds


def test_every_kind_of_crime_is_counted_and_the_most_frequent_comes_first(dover):
    found = kinds.kinds_change(dover)
    rows = found.rows.set_index("offence")
    assert list(rows.index) == [
        "violence and sexual offences", "shoplifting", "burglary", "robbery",
        "possession of weapons",
    ]  # fmt: skip
    assert rows.loc["burglary", ["compare_count", "count"]].tolist() == [144, 48]
    assert (
        rows["count"].sum()
        == dover.offences_by_month("recorded crime", PERIOD).table["count"].sum()
    )
    assert found.sentence.startswith("Burglary (144 to 48) fell, while robbery (12 to 60) rose.")
    # Nobody knows the residents here: no rate, never one of 0.
    assert rows["rate"].isna().all()


def test_each_kind_has_a_finding_of_its_own_in_the_json_and_none_on_the_page(dover):
    found = kinds.kinds_change(dover)
    ids = {p.id: p for p in found.parts}
    assert ids["overview.robbery.change"].values["count"] == 60
    assert (
        ids["overview.robbery.change"].verdict == "up" and not ids["overview.robbery.change"].table
    )
    # Two years are the change itself, said already.
    assert ids["overview.robbery.years"].status == "not_available"
    flat = [r["id"] for r in findings_json.flat([found.record()])]
    assert flat[0] == "overview.kinds.change" and set(ids) < set(flat)
    assert len(flat) == len(set(flat))


def test_a_window_brings_its_own_parts_under_its_own_ids(dover):
    over = [dover.comparisons[0], "2025-07/2025-12"]
    flat = [r["id"] for r in findings_json.flat([kinds.kinds_change(dover, over=over).record()])]
    assert "overview.burglary.change@2025-07_2025-12" in flat
    assert len(flat) == len(set(flat))


def test_too_few_months_are_drawn_and_not_judged(dover):
    found = kinds.kinds_months(dover)
    assert found.status == "too_few" and "36 months" in found.sentence
    assert found.figure is not None and len(found.rows) == 5 * 24
    assert {p.id for p in found.parts} >= {"overview.burglary.months"}


def months(**marked):
    """36 months of two kinds; `marked`: kind → months marked."""
    span = pd.period_range("2023-01", periods=36, freq="M").astype(str)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "offence": kind, "month": span, "count": 5, "is_judged": True,
                    "is_signal": [m in marked.get(kind, ()) for m in span],
                    "direction": ["above" if m in marked.get(kind, ()) else "" for m in span],
                }
            )
            for kind in ("burglary", "robbery")
        ]
    )  # fmt: skip


def test_a_marked_month_is_named_with_its_side_and_what_chance_would_mark():
    said = kinds.kinds_months_told(months(robbery=["2025-11", "2025-12"]))
    assert "robbery (November and December 2025, above the usual) is out of the ordinary" in (
        said.text
    )
    assert "fewer than one of them would be marked by chance" in said.text
    none = kinds.kinds_months_told(months()).text
    assert none.endswith("none of the two kinds of crime judged is out of the ordinary.")
    rare = months(robbery=["2025-12"])
    rare.loc[rare["offence"] == "burglary", "is_judged"] = False
    assert "One further kind is too rare to be judged." in kinds.kinds_months_told(rare).text


def standing(**verdicts):
    rates = {"lower": 1.0, "similar": 2.0, "higher": 4.0}
    return pd.DataFrame(
        [
            {"offence": kind, "rate": rates[v], "lower": rates[v] - 0.5, "upper": rates[v] + 0.5,
             "rate_per": 1000, "others_rate": 2.0, "rank": {"lower": 1, "higher": 12}.get(v, 6),
             "of": 12, "is_tied": False, "verdict": v}
            for kind, v in verdicts.items()
        ]
    )  # fmt: skip


def test_what_stands_out_among_peers_is_said_with_both_rates_and_its_place():
    members = PeerGroup("county", "districts of Kent", ("Dover",))
    said = kinds.kinds_peers_told(
        standing(burglary="similar", weapons="higher", drugs="lower"), members=members
    ).text
    assert "weapons (4.0 against 2.0, the highest of twelve) lie clearly above" in said
    assert "drugs (1.0 against 2.0, the lowest of twelve) lie clearly below" in said
    assert "For one of three kinds of crime there is no clear difference." in said
    assert "usual" not in said
    calm = kinds.kinds_peers_told(standing(burglary="similar"), members=members).text
    assert "none of the one" not in calm and "clearly different" in calm


def test_what_is_within_the_spread_of_the_peers_is_told_apart_from_what_is_beyond_it():
    """The table at a glance calls the first 'similar', and no page may contradict it."""
    members = PeerGroup("force", "districts of the force", ("Dover",))
    table = standing(burglary="similar", robbery="higher", violence="lower")
    table = table.assign(is_widened=True, verdict_widened=["similar", "higher", "similar"])
    said = kinds.kinds_peers_told(table, members=members).text
    assert "violence (1.0 against 2.0, the lowest of twelve) lies clearly below." in said
    assert ". Robbery differs by more than is usual among them." in said
    usual = kinds.kinds_peers_told(table.assign(verdict_widened="similar"), members=members).text
    assert ". None of them differs by more than is usual among them." in usual


def test_the_picture_of_rates_marks_what_is_clear():
    figure = charts.against_others(standing(a="similar", b="higher"), label="offence")
    dots = next(t for t in figure.data if t.mode == "markers")
    assert list(dots.x) == [0, 100] and dots.marker.color[0] == "#FFFFFF" != dots.marker.color[1]


# ---------------------------------------------------------------------- chapters


def test_burglary_is_answered_though_dwellings_cannot_be_told_apart(dover):
    found = neighbourhood.change(
        dover, "burglary", "burglary dwelling", subject="burglary of homes", instead="burglary"
    )
    assert (found.id, found.verdict) == ("neighbourhood.burglary.change", "down")
    assert found.sentence.startswith("Burglary fell from 144")
    assert found.notes[0] == (
        "The data here do not tell burglary of homes apart: what is counted is all burglary."
    )


def test_where_dwellings_are_told_apart_they_are_counted_alone(tmp_path):
    review = extract(tmp_path / "ws", ["residential burglary", "burglary business and community"])
    found = neighbourhood.change(
        review, "burglary", "burglary dwelling", subject="burglary of homes", instead="burglary"
    )
    assert found.values["count"] == 30 and not any("tell" in note for note in found.notes)
    business = retail.change(
        review, "burglary_of_business", "burglary business and community", subject="x"
    )
    assert business.values["count"] == 30


def test_a_chapter_leaves_out_what_no_source_tells(dover):
    rows = retail.kinds_change(dover).rows
    assert set(rows["offence"]) == {"shoplifting", "bicycle theft", "public order offences",
                                    "theft from the person"}  # fmt: skip
    assert rows.set_index("offence").loc["bicycle theft", "count"] == 0


def test_incidents_are_not_passed_off_as_calls(dover):
    found = antisocial.incidents_change(dover)
    assert (found.values["count"], found.verdict) == (360, "up")
    assert antisocial.calls_change(dover).awaits == ("asb_calls",)


def test_serious_violence_is_not_answered_by_the_part_that_is_told(dover, tmp_path):
    for review in (dover, extract(tmp_path / "ws", ["robbery", "violence against the person"])):
        assert serious_violence.all_change(review).status == "not_available"
    found = serious_violence.kinds_change(dover)
    assert "violence and sexual offences" in set(found.rows["offence"])


def test_an_extract_of_today_says_who_when_and_where(tmp_path):
    review = extract(
        tmp_path / "ws",
        ["violence with injury", "robbery", "possession of weapons"],
        serious_violence="under = 30",
    )
    every = serious_violence.all_change(review)
    assert every.values["count"] == 90 and "partnership's own definition" in every.definition
    assert "No record bears a label of homicide." in every.notes
    young = serious_violence.under_age(review)
    assert young.values["count"] == 60 and "under 30" in young.sentence
    assert serious_violence.public_places(review).values["count"] == 60
    assert "100 per cent" in serious_violence.hours(review).sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [('offences = ["mopery"]', "no offence or group"), ("under = 0", "no age"), ("age = 3", "age")],
)
def test_a_definition_that_cannot_be_used_is_refused(tmp_path, text, says):
    init.init(tmp_path / "ws", "Dover")
    with (tmp_path / "ws/partnership.toml").open("a") as out:
        out.write(f"\n[serious_violence]\n{text}\n")
    with pytest.raises(UsageError, match=says):
        cspanalysis.open("Dover", PERIOD, workspace=tmp_path / "ws")


def test_recorded_sexual_offences_are_never_said_to_be_all_that_happened(dover, tmp_path):
    assert sexual_offences.change(dover).status == "not_available"
    found = sexual_offences.change(extract(tmp_path / "ws", ["sexual offences", "robbery"]))
    assert "recorded sexual offences: 30 in both periods" in found.sentence
    assert any(note.startswith("Recorded is not happened") for note in found.notes)


def test_what_is_counted_is_named_in_the_plural():
    named = {n: taxonomy.things(n) for n in ("recorded crime", "drugs", "burglary", "other crime")}
    assert named == {
        "recorded crime": "crimes", "drugs": "drug offences", "burglary": "burglary offences",
        "other crime": "other crimes",
    }  # fmt: skip
    assert taxonomy.slug("Theft from the person") == "theft_from_the_person"


def burglaries(*days):
    """Burglaries in one street on some days of the year, and one in each of 60 streets."""
    begin = pd.Timestamp("2025-01-01")
    rows = [("High Street", begin + pd.Timedelta(days=d)) for d in days]
    rows += [(f"Street {i}", begin + pd.Timedelta(days=6 * i)) for i in range(60)]
    return pd.DataFrame(rows, columns=["place", "day"])


def test_pairs_that_follow_one_another_are_more_than_shuffled_dates_give():
    close = near_repeats.knox(burglaries(*range(0, 40, 2)))
    row = close.iloc[0]
    # By hand: of 20 days two apart, those up to 14 days apart are 7 steps or fewer.
    assert row["count"] == sum(20 - step for step in range(1, 8))
    assert row["verdict"] == "higher" and row["p"] == 0.001 and row["used"] == 80
    assert row["expected_lower"] <= row["expected"] <= row["expected_upper"] < row["count"]


def test_pairs_spread_over_the_year_are_within_chance_and_few_are_not_judged():
    spread = near_repeats.knox(burglaries(*range(0, 360, 18))).iloc[0]
    assert (spread["count"], spread["verdict"]) == (0, "similar") and spread["p"] == 1
    assert near_repeats.knox(burglaries(3)).iloc[0]["status"] == "too_few"
    said = neighbourhood.near_repeats_told(
        near_repeats.knox(burglaries(*range(0, 360, 18))), subject="burglary of homes"
    )
    assert "not more than chance can explain" in said.text and said.verdict == "similar"


def test_near_repeats_need_streets_and_days(dover, tmp_path):
    asked = {"subject": "robbery"}
    found = neighbourhood.near_repeats(dover, "robbery", "robbery", **asked)
    assert found.awaits == ("police_extract",)
    review = extract(tmp_path / "ws", ["robbery", "arson"])
    found = neighbourhood.near_repeats(review, "robbery", "robbery", **asked)
    assert "name no street or place" in found.sentence
