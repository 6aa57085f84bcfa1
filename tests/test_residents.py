"""Residents: one estimate of an area and year, whatever totals and parts the files give."""

import pandas as pd
import pytest

from cspanalysis import residents

COLUMNS = ["area", "year", "sex", "age", "population", "note", "file"]
ESTIMATE, CENSUS = "mid-year estimate", "Census, usual residents"


def rows(file, note, *figures, year=2021):
    return [("Dover", year, sex, age, count, note, file) for sex, age, count in figures]


TOTAL = rows("population/a.csv", ESTIMATE, ("persons", -1, 100))
SEXES = rows("population/c.csv", ESTIMATE, ("male", -1, 50), ("female", -1, 51))
AGES = rows("population/d.csv", None, *[(s, a, 30) for s in ("male", "female") for a in range(91)])
COUNTED = rows(
    "population/z.csv", CENSUS, ("persons", -1, 90), ("male", -1, 44), ("female", -1, 46)
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([TOTAL], 100),
        ([SEXES, AGES], 101),
        ([AGES], 2 * 91 * 30),
        ([TOTAL, SEXES, AGES], 100),
        ([COUNTED, TOTAL], 100),
        ([COUNTED, SEXES], 101),
        ([COUNTED], 90),
    ],
)
def test_totals_and_their_parts_do_not_double_the_residents(given, expected):
    table = pd.DataFrame([row for part in given for row in part], columns=COLUMNS)
    found = residents._all_ages(table)
    assert found["population"].tolist() == [expected]


class Held:
    """A store of one table."""

    def __init__(self, *parts):
        self.table = pd.DataFrame([row for part in parts for row in part], columns=COLUMNS)

    def has(self, name):
        return True

    def load(self, name, where=None):
        return self.table


def test_residents_of_a_census_are_called_so():
    # Census day was in March: 'mid-2021' would name another figure.
    assert residents.of_when(Held(COUNTED), ["Dover"], 2021) == "the Census of 2021"
    assert residents.of_when(Held(COUNTED, TOTAL), ["Dover"], 2021) == "mid-2021"
    assert residents.of_when(Held(COUNTED), ["Dover"], 2019) == "mid-2019"
