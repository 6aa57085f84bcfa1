"""Harm: weights of offences, the variance of a weighted sum, its change, mix and peers."""

import io
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_findings_outcomes import HEADER

import cspanalysis
from cspanalysis.cli import main
from cspanalysis.domain import offences, reference
from cspanalysis.domain.periods import Period
from cspanalysis.findings import harm as findings
from cspanalysis.review import severity_weights
from cspanalysis.stats import harm_sums as harm
from cspanalysis.stats import measures

BUILT_IN = SimpleNamespace(has=lambda table: False)


def weight(name, scheme=offences.NOTIFIABLE, store=BUILT_IN):
    row = severity_weights.weights(store, [name], scheme).of.iloc[0]
    return row["weight"], row["spread"]


def test_an_offence_of_one_code_has_its_weight_and_no_spread():
    assert weight("assault without injury") == (13.511, 0)
    assert weight("shoplifting") == (11.856, 0)


def test_a_kind_of_several_codes_is_averaged_by_how_often_they_were_recorded():
    rows = [r for r in reference.rows("severity_weights") if r["police_uk"] == "burglary"]
    often, each = (np.array([float(r[c]) for r in rows]) for c in ("recorded", "weight"))
    found = weight("burglary", offences.POLICE_UK)
    mean = (often * each).sum() / often.sum()
    # Codes of before 2017 are as frequent as those that took their place: the mean is the same.
    assert found[0] == pytest.approx(mean, rel=1e-3)
    assert found[1] == pytest.approx(
        np.sqrt((often * (each - mean) ** 2).sum() / often.sum()), 1e-3
    )


def test_aggravated_burglary_is_not_taken_for_all_burglary_of_before_2017():
    assert weight("burglary other than dwelling")[0] == pytest.approx(128, abs=1)
    assert weight("burglary dwelling")[0] == pytest.approx(485, abs=1)


def test_every_street_crime_type_and_every_single_offence_has_a_weight():
    street = offences.members("recorded crime", offences.POLICE_UK)
    found = severity_weights.weights(BUILT_IN, street, offences.POLICE_UK).of
    assert found["weight"].notna().all() and len(found) == 14
    notifiable = severity_weights.weights(
        BUILT_IN, offences.kinds(offences.NOTIFIABLE), offences.NOTIFIABLE
    ).of
    assert notifiable.loc[notifiable["weight"].isna(), "offence"].tolist() == ["fraud and forgery"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1, 4.1/2/10", ["1", "4.1", "4.2", "4.10"]),
        ("1/4.1/4.10/4.2", ["1", "4.1", "4.10", "4.2"]),
        ("08n", ["8n"]),
        ("105 A", ["105a"]),
        # A subclass is none: 8/1 has nothing of murder, which is 1.
        ("8/1", ["8/1"]),
        ("008/06", ["8/6"]),
        ("8N/06", ["8n/6"]),
    ],
)
def test_codes_that_stand_together_are_told_apart(text, codes):
    assert severity_weights.codes_of(text) == codes


@pytest.mark.parametrize(
    ("offence", "code"),
    [("assault with injury", "8N"), ("harassment", "8L"), ("public fear, alarm or distress", "9A"),
     ("racially or religiously aggravated assault with injury", "8P")],
)  # fmt: skip
def test_an_offence_with_subclasses_has_the_weight_of_its_class(offence, code):
    of_code = severity_weights.by_code(BUILT_IN, [code]).of.iloc[0]
    own = severity_weights.weights(BUILT_IN, [offence], offences.NOTIFIABLE).of.iloc[0]
    assert own["weight"] == of_code["weight"] and own["spread"] == 0


def test_codes_of_official_tables_get_their_weight():
    found = severity_weights.by_code(BUILT_IN, ["8N", "1/4.1/4.2", "99Z"]).of.set_index("code")
    assert found["weight"]["1/4.1/4.2"] == pytest.approx(7973.393)
    assert found["spread"]["1/4.1/4.2"] == 0 and np.isnan(found["weight"]["99Z"])


# ---------------------------------------------------------------------- the variance


def monthly(rng, months, kinds):
    """Rows of Poisson counts: kinds is {name: (a month, weight, spread)}."""
    return pd.DataFrame(
        [
            (m, name, rng.poisson(mean), w, s)
            for m in months
            for name, (mean, w, s) in kinds.items()
        ],
        columns=["month", "kind", "count", "weight", "spread"],
    )


PERIOD, COMPARE = Period.parse("2024-01/2024-12"), Period.parse("2023-01/2023-12")
MONTHS = Period.parse("2022-01/2024-12").month_list()


@pytest.mark.long
def test_the_limits_hold_when_nothing_changed():
    rng = np.random.default_rng(20241128)
    kinds = {"a": (20, 1000.0, 0.0), "b": (200, 10.0, 0.0)}
    called = sum(
        harm.change(monthly(rng, MONTHS, kinds), MONTHS, PERIOD, COMPARE)["verdict"].iloc[0]
        != "no_clear_change"
        for _ in range(200)
    )
    assert called <= 20  # 5% of 200 is 10


def test_crimes_of_one_weight_vary_as_their_number_does():
    rows = pd.DataFrame({"month": ["2024-01"], "count": [400], "weight": [7.0], "spread": [0.0]})
    before = rows.assign(month="2023-01", count=500)
    period, compare = Period.parse("2024-01"), Period.parse("2023-01")
    row = harm.change(pd.concat([rows, before]), [], period, compare).iloc[0]
    assert row["harm"] == 2800 and row["ratio"] == pytest.approx(0.8)
    error = np.sqrt(1 / 400 + 1 / 500)
    assert np.log(row["upper"] / row["ratio"]) == pytest.approx(1.96 * error, abs=1e-3)
    assert row["verdict"] == "down" and "could not be estimated" in row["method"]


def test_the_spread_within_a_kind_widens_the_limits():
    found = [
        harm.change(
            pd.DataFrame(
                {"month": ["2023-01", "2024-01"], "count": 400, "weight": 280.0, "spread": spread}
            ),
            [], Period.parse("2024-01"), Period.parse("2023-01"),
        ).iloc[0]
        for spread in (0.0, 670.0)
    ]  # fmt: skip
    narrow, wide = (np.log(row["upper"]) for row in found)
    assert wide / narrow == pytest.approx(np.sqrt(1 + (670 / 280) ** 2), rel=1e-6)


def test_a_few_grave_crimes_are_too_few():
    rows = pd.DataFrame(
        {"month": ["2023-01", "2024-01"], "count": [3, 9], "weight": 8000.0, "spread": 0.0}
    )
    row = harm.change(rows, [], Period.parse("2024-01"), Period.parse("2023-01")).iloc[0]
    assert (row["status"], row["verdict"]) == ("too_few", "none")
    assert np.isnan(row["lower"])


def test_shares_of_harm_stand_beside_shares_of_crimes():
    rows = pd.DataFrame(
        {"kind": ["grave", "light"], "count": [50, 950], "weight": [190.0, 10.0], "spread": 0.0}
    )
    found = harm.shares(rows, "kind").set_index("kind")
    assert found["share"].tolist() == [0.5, 0.5]
    assert found["compare_share"].tolist() == [0.05, 0.95]
    assert found["verdict"].tolist() == ["higher", "lower"]
    # Two parts of a whole are as uncertain as each other.
    assert found["lower"]["grave"] == pytest.approx(1 - found["upper"]["light"])


def test_a_single_kind_is_all_of_the_harm():
    rows = pd.DataFrame({"kind": ["x"], "count": [5], "weight": [2.0], "spread": [1.0]})
    row = harm.shares(rows, "kind").iloc[0]
    assert (row["share"], row["lower"], row["upper"]) == (1, 1, 1)


def test_peers_of_one_weight_are_ranked_as_their_crimes_are():
    residents = pd.DataFrame(
        {"area": ["A", "B", "C"], "is_own": [True, False, False], "population": 100_000}
    )
    rows = pd.DataFrame({"area": ["A", "B", "C"], "count": [100.0, 200, np.nan], "weight": 7.0,
                         "spread": 0.0})  # fmt: skip
    found = harm.compare(rows, residents).set_index("area")
    assert found["rate"]["A"] == pytest.approx(7.0) and found["harm"]["B"] == 1400
    low, _ = measures.count_limits([100])
    assert found["lower"]["A"] == pytest.approx(7 * low[0] / 100)
    assert found["status"]["C"] == "not_available" and found["of"]["A"] == 2


# ---------------------------------------------------------------------- the findings

KENT = "Kent Police"


def review(root, index=""):
    """Two years of two kinds of crime, and an index of the user's own."""
    assert main(["init", str(root), "--csp", "Tonbridge and Malling"]) == 0
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for month in MONTHS[12:]:
            number = {"Shoplifting": 40, "Robbery": 5 if month < "2024" else 15}
            text = HEADER + "".join(
                f"{month}{kind}{n},{month},{KENT},{KENT},0.3,51.2,On or near High Street,E01024717,"
                f"Tonbridge and Malling 001A,{kind},,\n"
                for kind, of in number.items()
                for n in range(of)
            )
            packed.writestr(f"{month}/{month}-kent-street.csv", text)
    (root / "data/raw/police_uk/kent.zip").write_bytes(file.getvalue())
    if index:
        (root / "data/raw/severity/index.csv").write_text(index)
    assert main(["clean", "--workspace", str(root)]) == 0
    return cspanalysis.open(None, PERIOD, workspace=root)


def test_more_robberies_are_more_harm(tmp_path):
    made = review(tmp_path / "ws")
    found = findings.change(made)
    row = found.rows.iloc[0]
    assert row["harm"] == pytest.approx(480 * 11.856 + 180 * 799.629, abs=0.5)
    assert found.verdict == "up" and "rose from" in found.sentence
    assert "rough" in " ".join(found.notes) and "edition of about 2020" in found.definition
    mix = findings.mix(made).rows.set_index("kind")
    assert mix["verdict"]["robbery"] == "higher" and mix["verdict"]["shoplifting"] == "lower"


def test_an_index_of_the_users_own_takes_the_place_of_the_weights_as_a_whole(tmp_path):
    index = "Offence Code,Offence,Weight\n46,Shoplifting,2\n"
    found = findings.change(review(tmp_path / "ws", index))
    assert found.rows.iloc[0]["harm"] == 960
    assert "own index" in found.definition
    assert {s["source"] for s in found.sources} == {"police_uk", "severity"}
    assert "240 crimes of an offence without a weight count nowhere here: 'robbery' (240)" in (
        " ".join(found.notes)
    )


# ---------------------------------------------------------------------- official figures by code


def official(root, later):
    """Six years of the Home Office's table; in the last the counts of `later`, by code."""
    assert main(["init", str(root), "--csp", "Tonbridge and Malling"]) == 0
    each = {"46": 500, "34B": 20, "8Z": 3}
    lines = ["Financial Year,Financial Quarter,Force Name,CSP Name,Offence Description,"
             "Offence Group,Offence Subgroup,Offence Code,Offence Count"]  # fmt: skip
    told = {"46": "Shoplifting,Theft offences,Shoplifting",
            "34B": "Robbery of personal property,Robbery,Robbery of personal property",
            "8Z": "Next year's,Violence against the person,Violence without injury"}  # fmt: skip
    for year in range(2019, 2025):
        for quarter in (1, 2, 3, 4):
            for csp in ("Tonbridge and Malling", "Dover"):
                counts = each | (later if year == 2024 else {})
                lines += [
                    f"{year}/{year % 100 + 1:02},{quarter},Kent,{csp},{told[code]},{code},{n}"
                    for code, n in counts.items()
                ]
    (root / "data/raw/home_office_csp/table.csv").write_text("\n".join(lines) + "\n")
    assert main(["clean", "--workspace", str(root)]) == 0
    return cspanalysis.open(None, "2024-04/2025-03", workspace=root)


def test_official_offences_are_weighted_by_their_own_code(tmp_path):
    made = official(tmp_path / "ws", {"34B": 40})
    found = findings.official_change(made)
    row = found.rows.iloc[0]
    assert row["compare_harm"] == pytest.approx(4 * (500 * 11.856 + 20 * 799.629), abs=0.5)
    assert row["harm"] == pytest.approx(4 * (500 * 11.856 + 40 * 799.629), abs=0.5)
    assert found.verdict == "up" and found.period == "2024-04/2025-03"
    # A code that is newer than the weights is named and counts nowhere.
    assert "24 offences of a code without a weight count nowhere here: 8Z (24)" in (
        " ".join(found.notes)
    )
    mix = findings.official_mix(made).rows.set_index("kind")
    assert mix["count"]["shoplifting"] == 2000
    assert mix["harm"].sum() == row["harm"]


def test_without_codes_there_is_no_official_harm(tmp_path):
    found = findings.official_change(review(tmp_path / "ws"))
    assert found.status == "not_available" and "Home Office" in found.sentence
