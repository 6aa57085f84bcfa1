"""The council's environmental figures: each kind that is there is shown, by whatever usual name."""

import shutil

import openpyxl
import pytest

import cspanalysis
from cspanalysis.findings import environment
from cspanalysis.sources import environmental
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]


@pytest.fixture
def review(tmp_path, project):
    def make(figures, years="", area="Dover", period="2024-01/2024-12"):
        (tmp_path / "partnership.toml").write_text(
            f'[area]\nname = "{area}"\n[review]\nperiod = "{period}"\n'
        )
        shutil.copytree(project / "data/raw/lookups", tmp_path / "data/raw/lookups")
        if years:
            (tmp_path / "data/raw/fly_tipping").mkdir()
            (tmp_path / "data/raw/fly_tipping/defra.csv").write_text(years)
        folder = tmp_path / "data/raw/environmental"
        folder.mkdir()
        lines = ["District,Month,Indicator,Unit,Value"]
        for name, values in figures.items():
            lines += [
                f"Dover,{m},{name},incidents,{v}" for m, v in zip(MONTHS, values, strict=False)
            ]
        if figures:
            (folder / "env.csv").write_text("\n".join(lines) + "\n")
        return cspanalysis.open(workspace=tmp_path)

    return make


def test_one_kind_alone_is_shown_and_the_others_are_named(review):
    found = environment.environment_changes(review({"Fly-tipping incidents": [40] * 24}))
    assert found.status == "ok" and "fly-tipping (480 to 480)" in found.sentence
    (note,) = found.notes
    assert note.startswith("The records have no figures of reports of litter,")


@pytest.mark.parametrize(
    "name",
    ["Fly tipping", "Flytipping reports", "Number of fly-tips", "Total fly-tipping incidents"],
)
def test_usual_names_are_known(review, name):
    assert (
        "fly-tipping (480 to 480)"
        in environment.environment_changes(review({name: [40] * 24})).sentence
    )


@pytest.mark.parametrize(
    "figures",
    [
        {"Fly-tipping clearance cost": [40] * 24},
        {"Fixed penalty notices for fly-tipping": [40] * 24},
        {"Fly-tips": [40] * 24, "Fly-tipping reports": [50] * 24},
    ],
)
def test_what_is_something_else_or_not_certain_is_not_taken(review, figures):
    assert environment.environment_changes(review(figures)).status == "not_available"


def test_a_kind_that_ends_early_is_left_out_and_named(review):
    found = environment.environment_changes(
        review({"Fly-tipping incidents": [40] * 24, "Litter reports": [9] * 12})
    )
    assert [row["kind"] for row in found.rows.to_dict("records")] == ["fly-tipping"]
    assert "reports of litter" in found.notes[0]


def defra(*years, code="E07000108", name="Dover "):
    lines = ["Fly-tipping incidents", "", "Year,ONS Code,LA Name,Region,Total Incidents,Highway "
             "Incidents,Reporting basis"]  # fmt: skip
    for year, count, basis in years:
        lines += [f"{year},*Total,*Total,South East,99999,1,:",
                  f"{year},{code},{name},South East,{count},1,{basis}"]  # fmt: skip
    return "\n".join(lines) + "\n"


ALL, SOME = "All incidents", "Customer/public reported only"


def test_without_monthly_figures_the_yearly_ones_of_the_publisher_serve(review):
    years = defra(("2021-22", 900, ALL), ("2022-23", 1000, ALL), ("2023-24", 700, ALL),
                  ("2024-25", 1, ALL))  # fmt: skip
    found = environment.environment_changes(review({}, years))
    assert found.status == "ok" and found.verdict == "down"
    assert found.values["compare_count"] == 1000 and found.values["count"] == 700
    assert found.period == "2023-04/2024-03" and "ly-tipping" in found.sentence


def test_years_that_count_otherwise_are_not_compared(review):
    years = defra(("2022-23", 1000, ALL), ("2023-24", 700, SOME))
    found = environment.environment_changes(review({}, years))
    assert found.status == "not_comparable" and found.verdict == "none"
    assert f"'{SOME}' in 2023/24" in found.sentence


def test_a_year_that_is_not_there_is_not_compared(review):
    years = defra(("2021-22", 900, ALL), ("2022-23", ":", ":"), ("2023-24", 700, ALL))
    found = environment.environment_changes(review({}, years))
    assert found.status == "not_available" and "fly-tipping of 2022/23" in found.sentence


def test_beside_monthly_figures_of_other_kinds_the_years_are_noted(review):
    years = defra(("2022-23", 1000, ALL), ("2023-24", 700, ALL))
    found = environment.environment_changes(review({"Litter reports": [9] * 24}, years))
    assert "Fly-tipping by financial year: 1,000 in 2022/23 and 700 in 2023/24." in found.notes


def test_a_part_year_of_the_workbooks_notes_is_not_whole(tmp_path):
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "Notes"
    told = "(b) Dover provided 9 months of data for 2022/23 therefore the rest is estimated."
    for text in ("2021/22", "(a) Dover did not provide data.", "2022/23", told):
        notes.append([text])
    sheet = book.create_sheet("LA_incidents")
    for line in defra(("2022-23", 700, ALL), ("2023-24", 900, ALL)).splitlines():
        sheet.append(line.split(","))
    book.save(tmp_path / "flytipping.xlsx")
    part = Part(tmp_path / "flytipping.xlsx", "fly_tipping/flytipping.xlsx")
    frame = environmental.SOURCE.read(part, Context()).tables["fly_tipping"]
    assert frame.select("year", "count", "status").rows() == [
        ("2022/23", 700, "incomplete"), ("2023/24", 900, "ok"),
    ]  # fmt: skip


@pytest.mark.realdata
def test_the_publishers_real_table(shared):
    folder = shared / "data" / "fly_tipping"
    path = folder / "flytipping_la_incidents_2012-13_2021-22.csv.gz"
    found = environmental.SOURCE.read(Part(path, f"fly_tipping/{path.name}"), Context())
    assert (found.rows_read, found.rows_kept) == (3323, 3222)
    own = found.tables["fly_tipping"].filter(district="Tonbridge and Malling").sort("year")
    assert own["count"].to_list()[-2:] == [1017, 827] and own.height == 10
    west = found.tables["fly_tipping"].filter(district="Tunbridge Wells", year="2018/19")
    assert west["status"].to_list() == ["not_available"]


@pytest.mark.parametrize(
    ("units", "is_compared"),
    [(("kg", "tonnes"), False), (("incidents", "tonnes"), False),
     (("incidents", "No. of jobs"), True), (("reports received", "Requests"), True)],
)  # fmt: skip
def test_only_units_by_which_things_are_counted_are_compared_between_files(
    review, tmp_path, units, is_compared
):
    review({})
    for year, unit, value in ((2023, units[0], 40_000), (2024, units[1], 40)):
        lines = [f"Dover,{m},Fly-tipping incidents,{unit},{value}"
                 for m in MONTHS if m.startswith(str(year))]  # fmt: skip
        path = tmp_path / f"data/raw/environmental/{year}.csv"
        path.write_text("\n".join(["District,Month,Indicator,Unit,Value", *lines]) + "\n")
    opened = cspanalysis.open(workspace=tmp_path)
    found = environment.graffiti_change(opened, indicator="fly-tipping incidents")
    assert (environment.environment_changes(opened).status == "ok") == is_compared
    told = f"'fly-tipping incidents' in {units[0]} and {units[1]}"
    assert (found.status == "ok", told in found.sentence) == (is_compared, not is_compared)
