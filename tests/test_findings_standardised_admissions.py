"""Admissions standardised for age and sex: from an extract that hides nothing to the sentence."""

import shutil

import numpy as np
import pytest

import cspanalysis
from cspanalysis.findings import substance
from cspanalysis.stats.measures import ESP2013, count_limits

BANDS = ("0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")
YEARS = ("2004/05", "2005/06", "2006/07", "2007/08", "2008/09")
SETTINGS = (
    '[area]\nname = "Tonbridge and Malling"\ndistricts = ["Tonbridge and Malling"]\n'
    '[review]\nperiod = "2008-04/2009-03"\ncompare = "2007-04/2008-03"\n'
)


def cells(base=(2, 30, 14, 12, 11, 9, 5, 3, 1), growth=0.0):
    """Counts by year, sex and band; females have half as many again."""
    return {
        (year, sex, band): round(n * (1 + growth * i) * (1.5 if sex == "Female" else 1))
        for i, year in enumerate(YEARS)
        for sex in ("Male", "Female")
        for band, n in zip(BANDS, base, strict=True)
    }


@pytest.fixture
def workspace(tmp_path, project):
    def make(counts, policy=None):
        settings = SETTINGS
        if policy:
            settings += f'[disclosure]\nhospital_extract = "{policy}"\n'
        (tmp_path / "partnership.toml").write_text(settings, encoding="utf-8")
        for source in ("population", "lookups"):
            shutil.copytree(project / "data" / "raw" / source, tmp_path / "data" / "raw" / source)
        folder = tmp_path / "data" / "raw" / "hospital_extract"
        folder.mkdir()
        lines = ["Year,Cause,Sex,Age Band,Admissions,District"]
        for (year, sex, band), n in counts.items():
            lines.append(f"{year},T51,{sex},{band},{n},Tonbridge and Malling")
        (folder / "exact.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return make


def standardised(root, **options):
    review = cspanalysis.open(workspace=root, **options)
    return substance.alcohol_admissions_standardised(review), review


def by_hand(review, counts, year):
    """Dobson's limits from scratch: weights, residents by single year of age, Byar's limits."""
    first = int(year[:4])
    people = review.population_by_age(f"{first}-04/{first + 1}-03")
    share, x = [], []
    for (of, sex, band), n in counts.items():
        if of != year:
            continue
        low, _, high = band.rstrip("+").partition("-")
        high = int(high) if high else 200
        inside = (people["sex"] == sex.lower()) & people["age"].between(int(low), high)
        weight = sum(w for age, w in ESP2013.items() if int(low) <= age <= high)
        share.append(weight / 2e5 / people.loc[inside, "population"].sum())
        x.append(n)
    share, x = np.array(share), np.array(x)
    value, spread, total = share @ x, np.sqrt(share**2 @ x), x.sum()
    limits = [value + spread / np.sqrt(total) * (v[0] - total) for v in count_limits([total])]
    return [1e5 * v for v in (value, *limits)]


def test_an_extract_that_hides_nothing_gives_rates_sentence_and_table(workspace):
    counts = cells()
    found, review = standardised(workspace(counts))
    rate, lower, upper = by_hand(review, counts, "2008/09")
    assert found.status == "ok" and found.verdict == "no_clear_change"
    assert [found.values[k] for k in ("rate", "lower", "upper")] == [
        round(rate), round(lower), round(upper),
    ]  # fmt: skip
    assert found.sentence == (
        "Allowing for residents' ages and sexes, there were "
        f"{rate:.0f} admissions for the toxic effect of alcohol (ICD-10 T51) per 100,000 residents "
        f"in 2008/09 (95% interval {lower:.0f} to {upper:.0f}). There is no clear trend over "
        "2004/05 to 2008/09."
    )
    assert found.table["rows"][-1] == [
        "2008/09", "220", f"{rate:.0f}", f"{lower:.0f} to {upper:.0f}",
    ]  # fmt: skip
    assert found.figure is not None and "Dobson" in found.method
    assert found.notes == (
        "Residents by age of mid-2007 serve for 2008/09 too: no others are held.",
        "How many persons were admitted is not told: the interval takes each admission to come by "
        "itself, and is too narrow where the same persons come again.",
    )
    # The counts come out rounded, and no column leads back to them.
    assert sum(n for (y, _, _), n in counts.items() if y == "2008/09") not in found.rows["count"]
    assert not {"smallest", "parts", "population"} & set(found.rows)
    for row in found.record()["rows"]:
        assert all(float(row[k]).is_integer() for k in ("rate", "lower", "upper"))
        assert row["count"] % 5 == 0


def test_a_steady_rise_is_said_to_be_one(workspace):
    found, _ = standardised(workspace(cells(growth=0.25)))
    assert found.verdict == "up"
    assert "The rate rose over 2004/05 to 2008/09, from" in found.sentence


def test_partners_see_the_rate_as_it_is(workspace):
    counts = cells()
    found, review = standardised(workspace(counts), edition="partner")
    assert found.values["rate"] == pytest.approx(by_hand(review, counts, "2008/09")[0])


def test_a_year_with_a_hidden_cell_has_no_rate_and_the_others_keep_theirs(workspace):
    counts = cells() | {("2006/07", "Male", "80+"): "*"}
    found, _ = standardised(workspace(counts))
    rates = dict(zip(found.rows["year"], found.rows["rate"], strict=True))
    assert np.isnan(rates["2006/07"]) and rates["2008/09"] > 0
    assert found.verdict == "none" and "A trend needs five years in a row" in found.sentence
    assert "No rate is given for 2006/07: small counts by age and sex are hidden" in found.sentence
    assert found.table["rows"][2][1:] == ["*", "*", "*"]


def test_hidden_cells_in_every_year_name_what_would_supply_a_rate(project):
    found, _ = standardised(project)
    assert found.status == "suppressed" and found.verdict == "none"
    assert "small counts by age and sex are hidden" in found.sentence
    assert "the public health profiles (Fingertips) would supply it" in found.sentence
    assert found.rows["rate"].isna().all() and found.figure is None


def test_a_count_left_out_is_not_zero(workspace):
    counts = {k: n for k, n in cells().items() if k[2] != "80+" or k[0] != "2008/09"}
    found, _ = standardised(workspace(counts))
    assert found.rows.set_index("year")["status"]["2008/09"] == "not_available"
    assert "No rate is given for 2008/09: the extract lacks counts of some ages" in found.sentence


def test_fewer_than_ten_admissions_have_no_rate(workspace):
    found, _ = standardised(workspace(cells((0, 1, 1, 0, 0, 1, 0, 0, 0))))
    assert found.status == "too_few" and "fewer than ten" in found.sentence


def test_a_rate_of_a_few_groups_could_be_solved_for_them_and_is_withheld(workspace):
    found, review = standardised(workspace(cells((0, 4, 9, 0, 0, 0, 0, 0, 0))))
    assert found.status == "suppressed" and found.rows["rate"].isna().all()
    partners = cspanalysis.open(workspace=review.workspace.root, edition="partner")
    assert substance.alcohol_admissions_standardised(partners).status == "ok"


@pytest.mark.parametrize(("policy", "status"), [("threshold", "suppressed"), ("none", "ok")])
def test_beside_exact_counts_no_rate_with_a_small_count_in_it_is_shown(workspace, policy, status):
    assert standardised(workspace(cells(), policy))[0].status == status


@pytest.mark.parametrize("bands", [{"80+": "80-89"}, {"10-19": "11-19"}, {"0-9": "0-4"}])
def test_bands_that_cannot_be_weighted_are_refused_with_the_reason(workspace, bands):
    counts = {(y, s, bands.get(b, b)): n for (y, s, b), n in cells().items()}
    found, _ = standardised(workspace(counts))
    assert found.status == "not_available"
    assert "five-year bands" in found.sentence or "cover every age once" in found.sentence


def test_where_persons_are_told_the_limits_allow_for_those_admitted_again(workspace):
    """Two admissions a person: the variance is three times that of chance."""
    counts = cells()
    root = workspace(counts)
    plain, review = standardised(root, edition="partner")
    assert any("How many persons were admitted is not told" in n for n in plain.notes)
    file = root / "data" / "raw" / "hospital_extract" / "exact.csv"
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    told = [f"{line},{max(int(line.split(',')[4]) // 2, 1)}" for line in lines]
    file.write_text("\n".join([f"{head},Patients", *told]) + "\n", encoding="utf-8")
    found, _ = standardised(root, edition="partner")
    rate, lower, upper = by_hand(review, counts, "2008/09")
    persons = sum(int(t.rsplit(",", 1)[1]) for t in told if t.startswith("2008/09"))
    total = sum(n for (y, _, _), n in counts.items() if y == "2008/09")
    wider = np.sqrt(2 * total / persons - 1)
    assert found.values["rate"] == pytest.approx(rate)
    assert found.values["lower"] == pytest.approx(rate - wider * (rate - lower))
    assert found.values["upper"] == pytest.approx(rate + wider * (upper - rate))
    assert not any("How many persons" in n for n in found.notes)
    assert "persons with several" in found.method
    assert not {"persons", "squares"} & set(found.rows)


def test_overlapping_bands_are_neither_ranked_nor_added(workspace):
    """'18+' beside 18-24 and 25+: the most are said among bands that leave nobody twice."""
    counts = {
        (year, sex, band): n
        for year in YEARS
        for sex in ("Male", "Female")
        for band, n in {"0-17": 8, "18-24": 40, "25+": 30, "18+": 70}.items()
    }
    review = cspanalysis.open(workspace=workspace(counts), edition="partner")
    told = substance.alcohol_admissions_age_sex(review)
    assert told.sentence.startswith(
        "Males aged 18 to 24 and females aged 18 to 24 had the most admissions"
    )
    assert set(told.rows["age_band"]) == {"0-17", "18-24", "25+"}
    note = "Age bands that overlap others are not counted beside them: 18+."
    assert note in told.notes
    trend = substance.alcohol_admissions_trend(review)
    assert trend.rows["count"].tolist() == [156] * 5 and note in trend.notes
