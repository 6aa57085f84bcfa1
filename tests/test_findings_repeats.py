"""Victims, offenders and locations in one frame: who comes again, and in which edition."""

import numpy as np
import pandas as pd
import pytest

import cspanalysis
from cspanalysis.findings import repeats

HEADER = "incident_id,recorded,start,offence,district,place,victim_id,offender_id"


def row(n, day, offence="robbery", place="", victim="", offender=""):
    return f"R{n},{day},{day},{offence},Tonbridge and Malling,{place},{victim},{offender}"


#: Five robberies: one victim of two, one suspect of two of three known, a street with three.
ROWS = [
    row(1, "2025-01-05", place="High Street", victim="V1", offender="S1"),
    row(2, "2025-02-05", place="High Street", victim="V1"),
    # Two victims of one crime: it counts once for the street, and once for each of them.
    row(3, "2025-03-05", place="Mill Lane", victim="V2", offender="S1"),
    row(3, "2025-03-05", place="Mill Lane", victim="V3", offender="S1"),
    row(4, "2025-12-05", place="High Street", offender="S2"),
    row(5, "2024-12-31", place="Mill Lane", victim="V2"),
    # A month without any record is not covered.
    *(row(10 + m, f"2025-{m:02d}-20") for m in range(4, 12)),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    from cspanalysis.workspace import init

    path = tmp_path_factory.mktemp("repeats") / "ws"
    init.init(path, "Tonbridge and Malling")
    (path / "data/raw/police_extract/2025.csv").write_text("\n".join([HEADER, *ROWS]) + "\n")
    return path


def opened(root, edition):
    return cspanalysis.open(None, "2025-01/2025-12", workspace=root, edition=edition)


def test_each_row_counts_what_comes_twice_or_more_and_its_share_of_crimes(root):
    found = repeats.frame(opened(root, "partner"))
    table = found.rows.set_index("what")
    assert table.loc["victims", ["total", "count", "without"]].tolist() == [3, 1, 9]
    assert table.loc["victims", "crimes_share"] == pytest.approx(2 / 4)
    assert table.loc["offenders and suspects", ["total", "count"]].tolist() == [2, 1]
    assert table.loc["streets and named places", ["total", "count"]].tolist() == [2, 1]
    assert table.loc["streets and named places", "crimes_share"] == pytest.approx(3 / 4)
    assert found.sentence.startswith("33.3 per cent of 3 victims (95% interval")
    assert "9 crimes without a reference of victims cannot be judged." in found.notes


def test_the_public_edition_neither_asks_nor_tells(root):
    public = opened(root, "public")
    assert repeats.of_partners(public) == []
    assert repeats.frame(public).status == "not_available"
    assert [f.id for f in repeats.of_partners(opened(root, "partner"))] == ["overview.repeats"]


def test_what_no_record_tells_apart_is_named_and_is_not_nothing(sample_review):
    review = cspanalysis.open(workspace=sample_review.workspace.root, edition="partner")
    found = repeats.frame(review)
    assert "offenders and suspects" not in set(found.rows["what"])
    assert "The records bear no reference of offenders and suspects." in found.notes
    # Recounted by plain pandas: victims of the review's year.
    crimes = review.store.load("police_extract")
    day = pd.to_datetime(crimes["recorded"])
    year = crimes[(day >= "2007-04-01") & (day < "2008-04-01")]
    times = year.drop_duplicates(["incident_id", "victim_id"])["victim_id"].value_counts()
    row = found.rows.set_index("what").loc["victims"]
    assert (row["total"], row["count"]) == (len(times), int((times >= 2).sum()))


def test_burglary_close_after_burglary_stands_in_the_frame():
    near = pd.DataFrame(
        {
            "what": ["victims", "pairs of burglary dwelling in one street within 14 days"],
            "count": [5, 30], "total": [50, np.nan], "share": [0.1, np.nan],
            "lower": [0.04, np.nan], "upper": [0.21, np.nan], "confidence": [0.95, np.nan],
            "crimes_text": ["19.0 per cent", ""], "expected": [np.nan, 12.4],
            "verdict": ["", "higher"],
        }
    )  # fmt: skip
    said = repeats.frame_told(near).text
    assert said.endswith(
        "There were 30 pairs of burglary dwelling in one street within 14 days, against 12 by "
        "chance: one follows another."
    )
