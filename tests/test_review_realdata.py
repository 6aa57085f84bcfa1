"""Real open data of 2025: the counts that the review of Tonbridge and Malling must reproduce."""

import dataclasses
import shutil

import pytest
from browsing import check, visit
from report_helpers import contents

import cspanalysis as csp
from cspanalysis import cli
from cspanalysis.domain.periods import Period
from cspanalysis.findings import acquisitive, outcomes, overview, quality, violence
from cspanalysis.report import bulletin_page, review_command, runner
from cspanalysis.workspace import init

pytestmark = pytest.mark.realdata


def workspace(shared, root, name, archive):
    init.init(root, name)
    raw = root / "data/raw"
    shutil.copy(shared / "data/police_uk" / archive, raw / "police_uk")
    for lookup in (shared / "data/lookups").glob("lookup_*"):
        shutil.copy(lookup, raw / "lookups")
    shutil.copy(shared / "data/population/population20_ltla21.csv", raw / "population")
    return root


@pytest.fixture(scope="module")
def kent(shared, tmp_path_factory):
    root = workspace(
        shared, tmp_path_factory.mktemp("kent") / "ws", "Tonbridge and Malling", "kent_2025.zip"
    )
    return csp.open("Tonbridge and Malling", "2025-01/2025-12", workspace=root)


@pytest.fixture(scope="module")
def city(shared, tmp_path_factory):
    root = workspace(
        shared,
        tmp_path_factory.mktemp("city") / "ws",
        "City of London",
        "city_of_london_2017-12_to_2020-11.zip",
    )
    return csp.open("City of London", "2018-12/2019-11", workspace=root)


def test_every_row_of_the_district_is_counted(kent):
    incidents = kent.incidents
    assert len(incidents) == 9144
    kinds = incidents["offence"].value_counts()
    assert kinds["anti-social behaviour"] == 1816
    assert kinds["violence and sexual offences"] == 3157
    assert kinds["theft from the person"] == 26


def test_outcomes_of_the_archive_as_it_lies_old_and_new_together(kent):
    old, new = (f(kent).rows.set_index("outcome")["count"] for f in
                (outcomes.all_crimes, outcomes.newest))  # fmt: skip
    both = old.add(new, fill_value=0)
    assert both["unable to prosecute suspect"] == 2919
    assert both["no suspect identified"] == 2787
    assert (both.sum(), old.sum()) == (7328, 3802)
    # Recounted from the processed table, by the publisher's words.
    rows = kent.store.load("police_uk", where={"force": "Kent Police"})
    rows = rows[(rows["month"] <= "2025-06") & (rows["offence"] == "shoplifting")]
    charged = rows["outcome"].isin(["Court result unavailable", "Awaiting court outcome",
                                    "Suspect charged as part of another case"])  # fmt: skip
    is_own = rows["district"] == "Tonbridge and Malling"
    row = outcomes.by_offence(kent).rows.set_index("offence").loc["shoplifting"]
    assert (row["count"], row["total"]) == ((charged & is_own).sum(), is_own.sum())
    assert row["compare_share"] == pytest.approx(charged[~is_own].mean())


def test_every_row_of_the_archive_is_accounted_for(kent):
    account = kent.store.account().query("source == 'police_uk'")
    assert account["rows_read"].sum() == 180_022
    assert (account["rows_read"] == account["rows_kept"] + account["rows_set_aside"]).all()
    unlocated = quality.unlocated(kent)
    assert unlocated.rows.loc[0, ["count", "total"]].tolist() == [2164, 180_022]


def test_the_force_comparison_ranks_thirteen_districts(kent):
    found = overview.recorded_crime_peers(kent, "force")
    assert found.id == "overview.recorded_crime.peers.force"
    values = found.values
    assert (values["rank"], values["of"], values["population"]) == (3, 13, 132_571)
    assert values["count"] == 7328 and values["rate"] == pytest.approx(55.276, abs=0.001)
    assert (values["rank_lower"], values["rank_upper"]) == (2, 3)
    others = found.rows.loc[found.rows["is_own"], "others_rate"].iloc[0]
    assert others == pytest.approx(80.2, abs=0.05)
    assert "mid-2020" in found.caption and found.verdict == "lower"
    # 31% below the others is no chance, and among districts from 51 to 100 per 1,000 no exception.
    own = found.rows[found.rows["is_own"]].iloc[0]
    assert own["is_widened"] and own["verdict_998"] == "lower"
    assert "lower by more than chance, but not by more than is usual among them" in found.sentence


def test_what_open_data_cannot_tell_is_said_with_its_source(kent):
    for found in (
        violence.nte_change(kent),
        acquisitive.purse_dipping_season(kent, agenda="strategy_2008"),
        acquisitive.change(kent, "x", "burglary dwelling", subject="burglary of dwellings"),
    ):
        assert found.status == "not_available"
        assert "record-level extract from the police" in found.sentence


def test_the_pandemic_withholds_the_index_and_leaves_the_profile_before_it(city):
    theft = ("theft_from_person", "theft from the person")
    cut = acquisitive.offence_season(city, *theft, subject=theft[1], until="2019-11")
    assert cut.period == "2017-12/2019-11"
    found = acquisitive.offence_season(city, *theft, subject=theft[1])
    assert "pandemic" in found.sentence
    assert found.verdict != "peak"
    assert (found.rows["last"] == "2020-02").all()
    assert len(found.rows) == 12 and found.period.endswith("2020-02")


@pytest.fixture(scope="module")
def pages(kent):
    """Kent's review of 2025 with its single file, its index of areas and a bulletin."""
    root = kent.workspace.root
    asked = ["review", "--workspace", str(root), "--period", "2025-01/2025-12", "--single-file"]
    request = dataclasses.replace(review_command.review_request(cli._parse(asked)), all_areas=True)
    outcome = runner.run(request)
    assert outcome.failures == ()
    (done,) = outcome.reviews
    bulletin_page.write(root, None, Period.parse("2025-12"))
    return {
        "request": request,
        "folder": done.folder,
        "single": done.extras[0],
        "others": [outcome.index, *done.folder.parent.glob("bulletin_*.html")],
    }


def test_a_real_review_is_small_and_the_same_each_time(pages, tmp_path):
    folder = pages["folder"]
    written = contents(folder)
    assert sum(map(len, written.values())) <= 8_000_000
    assert all(len(c) <= 200_000 for name, c in written.items() if name.endswith(".html"))
    assert pages["single"].stat().st_size <= 6_500_000
    again = runner.run(dataclasses.replace(pages["request"], out=tmp_path))
    assert contents(again.reviews[0].folder) == written
    assert again.reviews[0].extras[0].read_bytes() == pages["single"].read_bytes()


@pytest.mark.browser
def test_every_page_of_a_real_review_is_accessible_offline_and_drawn(tab, axe, pages):
    own = sorted(pages["folder"].glob("*.html"))
    assert len(own) >= 12 and len(pages["others"]) == 2
    for path in (*own, *pages["others"], pages["single"]):
        check(tab, axe, path, is_unfolded=False)


@pytest.mark.browser
def test_a_real_page_prints_as_a_tagged_pdf_with_its_tables(tab, pages):
    page = visit(tab, pages["folder"] / "overview.html")
    content = page.pdf(format="A4", tagged=True)
    assert b"/StructTreeRoot" in content and content.count(b"/S /Figure") >= 2


def test_a_chart_that_the_pandemic_ends_says_so_and_judges_no_latest_half_year(city):
    later = csp.open("City of London", "2019-12/2020-11", workspace=city.workspace.root)
    found = overview.recorded_crime_months(later)
    assert "not judged: the chart ends with February 2020. The pandemic" in found.sentence
    assert found.caption.endswith("December 2017 to February 2020")
