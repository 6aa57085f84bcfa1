"""Counts of overlapping times that differ by a small one are not shown side by side."""

import itertools

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from cspanalysis.disclosure.spans import Step, giving_away
from cspanalysis.report import differences
from cspanalysis.report.collect import Rendered, Section


def steps(spans, months, below=5):
    return [Step("a", s, e, sum(months[s:e]), below, f"{s}-{e}") for s, e in spans]


def test_a_year_less_eleven_months_goes_and_the_year_stays():
    months = [22] * 11 + [3]
    assert list(giving_away(steps([(0, 12), (0, 11)], months))) == ["0-11"]
    assert list(giving_away(steps([(0, 11), (0, 12)], months))) == ["0-12"]


def test_periods_that_differ_by_much_or_by_nothing_stay():
    assert giving_away(steps([(0, 12), (0, 11), (0, 10)], [22] * 10 + [0, 5])) == {}


def test_a_small_count_of_two_separate_months_is_seen_and_nothing_between_is_nothing():
    assert list(giving_away(steps([(0, 6), (1, 5)], [2, 22, 22, 22, 22, 1]))) == ["1-5"]
    # April to July and May to July are alike: April is 0, so that April and May are May's 3.
    months = [0, 3, 22, 22, 22]
    assert list(giving_away(steps([(0, 4), (1, 4), (2, 5), (0, 5)], months))) == ["0-5"]


def test_a_small_count_is_seen_over_several_periods():
    months = [22, 22, 22, 3, 22, 22]
    assert list(giving_away(steps([(0, 6), (0, 3), (4, 6)], months))) == ["4-6"]


def recovered(shown, months, below):
    """By an integer programme: small counts of any run of months with one possible value."""
    size = len(months)
    rows = np.array([[s <= m < e for m in range(size)] for s, e in shown], dtype=float)
    values = rows @ np.array(months, dtype=float)
    fixed = LinearConstraint(rows, values, values)
    found = []
    for s, e in itertools.combinations(range(size + 1), 2):
        aim = np.array([s <= m < e for m in range(size)], dtype=float)
        low, high = (
            milp(sign * aim, constraints=fixed, bounds=Bounds(0, 500), integrality=np.ones(size))
            for sign in (1, -1)
        )
        if round(low.fun) == round(-high.fun) and 0 < round(low.fun) < below:
            found.append((s, e))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_an_integer_programme_over_all_that_stays_recovers_nothing(seed):
    draw = np.random.default_rng(seed)
    months = draw.choice([0, 3, 8, 20], 6).tolist()
    every = list(itertools.combinations(range(7), 2))
    spans = [every[i] for i in draw.permutation(len(every))[:8]]
    given = [step for step in steps(spans, months) if not 0 < step.value < 5]
    gone = giving_away(given)
    shown = [(s.start, s.stop) for s in given if s.owner not in gone]
    # What is none but zero months around a shown count is that count.
    assert [one for one in recovered(shown, months, 5) if sum(months[slice(*one)]) < 5] == []


def record(name, period, count, **more):
    row = {"period": period, "count": count, "status": "ok", "hidden_below": 5, "symbol": ""}
    return {
        "id": name, "period": period, "compare": "", "measure": "young victims", "rows": [row],
        "sources": [{"source": "police_extract"}], "values": {"count": count}, "status": "ok",
        "sentence": f"There were {count}.", "title": "t", "verdict": "none", "has_figure": False,
        "table": {}, "notes": [], **more,
    }  # fmt: skip


def chapter(main, *windows):
    return Rendered("55_a", "a", "A", "", (Section({**main, "windows": list(windows)}),))


def test_the_window_is_withheld_with_the_reason_and_the_rest_is_written():
    year = record("x.change", "2024-04/2025-03", 263)
    part = record("x.change@2024-04_2025-02", "2024-04/2025-02", 260, not_estimated="few months")
    part["rows"][0]["not_estimated"] = "fewer than 24 months are known"
    half = record("x.change@2024-04_2024-09", "2024-04/2024-09", 130)
    (shown,), told = differences.withheld([chapter(year, part, half)])
    main, windows = shown.records[0], shown.records[0]["windows"]
    assert main["values"] == {"count": 263} and windows[1]["values"] == {"count": 130}
    assert windows[0]["status"] == "suppressed" and "260" not in str(windows[0])
    assert "April 2024 to February 2025" in windows[0]["sentence"]
    assert len(told) == 1 and "take that period out of [[windows]]" in told[0]


def test_counts_that_nothing_protects_stay_as_they_are():
    year, part = record("x", "2024-04/2025-03", 263), record("x@w", "2024-04/2025-02", 260)
    for one in (year, part):
        one["rows"][0].pop("hidden_below")
    chapters = [chapter(year, part)]
    assert differences.withheld(chapters) == (chapters, [])


def test_a_part_that_is_withheld_takes_the_picture_of_all_parts_with_it():
    year = record("x.change", "2024-04/2025-03", 263)
    part = record("y.change", "2024-04/2025-02", 260)
    whole = record("y", "2024-04/2025-02", 900, measure="all crime", has_figure=True, parts=[part])
    chapters = [chapter(year), Rendered("60_b", "b", "B", "", (Section(whole, {"data": []}),))]
    (_, shown), told = differences.withheld(chapters)
    assert shown.sections[0].figure is None and "260" not in str(shown.records)
    assert len(told) == 1 and told[0].startswith("y.change")
