"""Charts: what is drawn, what is not, and that no text from data becomes markup."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import pytest
from afcharts.af_colours import get_af_colours

from cspanalysis import present
from cspanalysis.present import charts
from cspanalysis.present.charts import plot, style
from cspanalysis.present.charts.share_pairs import share_pairs

NAN = float("nan")
HOSTILE = '<a href="https://x.y">x</a><script>alert(1)</script> & $e^x$ %{y} \u202eabc'

ROWS = pd.DataFrame(
    {
        "area": ["North", HOSTILE, "South", "West"],
        "is_own": [False, True, False, False],
        "count": [30.0, 20.0, 10.0, NAN],
        "compare_count": [28.0, 31.0, 0.0, 12.0],
        "population": [100_000.0, 120_000.0, 90_000.0, 110_000.0],
        "rate": [30.0, 20.0, 10.0, NAN],
        "lower": [25.0, 15.0, 6.0, NAN],
        "upper": [36.0, 27.0, 17.0, NAN],
        "others_rate": [18.0, 18.0, 18.0, 18.0],
        "share": [0.5, 0.33, 0.17, NAN],
        "total": 60,
        "status": ["ok", "ok", "ok", "suppressed"],
    }
)
RATIOS = ROWS.assign(ratio=[1.07, 0.65, NAN, NAN], lower=[0.6, 0.4, 0.9, NAN],
                     upper=[1.9, 0.98, NAN, NAN],
                     verdict=["no_clear_change", "down", "no_clear_change", "none"])  # fmt: skip
SHARES = ROWS.assign(lower=[0.4, 0.25, 0.1, NAN], upper=[0.6, 0.42, 0.27, NAN])
MONTHS = pd.DataFrame(
    {
        "month": [f"2007-{m:02d}" for m in range(1, 13)],
        "per_day": [10.0, 11, 12, NAN, 10, 11, 12, 13, 10, 11, 12, 9],
        "signal": [""] * 11 + [HOSTILE],
        "status": ["ok"] * 11 + ["incomplete"],
    }
).assign(value=lambda t: t["per_day"], centre=11.0, lower=8.0, upper=14.0)
YEAR = pd.DataFrame({"month_of_year": range(1, 13), "index": [90.0] * 11 + [210.0]}).assign(
    lower=lambda t: t["index"] * 0.8,
    upper=lambda t: t["index"] * 1.2,
    is_above=lambda t: t["lower"] > 100,
)
TREND = pd.DataFrame({"year": ["2005/06", HOSTILE], "rate": [600.0, 640.0]}).assign(
    lower=560.0, upper=690.0
)
WEEK = pd.DataFrame({"weekday": [6, 5, 0], "hour": [2, 23, 12], "count": [6, 3, 1]})
AGES = pd.DataFrame(
    {"age_band": ["10-19", HOSTILE] * 2, "sex": ["male"] * 2 + ["female"] * 2,
     "count": [NAN, 40, 10, 25], "status": ["suppressed", "ok", "ok", "ok"]}
)  # fmt: skip
TARGETS = pd.DataFrame({"measure": ["burglary", HOSTILE], "baseline": [300, 544],
                        "target": [285, 518], "actual": [270, NAN]})  # fmt: skip
FUNNEL = ROWS.assign(limit_lower=14.0, limit_upper=22.0, limit_lower_998=10.0,
                     limit_upper_998=26.0, baseline_rate=18.0,
                     verdict=["higher", "similar", "lower", "none"])  # fmt: skip
ORDER = pd.DataFrame({"priority": ["violence", HOSTILE], "volume": [0.9, 0.1],
                      "harm": [1.0, NAN], "score": [0.9, 0.2]})  # fmt: skip

#: Every chart, each with hostile text in its labels and a hidden or missing value.
ALL = {
    "ranked_bars": lambda: charts.ranked_bars(ROWS),
    "sorted_bars": lambda: charts.sorted_bars(ROWS, label="area"),
    "places_bars": lambda: charts.places_bars(ROWS, label="area"),
    "clusters_bars": lambda: charts.clusters_bars(ROWS, label="area", value="rate"),
    "change_intervals": lambda: charts.change_intervals(RATIOS, label="area"),
    "shares_with_intervals": lambda: charts.shares_with_intervals(SHARES, label="area"),
    "monthly_line": lambda: charts.monthly_line(MONTHS, unit=HOSTILE),
    "control_chart": lambda: charts.control_chart(MONTHS),
    "seasonal_index": lambda: charts.seasonal_index(YEAR),
    "trend_line": lambda: charts.trend_line(TREND),
    "heatmap": lambda: charts.heatmap(WEEK),
    "age_by_sex": lambda: charts.age_by_sex(AGES),
    "targets": lambda: charts.targets(TARGETS),
    "funnel": lambda: charts.funnel(FUNNEL),
    "priorities": lambda: charts.priorities(ORDER, criteria=("volume", "harm")),
}


@pytest.fixture(params=ALL)
def figure(request):
    return ALL[request.param]()


def test_plotly_takes_a_chart_and_gives_it_back_the_same(figure):
    """Properties are checked here, not when a chart is drawn: a wrong name raises in Plotly."""
    written = figure.to_plotly_json()
    assert json.loads(go.Figure(written).to_json()) == json.loads(json.dumps(written))


def test_a_chart_changed_through_plotly_stays_changed():
    chart = charts.ranked_bars(ROWS)
    chart.update_traces(marker_color="#FF0000", selector={"type": "bar"})
    assert chart.to_plotly_json()["data"][0]["marker"]["color"] == "#FF0000"
    chart.update_layout(xaxis_title_text="later")
    assert chart.to_plotly_json()["layout"]["xaxis"]["title"]["text"] == "later"
    assert chart.layout.xaxis.title.text == "later"


def texts(node):
    """Every text inside a figure."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from texts(value)


def sizes(node, key=""):
    """Every font size inside a figure."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "size" and key.endswith("font"):
                yield value
            yield from sizes(value, name)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from sizes(value, key)


def test_text_from_data_stays_text(figure):
    known = re.compile(r"</?b>|<br>|</?extra>")
    for text in texts(figure.to_plotly_json()):
        rest = known.sub("", text)
        assert "<" not in rest and ">" not in rest and "\u202e" not in rest
        assert not re.search(r"\$.*\$", rest)
        if "%{" in rest:
            assert rest == "%{x|%B %Y}: %{y:,.1f}"


def test_every_chart_is_small_responsive_quiet_and_legible(figure):
    source = figure.to_json()
    assert len(source) < 12_000
    assert figure.layout.width is None and figure.layout.height >= 100
    assert not figure.layout.title.text
    assert min(sizes(json.loads(source))) >= 12
    template = figure.layout.template.layout
    assert template.showlegend is False and template.dragmode is False
    assert "NaN" not in source and "bdata" not in source and '"uid"' not in source


@pytest.mark.parametrize("name", ALL)
def test_the_same_table_gives_the_same_bytes_and_stays_untouched(name):
    before = [t.copy() for t in (ROWS, RATIOS, SHARES, MONTHS, YEAR, AGES, FUNNEL)]
    assert ALL[name]().to_json() == ALL[name]().to_json()
    for table, copy in zip((ROWS, RATIOS, SHARES, MONTHS, YEAR, AGES, FUNNEL), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


@pytest.mark.parametrize("name", ["ranked_bars", "sorted_bars", "clusters_bars"])
def test_bars_start_at_zero(name):
    assert ALL[name]().layout.xaxis.range[0] == 0


def test_colours_are_those_of_the_analysis_function():
    assert get_af_colours("focus")[0].upper() == style.OWN
    assert get_af_colours("focus")[1].upper() == style.OTHER
    palette = {c.upper() for c in get_af_colours("categorical")}
    assert {style.SECOND, style.SIGNAL} <= palette


def test_ranked_bars_lowest_first_own_dark_missing_last_and_not_zero():
    chart = charts.ranked_bars(ROWS)
    bar = chart.data[0]
    assert list(bar.x) == [10, 20, 30, None]
    assert list(bar.marker.color) == [style.OTHER, style.OWN, style.OTHER, style.OTHER]
    labels = chart.layout.yaxis.ticktext
    assert labels[1].startswith("<b>") and labels[3] == "West"
    written = chart.data[-1].text
    assert written[3].strip() == "*"
    assert chart.layout.annotations[0].text == "the other 2 together: 18.0"
    assert chart.layout.shapes[0].x0 == 18


def test_intervals_are_drawn_from_limit_to_limit():
    lines = [t for t in charts.ranked_bars(ROWS).data if t.type == "scatter" and t.mode == "lines"]
    assert list(lines[-1].x)[:3] == [6, 17, None]


def test_no_reference_line_when_none_is_wanted_or_known():
    assert not charts.ranked_bars(ROWS, reference=False).layout.shapes
    assert not charts.ranked_bars(ROWS.drop(columns="others_rate")).layout.shapes
    own = charts.ranked_bars(ROWS, reference=25.0, reference_label="target")
    assert own.layout.annotations[0].text == "target: 25.0"


def test_clear_changes_are_filled_others_hollow():
    chart = charts.change_intervals(RATIOS, label="area")
    dots = next(t for t in chart.data if t.mode == "markers")
    assert list(dots.marker.color) == ["#FFFFFF", style.OWN, "#FFFFFF"]
    assert [a.text for a in chart.layout.annotations if "percentage" in a.text]
    assert dots.x[1] == -35


def test_an_interval_that_leaves_the_picture_ends_in_an_arrow():
    wide = RATIOS.assign(lower=[0.05, 0.4, 0.9, NAN], upper=[9.0, 0.98, NAN, NAN])
    chart = charts.change_intervals(wide, label="area")
    arrows = [t for t in chart.data if t.mode == "markers"][-1]
    assert list(arrows.marker.symbol) == ["triangle-left", "triangle-right"]
    assert list(arrows.x) == list(chart.layout.xaxis.range) and list(arrows.y) == [0, 0]
    inside = charts.change_intervals(RATIOS.assign(upper=[1.2, 0.98, NAN, NAN]), label="area")
    assert len([t for t in inside.data if t.mode == "markers"]) == 1


def test_heatmap_keeps_a_night_in_one_row():
    cells = charts.heatmap(WEEK).data[0].z
    saturday = list(cells[5])
    assert saturday[23 - 6] == 3 and saturday[24 - 6 + 2] == 6
    assert sum(map(sum, cells)) == 10
    hidden = charts.heatmap(WEEK.assign(count=[6, NAN, 1]))
    assert hidden.data[0].z[5][23 - 6] is None


def test_age_by_sex_shows_hidden_cells_as_symbol_without_a_bar():
    chart = charts.age_by_sex(AGES)
    men, men_text = chart.data[0], chart.data[1]
    assert list(men.x) == [None, 40] and men_text.text[0].strip() == "*"
    assert {t.xaxis for t in chart.data} == {"x", "x2"}
    assert [a.text for a in chart.layout.annotations] == ["<b>Males</b>", "<b>Females</b>"]


def test_season_highlights_the_peak_and_falls_back_to_counts():
    colours = list(charts.seasonal_index(YEAR).data[0].marker.color)
    assert colours.index(style.OWN) == 11 and colours.count(style.OWN) == 1
    flat = charts.seasonal_index(YEAR.assign(is_above=False))
    assert style.OWN not in flat.data[0].marker.color
    counts = MONTHS.assign(count=MONTHS["per_day"]).drop(columns=["lower", "upper"])
    assert charts.seasonal_index(counts).data[0].mode == "lines+markers"


def test_monthly_line_does_not_bridge_or_zero_a_missing_month():
    line = next(t for t in charts.monthly_line(MONTHS).data if t.mode == "lines+markers")
    assert line.y[3] is None and line.connectgaps is None
    assert line.marker.color[-1] == "#FFFFFF"


def test_control_chart_marks_signals_by_shape_too():
    marks = next(t for t in charts.control_chart(MONTHS).data if t.mode == "lines+markers")
    assert list(marks.marker.symbol) == ["circle"] * 11 + ["diamond"]
    assert list(marks.marker.color[:6]) == [style.OTHER] * 6
    assert set(marks.marker.color[6:11]) == {style.OWN}
    assert marks.marker.color[11] == style.SIGNAL


@pytest.mark.parametrize(("is_early", "told"), [(False, "signal"), (True, "to look at again")])
def test_a_month_that_is_not_judged_yet_is_no_signal_in_the_key(is_early, told):
    chart = charts.control_chart(MONTHS.assign(is_provisional=is_early))
    key = next(a.text for a in chart.layout.annotations if a.name == style.KEY)
    assert key.endswith(f"◆: {told}")


@pytest.mark.parametrize(
    "draw",
    [
        lambda t: charts.ranked_bars(t),
        lambda t: charts.sorted_bars(t, label="area"),
        lambda t: charts.clusters_bars(t, label="area"),
        lambda t: charts.shares_with_intervals(t, label="area"),
        lambda t: charts.trend_line(t, x="area"),
        lambda t: charts.funnel(t),
    ],
)
def test_nothing_to_show_is_no_chart(draw):
    blank = ROWS.assign(count=NAN, rate=NAN, share=NAN, status="suppressed")
    assert draw(blank) is None


def test_long_labels_are_wrapped_and_cut():
    label = style.wrap("a very long name of a place that nobody would ever write in full here", 22)
    assert label.count("<br>") == 1 and label.endswith("…")
    assert all(len(part) <= 22 + style.STRETCH + 1 for part in label.split("<br>"))
    assert style.wrap("") == ""


def test_a_label_takes_a_little_more_width_before_it_is_cut():
    label = style.wrap("Perceives a high level of anti-social behaviour")
    assert label == "Perceives a high level<br>of anti-social behaviour"


def test_shares_are_written_with_the_decimals_of_their_row_in_chart_and_table():
    table = pd.DataFrame({"area": ["a", "b"], "share": [0.98, 0.153], "lower": [0.96, 0.13],
                          "upper": [0.99, 0.18], "decimals": [0, 1]})  # fmt: skip
    texts = charts.shares_with_intervals(table, label="area").data[-1].text
    assert [t.strip() for t in texts] == ["98%", "15.3%"]
    assert [row[1] for row in present.table(table, ["area", "share"])["rows"]] == ["98%", "15.3%"]
    pairs = table.assign(compare_share=[0.97, 0.164], compare_lower=0.1, compare_upper=0.99)
    chart = share_pairs(pairs, label="area", names=("then", "now"))
    written = [t.strip() for trace in chart.data if trace.mode == "text" for t in trace.text]
    assert written == ["97%", "16.4%", "<b>98%</b>", "<b>15.3%</b>"]


def test_a_share_without_an_interval_has_its_text_beside_its_dot():
    table = pd.DataFrame({"area": ["a", "b", "c"], "share": [0.3, 0.54, NAN],
                          "lower": [0.2, NAN, NAN], "upper": [0.4, NAN, NAN]})  # fmt: skip
    chart = charts.shares_with_intervals(table, label="area", order="table")
    assert list(chart.data[-1].x) == [40, 54, 0]


def test_targets_are_written_in_their_own_unit():
    table = TARGETS.assign(baseline_text=["15.3%", "544"], target_text=["15%", "518"])
    labels = charts.targets(table).layout.yaxis.ticktext
    assert labels[0].endswith("<br>15.3%, target 15%") and labels[1].endswith("544, target 518")


def test_an_arrow_lies_inside_the_picture_it_ends():
    table = pd.DataFrame({"kind": ["a", "b"], "compare_count": [27, 1589], "count": [38, 2008],
                          "ratio": [1.42348, 1.27812], "lower": [0.84659, 1.19612],
                          "upper": [2.424, 1.36592],
                          "verdict": ["no_clear_change", "up"]})  # fmt: skip
    chart = charts.change_intervals(table, label="kind")
    low, high = chart.layout.xaxis.range
    assert chart.data[-1].marker.symbol == ("triangle-right",)
    assert all(low <= x <= high for trace in chart.data for x in trace.x if x is not None)


def test_the_own_name_in_a_funnel_runs_over_no_other_point():
    table = pd.DataFrame({"area": ["Own and Long", "Near"], "is_own": [True, False],
                          "population": [100_000, 108_000], "rate": [60.0, 60.1]})  # fmt: skip
    table = table.assign(limit_lower=50.0, limit_upper=70.0, baseline_rate=60.0, verdict="similar")
    far = table.assign(
        area=["c", "d"],
        is_own=False,
        population=[80_000, 140_000],
        rate=[55, 90],
        verdict=["similar", "higher"],
    )
    chart = charts.funnel(pd.concat([table, far], ignore_index=True))
    name = next(a for a in chart.layout.annotations if "Own and Long" in a.text)
    assert name.xanchor == "right"


def test_limits_of_a_control_chart_are_told_from_names_at_a_lines_end():
    names = [a.name for a in charts.control_chart(MONTHS).layout.annotations]
    assert names == [style.LIMIT] * 3 + [style.KEY]


def test_bars_of_shares_have_an_axis_in_per_cent():
    table = pd.DataFrame({"output": ["a", "b"], "share_delivered": [1.0, 0.32]})
    chart = charts.sorted_bars(table, label="output", value="share_delivered", share=False)
    assert list(chart.data[0].x) == [100, 32] and chart.layout.xaxis.ticktext[-1] == "100%"


def test_ticks_are_round_and_inside():
    ticks = style.ticks(-105, 55, suffix="%", signed=True)
    assert ticks["tickvals"] == [-100, -50, 0, 50]
    assert ticks["ticktext"] == ["−100%", "−50%", "0%", "+50%"]
    assert style.ticks(0, 0.55)["ticktext"][1] == "0.1"


def test_notebook_charts_cannot_be_sent_away():
    charts.quiet()
    told = [pio.renderers[name].config for name in ("plotly_mimetype", "jupyterlab")]
    for config in (*told, ALL["ranked_bars"]().bundle()[plot.MIME]["config"]):
        assert config["showSendToCloud"] is False and config["plotlyServerURL"] == ""


@pytest.mark.parametrize("name", ALL)
def test_an_output_is_what_plotly_itself_would_put_into_a_notebook(name):
    charts.quiet()
    bundle = ALL[name]().bundle()
    theirs = pio.renderers["plotly_mimetype"].to_mimebundle(ALL[name]().to_plotly_json())
    assert json.dumps(bundle) == json.dumps(theirs)


def test_numbers_of_numpy_and_what_is_no_number_are_written_as_plotly_writes_them():
    chart = style.figure(200)
    chart.points(x=np.array([1, 2]), y=[np.float64(0.5), float("nan")], text=[np.str_("a"), None])
    theirs = pio.renderers["plotly_mimetype"].to_mimebundle(chart.to_plotly_json())
    assert chart.bundle()[plot.MIME]["data"] == theirs[plot.MIME]["data"]
    assert chart.bundle()[plot.MIME]["data"][0]["y"] == [0.5, None]


def test_a_chart_that_plotly_has_changed_is_still_an_output():
    chart = charts.ranked_bars(ROWS)
    chart.add_scatter(x=np.array([1.5, float("nan")]), y=np.array([0, 1]))
    json.dumps(chart.bundle(), allow_nan=False)
    assert chart.bundle()[plot.MIME]["data"][-1]["type"] == "scatter"


def test_the_template_is_one_that_plotly_takes():
    whole = go.layout.Template(style.TEMPLATE).to_plotly_json()
    assert json.dumps(whole) == json.dumps(style.TEMPLATE)


def test_charts_are_drawn_without_importing_plotly():
    code = (
        "import sys, pandas as pd\n"
        "from cspanalysis.present import charts\n"
        "rows = pd.DataFrame({'month': ['2024-01', '2024-02'], 'count': [3, 4]})\n"
        "rows['per_day'] = rows['count'] / 30\n"
        "assert charts.monthly_line(rows).bundle()\n"
        "assert 'plotly.io' not in sys.modules and 'plotly.graph_objs' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_peer_is_labelled_by_its_name_as_it_is_said():
    rows = ROWS.assign(area=["Bristol, City of", "Herefordshire, County of", "A", "B"][: len(ROWS)])
    drawn = charts.ranked_bars(rows).to_json()
    assert "Herefordshire" in drawn and "County of" not in drawn and "City of" not in drawn
