"""Fires from the government's statistics, recounted by hand, where the service's list is not."""

import json

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.findings import fire_and_rescue as fires

HEAD = "FRS_TERRITORY,LSOA_CODE,LSOA_DESCRIPTION,FINANCIAL_YEAR,INCIDENT_TYPE,NUMBER_OF_INCIDENTS\n"
#: An LSOA of each district, by the register.
LSOAS = {"Tonbridge and Malling": "E01024774", "Dover": "E01024190", "Ashford": "E01023972"}
DWELLING, OTHER, SECONDARY, CHIMNEY, ALARM = (
    "Primary fire - dwelling", "Primary fire - other outdoors", "Secondary fire", "Chimney fire",
    "False alarm - Good intent",
)  # fmt: skip
#: District → year → type → incidents.
FIRES = {
    "Tonbridge and Malling": {
        "2023/24": {DWELLING: 40, OTHER: 10, SECONDARY: 90, CHIMNEY: 4, ALARM: 300},
        "2024/25": {DWELLING: 42, OTHER: 12, SECONDARY: 150, ALARM: 310},
    },
    "Dover": {"2023/24": {SECONDARY: 100}, "2024/25": {SECONDARY: 120, ALARM: 100}},
    "Ashford": {"2023/24": {SECONDARY: 30}, "2024/25": {DWELLING: 20, SECONDARY: 80}},
}
RESIDENTS = {"Tonbridge and Malling": 130_000, "Dover": 115_000, "Ashford": 135_000}
PEOPLE = "area_code,area,year,sex,age,population\n" + "".join(
    f",{name},2023,persons,all ages,{count}\n" for name, count in RESIDENTS.items()
)


def table(by_district=FIRES, nowhere=(), service="Kent"):
    rows = [
        f"{service},{LSOAS[d]},,{year},{kind},{n}\n"
        for d, years in by_district.items()
        for year, kinds in years.items()
        for kind, n in kinds.items()
    ]
    rows += [f"{service},Not known,Not known,{year},{kind},{n}\n" for year, kind, n in nowhere]
    return HEAD + "".join(rows)


def opened(root, text, period="2024-04/2025-03", settings="", **files):
    area = f'[area]\nname = "Tonbridge and Malling"\n[review]\nperiod = "{period}"\n'
    (root / "partnership.toml").write_text(area + settings, "utf-8")
    files = {"fire_statistics/f.csv": text, "population/p.csv": PEOPLE, **files}
    for name, content in files.items():
        path = root / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return cspanalysis.open(workspace=root)


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    nowhere = [("2023/24", SECONDARY, 4), ("2024/25", SECONDARY, 5)]
    return opened(tmp_path_factory.mktemp("fires"), table(nowhere=nowhere))


def test_all_fires_of_the_year_stand_against_the_year_before(review):
    found = fires.change(review)
    # 42 + 12 + 150 against 40 + 10 + 90 + 4; false alarms are no fires.
    assert (found.values["count"], found.values["compare_count"]) == (204, 144)
    assert (found.verdict, found.period, found.compare) == (
        "up", "2024-04/2025-03", "2023-04/2024-03",
    )  # fmt: skip
    assert found.sentence.startswith("Fires rose from 144 a year earlier to 204")
    assert found.level == "district" and [s["source"] for s in found.sources] == ["fire_statistics"]
    notes = " ".join(found.notes)
    assert "for the financial year 2024/25; the fire service's own list is not here" in notes
    assert "Of 429 fires in the area of the fire and rescue service of Kent in 2024/25, 5" in notes
    assert "fewer than five years are known" in found.method
    assert "false alarms" in found.definition
    json.dumps(found.record(), allow_nan=False)


def test_each_kind_has_its_change_and_a_kind_that_ended_is_none(review):
    found = fires.type_changes(review)
    rows = found.rows.set_index("kind")[["compare_count", "count", "verdict"]]
    assert {kind: tuple(row) for kind, row in rows.iterrows()} == {
        "secondary fires": (90, 150, "up"),
        "primary fires in dwellings": (40, 42, "no_clear_change"),
        "other primary fires": (10, 12, "no_clear_change"),
        "chimney fires": (4, 0, "no_clear_change"),
    }
    assert "Which fires were set, the statistics by small area do not say." in found.notes


def test_what_burned_is_by_kind_of_fire(review):
    found = fires.mix(review)
    assert found.rows.set_index("kind")["count"].to_dict() == {
        "secondary fires": 150, "primary fires in dwellings": 42, "other primary fires": 12,
    }  # fmt: skip
    assert found.rows["total"].unique().tolist() == [204]
    assert "do not say what burned" in " ".join(found.notes)


def test_the_rate_stands_beside_the_countys(review):
    found = fires.peers(review, "county")
    rows = found.rows.set_index("area")
    assert rows.loc["Tonbridge and Malling", "rate"] == pytest.approx(1000 * 204 / 130_000)
    assert rows.loc["Dover", "count"] == 120 and rows.loc["Ashford", "count"] == 100
    assert rows.loc["Maidstone", "count"] != rows.loc["Maidstone", "count"]  # missing, not 0
    others = 1000 * (120 + 100) / (115_000 + 135_000)
    assert rows.loc["Tonbridge and Malling", "others_rate"] == pytest.approx(others)
    assert found.verdict == "higher" and "highest of the three" in found.sentence
    notes = " ".join(found.notes)
    assert "police forces" not in notes and "Fires are counted where they happen" in notes
    assert {s["source"] for s in found.sources} == {"fire_statistics", "population"}


def test_a_place_among_a_chance_few_of_a_group_is_none_in_it(review):
    found = fires.peers(review, "similar")
    assert found.status == "not_available"
    assert "holds the figures of one of the 14 other similar areas in 2024/25" in found.sentence


def test_a_peer_without_a_fire_has_none_and_one_whose_places_lack_is_missing(tmp_path):
    quiet = {**FIRES, "Dover": {"2024/25": {ALARM: 100}}, "Ashford": {"2024/25": {SECONDARY: 90}}}
    text = table({d: y for d, y in quiet.items() if d != "Ashford"})
    other = table({"Ashford": quiet["Ashford"]}, [("2024/25", SECONDARY, 9)], "East Kent")
    review = opened(tmp_path, text, **{"fire_statistics/other.csv": other})
    rows = fires.peers(review, "county").rows.set_index("area")
    assert rows.loc["Dover", "count"] == 0 and pd.isna(rows.loc["Ashford", "count"])


def test_a_year_whose_places_are_missing_is_no_fall(tmp_path):
    later = {"Tonbridge and Malling": {**FIRES["Tonbridge and Malling"], "2025/26": {SECONDARY: 9}}}
    nowhere = [("2025/26", SECONDARY, 200)]
    review = opened(tmp_path, table({**FIRES, **later}, nowhere), "2025-04/2026-03")
    found = fires.change(review)
    assert (found.period, found.values["count"]) == ("2024-04/2025-03", 204)
    # What is not of the period under review says of when it is.
    assert found.sentence.startswith("Fires in 2024/25 rose from 144 a year earlier to 204")
    kinds = fires.type_changes(review)
    assert kinds.sentence.startswith("From 2023/24 to 2024/25 secondary fires (90 to 150) rose;")
    assert kinds.alt.endswith(kinds.sentence)
    assert "150 of 204" in fires.mix(review).sentence
    assert "of fires in 2024/25" in fires.mix(review).sentence
    assert "fires in 2024/25 per 1,000 residents" in fires.peers(review, "county").sentence
    (said,) = [n for n in found.notes if "2025/26" in n]
    assert said == (
        "The figures of 2025/26 are left out: of 209 fires in the area of the fire and rescue "
        "service of Kent 200 have no known place."
    )


def test_a_year_that_has_only_begun_is_no_fall(tmp_path):
    later = {"Tonbridge and Malling": {**FIRES["Tonbridge and Malling"],
                                       "2025/26": {SECONDARY: 30, ALARM: 90}}}  # fmt: skip
    review = opened(tmp_path, table({**FIRES, **later}), "2025-04/2026-03")
    found = fires.change(review)
    assert found.values["count"] == 204
    assert any("does not seem whole" in n and "after 834 in 2024/25" in n for n in found.notes)


def test_where_no_year_is_whole_the_reason_is_given(tmp_path):
    lost = [("2023/24", SECONDARY, 20), ("2024/25", SECONDARY, 90)]
    found = fires.mix(opened(tmp_path, table(nowhere=lost)))
    assert found.sentence == (
        "This review cannot say what burned: the source here (the government's fire statistics) "
        "holds no whole year of fires by April 2024 to March 2025. The figures of 2023/24 are left "
        "out: of 294 fires in the area of the fire and rescue service of Kent 20 have no known "
        "place. The figures of 2024/25 are left out: of 514 fires in the area of the fire and "
        "rescue service of Kent 90 have no known place. The fire service's incident extract would "
        "supply it."
    )


def test_the_newest_year_that_has_ended_by_the_period_counts(tmp_path):
    review = opened(tmp_path, table(), "2024-01/2024-12")
    found = fires.change(review)
    assert found.status == "not_available"
    assert "no whole year 2022/23, which 2023/24 would be compared with" in found.sentence
    assert fires.mix(review).values["count"] == 90
    assert fires.mix(review).period == "2023-04/2024-03"


def test_a_window_of_other_months_is_not_answered_by_a_year(tmp_path):
    window = '[[windows]]\nperiod = "2024-10/2024-12"\n'
    review = opened(tmp_path, table(), settings=window)
    found = fires.change(review)
    assert found.status == "ok" and [w.status for w in found.windows] == ["not_available"]


def test_the_services_own_list_comes_first(tmp_path):
    rows = "".join(
        f"F{n},{1 + n % 28:02d}/{1 + n % 12:02d}/{2023 + (n % 48) // 24},Tonbridge and Malling,"
        "primary fire,deliberate,refuse\n"
        for n in range(480)
    ) + "L1,30/03/2025,Tonbridge and Malling,primary fire,deliberate,refuse\n"  # fmt: skip
    text = "incident number,date,district,incident type,motive,property type\n" + rows
    review = opened(tmp_path, table(), "2024-01/2024-12", **{"fires/list.csv": text})
    found = fires.change(review)
    assert [s["source"] for s in found.sources] == ["fires"] and found.status == "ok"
    # Of months that the list does not have, the statistics tell, and say so.
    later = fires.change(review, over="2025-01/2025-06")
    assert [s["source"] for s in later.sources] == ["fire_statistics"]
    assert "own list does not answer this" in " ".join(later.notes)


def test_five_years_tell_how_much_fires_vary(tmp_path):
    counts = [100, 180, 90, 170, 110, 160]
    years = {
        f"{y}/{y % 100 + 1:02d}": {SECONDARY: n, ALARM: 900} for y, n in enumerate(counts, 2019)
    }
    found = fires.change(opened(tmp_path, table({"Tonbridge and Malling": years})))
    assert (found.values["compare_count"], found.values["count"]) == (110, 160)
    # By chance alone a rise; but these years go up and down by as much.
    assert found.verdict == "no_clear_change" and "quasi-Poisson" in found.method


@pytest.mark.parametrize("ask", [fires.change, fires.type_changes, fires.mix])
def test_without_either_both_are_named(tmp_path, ask):
    (tmp_path / "partnership.toml").write_text(
        '[area]\nname = "Dover"\n[review]\nperiod = "2024-04/2025-03"\n', "utf-8"
    )
    (tmp_path / "data" / "raw").mkdir(parents=True)
    found = ask(cspanalysis.open(workspace=tmp_path))
    assert found.status == "not_available"
    assert found.sentence.endswith(
        "The fire service's incident extract or the government's fire statistics for England "
        "(low-level geography dataset) would supply it."
    )
    assert set(found.awaits) == {"fires", "fire_statistics"}


def test_an_area_that_the_table_does_not_hold_is_said(tmp_path):
    review = opened(tmp_path, table({"Dover": FIRES["Dover"]}))
    assert "holds no rows for Tonbridge and Malling" in fires.change(review).sentence
    assert fires.peers(review, "county").status == "not_available"


def test_years_add_up_to_what_the_table_holds(review):
    rows = review.store.load("fire_statistics")
    own = rows[rows["district"].eq("Tonbridge and Malling") & ~rows["kind"].eq("false alarm")]
    assert pd.to_numeric(own["count"]).sum() == 144 + 204
