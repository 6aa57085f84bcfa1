"""Today's agenda on Tonbridge and Malling's open data: findings recounted by plain pandas.

All chapters are asked once, as their notebooks ask; what is recounted stands on the page so.
"""

import dataclasses
import shutil
import zipfile

import numpy as np
import pandas as pd
import pytest
from test_findings_issues import DECIDED, KENT, TONBRIDGE, issue_settings_of

import cspanalysis
from cspanalysis.domain import offences, reference
from cspanalysis.explore import by_hand
from cspanalysis.findings import glance, priorities, priority_issues
from cspanalysis.workspace import init

pytestmark = pytest.mark.realdata

AREA, CODE = "Tonbridge and Malling", "E07000115"
NOW, BEFORE = ("2025-04", "2026-03"), ("2024-04", "2025-03")
ARCHIVES = ("kent_2025.zip", "kent_rebuilt_from_counts_2023-05_2024-12_2026-01_2026-04.zip")
FILES = {
    "police_uk": [f"police_uk/{name}" for name in ARCHIVES],
    "population": [
        "population/population20_ltla21.csv",
        "population/population_mid2022_ltla23_by_sex_age.csv.gz",
        "population/census2021_lsoa21_by_age_group_ew.csv.gz",
    ],
    "deprivation": ["deprivation/imd2025_england_lsoa21.csv.gz"],
    "boundaries": ["boundaries/kent_lsoa21_simplified.geojson",
                   "boundaries/kent_wards_may2025_simplified.geojson"],
    "ons_csp": ["ons_csp/ons_csp_recorded_crime_ye_dec2022.xlsx"],
    "environmental": ["fly_tipping/flytipping_la_incidents_2012-13_2021-22.csv.gz"],
    "lait": ["young_people/lait_selected_by_la.csv.gz"],
}  # fmt: skip


@pytest.fixture(scope="module")
def data(shared):
    return shared / "data"


@pytest.fixture(scope="module")
def review(data, tmp_path_factory):
    root = tmp_path_factory.mktemp("today") / "ws"
    init.init(root, AREA)
    raw = root / "data/raw"
    for source, names in FILES.items():
        (raw / source).mkdir(exist_ok=True)
        for name in names:
            shutil.copy(data / name, raw / source)
    for lookup in (*(data / "lookups").glob("lookup_*"), data / "lookups/ruc21_lsoa21.csv.gz"):
        shutil.copy(lookup, raw / "lookups")
    return cspanalysis.open(AREA, "/".join(NOW), compare="/".join(BEFORE), workspace=root)


@pytest.fixture(scope="module")
def found(review):
    return by_hand.findings(review)


@pytest.fixture(scope="module")
def rows(data):
    """The street files' rows with a place: month, lsoa, district (by the LSOA's name), kind."""
    every = []
    for name in ARCHIVES:
        with zipfile.ZipFile(data / "police_uk" / name) as archive:
            for member in archive.namelist():
                if member.endswith("-street.csv"):
                    with archive.open(member) as file:
                        every.append(
                            pd.read_csv(
                                file, usecols=["Month", "LSOA code", "LSOA name", "Crime type"]
                            )
                        )
    table = pd.concat(every, ignore_index=True).dropna(subset=["LSOA name"])
    table.columns = ["month", "lsoa", "district", "kind"]
    return table.assign(
        district=table["district"].str.rsplit(" ", n=1).str[0], kind=table["kind"].str.lower()
    )


def of(rows, span, district=AREA, kind=None):
    """Crimes of a district in a span, or of one kind; anti-social behaviour is no crime."""
    inside = rows[rows["month"].between(*span) & (rows["district"] == district)]
    if kind:
        return inside[inside["kind"] == kind]
    return inside[inside["kind"] != "anti-social behaviour"]


@pytest.fixture(scope="module")
def lsoas(data):
    wards = pd.read_csv(data / "lookups/lookup_lsoa21_ward24_ltla24.csv.gz")
    return wards[wards["ltla24_code"] == CODE].set_index("lsoa21_code")


def test_at_least_sixty_findings_are_answered_that_are_not_about_data_quality(found):
    answered = [k for k, f in found.items() if f.status == "ok" and not k.startswith("quality.")]
    assert len(answered) >= 60
    # None of the summary's table is of another level than the district's.
    assert {found[k].level for k in ("glance.table", "glance.stands_out")} == {"district"}


@pytest.mark.parametrize(
    ("subject", "kind", "counts"),
    [
        ("anti-social behaviour", "anti-social behaviour", (1326, 1950)),
        ("robbery", "robbery", (30, 67)),
        ("burglary", "burglary", (340, 225)),
        ("recorded crime", None, (7770, 7173)),
    ],
)
def test_the_table_at_a_glance_counts_as_the_rows_do(found, rows, subject, kind, counts):
    row = found["glance.table"].rows.set_index("subject").loc[subject]
    assert tuple(row[["compare_count", "count"]].astype(int)) == counts
    assert counts == (len(of(rows, BEFORE, kind=kind)), len(of(rows, NOW, kind=kind)))


def test_thanets_summary_ranks_it_highest_of_twelve_for_weapons_and_public_order(
    review, rows, data
):
    span = ("2025-01", "2025-12")
    thanet = review.moved("Thanet", "/".join(span))
    table = glance.table(thanet, among="county").rows.set_index("subject")
    people = pd.read_csv(data / "population/population_mid2022_ltla23_by_sex_age.csv.gz")
    people = people[people["sex"] == "persons"].groupby("ltla23_name")["population"].sum()
    for kind in ("possession of weapons", "public order"):
        rates = pd.Series(
            {d: len(of(rows, span, d, kind)) / people[d] for d in thanet.peers.areas("county")}
        )
        assert rates.idxmax() == "Thanet" and len(rates) == 12
        assert (table.loc[kind, "rank"], table.loc[kind, "of"]) == (12, 12)
        assert table.loc[kind, "rate"] == pytest.approx(1000 * rates["Thanet"])


def test_the_place_among_the_countys_districts(found, review, rows, data):
    people = pd.read_csv(data / "population/population_mid2022_ltla23_by_sex_age.csv.gz")
    people = people[people["sex"] == "persons"].groupby("ltla23_name")["population"].sum()
    rates = pd.Series(
        {d: 1000 * len(of(rows, NOW, d)) / people[d] for d in review.peers.areas("county")}
    )
    values = found["overview.recorded_crime.peers.county"].values
    assert values["rate"] == pytest.approx(rates[AREA])
    assert (values["rank"], values["of"]) == (rates.rank()[AREA], 12)


def test_shares_of_kinds(found, rows):
    kinds = of(rows, NOW)["kind"].value_counts()
    table = found["overview.mix"].rows.set_index("offence")
    assert table["count"].to_dict() == kinds.to_dict()
    assert table.loc["shoplifting", "share"] == pytest.approx(kinds["shoplifting"] / 7173)


def test_harm_is_the_sum_of_counts_times_mean_weights(found, rows):
    mean = mean_weights("police_uk")
    row = found["harm.change"].rows.iloc[0]
    for span, column in ((NOW, "harm"), (BEFORE, "compare_harm")):
        by_hand_sum = (of(rows, span)["kind"].value_counts() * mean).sum()
        assert row[column] == pytest.approx(by_hand_sum, rel=1e-3)


def mean_weights(column):
    """The mean weight of the codes of each kind, as often as each was recorded."""
    weights = pd.DataFrame(reference.rows("severity_weights"))
    weights = weights.astype({"weight": float, "recorded": float})
    often = weights.set_index("code")["recorded"]
    by = weights["as_often_as"].where(weights["as_often_as"] != "", weights["code"]).map(often)
    groups = offences.codes(offences.HOME_OFFICE)
    weights = weights.assign(
        often=by, group=[groups.get(offences.code_key(code), "") for code in weights["code"]]
    )
    return weights.groupby(column).apply(
        lambda g: np.average(g["weight"], weights=g["often"]), include_groups=False
    )


#: Lines of the statisticians' table that are no group of the Home Office's, and their groups.
LINES = {
    "sexual offences": ("rape", "other sexual offences"),
    "robbery": ("robbery of business property", "robbery of personal property"),
    "burglary": ("residential burglary", "business and community burglary", "burglary dwelling",
                 "burglary other than dwelling"),
    "vehicle offences": ("theft of vehicle", "theft from vehicle", "vehicle interference"),
    "all other theft offences": ("other theft",),
    "criminal damage and arson": ("arson", "criminal damage"),
    "drug offences": ("trafficking of drugs", "possession of drugs"),
    "possession of weapons offences": ("possession of weapons",),
}  # fmt: skip


def test_the_place_of_harm_among_all_partnerships(found, data):
    """Each line with the mean weight of its offences, per resident, of 297 partnerships."""
    table = pd.read_csv(data / "ons_csp/ons_csp_recorded_crime_ye_dec2021_2022_tidy.csv.gz")
    table = table.dropna(subset="csp_name").assign(
        name=table["csp_name"].str.replace(r" *\[note.*", "", regex=True).str.strip(),
        line=table["offence"].str.replace(r" *\[note.*", "", regex=True).str.strip().str.lower(),
        value=pd.to_numeric(table["value"], errors="coerce"),
    )
    rates = found["harm.official.peers.nation"].rows.set_index("area")
    mix = found["harm.official.mix"].rows
    line_of = {group: line for line, groups in LINES.items() for group in groups}
    mean = pd.DataFrame(reference.rows("severity_weights"))
    groups = offences.codes(offences.HOME_OFFICE)
    lines = [groups.get(offences.code_key(c), "") for c in mean["code"]]
    mean = mean_weights(pd.Series([line_of.get(g, g) for g in lines]))
    counted = table[table["measure"].eq("count_ye_dec_2022") & table["line"].isin(mean.index)]
    counted = counted[~counted["line"].isin(["theft offences", "violence against the person"])]
    harm = (counted["value"] * counted["line"].map(mean)).groupby(counted["name"]).sum()
    people = table[table["offence"].str.startswith("Population fig")].set_index("name")["value"]
    by_hand_rate = (1000 * harm / people)[lambda r: r.index.isin(rates.index)]
    assert counted["line"].nunique() == 18 == len(mix)
    assert len(by_hand_rate) > 250
    values = found["harm.official.peers.nation"].values
    assert values["rate"] == pytest.approx(by_hand_rate[AREA], rel=1e-3)
    known = rates.loc[by_hand_rate.index, "rate"].dropna()
    assert len(known) > 250
    by_hand_rate = by_hand_rate[known.index]
    assert known.to_dict() == pytest.approx(by_hand_rate.to_dict(), rel=1e-3)
    assert known.rank()[AREA] == by_hand_rate.rank()[AREA]
    assert rates.loc[AREA, "rank_lower"] <= values["rank"] <= rates.loc[AREA, "rank_upper"]
    assert found["harm.official.funnel.nation"].values["rate"] == values["rate"]


def test_small_areas_and_wards(found, rows, lsoas):
    here = of(rows, NOW)
    each = here["lsoa"].value_counts()
    most = found["places.concentration"]
    assert (most.values["count"], len(lsoas)) == (each.head(8).sum(), 78)
    assert found["places.top"].rows["count"].iloc[0] == each.iloc[0]
    wards = here["lsoa"].map(lsoas["ward24_name"]).value_counts()
    counted = found["places.wards"].rows.set_index("ward")["count"]
    assert counted[counted > 0].to_dict() == wards.to_dict()
    thefts = of(rows, NOW, kind="shoplifting")["lsoa"].value_counts()
    mapped = found["places.shoplifting.map"].rows.set_index("lsoa_code")["count"]
    assert mapped[mapped > 0].to_dict() == thefts.to_dict()


def test_fifths_of_deprivation(found, rows, lsoas, data):
    imd = pd.read_csv(data / "deprivation/imd2025_england_lsoa21.csv.gz", index_col="lsoa21_code")
    fifth = (imd.loc[lsoas.index, "IMD_decile"] + 1) // 2
    assert found["area.deprivation"].rows["count"].tolist() == (
        fifth.value_counts().sort_index().tolist()
    )
    # Crimes that befall people where they live: no thefts from shops, none of visitors.
    kinds = ["violence and sexual offences", "burglary", "criminal damage and arson",
             "vehicle crime"]  # fmt: skip
    here = of(rows, NOW)
    here = here[here["kind"].isin(kinds)]
    counts = here["lsoa"].map(fifth).value_counts().sort_index()
    people = (
        pd.read_csv(
            data / "population/census2021_lsoa21_by_age_group_ew.csv.gz", index_col="lsoa21_code"
        )
        .select_dtypes("number")
        .sum(axis=1)
    )
    residents = people[lsoas.index].groupby(fifth).sum()
    table = found["places.deprivation"].rows.set_index("fifth")
    assert table["count"].to_dict() == counts.to_dict()
    assert table["rate"].to_dict() == pytest.approx((1000 * counts / residents).to_dict())


def test_residents_and_their_ages(found, data):
    people = pd.read_csv(data / "population/population_mid2022_ltla23_by_sex_age.csv.gz")
    own = people[(people["ltla23_name"] == AREA) & (people["sex"] == "persons")]
    assert found["area.population"].values["population"] == own["population"].sum() == 133_664
    ages = own.assign(age=own["age"].str.rstrip("+").astype(int)).set_index("age")["population"]
    table = found["area.ages"].rows.set_index("age")["count"]
    assert (table["16 to 24"], table["65 and over"]) == (ages.loc[16:24].sum(), ages.loc[65:].sum())


def test_fly_tipping(found, data):
    table = pd.read_csv(data / "fly_tipping/flytipping_la_incidents_2012-13_2021-22.csv.gz")
    own = table[table["ONS Code"] == CODE].set_index("Year")["Total Incidents"].astype(int)
    row = found["antisocial.environment.changes"].rows.iloc[0]
    assert (row["compare_count"], row["count"]) == (own["2020-21"], own["2021-22"]) == (1017, 827)


@pytest.mark.parametrize(
    ("key", "line", "counts"),
    [
        ("official.recorded_crime.change", "Total recorded crime (excluding fraud)", (8346, 8867)),
        ("sexual_offences.change", "Sexual offences", (298, 333)),
        ("sexual_offences.stalking.change", "Stalking and harassment", (1499, 1280)),
    ],
)
def test_official_figures_of_the_year_to_december_2022(found, data, key, line, counts):
    table = pd.read_csv(data / "ons_csp/ons_csp_recorded_crime_ye_dec2021_2022_tidy.csv.gz")
    own = table[(table["la_code"] == CODE) & (table["offence"].str.strip() == line)]
    own = own.set_index("measure")["value"]
    values = found[key].values
    assert (values["compare_count"], values["count"]) == counts
    assert counts == tuple(int(own[f"count_ye_dec_{y}"]) for y in (2021, 2022))


def test_the_place_among_similar_partnerships(found, review, data):
    table = pd.read_csv(data / "ons_csp/ons_csp_recorded_crime_ye_dec2021_2022_tidy.csv.gz")
    table = table.assign(name=table["csp_name"].str.replace(r" *\[note.*", "", regex=True))
    value = pd.to_numeric(table["value"], errors="coerce")
    total = table["offence"].str.startswith("Total rec") & table["measure"].eq("count_ye_dec_2022")
    people = table["offence"].str.startswith("Population fig")
    counts, residents = (value[m].groupby(table["name"]).first() for m in (total, people))
    rates = 1000 * counts / residents
    values = found["official.recorded_crime.peers.similar"].values
    assert values["rate"] == pytest.approx(rates[AREA])
    ranked = found["official.recorded_crime.peers.similar"].rows
    known = ranked[ranked["rate"].notna()].set_index("area")["rate"]
    same = [a for a in known.index if a in rates.index]
    assert len(same) >= 12
    assert known[same].to_dict() == pytest.approx(rates[same].to_dict())
    assert values["rank"] == known.rank()[AREA]


# ---------------------------------------------------------------------- priorities of real places


def with_issues(review, issues, **more):
    """The review with a list of issues in its settings."""
    space = review.workspace
    chosen = issue_settings_of(issues, **more)["priorities"]
    own = {**space.settings, "priorities": {**space.settings.get("priorities", {}), **chosen}}
    found = review.moved()
    found.workspace = dataclasses.replace(space, settings=own)
    return found


def test_the_districts_own_priorities_have_an_order_that_says_what_it_rests_on(review, rows):
    found = with_issues(
        review,
        TONBRIDGE,
        asb={"decision": DECIDED},
    )
    matrix = priorities.matrix(found).rows.set_index("label")
    asb, thefts = matrix.loc["Anti-social behaviour"], matrix.loc["Acquisitive crime"]
    # Recounted: what is counted for each, and its share in the tenth of small areas with most.
    own = rows[(rows["district"] == AREA) & rows["month"].between(*NOW)]
    counts = own[own["kind"] == "anti-social behaviour"].groupby("lsoa").size()
    top = counts.sort_values(ascending=False).head(8).sum()
    assert asb["tenth_share"] == pytest.approx(top / counts.sum(), abs=0.002)
    assert asb["count"] >= counts.sum() and asb["trend_text"] == "worse"
    kinds = ("shoplifting", "burglary", "vehicle crime")
    assert thefts["count"] == pytest.approx(own["kind"].isin(kinds).sum(), abs=30)
    # No weight is known of incidents that are no crimes: that is missing, and not nothing.
    assert pd.isna(asb["harm"]) and thefts["harm"] == 1
    assert matrix.loc["Safeguarding", "status"] == "not_available"
    listed = priority_issues.short_list(found)
    said = listed.rows.set_index("issue")
    assert said.loc["Anti-social behaviour", "state"] == "in by the figures"
    assert "The board took in Anti-social behaviour." in listed.sentence
    assert said.loc["Exploitation", "state"] == "not decided"
    assert (
        said.loc["Anti-social behaviour", "decision"]
        == "in: It is close to us. (Board, 2026-05-12)"
    )


def test_the_countys_priorities_in_one_of_its_districts(review):
    thanet = cspanalysis.open("Thanet", "/".join(NOW), workspace=review.workspace.root)
    found = priority_issues.short_list(with_issues(thanet, KENT))
    said = found.rows.set_index("issue")
    assert list(said.index.sort_values()) == sorted(label for label, _ in KENT.values())
    assert said.loc["Serious violence", "state"] == "in by the figures"
    assert said.loc["Domestic abuse", "state"] == "not decided"
    assert "No data on volume" in said.loc["Domestic abuse", "why"]
