"""ONS tables by partnership: titles, notes glued to names, symbols, and the published figures."""

import csv
import shutil

import polars as pl
import pytest
from test_sources_home_office_csp import workbook

from cspanalysis.domain.errors import DataRefused
from cspanalysis.explore import entry
from cspanalysis.findings import official
from cspanalysis.findings import partnerships as chapter
from cspanalysis.review import official_codes, official_counts
from cspanalysis.sources import ons_csp
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.store import clean_run
from cspanalysis.workspace import init

HEADER = [
    "Police Force Area\n code", "Police Force Area\n name [note 4]",
    "Community Safety\n Partnership code", "Community Safety\n Partnership name",
    "Local Authority\n code", "Local Authority\n name",
    "Total recorded crime\n (excluding fraud)", "Homicide [note 1]",
]  # fmt: skip
TITLE = "Table C{}: {} by Community Safety Partnership area, year ending {} [note 1]"


def sheet(number, what, ending, rows):
    title = TITLE.format(number, what, ending)
    return [[title], ["Some shorthand is used in this table."], [], HEADER, *rows]


def rows(medway, unassigned, force="Kent"):
    total = medway + unassigned if isinstance(medway, int) else medway
    return [
        ["E23000032", f"{force} [note 4]", "", "", "", "", total, "[x]"],
        ["E23000032", force, "E22000352", "Medway [note 5]", "combined", "", medway, 1],
        ["E23000032", f"{force} ", "", f"Unassigned {force} ", "", "", unassigned, 0],
    ]


def read(path):
    return ons_csp.SOURCE.read(Part(path, f"ons_csp/{path.name}"), Context())


def book(tmp_path, now=(900, 10), before=(1000, 10)):
    return workbook(
        tmp_path / "csp.xlsx",
        {
            "Notes": [["Notes"]],
            "Table C2": sheet(2, "Number of crimes", "December 2021", rows(*before)),
            "Table C3": sheet(3, "Number of crimes", "December 2022", rows(*now)),
            "Table C4": sheet(
                4, "Percentage change between crimes", "December 2022", rows("[u1]", "[X]")
            ),
        },
    )


def test_measure_year_and_level_are_told_apart(tmp_path):
    found = read(book(tmp_path))
    table = found.tables["ons_csp"]
    assert (found.rows_read, found.rows_kept, table.height) == (9, 9, 18)
    own = table.filter((pl.col("csp") == "Medway") & (pl.col("offence") == ons_csp.TOTAL))
    assert own.select("measure", "period", "value", "status").rows() == [
        ("count", "2021-01/2021-12", 1000.0, "ok"),
        ("count", "2022-01/2022-12", 900.0, "ok"),
        ("percent_change", "2022-01/2022-12", None, "not_available"),
    ]
    assert table["force"].unique().to_list() == ["Kent"]
    assert table["level"].unique().sort().to_list() == ["force", "partnership", "unassigned"]
    assert "homicide" in table["offence"].to_list()
    # A symbol is no problem of the file, and none of them is 0.
    assert not [p for p in found.problems.counts if p[1] != "noted"]


@pytest.mark.parametrize(
    ("what", "measure"),
    [
        ("Recorded crime rates per 1,000 population", "rate"),
        ("Recorded crime rate per 1000 population", "rate"),
        ("Rate of offences by 1,000 population", "rate"),
        ("Crimes per 1,000 population", "rate"),
        ("% change in recorded crime", "percent_change"),
        ("Per cent change in recorded crime", "percent_change"),
        ("Change in recorded crime (percent)", "percent_change"),
        ("Percentage change in the rate of crime", "percent_change"),
        ("Change in number of crimes", "change"),
        ("Number of crimes", "count"),
    ],
)
def test_a_title_says_what_is_no_count(tmp_path, what, measure):
    lines = sheet(9, what, "March 2025", rows(12, 1))
    lines.insert(1, ["Rates per 1,000 population: see Table C5."])
    table = read(workbook(tmp_path / "csp.xlsx", {"Table C9": lines})).tables["ons_csp"]
    assert table["measure"].unique().to_list() == [measure]


def test_a_title_over_two_lines_is_one(tmp_path):
    lines = [["Recorded crime rates"], ["Year ending March 2025"], HEADER, *rows(12, 1)]
    table = read(workbook(tmp_path / "csp.xlsx", {"Table C5": lines})).tables["ons_csp"]
    assert table["measure"].unique().to_list() == ["rate"]


@pytest.mark.parametrize("figure", [75.7, -12])
def test_figures_that_cannot_be_counts_are_refused_as_such(tmp_path, figure):
    lines = sheet(5, "Recorded crime", "March 2025", rows(figure, 3))
    lines[-2][6] = figure
    with pytest.raises(DataRefused, match=r"is no count of offences.*rate per 1,000"):
        read(workbook(tmp_path / "csp.xlsx", {"Table C5": lines}))


def test_rates_saved_apart_do_not_replace_the_counts(tmp_path):
    folder = tmp_path / "data/raw/ons_csp"
    folder.mkdir(parents=True)
    for name, what, figure in (("c3", "Number of crimes", 900), ("c5", "Crime rates", 76)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(sheet(3, what, "December 2022", rows(figure, 1)))
    init.init(tmp_path, "Medway")
    clean_run.clean(tmp_path, {})
    review = entry.open("Medway", "2022-01/2022-12", workspace=tmp_path)
    table = review.store.load("ons_csp", where={"level": "partnership", "offence": ons_csp.TOTAL})
    assert dict(zip(table["measure"], table["value"], strict=True)) == {"count": 900, "rate": 76}


def test_a_table_that_says_no_year_is_refused(tmp_path):
    path = workbook(tmp_path / "csp.xlsx", {"Table C2": [HEADER, *rows(5, 1)]})
    with pytest.raises(DataRefused, match="of which year these figures are"):
        read(path)


def review_of(tmp_path, path, folder="ons_csp"):
    init.init(tmp_path / "ws", "Medway")
    folder = tmp_path / "ws/data/raw" / folder
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder)
    return entry.open("Medway", "2022-01/2022-12", workspace=tmp_path / "ws")


def test_a_workbook_among_the_home_offices_tables_is_read_as_what_it_is(tmp_path):
    review = review_of(tmp_path, book(tmp_path), "home_office_csp")
    assert chapter.partnership_table(review).values["count"] == 900
    assert review.store.has("ons_csp") and not review.store.has("home_office_csp")
    # Cleaned again nothing is read anew, and moved to its own folder it counts once.
    root = tmp_path / "ws"
    clean_run.clean(root, {})
    assert not clean_run.clean(root, {}).labels_read
    (root / "data/raw/home_office_csp/csp.xlsx").rename(root / "data/raw/ons_csp/csp.xlsx")
    clean_run.clean(root, {})
    assert review_rows(root) == 18


def review_rows(root):
    return entry.open("Medway", "2022-01/2022-12", workspace=root).store.load("ons_csp").shape[0]


def test_a_sheet_saved_apart_among_them_is_passed_over_and_told_where_it_belongs(tmp_path):
    folder = tmp_path / "data/raw/home_office_csp"
    folder.mkdir(parents=True)
    lines = sheet(3, "Number of crimes", "December 2022", rows(900, 10))
    with (folder / "csp.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    (folder / "damaged.xlsx").write_bytes(b"no workbook")
    with pytest.raises(DataRefused, match=r"damaged.xlsx: the workbook cannot be opened"):
        clean_run.clean(tmp_path, {})
    (folder / "damaged.xlsx").unlink()
    (told,) = [n for n in clean_run.clean(tmp_path, {}).notices if "passed over" in n]
    assert "read once put into data/raw/ons_csp/" in told


def test_the_two_years_are_compared_where_the_home_offices_table_is_not_there(tmp_path):
    found = chapter.partnership_table(review_of(tmp_path, book(tmp_path)))
    assert (found.status, found.verdict) == ("ok", "down")
    assert (found.values["count"], found.values["compare_count"]) == (900, 1000)
    assert (found.period, found.compare) == ("2022-01/2022-12", "2021-01/2021-12")
    assert "the Office for National Statistics" in found.sentence


def test_offences_under_no_partnership_leave_it_not_comparable(tmp_path):
    found = chapter.partnership_table(review_of(tmp_path, book(tmp_path, now=(900, 100))))
    assert found.status == "not_comparable" and "no partnership" in found.sentence


@pytest.mark.realdata
def test_published_figures_are_reproduced(shared, tmp_path):
    (path,) = (shared / "data" / "ons_csp").glob("*.xlsx")
    found = read(path)
    table = found.tables["ons_csp"].filter(pl.col("level") == "partnership")
    counts = table.filter(pl.col("measure") == "count")
    assert counts["csp_published"].n_unique() == 306 and counts["offence"].n_unique() == 23
    wide = counts.pivot("period", index=["csp", "offence"], values="value")
    wide = wide.rename({"2021-01/2021-12": "before", "2022-01/2022-12": "now"})
    total = wide.filter(pl.col("offence") == ons_csp.TOTAL)
    own = total.row(by_predicate=pl.col("csp") == "Tonbridge and Malling", named=True)
    assert (own["before"], own["now"]) == (8346, 8867)
    published = table.filter(pl.col("measure") == "percent_change").drop_nulls("value")
    changes = published.filter(pl.col("offence") == ons_csp.TOTAL).join(total, on="csp")
    assert changes.height == 306 - 8  # Devon and Cornwall could not supply a quarter
    made = 100 * (changes["now"] / changes["before"] - 1)
    assert (made - changes["value"]).abs().max() < 1e-6
    rates = table.filter(pl.col("measure") == "rate").drop_nulls("value")
    rates = rates.join(wide, on=["csp", "offence"])
    made = 1000 * rates["now"] / rates["population"]
    assert rates.height > 6000
    assert (made - rates["value"]).abs().max() < 0.06


@pytest.mark.realdata
def test_the_real_workbook_is_compared_in_a_review(shared, tmp_path):
    (path,) = (shared / "data" / "ons_csp").glob("*.xlsx")
    init.init(tmp_path / "ws", "Tonbridge and Malling")
    (tmp_path / "ws/data/raw/ons_csp").mkdir(exist_ok=True)
    shutil.copy(path, tmp_path / "ws/data/raw/ons_csp")
    review = entry.open(None, "2022-01/2022-12", workspace=tmp_path / "ws")
    found = chapter.partnership_table(review)
    assert (found.values["count"], found.values["compare_count"]) == (8867, 8346)
    assert not [n for n in review.store.notices() if "not known" in n and "Airport" in n]


@pytest.mark.realdata
def test_the_real_table_by_force_gives_the_published_total(shared, tmp_path):
    folder = tmp_path / "data/raw/home_office_pfa"
    folder.mkdir(parents=True)
    shutil.copy(shared / "data/home_office_pfa/prc-pfa-2017-18.csv.gz", folder)
    (tmp_path / "partnership.toml").write_text(
        '[area]\nname = "Dover"\n[review]\nperiod = "2018-04/2019-03"\n'
    )
    clean_run.clean(tmp_path, {})
    review = entry.open(workspace=tmp_path)
    table = review.store.load("home_office_pfa")
    assert table["count"].sum() == 5_519_401
    assert table.loc[table["force"] == "Kent", "count"].sum() == 177_187
    said = chapter.partnership_table(review).sentence
    assert "by police force" in said and "177,187 in 2017/18" in said


def test_a_neighbour_with_a_hidden_figure_has_no_sum_that_is_lower_by_it(tmp_path):
    init.init(tmp_path / "ws", "Dover")
    header = ["Police Force Area name", "Community Safety Partnership name",
              "Total recorded crime (excluding fraud)", "Homicide", "Robbery",
              "Shoplifting"]  # fmt: skip
    rows = [["Kent", "Dover", 2000, "[x]", 40, 500], ["Kent", "Medway", 8000, "[x]", "*", 700],
            ["Kent", "Swale", 3000, "[x]", 60, 300]]  # fmt: skip
    folder = tmp_path / "ws/data/raw/ons_csp"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "2025.csv").open("w", newline="") as stream:
        title = ["Number of crimes by partnership, year ending March 2025"]
        csv.writer(stream).writerows([title, header, *rows])
    review = entry.open("Dover", "2024-04/2025-03", workspace=tmp_path / "ws")
    found = official_counts.series(review.store, review.area, "recorded crime")
    of = official_codes.by_partnership(review.store, found, ["Medway", "Swale"], review.period)
    counts = of.set_index(["csp", "kind"])["count"]
    assert counts["Swale"].to_dict() == {"robbery": 60, "shoplifting": 300}
    assert counts["Medway", "shoplifting"] == 700 and counts.isna()["Medway", "robbery"]


@pytest.mark.parametrize("symbol", ["*", "few", "<5", "-", "..", "[x]", "12*"])
def test_a_hidden_figure_is_named_and_never_none(tmp_path, symbol):
    """A hidden number of robberies was shown as a fall to 0."""
    init.init(tmp_path / "ws", "Dover")
    header = ["Police Force Area name", "Community Safety Partnership name",
              "Total recorded crime (excluding fraud)", "Robbery", "Shoplifting"]  # fmt: skip
    folder = tmp_path / "ws/data/raw/ons_csp"
    folder.mkdir(parents=True, exist_ok=True)
    for year, hidden in ((2024, 40), (2025, symbol)):
        lines = [["Kent", "Dover", 2000, hidden, 500], ["Kent", "Medway", 8000, 90, 700]]
        with (folder / f"{year}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([
                [f"Number of crimes by partnership, year ending March {year}"], header, *lines
            ])  # fmt: skip
    review = entry.open("Dover", "2024-04/2025-03", workspace=tmp_path / "ws")
    found = official.change(review, offences="robbery")
    assert found.status == "not_available"
    assert "no figure of robbery for April 2024 to March 2025" in found.sentence
    changes = official.changes(review)
    assert changes.status == "ok" and "shoplifting (500 to 500)" in changes.sentence
    assert "Of robbery there is no figure for both periods." in changes.notes
    # Its neighbour's figure, and its own total, stay.
    assert official.change(review).values["count"] == 2000
    problems = pl.read_csv(tmp_path / "ws/data/processed/problems.csv", infer_schema=False)
    assert "Dover: robbery" in problems["found"].to_list()
