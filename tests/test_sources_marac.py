"""Referrals to the MARAC: from the list to the share of repeats, and what is never shown."""

import json
import random
import shutil
from datetime import date
from pathlib import Path

import pytest

import cspanalysis
from cspanalysis.domain.errors import DataRefused
from cspanalysis.findings import domestic
from cspanalysis.sources import marac
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "marac"
SETTINGS = (
    '[area]\nname = "Tonbridge and Malling"\ndistricts = ["Tonbridge and Malling"]\n'
    '[review]\nperiod = "2007-04/2008-03"\ncompare = "2006-04/2007-03"\n'
)


def read(name):
    return marac.SOURCE.read(Part(FIXTURES / name, f"marac/{name}"), Context())


def test_every_row_is_kept_or_set_aside():
    found = read("referrals.csv")
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (5, 4, 1)
    table = found.tables["marac"]
    days = [date(2006, 6, 10), date(2007, 6, 10), date(2007, 7, 1), date(2007, 7, 2)]
    assert table["referred"].to_list() == days
    assert table["month"].to_list() == ["2006-06", "2007-06", "2007-07", "2007-07"]
    problems = found.problems.table().select("row", "column", "action").rows()
    assert sorted(problems) == [
        (4, "perpetrator_id", "noted"),
        (5, "referral_id", "noted"),
        (6, "referred", "set aside"),
    ]


def test_a_list_without_perpetrators_is_refused_by_name():
    with pytest.raises(DataRefused, match=r"marac/no_perpetrator\.csv.*perpetrator_id"):
        read("no_perpetrator.csv")


def referrals(first=2006, repeats=12, once=60):
    """Two financial years of referrals; in the second `repeats` pairs come back."""
    draw = random.Random(5)
    rows = []

    def add(year, victim, month=None):
        month = month or draw.randint(1, 12)
        rows.append((f"{year + (month < 4)}-{month:02d}-15", victim, f"P of {victim}"))

    for n in range(once):
        add(first, f"V{n}", 1 + n % 12)
    for n in range(repeats):
        add(first + 1, f"V{n}", 1 + n % 12)
    for n in range(once):
        add(first + 1, f"W{n}")
    add(first, "V at first", 4)
    add(first + 1, "V at last", 3)
    return rows


@pytest.fixture
def workspace(tmp_path, project):
    def make(rows, settings=SETTINGS):
        (tmp_path / "partnership.toml").write_text(settings, encoding="utf-8")
        raw = tmp_path / "data" / "raw"
        shutil.copytree(project / "data" / "raw" / "lookups", raw / "lookups")
        (raw / "marac").mkdir()
        lines = ["Referral Date,Victim,Perpetrator,District"]
        lines += [f"{d},{v},{p},Tonbridge and Malling" for d, v, p in rows]
        (raw / "marac" / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return make


def repeat(root, **options):
    return domestic.marac_repeat(cspanalysis.open(workspace=root, **options))


def test_repeats_are_a_share_of_all_referrals(workspace):
    found = repeat(workspace(referrals()))
    assert found.id == "violence.marac.repeat" and found.status == "ok"
    assert (found.values["count"], found.rows["total"].iloc[0]) == (12, 73)
    assert found.sentence == (
        "12 of 73 referrals to the MARAC in April 2007 to March 2008 repeated one of the same pair "
        "within twelve months (16.4 per cent, 95% interval 9.7 to 26.6 per cent)."
    )
    assert found.table["rows"][0][:2] == ["12", "73"]
    assert "V0" not in json.dumps(found.record())  # no pseudonym leaves the record level


def test_few_repeats_are_hidden(workspace):
    found = repeat(workspace(referrals(repeats=3)))
    assert found.status == "suppressed" and found.values.get("count") is None
    assert found.rows["share"].isna().all()


def test_partners_see_them(workspace):
    found = repeat(workspace(referrals(repeats=3)), edition="partner")
    assert found.status == "ok" and found.values["count"] == 3


def test_a_list_that_does_not_reach_back_twelve_months_cannot_show_repeats(workspace):
    late = [r for r in referrals() if r[0] >= "2007-01"]
    found = repeat(workspace(late))
    assert found.status == "not_available" and "April to December 2006" in found.sentence


def test_a_list_that_ends_before_the_period_cannot_either(workspace):
    found = repeat(workspace([r for r in referrals() if r[0] < "2007-12"]))
    assert (
        found.status == "not_available"
        and "December 2007 to March 2008 would be needed too" in found.sentence
    )


def test_without_a_list_the_finding_names_who_holds_it(project):
    found = repeat(project)
    assert found.status == "not_available"
    assert "The list of referrals to the MARAC" in found.sentence
