"""Headings, sentences, tables and tiles name what the numbers are, in words for the board.

Every finding of every packaged notebook, of the synthetic town; real Kent's are
checked in test_findings_kinds_realdata.py. The rules are in labels.py.
"""

import pytest
from labels import check, faults, shown

from cspanalysis.workspace import sample

GOOD = {
    "id": "antisocial.incidents.change", "chapter": "antisocial", "status": "ok",
    "title": "Did incidents of anti-social behaviour rise or fall?",
    "sentence": "Anti-social behaviour incidents rose from 3 a year earlier to 9.",
    "measure": "anti-social behaviour incidents", "unit": "incidents", "method": "",
    "period": "2025-04/2026-03", "compare": "2024-04/2025-03", "sources": [],
    "table": {"columns": [{"key": "count", "label": "Now"}]},
}  # fmt: skip


def columns(*labels):
    return {"columns": [{"key": "count", "label": label} for label in labels]}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"unit": "crimes"}, "no crime"),
        ({"title": "And allowing for age and sex?"}, "does not stand alone"),
        ({"title": "Did calls about anti-social behaviour rise or fall?"}, "no calls are counted"),
        ({"table": columns("Now", "Ratio per day")}, "per day beside counts"),
        ({"method": "not seasonally adjusted", "table": columns("Per day, adjusted")}, "adjusted"),
        ({"measure": "violent crime"}, "without a definition"),
        (
            {"title": "Did burglary of homes rise or fall?", "measure": "burglary"},
            "heading is about",
        ),
        ({"sentence": "The workspace holds nothing."}, "not for readers"),
        ({"notes": ["Said in partnership.toml."]}, "not for readers"),
        ({"sentence": "Anti-social behaviour: 9 records."}, "no records"),
        ({"tile": {"label": "public order offences offences"}}, "no English"),
    ],
)
def test_a_wrong_label_is_found(wrong, says):
    assert not list(faults(GOOD))
    assert any(says in fault for fault in faults(GOOD | wrong))


@pytest.mark.long
def test_the_town(tmp_path):
    root = tmp_path / "town"
    sample.town(root)
    check(shown(root, None, "2025-04/2026-03"), fewest=150)
