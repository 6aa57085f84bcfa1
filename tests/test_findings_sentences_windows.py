"""Hours from aoristic weights: only what stands out is said."""

import pandas as pd

from cspanalysis.findings import acquisitive


def week(weights):
    """168 rows with a weight per (weekday, hour)."""
    return pd.DataFrame(
        [{"weekday": d, "hour": h, "weight": weights(d, h)} for d in range(7) for h in range(24)]
    )


def test_an_even_week_stands_out_nowhere():
    said = acquisitive.hours_told(week(lambda d, h: 2.0), subject="burglary")
    assert said.text == (
        "No part of the day stands out clearly for burglary. No day of the week stands out clearly."
    )


def test_an_evening_and_a_friday_that_stand_out_are_named():
    said = acquisitive.hours_told(
        week(lambda d, h: 1.0 + 3.0 * (h >= 18) + 2.0 * (d == 4)), subject="vehicle crime"
    )
    assert "of vehicle crime most likely happened in the evening (18:00 to 23:59)" in said.text
    assert "Friday has the largest share of the days" in said.text


def test_few_offences_prove_nothing():
    said = acquisitive.hours_told(week(lambda d, h: 0.01 + 0.02 * (h >= 18)), subject="burglary")
    assert "No part of the day stands out" in said.text
