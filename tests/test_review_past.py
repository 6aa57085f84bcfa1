"""A review of an earlier period knows nothing of what came later, but for the usual season."""

import pytest

import cspanalysis
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import acquisitive
from cspanalysis.review.series import newest_year

#: These speak of the plan, of its publication and of the files, whatever the period.
TIMELESS = {"plan", "published", "quality"}


def test_no_finding_reaches_beyond_the_period_under_review():
    review = cspanalysis.open("Tonbridge and Malling", "2005-04/2006-03")
    found = [f for f in review.findings().values() if f.id.partition(".")[0] not in TIMELESS]
    assert sum(f.status == "ok" for f in found) > 40
    given = {f.id: Period.parse(f.period).iso[-7:] for f in found if f.status != "not_available"}
    late = {key: end for key, end in given.items() if end > "2006-03"}
    # The usual season is that of all months held, as it says. The school year that was running
    # comes out as a whole.
    late = {key: end for key, end in late.items() if not key.endswith(".season")}
    # A forecast bears the year it is of; it is reckoned from what stood before.
    ahead = late.pop("overview.recorded_crime.next_year")
    assert ahead == "2007-03"
    assert {key.split(".")[0] for key in late} <= {"young_people"}
    assert set(late.values()) <= {"2006-08"}
    months = [(f.id, row["month"]) for f in found if not f.id.endswith((".season", ".next_year"))
              for row in f.record()["rows"] if "month" in row]  # fmt: skip
    assert months and all(month <= "2006-03" for _, month in months)
    cleanliness = next(f for f in found if f.id == "antisocial.cleanliness")
    assert cleanliness.status == "not_available"
    assert "begins before April 2005 to March 2006 ends" in cleanliness.sentence


def test_the_season_is_of_all_months_unless_the_analyst_cuts_them():
    past = cspanalysis.open("Tonbridge and Malling", "2005-04/2006-03")
    whole = acquisitive.purse_dipping_season(past)
    now = acquisitive.purse_dipping_season(cspanalysis.open("Tonbridge and Malling"))
    assert whole.values == now.values and now.values["peak"] == 12
    found = acquisitive.purse_dipping_season(past, until="2006-03")
    assert found.period == "2004-04/2006-03" and "Provisionally" in found.sentence
    early = acquisitive.purse_dipping_season(past, until="2003-12")
    assert early.status == "not_available" and "no month up to" in early.sentence


def test_school_years_after_the_period_are_not_shown():
    period = Period.parse("2005-04/2006-03")
    with pytest.raises(NotAvailable, match="begins before"):
        newest_year(["2009/10"], period, "x", Period.academic_year)
    years = ["2004/05", "2006/07", "2005/06"]
    assert newest_year(years, period, "x", Period.academic_year) == "2005/06"
