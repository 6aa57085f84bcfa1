"""What a finding says where data lack: the advice names only what really would supply it."""

import pytest

import cspanalysis
from cspanalysis.audit import register_series
from cspanalysis.audit.register_series import Named
from cspanalysis.cli import main
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import acquisitive, domestic, overview, violence, youth
from cspanalysis.present import suppliers
from cspanalysis.review.defined_offences import NTE, PURSES

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
    + "".join(
        f"{i:064x},2025-01,Kent Police,Kent Police,0.27,51.2,On or near High Street,E01024717,"
        f"Tonbridge and Malling 005A,{kind},Status update unavailable,\n"
        for i, kind in enumerate(["Violence and sexual offences", "Vehicle crime", "Burglary"] * 9)
    )
)
#: Offences with the day they began but neither time, method nor kind of place.
EXTRACT = "Crime Ref,Offence,Date Recorded,From Date,District\n" + "".join(
    f"TM/{i},{offence},0{1 + i % 9}/0{1 + i % 4}/{year},01/01/{year},Tonbridge and Malling\n"
    for year in (2024, 2025)
    for i, offence in enumerate(["violence against the person", "theft from the person"] * 20)
)


def workspace(folder, source, content):
    assert main(["init", str(folder), "--csp", "Tonbridge and Malling"]) == 0
    settings = folder / "partnership.toml"
    text = settings.read_text().replace('["today"]', '["today", "strategy_2008"]')
    settings.write_text(text)
    (folder / "data" / "raw" / source / "2025-01-kent-street.csv").write_text(content)
    assert main(["clean", "--workspace", str(folder)]) == 0
    return cspanalysis.open(None, "2025-01/2025-01", workspace=folder)


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    return workspace(tmp_path_factory.mktemp("open") / "ws", "police_uk", STREET)


@pytest.fixture(scope="module")
def untimed(tmp_path_factory):
    return workspace(tmp_path_factory.mktemp("extract") / "ws", "police_extract", EXTRACT)


APART = {
    "hold no time of day": (
        violence.nte_change, violence.nte_years, violence.nte_week, violence.nte_town_centre_share,
        lambda r: acquisitive.likely_hours(r, "b", "burglary dwelling", subject="burglary"),
    ),
    "do not say how a theft was done": (
        acquisitive.purse_dipping_season, acquisitive.purse_dipping_places,
    ),
    "do not tell this offence apart": (
        lambda r: acquisitive.change(r, "t", "theft of vehicle", subject="theft of vehicles"),
        lambda r: acquisitive.change(r, "b", "burglary dwelling", subject="burglary"),
    ),
    "do not say which offences were domestic": (domestic.domestic_change, domestic.repeat_victims),
    "hold no ages": (youth.youth_violence_change,),
}  # fmt: skip


@pytest.mark.parametrize("lacks", APART)
def test_more_months_of_open_data_are_not_the_advice_where_they_cannot_tell(street, lacks):
    for make in APART[lacks]:
        found = make(street)
        assert found.status == "not_available"
        assert f"the street-level files {lacks}. A record-level extract" in found.sentence
        assert "data.police.uk" not in found.sentence and "needed too" not in found.sentence


def test_where_open_data_can_tell_more_months_are_the_advice(street):
    for found in (
        overview.recorded_crime_change(street),
        acquisitive.change(street, "v", "vehicle crime", subject="vehicle crime"),
    ):
        assert "January 2024 would be needed too" in found.sentence
        # More of what is there is asked for by its months; only what is not there is advised.
        assert "data.police.uk" not in found.sentence
        assert found.sentence.endswith(
            "record-level extract from the police force would supply it."
        )
    assert "whether vehicle crime rose or fell" in found.sentence


def test_only_the_months_that_lack_are_asked_for(street):
    quarter = street.moved(period="2025-01/2025-03")
    needed = "January to March 2024, and February and March 2025 would be needed too"
    assert needed in overview.recorded_crime_change(quarter).sentence


def test_an_offence_that_open_data_do_not_tell_apart_is_ranked_by_peer_counts_only(street):
    found = acquisitive.peers(street, "b", "burglary dwelling", "county", subject="burglary")
    assert found.sentence.endswith(
        "do not tell this offence apart. Counts for the peer areas would supply it."
    )


def test_an_extract_that_does_not_say_is_no_count_of_zero(untimed):
    for make, lacks in (
        (violence.nte_change, "hold no time of day"),
        (violence.nte_years, "hold no time of day"),
        (acquisitive.purse_dipping_season, "do not say how a theft was done"),
    ):
        found = make(untimed)
        assert found.status == "not_available" and f"the records {lacks}" in found.sentence
    # Nor is it for a target or a published figure.
    period = Period.parse("2025-01/2025-04")
    for name, lacks in ((NTE, "hold no time of day"), (PURSES, "do not say how a theft was done")):
        with pytest.raises(NotAvailable, match=f"the records {lacks}"):
            register_series.count(untimed, Named("police_extract", name), period)


def test_where_nothing_happened_no_source_would_supply_it(project):
    review = cspanalysis.open(None, "2004-04/2004-04", workspace=project)
    review.workspace.settings["purse_dipping"]["method_words"] = ["never written"]
    found = acquisitive.purse_dipping_places(review)
    assert found.sentence.endswith("no purse dipping in April 2004.")


def test_the_source_is_named_before_it_is_called_it():
    missing = NotAvailable(("action_plan", "targets", "outputs"), "it holds no rows for Dover")
    said = suppliers.missing_sentence("what is planned", missing)
    assert said == (
        "This review cannot say what is planned: the source here holds no rows for "
        "Dover. The partnership's action plan, the partnership's list of targets or the "
        "partnership's list of promised outputs would supply it."
    )
    shared = suppliers.shared_sentence(NotAvailable("fires", "it covers 2024"))
    assert suppliers.answering(shared, 1) == (
        "The source here covers 2024. The fire service's incident extract would "
        "answer this question."
    )
    assert suppliers.answering(shared, 2).endswith("would answer these questions.")
