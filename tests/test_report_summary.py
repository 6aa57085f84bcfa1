"""The summary chooses by verdict and effect size, and compares with the previous review."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.findings import VERDICTS
from cspanalysis.report import key_findings, markup, summary
from cspanalysis.report.collect import Rendered, Section


def record(id, verdict="none", status="ok", **more):
    base = {"id": id, "chapter": id.split(".")[0], "title": f"What of {id}?", "status": status,
            "sentence": f"About {id}.", "verdict": verdict, "values": {}, "windows": [],
            "sources": [], "rows": [], "table": {}, "notes": [], "tile": None}  # fmt: skip
    return {**base, **more}


def chapter(key, *records, **more):
    return Rendered(key, key[3:], key[3:].capitalize(), "", tuple(map(Section, records)), **more)


def test_clear_verdicts_come_before_unclear_ones_and_larger_effects_first():
    records = [
        record("a.none"),
        record("a.lead", "no_clear_change", values={"ratio": 1.0}),
        record("a.small", "up", values={"ratio": 1.05}),
        record("a.unclear", "no_clear_change", values={"ratio": 3.0}),
        record("a.large", "down", values={"percent_change": -60.0}),
        record("a.season", "peak", values={"index": 130.0}),
    ]
    chosen = [r["id"] for r in key_findings.key_findings(records)]
    # |log 0.4| > |log 1.3| > |log 1.05|; the first that is judged is the chapter's headline.
    assert chosen == ["a.lead", "a.large", "a.season"]


def test_among_unclear_findings_size_says_nothing():
    records = [
        record("a.lead", "no_clear_change", values={"ratio": 1.0}),
        record("a.second", "no_clear_change", values={"ratio": 1.1}),
        record("a.third", "no_clear_change", values={"ratio": 3.0}),
    ]
    chosen = [r["id"] for r in key_findings.key_findings(records, most=2)]
    assert chosen == ["a.lead", "a.second"]


def test_a_part_of_a_finding_is_not_said_beside_it():
    records = [record("p.actions"), record("p.actions.list"), record("p.outputs")]
    assert [r["id"] for r in key_findings.key_findings(records)] == ["p.actions", "p.outputs"]


def test_figures_of_years_before_the_period_are_not_key():
    old = record("a.old", "down", period="2016-09/2017-08", values={"ratio": 0.1})
    late = record("a.late", "up", period="2023-09/2024-08")
    [key] = summary.summary([chapter("06_a", old, late)], period="2025-01/2025-12").keys
    assert [r["id"] for r in key.records] == ["a.late"]


def test_findings_without_data_are_listed_and_never_key():
    one = chapter("40_violence", record("v.gone", status="not_available"), record("v.ok", "up"))
    made = summary.summary([one])
    assert [r["id"] for r in made.keys[0].records] == ["v.ok"]
    assert (made.unanswered, made.awaiting) == (1, 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(VERDICTS),
            st.sampled_from(("ok", "suppressed", "too_few")),
            st.one_of(st.none(), st.floats(0.01, 100)),
        ),
        max_size=8,
    )
)
@settings(max_examples=40, deadline=None)
def test_choosing_keeps_the_order_and_only_what_is_published(items):
    records = [
        record(f"a.f{i}", v, s, values={} if r is None else {"ratio": r})
        for i, (v, s, r) in enumerate(items)
    ]
    chosen = key_findings.key_findings(records)
    assert len(chosen) == min(3, sum(r["status"] == "ok" for r in records))
    assert all(r["status"] == "ok" for r in chosen)
    assert [r["id"] for r in chosen] == sorted((r["id"] for r in chosen), key=lambda i: i)


@pytest.mark.parametrize("values", [{}, {"ratio": 0}, {"ratio": None}, {"percent_change": -100}])
def test_an_effect_without_size_counts_as_none(values):
    assert key_findings.effect(values) == 0.0


def test_tiles_take_turns_between_chapters():
    def tiled(id):
        return record(id, tile={"value": id, "label": "x"})

    chapters = [
        chapter("01_a", *(tiled(f"a.{i}") for i in range(5))),
        chapter("02_b", tiled("b.0")),
    ]
    assert [t["value"] for t in summary.summary(chapters).tiles][:3] == ["a.0", "b.0", "a.1"]


def test_what_changed_names_only_findings_whose_verdict_differs():
    old = {
        "period": "2006-04/2007-03",
        "findings": [
            {"id": "a.one", "verdict": "down", "status": "ok", "sentence": "It fell."},
            {"id": "a.two", "verdict": "up", "status": "ok", "sentence": "It rose."},
            {"id": "a.three", "verdict": "up", "status": "not_available", "sentence": ""},
            {"id": "a.four", "verdict": "none", "status": "ok", "sentence": "There were 9."},
            {"id": "a.one@2006-04_2006-09", "verdict": "up", "status": "ok", "sentence": "x"},
        ],
    }
    now = chapter("01_a", record("a.one", "up"), record("a.two", "up"), record("a.three", "down"),
                  record("a.four", "no_clear_change"))  # fmt: skip
    made = summary.summary([now], old)
    assert [(c.id, c.before, c.now) for c in made.changed] == [
        ("a.one", "It fell.", "About a.one.")
    ]
    assert made.unchanged == 2
    context = markup.Context("Alpha", "2007-04/2008-03", contents=[("a", "A")])
    page = summary.page(context, made)
    assert "What changed since the previous review?" in page and "Then: It fell." in page


def test_priorities_and_targets_are_shown_as_tables_when_they_exist():
    table = {"columns": [{"key": "p", "label": "Priority", "numeric": False}],
             "rows": [["Night-time violence"]], "own": []}  # fmt: skip
    one = chapter("09_plan", record("priorities.matrix", table=table), record("plan.targets"))
    made = summary.summary([one])
    assert [p[0] for p in made.panels] == ["Recommended priorities"]
    context = markup.Context("Alpha", "2007-04/2008-03", contents=[("plan", "Plan")])
    assert "Night-time violence</th>" in summary.page(context, made)


def test_a_failed_chapter_is_named_on_the_summary():
    made = summary.summary([chapter("40_violence", failure="It stopped.")])
    context = markup.Context("Alpha", "2007-04/2008-03", contents=[("violence", "Violence")])
    assert "It stopped." in summary.page(context, made)


def test_the_same_comparison_with_two_peer_groups_is_said_once():
    tile = {"value": "3rd", "label": "x"}
    records = [
        record("a.crime.peers.county", "lower", values={"ratio": 0.8}, tile=tile),
        record("a.crime.peers.force", "lower", values={"ratio": 0.7}, tile=tile),
        record("a.crime.funnel.force", "lower", values={"ratio": 0.7}),
        record("a.crime.change", "up", values={"ratio": 1.1}, tile=tile),
    ]
    chosen = [r["id"] for r in key_findings.key_findings(records)]
    assert chosen == ["a.crime.peers.force", "a.crime.change"]
    assert [t["id"] for t in summary.summary([chapter("01_a", *records)]).tiles] == [
        "a.crime.peers.county", "a.crime.change",
    ]  # fmt: skip


def test_panels_show_the_columns_that_matter_and_whole_tables_otherwise():
    keys = ("label", "volume_text", "score", "places")
    columns = [{"key": k, "label": k, "numeric": False} for k in keys]
    table = {"columns": columns, "rows": [["ASB", "6,612", "0.49", "1"]], "own": []}
    assert summary.some_columns(table, ("label", "score", "places"))["rows"] == [
        ["ASB", "0.49", "1"]
    ]
    # On a phone the first columns are read first.
    assert summary.some_columns(table, ("places", "label", "score"))["rows"] == [
        ["1", "ASB", "0.49"]
    ]
    assert summary.some_columns(table, ("label", "none")) is table
    # A column of which nothing is known is left out.
    for nothing in ("", "[x]"):
        table["rows"][0][1] = nothing
        assert summary.some_columns(table, keys)["rows"] == [["ASB", "0.49", "1"]]


def quality_of(set_aside=0, unlocated=0, months=("ok", "ok")):
    records = [
        {"id": "quality.rows", "status": "ok", "sentence": "Rows.", "rows": [
            {"rows": 1000, "set_aside": set_aside}]},
        {"id": "quality.unlocated", "status": "ok", "sentence": "", "rows": [
            {"count": unlocated, "total": 1000}]},
        {"id": "quality.coverage", "status": "ok", "sentence": "", "rows": [
            {"status": m} for m in months]},
    ]  # fmt: skip
    return summary._quality({r["id"]: (r, "data-quality") for r in records})


def test_the_quality_badge_follows_its_printed_rule():
    assert quality_of(10, 50)["badge"] == "good"
    assert quality_of(11)["badge"] == "care"
    assert quality_of(0, 51)["badge"] == "care"
    assert quality_of(months=("ok", "incomplete"))["badge"] == "care"
    assert "at most 1 per cent of the rows set aside" in quality_of()["sentence"]
    assert (
        "No record is without a place, and no month is missing or incomplete."
        in quality_of()["sentence"]
    )
    some = quality_of(0, 20, ("ok", "incomplete"))["sentence"]
    assert (
        "2.0 per cent of the records have no place, and one month is missing or incomplete." in some
    )


def test_the_summary_speaks_of_the_compared_period_only_where_something_is_compared():
    alone = record("a.rate", values={"count": 5})
    assert not summary.summary([chapter("01", alone)]).is_compared
    both = record("a.change", values={"count": 5, "compare_count": 7})
    assert summary.summary([chapter("01", alone, both)]).is_compared


def test_the_trial_of_the_weights_is_not_said_again_beside_the_priorities():
    trial = record("priorities.sensitivity")
    table = {"columns": [{"key": "label", "label": "Priority", "numeric": False}], "rows": [["x"]]}
    said = summary.summary([chapter("09", record("priorities.matrix", table=table), trial)])
    assert not said.keys
    assert summary.summary([chapter("09", trial)]).keys


def at_a_glance(*rows):
    base = {"is_total": False, "count": 90, "compare_count": 80, "rate": 1.0, "others_rate": 1.0,
            "ratio": 1.1, "verdict": "no_clear_change", "verdict_peers": "similar",
            "trend": "not clear"}  # fmt: skip
    columns = [{"key": k, "label": k, "numeric": False} for k in summary.GLANCE_COLUMNS]
    table = {"columns": [*columns, {"key": "rank_of", "label": "Place", "numeric": True}],
             "rows": [["x"] * 8]}  # fmt: skip
    return record(
        "glance.table", rows=[{**base, **r} for r in rows], table=table, caption="Each – here",
        alt="", notes=["Residents are those of mid-2022.", "Residents are those of mid-2022."],
    )  # fmt: skip


def test_the_tiles_are_the_total_the_worst_the_rise_and_the_best():
    rows = (
        {"subject": "recorded crime", "is_total": True, "count": 900, "trend": "falling",
         "verdict": "down"},
        {"subject": "drugs", "verdict_peers": "higher", "rate": 2.0},
        {"subject": "arson", "verdict_peers": "higher", "rate": 3.0, "verdict": "up", "ratio": 4.0},
        {"subject": "robbery", "verdict": "up", "ratio": 2.0},
        {"subject": "burglary", "verdict": "down", "ratio": 0.7},
        {"subject": "shoplifting", "ratio": 9.0},
    )  # fmt: skip
    tiles = summary.summary([chapter("00_glance", at_a_glance(*rows))]).tiles
    assert [t["label"].split(",")[0] for t in tiles] == [
        "recorded crime", "arson", "robbery", "burglary",
    ]  # fmt: skip
    # An arrow stands only beside a clear verdict; the largest ratio that is not clear is no news.
    assert [t["value"] for t in tiles] == ["▼ 900", "▲ 90", "▲ 90", "▼ 90"]


def test_hidden_counts_are_no_tiles():
    rows = ({"subject": "recorded crime", "is_total": True, "count": None},
            {"subject": "arson", "count": None, "verdict": "up"})  # fmt: skip
    assert summary.summary([chapter("00_glance", at_a_glance(*rows))]).tiles == ()


def test_the_table_at_a_glance_takes_the_place_of_the_list_of_sentences():
    change = record(
        "overview.recorded_crime.change", "down", values={"ratio": 0.9},
        sentence="Crime fell from 8 to 7. The count is lower. If each case were alone it were so.",
    )  # fmt: skip
    chosen = summary.summary(
        [chapter("00_glance", at_a_glance({"subject": "x", "is_total": True})),
         chapter("10_overview", change, record("overview.mix"))]
    )  # fmt: skip
    assert chosen.headline == ("Crime fell from 8 to 7. The count is lower.",)
    assert [c["key"] for c in chosen.glance.record["table"]["columns"]] == list(
        summary.GLANCE_COLUMNS
    )
    assert chosen.limits == ("Residents are those of mid-2022.",)
    assert [r["id"] for k in chosen.keys for r in k.records] == ["overview.mix"]


def test_what_is_said_of_the_pandemic_above_is_no_further_limit():
    table = at_a_glance({"subject": "x", "is_total": True})
    table |= {"period": "2020-10/2021-09", "compare": "2019-10/2020-09"}
    said = summary.summary([chapter("00_glance", table)]).disrupted
    table["notes"] = [*said, *table["notes"]]
    chosen = summary.summary([chapter("00_glance", table)])
    assert said and chosen.disrupted == said
    assert chosen.limits == ("Residents are those of mid-2022.",)


def test_the_summary_says_how_many_comparisons_can_look_clear_by_chance():
    kinds = record("a.changes", rows=[{"verdict": "up"}] * 14 + [{"verdict": "none"}])
    peers = record("a.peers", rows=[{"verdict": "lower", "is_own": False}] * 9
                   + [{"verdict": "similar", "is_own": True}])  # fmt: skip
    told = summary.summary([chapter("01", kinds, peers, record("a.change", verdict="down"))]).tested
    assert told == (
        "This review makes 16 comparisons; about one of so many can look clear by chance."
    )
    assert not summary.summary([chapter("01", peers)]).tested


def test_further_periods_that_share_months_are_no_confirmation():
    year = {"period": "2007-04/2008-03"}
    part, apart = {"period": "2007-11/2008-01"}, {"period": "2006-04/2007-03"}
    assert markup.overlapping([part], year) and not markup.overlapping([apart], year)
    assert markup.overlapping([apart, {"period": "2006-10/2007-03"}], year)


def test_where_shows_the_map_and_five_places():
    columns = [{"key": k, "label": k, "numeric": False} for k in (*summary.WHERE_COLUMNS, "rate")]
    places = record("places.top", table={"columns": columns, "rows": [["x"] * 6] * 9})
    section = Section(places, {"data": [], "layout": {}})
    found = summary.summary([Rendered("60_places", "places", "Places", "", (section,))]).where
    assert found.figure and len(found.record["table"]["rows"]) == summary.WHERE_ROWS
    assert len(found.record["table"]["columns"]) == len(summary.WHERE_COLUMNS)
    assert summary.summary([chapter("10_overview", record("overview.mix"))]).where is None


def test_a_page_of_nothing_but_hidden_counts_says_so_and_so_does_the_summary():
    base = dict.fromkeys(("definition", "caption", "unit", "method", "compare", "alt"), "")
    base |= {"period": "2024-04/2025-03", "measure": "x", "polarity": "neutral", "lacks": ""}
    hidden = [record(f"a.{n}", status="suppressed", **base) for n in ("one", "two")]
    gone = record("a.gone", status="not_available", awaits=[], **base)
    some = chapter("06_a", *hidden, gone)
    mixed = (record("b.ok", "up", **base), record("b.hidden", status="suppressed", **base))
    other = chapter("07_b", *mixed)
    contents = [("a", "A"), ("b", "B")]
    context = markup.Context(area="Dover", period="2024-04/2025-03", contents=contents)
    said = "That does not mean that there are none."
    assert said in markup.page(context, some) and said not in markup.page(context, other)
    made = summary.summary([some, other])
    assert [k.slug for k in made.keys] == ["a", "b"]
    assert [r["id"] for k in made.keys for r in k.records] == ["a.one", "b.ok"]
    text = summary.page(context, made)
    assert "Three questions are about counts so small that they are hidden" in text
    assert said not in summary.page(context, summary.summary([chapter("07_b", mixed[0])]))


def test_targets_that_can_be_judged_come_first_and_those_forecast_after_them():
    columns = [{"key": k, "label": k, "numeric": False}
               for k in ("measure", "target_text", "progress_text", "outlook_text")]  # fmt: skip
    given = [("none", None, None), ("met", "met", None), ("running", None, "missed"),
             ("close", "unclear", None), ("missed", "missed", None)]  # fmt: skip
    plan = record(
        "plan.targets",
        sentence="Of five targets three have figures so far. If nothing changes, the one that can "
        "be forecast would be missed. One asks for a change too small.",
        rows=[{"progress": p, "outlook": o} for _, p, o in given],
        table={"columns": columns, "rows": [[n, "9", p or "no figure yet", o or ""]
                                            for n, p, o in given]},
    )  # fmt: skip
    [(_, panel, _)] = summary.summary([chapter("80_plan", plan)]).panels
    assert [row[0] for row in panel["table"]["rows"]] == ["missed", "close", "met", "running"]
    assert panel["table"]["columns"][-1]["label"] == "If nothing changes"
    assert panel["sentence"] == (
        "Of five targets three have figures so far. If nothing changes, the one that can be "
        "forecast would be missed."
    )
    # The sentence has said what is alike of all.
    alike = {**plan, "rows": [{**r, "progress": None, "outlook": "unclear"} for r in plan["rows"]]}
    [(_, panel, _)] = summary.summary([chapter("80_plan", alike)]).panels
    assert panel["table"]["rows"] == []


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("Of six issues two are on the short list. The board took in A.", "The board took in A."),
        ("Of six issues two are on the short list.", summary.UNDECIDED),
    ],
)
def test_priorities_say_what_the_board_decided_or_that_it_has_to(sentence, says):
    columns = [{"key": k, "label": k, "numeric": False} for k in ("label", "score_text", "places")]
    matrix = record("priorities.matrix", sentence="A scores highest. With random weights it leads.",
                    table={"columns": columns, "rows": [["A", "0.9", "1"]]})  # fmt: skip
    made = summary.summary([chapter("80_p", matrix, record("priorities.list", sentence=sentence))])
    assert made.panels[0][1]["sentence"] == f"A scores highest. {says}"


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        ([0.9, 0.5], ""),
        ([0.9, 0.5, None], " One priority has no place, for want of data."),
        ([0.9, None, None], " Two priorities have no place, for want of data."),
    ],
)
def test_priorities_that_the_table_leaves_out_are_counted_in_words(scores, says):
    columns = [{"key": k, "label": k, "numeric": False} for k in ("label", "score_text", "places")]
    table = {"columns": columns, "rows": [[f"P{i}", "", ""] for i in range(len(scores))]}
    matrix = record("priorities.matrix", sentence="P0 scores highest.", table=table,
                    rows=[{"score": s, "rank": s and 1} for s in scores])  # fmt: skip
    [(_, panel, _)] = summary.summary([chapter("80_p", matrix)]).panels
    assert panel["sentence"] == f"P0 scores highest.{says}"
    assert len(panel["table"]["rows"]) == len([s for s in scores if s is not None])
