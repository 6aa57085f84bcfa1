"""The audit finds a protected value wherever it slips out, and nothing where none does."""

from __future__ import annotations

import base64
import csv
import html
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cspanalysis.disclosure import Protect, apply, cells
from cspanalysis.disclosure import audit as disclosure_audit
from cspanalysis.disclosure.audit import published_cells, traces
from cspanalysis.domain.errors import DataRefused, DisclosureFailed
from cspanalysis.present import charts
from cspanalysis.report import review_command

SOURCE = {"source": "school_exclusions", "title": "Exclusions"}
COUNTS = {"Cluster A": 3, "Cluster B": 21, "Cluster C": 34, "Cluster D": 48, "total": 106}
SUBJECT = "young_people.exclusions.clusters"


def record(id: str, rows: list[dict], **more) -> dict:
    return {
        "id": id, "chapter": "young_people", "title": f"What of {id}?", "sentence": "Nothing.",
        "verdict": "none", "measure": "exclusions", "period": "2006-09/2007-08", "compare": "",
        "unit": "", "values": {}, "method": "", "status": "ok", "polarity": "neutral",
        "sources": [SOURCE], "rows": rows,
    } | more  # fmt: skip


def rows_of(table: pd.DataFrame) -> list[dict]:
    return json.loads(table.to_json(orient="records"))


@pytest.fixture
def raw() -> pd.DataFrame:
    return pd.DataFrame({"cluster": list(COUNTS), "count": list(COUNTS.values())})


@pytest.fixture
def safe(raw) -> dict:
    """One finding with all its carriers, protected in every one of them."""
    rows = rows_of(apply(raw, Protect("threshold"), edition="public"))
    counts = [r["count"] for r in rows]
    return {
        "findings": [
            record(SUBJECT, rows, sentence="Cluster D had the most exclusions, 48 of 106.",
                   values={"count": 106})
        ],
        "answer": "Cluster D had the most exclusions, 48 of 106.",
        "alt": "Exclusions by cluster; two of 4 clusters are hidden.",
        "table": [[r["cluster"], "c" if r["count"] is None else f"{r['count']:g}"] for r in rows],
        "chart": {"data": [{"y": [r["cluster"] for r in rows], "x": counts}], "layout": {}},
    }  # fmt: skip


def write(folder: Path, content: dict) -> Path:
    """A review folder as the report writes it."""
    folder.mkdir(exist_ok=True)
    findings = content["findings"]
    document = {
        "schema": "cspanalysis.findings/1", "edition": "public", "findings": findings,
        "area": {"name": "Tonbridge and Malling"}, "period": "2006-09/2007-08",
    }  # fmt: skip
    (folder / "findings.json").write_text(json.dumps(document))
    with (folder / "findings.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "count", "rate", "sentence"])
        for one in findings:
            values = content.get("csv", {"count": one["values"].get("count", "")})
            writer.writerow([one["id"], values["count"], "", one["sentence"]])
    if "table" not in content:
        return folder
    body = "".join(
        f"<tr><th scope='row'>{html.escape(a)}</th><td>{b}</td></tr>" for a, b in content["table"]
    )
    charts = json.dumps({"charts": {SUBJECT: content["chart"]}, "templates": {}})
    (folder / "young-people.html").write_text(
        f"<main><h1>Young people</h1><section aria-labelledby='{SUBJECT}'>"
        f"<h2 id='{SUBJECT}'>What of it?</h2><p class='answer'>{content['answer']}</p>"
        f"<p id='{SUBJECT}-alt'>{content['alt']}</p>"
        f"<table><thead><tr><th>Cluster</th><th>Exclusions</th></tr></thead>{body}</table>"
        f"<p class='note'>Counts of 1 to 4 are hidden. Printed on 25 November 2026.</p></section>"
        f"<script type='application/json' id='charts'>{charts}</script></main>",
        encoding="utf-8",
    )
    _workbook(folder / "tables.xlsx", findings[0], content.get("sheet", content["table"]))
    return folder


def _workbook(path: Path, finding: dict, table: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Table 1")
        lines = [[f"Young people: {finding['title']}"], [finding["sentence"]]]
        lines += [["Cluster", "Exclusions"], *table]
        for i, line in enumerate(lines):
            for j, text in enumerate(line):
                sheet.write(i, j, float(text) if text.isdigit() else text)


def test_a_protected_review_passes(tmp_path, safe):
    assert disclosure_audit.check(write(tmp_path / "r", safe)) == []
    review_command.check_disclosure(tmp_path / "r")


def test_what_is_kept_of_a_review_is_not_of_one_written_anew(tmp_path, safe, raw):
    folder = write(tmp_path, safe)
    assert disclosure_audit.check(folder) == []
    off_rows(safe, raw)
    assert disclosure_audit.check(write(tmp_path, safe), ("findings",))


def hidden_row(content) -> dict:
    return next(r for r in content["findings"][0]["rows"] if r["count"] is None)


def off_rows(content, raw):
    content["findings"][0]["rows"] = rows_of(raw.assign(status="ok"))


def off_one_row(content, raw):
    hidden_row(content)["count"] = 3


def off_rate(content, raw):
    hidden_row(content)["rate"] = 0.31


def off_values(content, raw):
    content["findings"][0]["values"] = {"count": 3}


def off_csv(content, raw):
    content["csv"] = {"count": 3}


def off_sentence(content, raw):
    content["findings"][0]["sentence"] = "Cluster A had 3 exclusions, cluster D 48."


def off_sentence_in_words(content, raw):
    content["findings"][0]["sentence"] = "Cluster A had three exclusions, cluster D 48."


def off_page_text(content, raw):
    content["answer"] = "Of 106 exclusions, 21 were in cluster B."


def off_alternative_text(content, raw):
    content["alt"] = "Bars of exclusions by cluster, from 3 to 48."


def off_page_table(content, raw):
    content["sheet"] = list(content["table"])
    content["table"] = [[k, str(v)] for k, v in COUNTS.items()]


def off_workbook(content, raw):
    content["sheet"] = [[k, str(v)] for k, v in COUNTS.items()]


def off_chart(content, raw):
    content["chart"]["data"][0]["x"] = raw["count"].tolist()


def off_chart_packed(content, raw):
    packed = base64.b64encode(np.array(raw["count"], dtype="i2").tobytes()).decode()
    content["chart"]["data"][0]["x"] = {"dtype": "i2", "bdata": packed}


def off_chart_labels(content, raw):
    content["chart"]["data"][0]["text"] = [f"<b>{n}</b>" for n in raw["count"]]


def off_chart_hover(content, raw):
    content["chart"]["data"][0]["customdata"] = [[n, "x"] for n in raw["count"]]


def off_annotation(content, raw):
    content["chart"]["layout"]["annotations"] = [{"text": "3 exclusions"}]


JSON, CSV, PAGE, BOOK = "findings.json", "findings.csv", "young-people.html", "tables.xlsx"


@pytest.mark.parametrize(
    ("route", "where"),
    [
        (off_rows, PAGE), (off_one_row, JSON), (off_rate, JSON), (off_values, JSON), (off_csv, CSV),
        (off_sentence, JSON), (off_sentence, CSV), (off_sentence, BOOK),
        (off_sentence_in_words, JSON), (off_page_text, PAGE), (off_alternative_text, PAGE),
        (off_page_table, PAGE), (off_workbook, BOOK), (off_chart, PAGE), (off_chart_packed, PAGE),
        (off_chart_labels, PAGE), (off_chart_hover, PAGE), (off_annotation, PAGE),
    ],
)  # fmt: skip
def test_protection_switched_off_for_one_route_is_found(route, where, tmp_path, safe, raw):
    route(safe, raw)
    recovered = disclosure_audit.check(write(tmp_path / "r", safe))
    assert {r.finding for r in recovered} == {SUBJECT}
    assert any(r.where.startswith(where) for r in recovered)
    with pytest.raises(DisclosureFailed, match="can be recovered"):
        review_command.check_disclosure(tmp_path / "r")


@pytest.mark.parametrize("sign", ["c", "*", " [c] ", "<b>*</b>", "<span> (text) * </span>", "4"])
def test_a_page_that_hides_what_its_findings_show_is_found_whatever_its_sign(
    sign, tmp_path, safe, raw
):
    off_rows(safe, raw)
    safe["table"] = [[c, sign if c == "Cluster A" else str(n)] for c, n in COUNTS.items()]
    safe |= {"sheet": [], "chart": {"data": []}, "alt": ""}
    found = disclosure_audit.check(write(tmp_path / "r", safe))
    told = [r for r in found if r.how == "in the rows though the table hides it"]
    assert [r.where for r in told] == ([] if sign == "4" else [PAGE])


def small_admissions() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    return pd.DataFrame(
        [
            {"sex": sex, "age_band": age, "count": int(draw.poisson(6))}
            for sex in ("female", "male")
            for age in ("0-9", "10-19", "20-29", "30-39", "40-49")
        ]
    )


@pytest.mark.parametrize(
    ("draw", "table", "policy"),
    [
        (lambda t: charts.clusters_bars(t), "raw", "threshold"),
        (lambda t: charts.age_by_sex(t), "admissions", "hes"),
        (lambda t: charts.age_by_sex(t), "admissions", "threshold"),
    ],
    ids=["clusters", "age and sex, hes", "age and sex"],
)
def test_a_chart_drawn_before_protection_is_found(draw, table, policy, tmp_path, safe, raw):
    unprotected = raw[raw["cluster"] != "total"] if table == "raw" else small_admissions()
    protect = Protect(policy, by=("sex",) if table != "raw" else ())
    protected = apply(unprotected, protect, edition="public")
    assert protected["count"].isna().any()
    safe["findings"] = [record(SUBJECT, rows_of(protected))]
    safe |= {"answer": "", "alt": "", "table": [], "sheet": []}

    def audit(name: str, chart_of: pd.DataFrame) -> list:
        safe["chart"] = json.loads(draw(chart_of.assign(is_own=False)).to_json())
        return disclosure_audit.check(write(tmp_path / name, safe))

    assert audit("after", protected) == []
    assert audit("before", unprotected.assign(status="ok", symbol="")) != []


def test_a_sentence_repeated_in_the_summary_with_hidden_numbers(tmp_path, safe):
    safe["findings"][0]["sentence"] = "Cluster D had 48 exclusions."
    folder = write(tmp_path / "r", safe)
    page = folder / "index.html"
    page.write_text("<ul><li><p>Cluster D had 48 exclusions.</p></li></ul>")
    assert disclosure_audit.check(folder) == []
    page.write_text("<ul><li><p>Cluster D had 3 exclusions.</p></li></ul>")
    assert [r.where for r in disclosure_audit.check(folder)] == ["index.html"]


def test_what_is_too_large_to_check_does_not_pass(tmp_path, monkeypatch):
    from cspanalysis.disclosure import cells

    monkeypatch.setattr(cells, "_MOST", 3)
    rows = [hidden(cluster="A"), {"cluster": "B", "count": 20}, {"cluster": "C", "count": 23}]
    (found,) = disclosure_audit.check(write(tmp_path / "r", {"findings": [record("x.y.z", rows)]}))
    assert "cannot be checked" in found.how


def hidden(symbol: str = "c", **where) -> dict:
    below = {"c": 5, "*": 8}[symbol]
    return {
        **where, "count": None, "status": "suppressed", "symbol": symbol, "hidden_below": below,
    }  # fmt: skip


def test_a_lone_hidden_cell_with_its_total_is_worked_out(tmp_path):
    rows = [hidden(cluster="A"), {"cluster": "B", "count": 20}, {"cluster": "total", "count": 23}]
    (found,) = disclosure_audit.check(write(tmp_path / "r", {"findings": [record("x.y.z", rows)]}))
    assert (found.finding, found.value) == ("x.y.z", 3)


def test_a_combination_that_is_left_out_is_taken_for_zero(tmp_path):
    rows = [hidden(cluster="A", kind="p"), {"cluster": "A", "kind": "total", "count": 9}]
    rows += [{"cluster": "B", "kind": kind, "count": 20} for kind in ("p", "q")]
    found = disclosure_audit.check(write(tmp_path / "r", {"findings": [record("x.y.z", rows)]}))
    assert [r.value for r in found] == [9]


def test_the_base_of_shares_is_a_total(tmp_path):
    rows = [hidden(cluster="A") | {"total": 29}, {"cluster": "B", "count": 20, "total": 29}]
    found = disclosure_audit.check(write(tmp_path / "r", {"findings": [record("x.y.z", rows)]}))
    assert [r.value for r in found] == [9]


def test_sums_are_no_matter_in_the_partner_edition(tmp_path):
    rows = [hidden(cluster="A"), {"cluster": "B", "count": 20}, {"cluster": "total", "count": 23}]
    folder = write(tmp_path / "r", {"findings": [record("x.y.z", rows)]})
    path = folder / "findings.json"
    path.write_text(path.read_text().replace('"edition": "public"', '"edition": "partner"'))
    assert disclosure_audit.check(folder) == []


def test_two_findings_that_differ_by_one_cell(tmp_path):
    parts = [hidden(cluster="A"), hidden(cluster="B"), {"cluster": "C", "count": 40}]
    together = [{"cluster": "total", "count": 63}]
    without = [{"cluster": "A", "count": None, **hidden()}, {"cluster": "B", "count": 21}]
    pair = [record("x.y.parts", parts), record("x.y.total", together)]
    assert disclosure_audit.check(write(tmp_path / "safe", {"findings": pair})) == []
    three = [*pair, record("x.y.other", without)]
    found = disclosure_audit.check(write(tmp_path / "r", {"findings": three}))
    assert {(r.finding, r.value) for r in found} == {
        ("x.y.parts", 2), ("x.y.parts", 21), ("x.y.other", 2),
    }  # fmt: skip


def test_periods_that_differ_by_one_quarter(tmp_path):
    year = record("x.y.a", [{"period": "2007-04/2008-03", "count": 40}])
    rest = record("x.y.b", [{"period": "2007-07/2008-03", "count": 38}])
    quarter = record("x.y.c", [hidden(period="2007-04/2007-06")])
    found = disclosure_audit.check(write(tmp_path / "r", {"findings": [year, rest, quarter]}))
    assert [(r.finding, r.value) for r in found] == [("x.y.c", 2)]
    assert disclosure_audit.check(write(tmp_path / "s", {"findings": [year, quarter]})) == []


def test_other_things_counted_are_no_difference(tmp_path):
    permanent = record("x.a.a", [hidden(cluster="A"), {"cluster": "B", "count": 20}])
    fixed_term = record("x.b.b", [{"cluster": "total", "count": 23}], measure="something else")
    both = {"findings": [permanent, fixed_term]}
    assert disclosure_audit.check(write(tmp_path / "r", both)) == []


def test_rounded_totals_leave_room(tmp_path):
    rows = [
        hidden("*", sex="male"),
        {"sex": "female", "count": 20, "rounded_to": 5},
        {"sex": "persons", "count": 25, "rounded_to": 5},
    ]
    assert (
        disclosure_audit.check(write(tmp_path / "r", {"findings": [record("x.y.z", rows)]})) == []
    )
    rows[2]["count"] = 24
    found = disclosure_audit.check(write(tmp_path / "u", {"findings": [record("x.y.z", rows)]}))
    assert any("not rounded" in r.how for r in found)


def test_unrounded_numbers_in_a_chart(tmp_path, safe):
    rows = [
        {"cluster": "A", "count": 20, "rounded_to": 5, "hidden_below": 8, "status": "ok"},
        {"cluster": "B", "count": 30, "rounded_to": 5, "hidden_below": 8, "status": "ok"},
        hidden("*", cluster="C") | {"rounded_to": 5},
    ]
    safe["findings"] = [record(SUBJECT, rows)]
    safe |= {"answer": "", "alt": "", "table": [["A", "20"], ["B", "30"], ["C", "*"]]}
    safe["chart"]["data"] = [{"x": [20, 30, None]}]
    assert disclosure_audit.check(write(tmp_path / "r", safe)) == []
    safe["chart"]["data"] = [{"x": [18, 30, None]}]
    (found,) = disclosure_audit.check(write(tmp_path / "u", safe))
    assert found.value == 18


def test_a_rank_between_two_rates_gives_a_count_away(tmp_path):
    rows = [
        {"cluster": "A", "count": 10, "rate": 1.0, "rank": 1, "of": 3},
        hidden(cluster="B") | {"roll": 250, "rate_per": 100, "of": 3},
        {"cluster": "C", "count": 6, "rate": 1.4, "rank": 3, "of": 3},
    ]
    found = disclosure_audit.check(write(tmp_path / "r", {"findings": [record("x.y.z", rows)]}))
    assert [r.value for r in found if "rank" in r.how] == [3]


def test_a_folder_without_findings_is_refused(tmp_path):
    with pytest.raises(DataRefused):
        disclosure_audit.check(tmp_path)


@pytest.mark.parametrize(
    "name", ["district", "year", "count", "is_own", "compare_period", "status"]
)
@pytest.mark.parametrize("value", ["2007/08", 7, 7.5, float("nan"), True, ["a"]])
def test_a_cell_alone_is_a_dimension_where_its_column_would_be(name, value):
    column = cells.dimensions(pd.DataFrame([{name: value}]))
    assert cells.is_dimension(name, value) == (column == (name,))


@pytest.mark.parametrize("shown", ["Cluster 3 of the schools in …", "Cluster 3 of the schools"])
def test_numbers_of_a_label_that_was_cut_short_are_no_counts(shown):
    label = "Cluster 3 of the schools in the north and the west of the borough"
    assert traces.numbers(f"{shown} had 21.", [label]) == [21]
    assert traces.numbers("Cluster 3 had 21.", [label]) == [3, 21]


def test_numbers_of_the_sources_names_are_no_counts(tmp_path, safe):
    safe["findings"][0]["sources"] = [SOURCE | {"title": "Extract 3", "publisher": "School 2"}]
    safe["alt"] = "Exclusions by cluster. Extract 3, School 2."
    assert disclosure_audit.check(write(tmp_path / "r", safe)) == []
    safe["alt"] += " Of them 3 in cluster A."
    assert disclosure_audit.check(write(tmp_path / "s", safe)) != []


@pytest.mark.parametrize(
    "text",
    [
        "No five-year trend is calculated: there are fewer than 5 consecutive years.",
        "The 3-month sums are shown.", "Two further small groups are hidden.",
    ],
)  # fmt: skip
def test_numbers_of_our_own_words_are_no_counts(text):
    assert traces.numbers(text) == []


def test_a_chart_drawn_to_five_digits_shows_what_the_rows_show_and_no_more():
    rows = [
        {"cluster": "a", "count": 11, "rate": 11 / 72, "status": "ok"},
        {"cluster": "b", "count": 9, "rate": 9 / 69, "status": "ok"},
        {"cluster": "c", "count": None, "rate": None, "status": "suppressed", "symbol": "c"},
        {"cluster": "d", "count": None, "rate": None, "status": "suppressed", "symbol": "c"},
    ]
    drawn = [round(11 / 72, 5), round(9 / 69, 5), None, None]
    assert list(traces.in_chart(drawn, rows)) == []
    assert list(traces.in_chart(["0.15", "0.13", "<b>c</b>", "<b>c</b>"], rows)) == []
    leaking = [*drawn[:2], round(3 / 38, 5), None]
    assert {value for value, _ in traces.in_chart(leaking, rows)} == {round(3 / 38, 5)}


def test_kinds_are_joined_by_what_they_count_not_by_their_ids():
    """Fourteen hate crimes are not the few that were detected, though the ids begin alike."""

    def one(name, measure, count):
        row = {"area": "A", "count": count, "status": "ok" if count else "suppressed"}
        row |= {} if count else {"symbol": "c", "hidden_below": 5}
        return {
            "id": f"violence.hate.{name}", "measure": measure, "period": "2007-10/2007-12",
            "sources": [{"source": "police_extract"}], "rows": [row],
        }  # fmt: skip

    change = one("change", "recorded hate crime", 14)
    detection = one("detection", "hate crimes detected", None)
    assert [len(cells) for cells in published_cells.kinds([change, detection], "A")] == [1]
    alike = one("detection", "recorded hate crime", None)
    assert [len(cells) for cells in published_cells.kinds([change, alike], "A")] == [2]
