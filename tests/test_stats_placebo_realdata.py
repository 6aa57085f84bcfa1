"""Actions that never were, at real places and dates of Kent: nothing found beyond the nominal rate.

A fall of a fifth, planted at the same places, is found as often as was promised before.
"""

import zipfile

import numpy as np
import pandas as pd
import pytest

from cspanalysis.domain.periods import Period
from cspanalysis.stats import effects

pytestmark = pytest.mark.realdata

ARCHIVES = ("kent_2025.zip", "kent_rebuilt_from_counts_2023-05_2024-12_2026-01_2026-04.zip")
KINDS = ("Anti-social behaviour", "Shoplifting", "Violence and sexual offences", "Burglary",
         "Criminal damage and arson", "Vehicle crime")  # fmt: skip
ACTIONS, PLANTED = 150, 0.8


@pytest.fixture(scope="module")
def rows(shared):
    every = []
    columns = ["Month", "LSOA code", "LSOA name", "Crime type"]
    for name in ARCHIVES:
        with zipfile.ZipFile(shared / "data/police_uk" / name) as archive:
            for member in archive.namelist():
                if member.endswith("-street.csv"):
                    with archive.open(member) as file:
                        every.append(pd.read_csv(file, usecols=columns))
    table = pd.concat(every, ignore_index=True).dropna()
    table.columns = ["month", "code", "name", "kind"]
    # 'Thanet 005A': the district, and the larger area that neighbours share.
    table["district"] = table["name"].str.rsplit(n=1).str[0]
    return table.assign(neighbours=table["name"].str[:-1])


@pytest.fixture(scope="module")
def found(rows):
    """A row an action: random district, kind, larger area and month, over half a year or a year."""
    rng = np.random.default_rng(20261128)
    cells = rows.pivot_table(
        index=["district", "kind", "code"], columns="month", aggfunc="size", fill_value=0
    )
    wards_of = rows.drop_duplicates("code").set_index("code")
    districts = sorted(rows["district"].value_counts().index[:12])
    done = []
    while len(done) < ACTIONS:
        district = rng.choice(districts)
        wards = wards_of.loc[wards_of["district"] == district, "neighbours"]
        counts = cells.loc[district, rng.choice(KINDS)]
        counts = counts.reindex(wards.index, fill_value=0)
        treated = [*wards.index[wards == rng.choice(wards.unique())]]
        months = int(rng.choice([6, 12]))
        first = Period.parse("2025-05").first + int(rng.integers(13 - months))
        done.append(_one(rng, counts, wards, treated, Period(first, first + months - 1)))
    return pd.DataFrame(done)


def _one(rng, counts, wards, treated, after):
    spans = {"after": after, "before": after.shift(-12), "earlier": after.shift(-24)}
    units = pd.DataFrame({name: counts[s.month_list()].sum(axis=1) for name, s in spans.items()})
    free = [code for code in units.index if code not in treated]
    comparison = units.loc[effects.nearest(units, treated, free)]
    spread = effects.spread_of(units.loc[free, ["before", "after"]], wards)
    none = units.loc[treated]
    less = none.assign(after=rng.binomial(none["after"], PLANTED))
    as_is, planted = (effects.effect(t, comparison, spread).iloc[0] for t in (none, less))
    promised = effects.detectable(none, comparison, spread, planted=PLANTED)["power"]
    return {
        "is_judged": as_is["status"] == "ok",
        "is_false": as_is["verdict"] in ("up", "down"),
        "is_found": planted["verdict"] == "down",
        "promised": promised,
    }


def test_places_and_dates_at_which_nothing_was_done_are_called_at_the_nominal_rate(found):
    judged = found[found["is_judged"]]
    # Of 110 comparisons 5% are five or six; ten or more would be a chance of 5 in 100.
    assert len(judged) > 100
    assert judged["is_false"].mean() < 0.08


def test_a_planted_fall_of_a_fifth_is_found_as_often_as_was_promised(found):
    judged = found[found["is_judged"] & found["promised"].notna()]
    assert judged["is_found"].mean() == pytest.approx(judged["promised"].mean(), abs=0.06)
    # Where more was promised more was found.
    likely = judged["promised"] > judged["promised"].median()
    assert judged.loc[likely, "is_found"].mean() > judged.loc[~likely, "is_found"].mean()
