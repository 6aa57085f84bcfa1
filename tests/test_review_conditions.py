"""Conditions that settings, targets and registers put on records."""

from __future__ import annotations

import pandas as pd
import pytest

from cspanalysis.domain.errors import UsageError
from cspanalysis.review import conditions

ROWS = pd.DataFrame(
    {
        "type": ["Bogus-Caller", "bogus  caller", "Noise", None],
        "ward": ["Wells", "Well", "Wellington", None],
        "is_night": pd.array([True, False, None, True], dtype="boolean"),
        "age": [12, 3, 12, 7],
    }
)


@pytest.mark.parametrize(
    "where, kept",
    [
        ("", [0, 1, 2, 3]),
        ("type=bogus caller", [0, 1]),
        ("type!=BOGUS caller", [2, 3]),
        # A plural is another label: two wards, two schools.
        ("ward=well", [1]),
        ("ward^=well", [0, 1, 2]),
        ("ward!=Wells; type=noise", [2]),
        ("is_night=yes", [0, 3]),
        ("is_night!=yes", [1, 2]),
        ("age=12", [0, 2]),
    ],
)
def test_rows_meet_every_condition(where, kept):
    assert list(conditions.matching(ROWS, where).index) == kept
    coded = ROWS.astype({"type": "category", "ward": "category"})
    assert list(conditions.matching(coded, where).index) == kept


@pytest.mark.parametrize("where", ["street=Here", "type", "type>3"])
def test_what_is_no_condition_is_refused(where):
    with pytest.raises(UsageError, match="no condition"):
        conditions.matching(ROWS, where)
