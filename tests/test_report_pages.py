"""Pages: structure that assistive technology needs, and text from data that stays text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cspanalysis.present import captions
from cspanalysis.report import collect, layout, markup, single_file
from cspanalysis.report.collect import Rendered, Section

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)",
    "=HYPERLINK(\"http://example.org\",\"x\")",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnirts desrever",
    "مرحبا بالعالم",
    "👮‍♀️ 🚨",
    "nul\x00 bell\x07",
    "\ud800 lone",
    "x" * 5000,
    "<!-- ]]> &amp; \u2028",
)  # fmt: skip


def record(text="words", **more):
    base = {
        "id": "violence.nte.change", "chapter": "violence", "title": text, "sentence": text,
        "verdict": "up", "measure": text, "period": "2007-04/2008-03", "compare": "", "unit": text,
        "values": {"count": 1}, "method": text, "status": "ok", "polarity": "neutral",
        "sources": [{"source": "s", "title": text, "publisher": text, "licence": text,
                     "attribution": text, "as_of": text, "synthetic": False}],
        "rows": [{"place": text}], "definition": text, "notes": [text], "caption": text,
        "alt": text,
        "table": {"columns": [{"key": "place", "label": text, "numeric": False}],
                  "rows": [[text]], "own": []},
        "tile": {"value": text, "label": text}, "has_figure": True, "windows": [],
    }  # fmt: skip
    return {**base, **more}


def figure(text="words"):
    return {"data": [{"type": "bar", "x": [text], "y": [1]}],
            "layout": {"title": {"text": text}, "template": {"layout": {}}}}  # fmt: skip


def chapter(text="words"):
    clean = collect.clean(record(text))
    section = Section(clean, collect.chart_json(figure(text)))
    return Rendered("40_violence", "violence", collect.clean(text), "", (section,))


def context(text="Alpha", **more):
    settings = {"area": text, "period": "2007-04/2008-03", "contents": [("violence", "Violence")]}
    return markup.Context(**{**settings, **more})


class Elements(HTMLParser):
    """Every start tag of a page with its attributes, and the texts of scripts."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.tags, self.scripts, self._script = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._script = tag == "script"

    def handle_data(self, data):
        if self._script:
            self.scripts.append(data)

    def handle_endtag(self, tag):
        self._script = False

    def named(self, tag):
        return [a for t, a in self.tags if t == tag]


PLAIN = [t for t, _ in Elements(markup.page(context(), chapter())).tags]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_data_adds_no_element_attribute_or_script(text):
    page = markup.page(context(collect.clean(text)), chapter(text))
    page.encode("utf-8")  # no lone surrogates
    found = Elements(page)
    assert [t for t, _ in found.tags] == PLAIN
    assert not any(name.startswith("on") for _, attrs in found.tags for name in attrs)
    assert "49" not in page.replace("2049", "")[page.index("<main") :] or "7 * 7" in page
    (data,) = found.scripts
    json.loads(data)
    assert "\x00" not in page and "\u202e" not in page


@given(st.text(max_size=60).filter(lambda t: collect.clean(t).strip()))
@example(":")  # a symbol where a value stands; here it is a place's name
@settings(max_examples=40, deadline=None)
def test_any_text_stays_text(text):
    found = Elements(markup.page(context(collect.clean(text)), chapter(text)))
    assert [t for t, _ in found.tags if t != "small"] == [t for t in PLAIN if t != "small"]


@given(st.recursive(st.text(max_size=20), lambda x: st.lists(x, max_size=3), max_leaves=6))
@settings(max_examples=40, deadline=None)
def test_script_json_means_the_same_and_cannot_close_its_element(value):
    text = str(markup.script_json(value))
    assert json.loads(text) == value
    assert "<" not in text and ">" not in text and "&" not in text


def test_chart_labels_keep_our_formatting_and_no_other_markup():
    made = collect.chart_json(
        {"data": [{"text": "<b>own</b><br>x <a href='javascript:x'>y</a> 3 < 4"}], "layout": {}}
    )
    assert made["data"][0]["text"] == "<b>own</b><br>x &lt;a href='javascript:x'>y&lt;/a> 3 &lt; 4"


def test_structure_of_a_page():
    page = markup.page(context(), chapter(), before=("index", "Summary"), after=("plan", "Plan"))
    found = Elements(page)
    assert found.named("html") == [{"lang": "en-GB"}]
    assert len(found.named("h1")) == 1
    levels = [int(t[1]) for t, _ in found.tags if re.fullmatch(r"h[1-6]", t)]
    assert all(b - a <= 1 for a, b in zip([0, *levels], levels, strict=False))
    ids = [a["id"] for _, a in found.tags if "id" in a]
    assert len(ids) == len(set(ids))
    (chart,) = [a for a in found.named("div") if a.get("role") == "img"]
    # Caption and answer are read as they stand: the picture says what kind it is, and no more.
    assert chart["aria-label"].startswith("Bar chart")
    assert found.named("a")[0] == {"class": "skip", "href": "#main"}
    (region,) = [a for a in found.named("div") if a.get("role") == "region"]
    assert region["tabindex"] == "0"
    current = [a for a in found.named("a") if a.get("aria-current") == "page"]
    assert [a["href"] for a in current] == ["violence.html"]
    assert {a.get("scope") for a in found.named("th")} == {"col", "row"}


def test_pages_name_nothing_on_any_network():
    page = markup.page(context(), chapter())
    found = Elements(page)
    places = [a.get(k, "") for _, a in found.tags for k in ("src", "href")]
    assert not any(re.match(r"(?:[a-z]+:)?//", p) for p in places)
    assert "http" not in page.replace("http-equiv", "")
    (policy,) = [a["content"] for a in found.named("meta") if "http-equiv" in a]
    assert policy == (
        "default-src 'none'; script-src 'self' file:; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:"
    )
    assert all("src" in a or a.get("type") == "application/json" for a in found.named("script"))


def test_synthetic_and_restricted_are_marked_on_every_kind_of_page():
    from cspanalysis.report import summary

    marked = context(synthetic=True, edition="partner")
    plain = context()
    for make in (
        lambda c: markup.page(c, chapter()),
        lambda c: summary.page(c, summary.summary([chapter()])),
        lambda c: single_file.page([chapter()], c),
    ):
        assert "Synthetic data." in make(marked) and "RESTRICTED" in make(marked)
        assert "Synthetic data." not in make(plain) and "RESTRICTED" not in make(plain)


def test_single_file_allows_its_scripts_by_hash_alone():
    page = single_file.page([chapter()], context())
    found = Elements(page)
    (policy,) = [a["content"] for a in found.named("meta") if "http-equiv" in a]
    assert policy.count("'sha256-") == 3 and "unsafe-inline'; img" in policy
    assert "'self'" not in policy
    assert len(found.named("h1")) == 1
    assert 4_000_000 < len(page.encode()) < 6_500_000


def test_a_long_table_is_shortened_and_says_so():
    rows = [[str(i)] for i in range(1000)]
    table = {"columns": [{"key": "n", "label": "N", "numeric": True}], "rows": rows, "own": []}
    section = Section(record(table=table, has_figure=False))
    page = markup.page(context(), Rendered("01_a", "a", "A", "", (section,)))
    assert "The first 200 of 1,000 rows" in page
    assert len(page) < 200_000


def test_windows_are_short_statements_under_the_answer():
    window = record("Violence rose by 22%.", period="2007-04/2007-09")
    section = Section(record(windows=[window], has_figure=False))
    page = markup.page(context(), Rendered("01_a", "a", "A", "", (section,)))
    assert "<dt>In April to September 2007</dt><dd>Violence rose by 22%.</dd>" in page


def test_shared_chart_templates_are_held_once():
    sections = [
        Section(record(id=f"a.{i}"), {"data": [], "layout": {"template": {"t": i // 2}}})
        for i in range(4)
    ]
    charts, templates = markup.chart_data(sections)
    assert len(templates) == 2
    assert [c["template"] for c in charts.values()] == [0, 0, 1, 1]
    assert all("template" not in c["layout"] for c in charts.values())


def test_sources_of_one_publisher_and_date_are_named_together():
    def source(title, publisher, as_of):
        return {"source": title, "title": title, "publisher": publisher, "as_of": as_of}

    line = captions.source_line(
        {"sources": [source("A", "Kent Police", "2008-03-31"), source("B", "ONS", "2007-06-30"),
                     source("C", "Kent Police", "2008-03-31")]}
    )  # fmt: skip
    assert line == (
        "A; C – Kent Police, data as at 31 March 2008; B – ONS, data as at 30 June 2007"
    )


def test_symbols_in_a_table_are_explained_beneath_it():
    table = {"columns": [{"key": "n", "label": "N", "numeric": True}], "rows": [["12"], ["*"]]}
    page = markup.page(
        context(), Rendered("01_a", "a", "A", "", (Section(record(table=table, has_figure=False)),))
    )
    assert "<b>*</b> a small number, hidden so that nobody can be identified" in page


def test_a_coloured_span_of_ours_is_formatting_and_any_other_is_not():
    ours = "<span style='color:#12436D'>●</span> newest"
    made = collect.chart_json({"data": [{"text": ours}, {"text": "<span onclick=x>"}]})
    assert [t["text"] for t in made["data"]] == [ours, "&lt;span onclick=x>"]


def columns_of(*numeric):
    return [{"key": str(i), "label": str(i), "numeric": n} for i, n in enumerate(numeric)]


def test_a_phone_shows_few_rows_and_long_texts_as_a_list_and_numbers_as_a_table():
    numbers = columns_of(False, True, True, True)
    row = ["Dover", "1", "2", "3"]
    assert markup.is_list({"columns": numbers, "rows": [row]})
    assert not markup.is_list({"columns": numbers, "rows": [row] * 4})
    assert not markup.is_list({"columns": numbers[:3], "rows": [row[:3]]})
    words = {"columns": columns_of(False, False, True, True), "rows": [["a", "b" * 41, "1", "2"]]}
    assert markup.is_list({**words, "rows": words["rows"] * 9})
    assert not markup.is_list({**words, "rows": words["rows"] * 90})
    assert markup.cell_classes(words) == ["brief", "long", "n", "n"]


def unanswered(id, lacks=""):
    return Section(
        record(id=id, status="not_available", title=f"{id}?", sentence=f"No {id}.", lacks=lacks)
    )


def test_a_heading_under_which_nothing_is_answered_is_left_out():
    heads = {name: f"<h{level}>{name}</h{level}>" for name, level in
             (("Drugs", 2), ("By type", 3), ("Roads", 2), ("Fires", 2), ("Last", 2))}  # fmt: skip
    answered = Section(record(id="roads"))
    blocks = (
        heads["Drugs"], heads["By type"], unanswered("drugs"), heads["Roads"], answered,
        heads["Fires"], "<p>Fires are the fire service's.</p>", unanswered("fires"), heads["Last"],
    )  # fmt: skip
    laid = layout.layout(Rendered("01_a", "a", "A", "", blocks))
    [part] = laid.parts
    assert part.shown == (heads["Roads"], answered) and laid.texts == (heads["Fires"] + blocks[6],)


def test_questions_that_lack_the_same_are_answered_by_one_sentence():
    made = chapter()
    made = Rendered(made.key, made.slug, made.title, "", (
        unanswered("a", "The log would answer these questions."),
        unanswered("b"),
        unanswered("c", "The log would answer these questions."),
        unanswered("d", "An extract would answer these questions."),
    ))  # fmt: skip
    page = markup.page(context(), made)
    assert page.count("The log would answer these questions.") == 1
    assert re.search(r'<dt id="a">a\?</dt><dt id="c">c\?</dt><dd>The log', page)
    # Beneath a question it is not repeated.
    assert (
        "<dd>No b.</dd>" in page
        and "<dd>An extract would answer this question.</dd>" in page
        and "No a." not in page
    )
