"""The Youth Offending Service's yearly figures."""

from pathlib import Path

from cspanalysis.sources import youth_offending
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "youth_offending"


def test_symbols_blanks_and_zero_stay_apart():
    path = FIXTURES / "figures.csv"
    found = youth_offending.SOURCE.read(Part(path, "youth_offending/figures.csv"), Context())
    table = found.tables["youth_offending"]
    assert table.select("count", "status", "symbol").rows() == [
        (186, "ok", None),
        (None, "suppressed", "*"),
        (None, "rounds_to_zero", "-"),
        (None, "not_available", None),
        (0, "ok", None),
        (None, "not_available", "about 10"),
    ]
    assert set(table["year"]) == {"2005/06", "2006/07"}
    assert (found.rows_read, found.rows_kept) == (7, 6)
    problems = found.problems.table().select("row", "column", "action").rows()
    assert problems == [(7, "year", "set aside"), (8, "count", "noted")]
