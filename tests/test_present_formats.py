"""Numbers, words, display tables and Markdown as readers see them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis import present
from cspanalysis.findings import Finding

HOSTILE = "<img src=x onerror=alert(1)> | **b** [a](javascript:x) `c` $x$ www.x.y =1+1"


@pytest.mark.parametrize(
    ("value", "dp", "text"),
    [
        (1234567, 0, "1,234,567"),
        (55.25, 1, "55.3"),
        (2.675, 2, "2.68"),
        (-10.25, 1, "−10.3"),
        (-0.04, 1, "0.0"),
        (0, 0, "0"),
        (None, 0, "[x]"),
        (float("nan"), 1, "[x]"),
        (pd.NA, 0, "[x]"),
        (pd.NaT, 0, "[x]"),
        (np.float32("nan"), 0, "[x]"),
        (np.int64(1234), 0, "1,234"),
        (float("inf"), 0, "[x]"),
    ],
)
def test_numbers_are_rounded_half_up_and_missing_is_never_zero(value, dp, text):
    assert present.number(value, dp) == text


def test_short_forms():
    assert present.share(0.336) == "33.6 per cent"
    assert present.share(0.0001) == "less than 0.1 per cent"
    assert present.percent(33.6) == "34%"
    assert present.interval(54.04, 56.55) == "54.0 to 56.6"
    assert present.percent_interval(0.273, 0.4) == "27.3 to 40.0 per cent"
    assert present.signed(21.76) == "+21.8"
    assert [present.rate(v) for v in (55.27, 0.312, 0)] == ["55.3", "0.31", "0.0"]


def test_words():
    assert [present.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip
    assert present.plural(1, "crime") == "1 crime"
    assert present.plural(0, "crime") == "0 crimes"
    assert present.plural(3, "child", "children") == "3 children"
    assert [present.listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip
    assert present.earlier("2007-04/2008-03", "2006-04/2007-03") == "a year earlier"
    assert present.earlier("2007-04/2008-03", "2005-04/2006-03") == "two years earlier"
    assert present.earlier("2004-07/2005-12", "2002-07/2003-12") == "two years earlier"
    assert present.earlier("2007-04/2008-03", "2006-01/2006-06") == "in January to June 2006"
    assert present.month("2007-04") == "April 2007"
    assert present.fraction(69 / 207) == "a third"
    assert present.fraction(0.4) == ""


@pytest.mark.parametrize(
    ("rank", "of", "ties", "words"),
    [
        (1, 13, 1, "lowest"),
        (3, 13, 1, "3rd lowest"),
        (7, 13, 1, "7th lowest"),
        (12, 13, 1, "2nd highest"),
        (13, 13, 1, "highest"),
        (12, 13, 2, "joint highest"),
        (2, 13, 2, "joint 2nd lowest"),
    ],
)
def test_place_is_counted_from_the_nearer_end(rank, of, ties, words):
    assert present.place(rank, of, ties) == words


@pytest.fixture
def ranking() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area": ["A", "Own", "C"],
            "is_own": [False, True, False],
            "count": [1234.0, 20.0, None],
            "rate": [55.27, 0.312, None],
            "lower": [54.0, 0.2, None],
            "upper": [56.61, 0.45, None],
            "rank": [1.0, 2.0, None],
            "of": [3.0, 3.0, None],
            "is_tied": [False, True, False],
            "status": ["ok", "ok", "suppressed"],
        }
    )


def test_table_formats_every_cell_and_marks_the_own_row(ranking):
    shown = present.table(
        ranking, {"area": "Area", "count": "Crimes", "rate": "Rate", "interval": "95%",
                  "rank_of": "Place", "absent": "Not there"},
    )  # fmt: skip
    assert [c["label"] for c in shown["columns"]] == ["Area", "Crimes", "Rate", "95%", "Place"]
    assert [c["numeric"] for c in shown["columns"]] == [False, True, True, True, True]
    assert shown["rows"] == [
        ["A", "1,234", "55.3", "54.0 to 56.6", "1 of 3"],
        ["Own", "20", "0.31", "0.20 to 0.45", "2= of 3"],
        ["C", "*", "*", "*", "*"],
    ]
    assert shown["own"] == [1]


def test_hidden_cells_show_the_symbol_of_their_row_and_absent_ones_another():
    rows = pd.DataFrame(
        {
            "cluster": ["a", "b", "c"],
            "count": [None, None, 0],
            "status": ["suppressed", "not_available", "ok"],
            "symbol": ["c", "", ""],
        }
    )
    assert [r[1] for r in present.table(rows)["rows"]] == ["c", "[x]", "0"]
    assert {"c", "[x]"} <= present.SYMBOLS.keys()


def test_change_from_nothing_has_no_percentage():
    rows = pd.DataFrame(
        {"compare_count": [0], "count": [5], "percent_change": [None], "lower": [0.9],
         "upper": [None], "ratio": [None], "status": ["ok"]}
    )  # fmt: skip
    shown = present.table(rows, ["compare_count", "count", "percent_change", "interval"])
    assert shown["rows"] == [["0", "5", "[z]", "from 0.90"]]


def test_shares_and_their_limits_are_percentages_whatever_the_label():
    rows = pd.DataFrame({"share": [0.3333], "lower": [0.273], "upper": [0.4]})
    shown = present.table(rows, {"share": "Part", "interval": "95% interval"})
    assert shown["rows"] == [["33.3%", "27.3 to 40.0%"]]


@pytest.mark.parametrize(
    ("of", "interval", "limits"),
    [
        ({"count": 7266}, "7,097 to 7,438", ["7,097", "7,438"]),
        ({"count": None, "forecast": 7266.0}, "7,097 to 7,438", ["7,097", "7,438"]),
        ({"count": 7266, "value": 7266.5}, "7,096.7 to 7,438.2", ["7,096.7", "7,438.2"]),
        ({"count": 7266, "rate": 63.7}, "7,096.7 to 7,438.2", ["7,096.7", "7,438.2"]),
    ],
)
def test_limits_have_the_decimals_of_what_they_are_limits_of(of, interval, limits):
    rows = pd.DataFrame([{**of, "lower": 7096.7, "upper": 7438.2}])
    assert present.table(rows, ["interval", "lower", "upper"])["rows"] == [[interval, *limits]]


@pytest.mark.parametrize(
    ("lower", "upper", "told"),
    [
        (0.0, 3.7, "0 to 4"),
        (0.24, 7.2, "0.2 to 7.2"),
        (0.025, 5.57, "0.03 to 5.57"),
        (1.1, 10.2, "1 to 10"),
        (None, 9.6, "up to 10"),
    ],
)
def test_a_limit_above_zero_never_reads_as_zero(lower, upper, told):
    rows = pd.DataFrame([{"count": 2, "lower": lower, "upper": upper}])
    assert present.table(rows, ["interval"])["rows"] == [[told]]


def test_default_table_takes_the_known_columns_that_hold_something(ranking):
    keys = [c["key"] for c in present.table(ranking.assign(method="Byar", p=None))["columns"]]
    assert keys == ["area", "count", "rate", "interval", "rank_of"]


def test_escaped_text_is_no_markup():
    text = present.escape(HOSTILE)
    assert "<" not in text and not re.search(r"(?<!\\)[|*`\[\]$_]", text)
    assert "www." not in text


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_escaping_leaves_no_live_character_and_no_line_break(text):
    shown = present.escape(text)
    assert "\n" not in shown and "\r" not in shown
    assert not re.search(r"[<>]", shown)
    unescaped = re.sub(r"\\.", "", shown)
    assert not re.search(r"[|*`\[\]$_~]", unescaped)


def test_clean_takes_direction_overrides_out_and_leaves_letters():
    assert present.clean("a\u202eb\u0007 \n c שלום 🚓") == "ab c שלום 🚓"
    assert present.shorten("word " * 60, 40).endswith("…")
    assert len(present.shorten("x" * 500, 40)) == 40


def test_markdown_holds_sentence_windows_table_and_sources(ranking):
    window = Finding(
        id="x.y@2007-04_2007-09", chapter="x", title="Q?", sentence="Fewer.",
        period="2007-04/2007-09",
    )  # fmt: skip
    finding = Finding(
        id="x.y", chapter="x", title="How many?", sentence=f"Many at {HOSTILE}.",
        table=present.table(ranking), method="Byar", definition="All of it",
        sources=({"title": "Extract", "publisher": "Police", "synthetic": True},),
        windows=(window,),
    )  # fmt: skip
    text = present.markdown(finding.record())
    assert text.startswith("### How many?\n")
    assert "**April to September 2007:** Fewer." in text
    assert "| **Own** | **20** |" in text
    assert "*Method:* Byar" in text and "*Definition:* All of it" in text
    assert "*Source:* Extract, Police, synthetic reconstruction" in text
    assert "*Symbols:*" in text and "<img" not in text
    header, rule, *_ = [line for line in text.splitlines() if line.startswith("|")]
    assert header.count("|") == rule.count("|")


def test_symbols_stand_for_values_and_not_for_labels():
    place = {"key": "place", "label": "Place", "numeric": False}
    count = {"key": "count", "label": "Count", "numeric": True}
    labelled = {"columns": [place, count], "rows": [[":", "7"], ["u", "c"]]}
    assert list(present.symbols_of(labelled)) == ["c"]
    assert list(present.symbols_of({"columns": [count], "rows": [["*"], ["7"]]})) == ["*"]
    assert present.symbols_of({"columns": [], "rows": []}) == {}
    kind = {"key": "kind", "label": "Kind", "numeric": False}
    worded = {"columns": [place, kind, count], "rows": [["x", "k", "7"], ["x", "[z]", "low"]]}
    assert list(present.symbols_of(worded)) == ["[z]", "low"]


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (0.72, 0.998, "0.720 to 0.998"),
        (0.72, 0.9997, "0.7200 to 0.9997"),
        (1.003, 1.2, "1.003 to 1.200"),
        (0.72, 1.0, "0.72 to 1.00"),
        (0.72, 1.3, "0.72 to 1.30"),
    ],
)
def test_limits_of_a_ratio_never_read_as_no_change_where_they_leave_it_out(lower, upper, text):
    rows = pd.DataFrame({"ratio": [0.9], "lower": [lower], "upper": [upper]})
    assert present.table(rows, ["interval"])["rows"] == [[text]]


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (["2007-11"], "November 2007"),
        (["2008-02", "2008-01"], "January and February 2008"),
        (["2007-12", "2008-01"], "December 2007 and January 2008"),
        (["2007-11", "2008-01"], "November 2007 and January 2008"),
        (["2007-11", "2008-01", "2008-02"], "November 2007, and January and February 2008"),
        (
            ["2007-01", "2007-02", "2007-05", "2008-01", "2008-02", "2008-03"],
            "January and February 2007, May 2007, and January to March 2008",
        ),
    ],
)
def test_months_are_listed_so_that_each_has_one_year(months, told):
    assert present.runs(months) == told


@pytest.mark.parametrize(
    ("verdict", "wide", "text"),
    [
        ("lower", "lower", "lower (99.8%)"),
        ("higher", "similar", "higher (95%)"),
        ("similar", "similar", "not clearly different"),
        (None, None, "c"),
    ],
)
def test_the_verdict_on_peers_names_its_level(verdict, wide, text):
    symbol = "c" if verdict is None else ""
    rows = pd.DataFrame({"verdict": [verdict], "verdict_998": [wide], "symbol": [symbol]})
    assert present.table(rows, ["against_others"])["rows"] == [[text]]


def test_a_list_names_a_few_and_counts_the_rest():
    assert present.listed("abcde", most=4) == "a, b, c, d and e"
    assert present.listed("abcdef", most=4) == "a, b, c, d and two others"
    assert present.listed("abcdef", 3, "further") == "a, b, c and three further"


@pytest.mark.parametrize(
    ("points", "text"), [(0.03, "+0.03"), (-0.004, "−0.004"), (0.0, "0.0"), (2.04, "+2.0")]
)
def test_limits_of_a_difference_never_read_as_none_where_they_leave_it_out(points, text):
    rows = pd.DataFrame({"points_lower": [points]})
    assert present.table(rows, ["points_lower"])["rows"] == [[text]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("City of London recorded 9 crimes.", "The City of London recorded 9 crimes."),
        ("It is lower in City of London.", "It is lower in the City of London."),
        ("Few live in the City of London.", "Few live in the City of London."),
        ("It rose. Isle of Wight is 1st.", "It rose. The Isle of Wight is 1st."),
        ("City of London Police recorded 3.", "City of London Police recorded 3."),
        ("Kent recorded 3.", "Kent recorded 3."),
    ],
)
def test_areas_that_have_an_article_are_told_with_it(text, told):
    assert present.with_articles(text) == told


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Bristol, City of", "Bristol"),
        ("Herefordshire, County of", "Herefordshire"),
        ("Kingston upon Hull, City of", "Kingston upon Hull"),
        ("London, City of", "City of London"),
        ("Bristol, City of Community Safety Partnership", "Bristol Community Safety Partnership"),
        ("Bristol, City of and Kent, City of London", "Bristol and Kent, City of London"),
        ("County Durham", "County Durham"),
    ],
)
def test_areas_are_named_as_they_are_said_and_not_as_a_register_has_them(name, said):
    assert present.as_said(name) == said
    assert present.table(pd.DataFrame({"area": [name]}), ["area"])["rows"] == [[said]]
