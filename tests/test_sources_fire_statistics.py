"""The government's fire statistics by small area: rows summed, places and types named."""

from pathlib import Path

import polars as pl
import pytest
from workbook_files import line, ods

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import fire_statistics
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store

FIXTURES = Path(__file__).parent / "fixtures" / "fire_statistics"
HEAD = ["FRS_TERRITORY", "E_CODE_TERRITORY", "LSOA_CODE", "LSOA_DESCRIPTION", "FINANCIAL_YEAR",
        "INCIDENT_TYPE"]  # fmt: skip
PLACE = ["Kent", "E31000022", "E01024774", "Tonbridge and Malling 009B"]


def read(path, context=None):
    return fire_statistics.SOURCE.read(
        Part(path, f"fire_statistics/{path.name}"), context or Context()
    )


def fixture(name, context=None):
    return read(FIXTURES / name, context)


def counts(found, *by):
    table = found.frame.group_by(by).agg(pl.col("count").sum())
    return {row[:-1] if len(by) > 1 else row[0]: row[-1] for row in table.iter_rows()}


def test_incidents_are_summed_by_year_district_and_type():
    found = fixture("incidents.csv")
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (15, 14, 1)
    own = found.frame.filter(pl.col("district") == "Tonbridge and Malling")
    assert own["district_code"].unique().to_list() == ["E07000115"]
    assert dict(own.select("incident_type", "count").iter_rows()) == {
        "primary fire - dwelling": 2, "secondary fire": 1,
        "primary fire - other buildings - student hall of residence": 1,
        "primary fire - road vehicle": 1, "chimney fire": 1, "false alarm - due to apparatus": 1,
        "no action (not false alarm)": 1, "effecting entry/exit": 1, "meteorite": 1,
    }  # fmt: skip
    assert found.frame["rows"].sum() == found.rows_kept


def test_types_become_kinds_and_a_type_that_nobody_knows_is_named():
    found = fixture("incidents.csv")
    own = found.frame.filter(pl.col("district") == "Tonbridge and Malling")
    kinds = dict(own.group_by("kind").agg(pl.col("count").sum()).iter_rows())
    assert kinds == {
        "primary fire": 4, "secondary fire": 1, "chimney fire": 1, "false alarm": 1,
        "special service": 2, None: 1,
    }  # fmt: skip
    burned = own.filter(pl.col("kind") == "primary fire").sort("burned")["burned"].to_list()
    assert burned == ["dwelling", "other building", "road vehicle"]
    named = found.problems.table().filter(pl.col("column") == "incident_type")
    assert named.select("row", "found").rows() == [(11, "meteorite")]


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("false alarm", "Due to apparatus; Good intent; Malicious; Fire false alarm - good intent"),
        ("primary fire", "Primary fire - dwelling; Primary fire - other buildings - Car park"),
        ("secondary fire", "Secondary fire; Secondary fire - accidental"),
        ("special service", "Road Traffic Collision (RTC); Other Transport incident; Flooding; "
         "Medical incident - Co-responder; Rescue or evacuation from water; Lift release; "
         "Animal assistance incidents; Hazardous Materials incident; Spills and Leaks (not RTC); "
         "Making Safe (not RTC); Suicide/attempts; Evacuation (no fire); Water provision; "
         "Assist other agencies; Advice Only; Stand By; No action (not false alarm)"),
    ],
)  # fmt: skip
def test_types_of_the_recording_system_are_known(tmp_path, kind, types):
    path = tmp_path / "types.csv"
    rows = [",".join([*PLACE, "2023/24", one]) for one in types.split("; ")]
    path.write_text("\n".join([",".join(HEAD), *rows, ""]), "utf-8")
    assert set(read(path).frame["kind"]) == {kind}


def test_a_place_that_is_not_known_is_named_and_never_guessed():
    found = fixture("incidents.csv")
    nowhere = found.frame.filter(pl.col("district").is_null())
    assert dict(nowhere.select("incident_type", "count").iter_rows()) == {"secondary fire": 3}
    noted = found.problems.table().filter(pl.col("column") == "lsoa_code")
    assert noted.select("row", "found", "action").rows() == [
        (12, "Not known", "noted"), (13, "blank", "noted"), (14, "E01999999", "noted"),
    ]  # fmt: skip
    assert "no LSOA that the register knows" in noted["reason"][2]


def test_the_workspaces_lookup_says_where_an_lsoa_is():
    lsoas = pl.DataFrame(
        {"lsoa_code": ["E01024774"], "district_code": ["E07000108"], "district": ["Dover"]}
    ).cast(pl.Categorical)
    found = counts(fixture("incidents.csv", Context(lsoas=lsoas)), "district")
    assert found["Dover"] == 2 and found["Tonbridge and Malling"] == 8


def test_codes_stand_in_either_column_and_a_hidden_number_leaves_its_sum_missing():
    found = fixture("editions.csv")
    own = found.frame.filter(pl.col("district") == "Tonbridge and Malling")
    assert dict(own.select("incident_type", "count").iter_rows()) == {
        "secondary fire": 7, "chimney fire": None,
    }  # fmt: skip
    assert own["rows"].to_list() == [2, 1]


def test_a_table_by_authority_is_read_without_its_totals():
    found = fixture("authorities.csv")
    assert (found.rows_read, found.rows_kept) == (5, 4)
    assert counts(found, "district", "kind") == {
        ("Tonbridge and Malling", "primary fire"): 41, ("Dover", "secondary fire"): 60,
        ("Tonbridge and Malling", "secondary fire"): 52, (None, "secondary fire"): 2,
    }  # fmt: skip
    assert found.frame["burned"].null_count() == found.frame.height


#: Fires of an authority and year: 152, and what else its table may hold.
PARTS = {"Primary fire - dwelling": 40, "Primary fire - road vehicle": 30, "Secondary fire": 80,
         "Chimney fire": 2, "Fire false alarm": 300, "Special service": 150}  # fmt: skip


def by_authority(tmp_path, *tables):
    """A table with a number for each type: of 2023/24, 2024/25, …"""
    path = tmp_path / "fs.csv"
    lines = ["FINANCIAL_YEAR,FRS_TERRITORY,LOCAL_AUTHORITY,INCIDENT_TYPE,NUMBER OF INCIDENTS"]
    for year, types in enumerate(tables, 2023):
        place = f"{year}/{year - 1999},Kent,Tonbridge and Malling"
        lines += [f"{place},{kind},{n}" for kind, n in types.items()]
    path.write_text("\n".join([*lines, ""]), "utf-8")
    found = read(path)
    # Each row that does not count has its reason.
    listed = found.problems.table().filter(pl.col("action") == "set aside")
    assert listed.height == found.rows_set_aside == found.rows_read - found.rows_kept
    assert found.frame["rows"].sum() == found.rows_kept
    return found


def fires(found):
    """How many fires the years have."""
    own = found.frame.filter(pl.col("kind").is_in(fire_statistics.FIRES))
    return [row[0] for row in own.group_by("year", maintain_order=True).agg(
        pl.col("count").sum()).select("count").rows()]  # fmt: skip


@pytest.mark.parametrize(
    "further",
    [
        {"Total fires": 152}, {"All fires": 152}, {"Fires - total": 152}, {"Fires": 152},
        {"Fires": 152, "All fires": 152, "Total fires": 152}, {"Primary fires": 70},
        {"All primary fires": 70, "Fires (total)": 152, "Total incidents": 602},
        {"of which deliberate fires": 50}, {"Deliberate fires": 50, "Accidental fires": 102},
        {"Deliberate primary fires": 20, "Accidental primary fires": 50, "Primary fires": 70},
        {"Deliberate primary fires": 20, "Secondary fire - deliberate": 60},
        {"Total number of fires": 152, "Fire incidents": 152, "All incidents attended": 602},
        {"Dwelling fires": 40}, {"Fire-related fatalities": 1},
        {"Non-fatal casualties in fires": 9, "People rescued from fires": 4},
        {"Primary fires with casualties": 8, "Fires per 100,000 population": 115},
        {"Fires": 155},
    ],
)  # fmt: skip
def test_totals_parts_and_people_hurt_are_no_further_fires(tmp_path, further):
    found = by_authority(tmp_path, PARTS | further, PARTS)
    assert fires(found) == [152, 152] and found.rows_set_aside == len(further)
    burned = found.frame.filter(year="2023/24", kind="primary fire").sort("burned")
    assert burned.select("burned", "count").rows() == [("dwelling", 40), ("road vehicle", 30)]


def test_a_total_stands_where_what_is_beside_it_are_not_all_its_parts(tmp_path):
    found = by_authority(
        tmp_path, {"All fires": 152, "Primary fires": 70, "Primary fire - dwelling": 40},
        {"Total fires": 150, "Special service": 9}, {"Fires": 80, "All fires": 80},
        {"Primary fires": 90, "Total number of fires": 90},
    )  # fmt: skip
    assert fires(found) == [152, 150, 80, 90]
    assert any("does not add up to it" in row[6] for row in found.problems.listed())


def test_a_hidden_part_leaves_its_fires_missing_and_no_total_takes_its_place(tmp_path):
    found = by_authority(tmp_path, PARTS | {"Chimney fire": "[c]", "All fires": 152})
    assert found.rows_set_aside == 1
    assert found.frame.filter(kind="chimney fire")["count"].to_list() == [None]


def test_a_revised_figure_is_the_figure(tmp_path):
    revised = {"Secondary fire": '"1,100 [r]"', "Chimney fire": "12r", "Primary fire": "[x]"}
    found = by_authority(tmp_path, revised)
    own = dict(found.frame.select("kind", "count").iter_rows())
    assert own == {"secondary fire": 1_100, "chimney fire": 12, "primary fire": None}


def test_fires_told_by_their_cause_alone_are_added_up(tmp_path):
    causes = {"Secondary fire - accidental": 30, "Secondary fire - deliberate": 50}
    found = by_authority(tmp_path, {"Primary fire": 70} | causes, causes | {"Total fires": 80})
    assert fires(found) == [150, 80] and found.rows_set_aside == 1


def test_types_that_share_words_are_no_totals(tmp_path):
    types = {
        "Primary fire - other buildings": 3,
        "Primary fire - other buildings - car park": 3,
        "Other fires": 5,
        "Other building fires": 5,
        "Evacuation": 2,
        "Evacuation (no fire)": 2,
    }
    found = by_authority(tmp_path, types)
    assert fires(found) == [16] and found.rows_set_aside == 0
    beside = {"Primary fire": 3, "Secondary fire": 4, "Other fires": 5}
    assert fires(by_authority(tmp_path, beside)) == [12]


@pytest.mark.parametrize(
    ("name", "lacks"), [("no_type.csv", "incident_type"), ("no_place.csv", "lsoa_code")]
)
def test_a_table_without_types_or_places_is_refused_in_a_paragraph(name, lacks):
    with pytest.raises(DataRefused) as refused:
        fixture(name)
    said = str(refused.value)
    assert name in said and lacks in said and "[sources.fire_statistics.columns]" in said
    assert "\n\n" not in said


def workbook(path, sheets):
    """Sheets by year with how often each type comes, under a cover sheet; padded as published."""
    pad = '<table:table-cell table:number-columns-repeated="16378"/>'
    tables = {"Cover_sheet": [["Low level geography dataset"], ["Published: 22 July 2025"]]}
    for year, types in sheets.items():
        rows = [line([*PLACE, year, kind, pad], n) for kind, n in types.items()]
        end = line(['<table:table-cell table:number-columns-repeated="16384"/>'], 900_000)
        tables[year.replace("/", "")] = [line([*HEAD, pad]), *rows, end]
    return ods(path, tables)


def test_rows_that_an_ods_repeats_count_as_often_as_they_come(tmp_path):
    path = workbook(
        tmp_path / "Low_level_geography_dataset_202324_to_present.ods",
        {"2023/24": {"Secondary fire": 700, "Primary fire - dwelling": 1},
         "2024/25": {"Secondary fire": 4_000, "Chimney fire": 2}},
    )  # fmt: skip
    found = read(path)
    assert found.rows_read == found.rows_kept == 4_703
    assert counts(found, "year", "kind") == {
        ("2023/24", "secondary fire"): 700, ("2023/24", "primary fire"): 1,
        ("2024/25", "secondary fire"): 4_000, ("2024/25", "chimney fire"): 2,
    }  # fmt: skip
    passed = found.problems.table().filter(pl.col("reason") == "no such table; not read")
    assert passed["found"].to_list() == ["the sheet 'Cover_sheet'"]


def test_of_two_editions_the_newer_ones_years_count_and_rows_are_accounted_for(tmp_path):
    raw = tmp_path / "data" / "raw" / "fire_statistics"
    raw.mkdir(parents=True)
    old, new = raw / "old.ods", raw / "new.ods"
    workbook(old, {"2022/23": {"Secondary fire": 50}, "2023/24": {"Secondary fire": 70}})
    workbook(new, {"2023/24": {"Secondary fire": 75, "Chimney fire": 3}})
    for path, day in ((old, "2024-07-30"), (new, "2025-07-22")):
        path.with_name(f"{path.name}.source.toml").write_text(f'published = "{day}"\n', "utf-8")
    report = clean_run.clean(tmp_path, {})
    store = Store(tmp_path / "data" / "processed")
    rows = store.account().set_index("file")[["rows_read", "rows_kept", "rows_set_aside"]]
    assert rows.loc["fire_statistics/old.ods"].tolist() == [120, 50, 70]
    assert rows.loc["fire_statistics/new.ods"].tolist() == [78, 78, 0]
    assert any(n.startswith("fire_statistics/old.ods: 70 rows of 2023/24") for n in report.notices)
    table = store.load("fire_statistics")
    assert dict(zip(table["year"] + " " + table["kind"], table["count"], strict=True)) == {
        "2022/23 secondary fire": 50, "2023/24 secondary fire": 75, "2023/24 chimney fire": 3,
    }  # fmt: skip


def test_the_same_file_twice_counts_once(tmp_path):
    raw = tmp_path / "data" / "raw" / "fire_statistics"
    raw.mkdir(parents=True)
    text = (FIXTURES / "incidents.csv").read_text("utf-8")
    (raw / "a.csv").write_text(text, "utf-8")
    (raw / "b.csv").write_text(text.replace("\n", "\r\n"), "utf-8", newline="")
    report = clean_run.clean(tmp_path, {})
    account = report.account[["rows_read", "rows_kept", "rows_set_aside"]].sum()
    assert account.tolist() == [30, 14, 16]


def test_the_account_of_a_file_tells_its_rows_by_district_and_kind(tmp_path, capsys):
    from cspanalysis import cli

    assert cli.main(["init", str(tmp_path / "w"), "--csp", "Dover"]) == 0
    path = tmp_path / "w/data/raw/fire_statistics/incidents.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((FIXTURES / "incidents.csv").read_bytes())
    assert cli.main(["clean", "--workspace", str(tmp_path / "w")]) == 0
    said = capsys.readouterr().out
    assert "Districts  Tonbridge and Malling 10, Bexley 1, without one 3" in said
    assert "Kinds      primary fire 5, secondary fire 4, special service 2" in said
    assert "Did fires rise or fall?" in said
