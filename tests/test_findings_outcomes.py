"""What became of crimes: which are old enough, what an outcome is, and against whom it is held."""

import io
import json
import re
import zipfile

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.cli import main
from cspanalysis.domain import case_outcomes, reference
from cspanalysis.domain.periods import Period
from cspanalysis.findings import outcomes
from cspanalysis.stats import outcome_shares

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
KENT, BTP = "Kent Police", "British Transport Police"
NONE, NO, COURT = (
    "Status update unavailable",
    "Investigation complete; no suspect identified",
    "Court result unavailable",
)
OWN, REST = "Tonbridge and Malling 001A", "Dover 001A"


class Files(list):
    """Lines of street-level files; each crime has an identifier of its own."""

    def add(self, number, month, outcome, *, kind="Burglary", place=OWN, force=KENT):
        for _ in range(number):
            crime = f"{len(self):06d}" if force == KENT and kind != "Anti-social behaviour" else ""
            self.append(
                (month, f"{crime},{month},{force},{force},0.3,51.2,On or near High Street,"
                f"{'E01024717' if place == OWN else 'E01024190'},{place},{kind},{outcome},\n")
            )  # fmt: skip
        return self


def review(root, lines, period="2024-01/2024-12"):
    assert main(["init", str(root), "--csp", "Tonbridge and Malling"]) == 0
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for month in sorted({m for m, _ in lines}):
            text = HEADER + "".join(line for m, line in lines if m == month)
            packed.writestr(f"{month}/{month}-kent-street.csv", text)
    (root / "data/raw/police_uk/kent.zip").write_bytes(file.getvalue())
    assert main(["clean", "--workspace", str(root)]) == 0
    return cspanalysis.open(None, period, workspace=root)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    files = Files()
    for month in Period.parse("2023-01/2024-12").month_list():
        files.add(6, month, NO).add(2, month, NONE).add(30, month, NO, place=REST)
        files.add(2 if month < "2024" else 12, month, COURT)
        files.add(10, month, COURT, place=REST)
        files.add(5, month, "", kind="Anti-social behaviour")
    files.add(1, "2024-02", "Hanged at dawn")
    files.add(3, "2024-03", "", kind="Other theft", force=BTP)
    return review(tmp_path_factory.mktemp("made") / "ws", files)


def rows(finding, label="outcome"):
    return finding.rows.set_index(label)


def test_only_crimes_of_six_months_and_more_are_counted(made):
    found = outcomes.all_crimes(made)
    assert (found.period, rows(found)["total"].iloc[0]) == ("2024-01/2024-06", 6 * 20 + 1)
    assert any("July to December 2024 are set apart" in note for note in found.notes)
    late = outcomes.newest(made)
    assert (late.period, late.values["count"]) == ("2024-07/2024-12", 6 * 20)
    assert "too early to be judged" in late.sentence


def test_no_update_is_no_outcome_and_an_unknown_one_is_named(made):
    found = outcomes.all_crimes(made)
    counts = rows(found)["count"]
    assert counts["no outcome stated"] == 12 and counts["other outcome"] == 1
    assert "'Hanged at dawn' (1)" in " ".join(found.notes)
    assert "For 9.9 per cent no outcome is stated" in found.sentence


def test_rows_without_any_category_are_left_out_and_counted(made):
    assert "3 crimes whose rows state no category" in " ".join(outcomes.all_crimes(made).notes)


def test_the_share_is_held_against_the_rest_of_the_force(made):
    found = outcomes.all_crimes(made)
    charged = rows(found).loc["charged or summonsed"]
    assert (charged["count"], charged["compare_count"], charged["compare_total"]) == (72, 60, 240)
    assert (charged["verdict"], found.verdict) == ("higher", "higher")
    assert "In the rest of the area of Kent Police 25.0 per cent" in found.sentence


def test_more_charges_than_a_year_earlier_are_told_and_less_of_what_comes_late_is_not(made):
    found = outcomes.change(made)
    assert (found.period, found.compare) == ("2024-01/2024-06", "2023-01/2023-06")
    verdicts = rows(found)["verdict"]
    assert verdicts["charged or summonsed"] == "up"
    # 36 of 60 became 36 of 121: the older crimes have had twelve months more.
    assert verdicts["no suspect identified"] == "none"
    assert rows(found)["status"]["no suspect identified"] == "not_comparable"
    assert "'charged or summonsed' (20.0 per cent to 59.5 per cent" in found.sentence
    assert "Of 'no suspect identified' no change is claimed" in found.sentence


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A review whose files hold crimes of no other district of the force."""
    files = Files()
    for month in Period.parse("2023-01/2024-12").month_list():
        files.add(3, month, COURT).add(5, month, "Awaiting court outcome").add(92, month, NO)
    return review(tmp_path_factory.mktemp("alone") / "ws", files)


def test_of_a_rest_of_the_force_that_is_not_there_nothing_is_said(alone, project):
    notebook = json.loads((project / "notebooks/65_outcomes.ipynb").read_text("utf-8"))
    told = ["".join(notebook["cells"][0]["source"])]
    for finding in (outcomes.all_crimes(alone), outcomes.by_offence(alone)):
        assert finding.status == "ok"
        told += [finding.sentence, finding.caption, finding.definition, *finding.notes]
        told += [column["label"] for column in finding.table["columns"]]
        told.append(finding.figure.to_json())
    assert [text for text in told if re.search(r"\brest of\b", text, re.IGNORECASE)] == []


def test_whoever_awaits_the_court_is_charged_in_sentence_and_table_alike(alone):
    found = alone
    told, kinds = outcomes.all_crimes(found), outcomes.by_offence(found)
    charged = rows(told).loc["charged or summonsed"]
    assert (charged["count"], charged["total"]) == (6 * 8, 6 * 100)
    assert "8.0 per cent led to a charge or summons" in told.sentence
    assert rows(kinds, "offence")["count"]["all crimes"] == 6 * 8
    after = outcomes.change(found)
    assert "8.0 per cent were charged or summonsed, after 8.0 per cent" in after.sentence
    assert "awaiting court" not in set(after.rows["outcome"])


def test_a_window_of_new_crimes_says_why_it_cannot_be_told(made):
    found = outcomes.all_crimes(made, over="2024-10/2024-12")
    assert found.status == "not_available" and "less than six months old" in found.sentence


def test_files_without_outcomes_say_so(tmp_path):
    files = Files()
    for month in Period.parse("2024-01/2024-12").month_list():
        files.add(20, month, "")
    found = outcomes.all_crimes(review(tmp_path / "ws", files))
    assert found.status == "not_available" and "state no outcomes" in found.sentence


def test_every_class_of_the_reference_is_known():
    groups = {row["group"] for row in reference.rows("case_outcomes")}
    assert groups < set(case_outcomes.CLASSES) and case_outcomes.CHARGED in groups
    assert case_outcomes.class_of("  unable to PROSECUTE suspect ") == case_outcomes.NOT_PROSECUTED
    assert case_outcomes.class_of("none of these") == case_outcomes.OTHER


def cases(*rows):
    return pd.DataFrame(rows, columns=["is_own", "offence", "outcome", "count"])


def test_the_expected_charges_allow_for_the_kinds_of_crime():
    court, none = "charged or summonsed", "no suspect identified"
    table = cases(
        # Half the shoplifters and a tenth of the burglars are charged, here as elsewhere.
        (True, "shoplifting", court, 90), (True, "shoplifting", none, 90),
        (True, "burglary", court, 2), (True, "burglary", none, 18),
        (False, "shoplifting", court, 100), (False, "shoplifting", none, 100),
        (False, "burglary", court, 100), (False, "burglary", none, 900),
    )  # fmt: skip
    whole = outcome_shares.kinds(table).iloc[0]
    assert (whole["count"], whole["expected"]) == (92, pytest.approx(92))
    assert whole["standardised"] == pytest.approx(1) and whole["verdict"] == "similar"
    # Without regard to the mix the share is far higher: 46 against 17 per cent.
    assert whole["share"] > 2.5 * whole["compare_share"]


def test_nothing_is_expected_where_the_rest_of_the_force_has_none_of_a_kind():
    table = cases((True, "robbery", "charged or summonsed", 5))
    whole = outcome_shares.kinds(table).iloc[0]
    assert whole["verdict"] == "none" and pd.isna(whole["expected"])
