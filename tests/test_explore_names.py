"""Names in JupyterLab: completed where they are typed, answered where they are misspelt."""

import sys
from types import SimpleNamespace

import pytest

import cspanalysis
from cspanalysis.domain.errors import NotAvailable, UsageError, in_calls
from cspanalysis.explore import completion, names, notebook_shell
from cspanalysis.findings import overview


@pytest.fixture
def namespace(sample_review):
    return {"csp": cspanalysis, "a": sample_review, "overview": overview, "x": object()}


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ('csp.open("Tonb', "Tonbridge and Malling"),
        ("a.map('burg", "burglary"),
        ('a.peers.rate("burglary", "cou', "county"),
        ('a.peers.rate(group="west', "west_kent"),
        ('a.table("asb', "asb_calls"),
        ('a.series("fir', "fires"),
        ('a.findings("viol', "violence"),
        ('a.records(["robbery", "burglary d', "burglary dwelling"),
        ('overview.recorded_crime_change(a, offences="robb', "robbery"),
        ('a.at("high street, ton', "High Street, Tonbridge"),
        ('csp.open(edition="', "public"),
        ('print("done")\na.moved(period="2005', "2005-04/2006-03"),
        ('a.table(  # "one of them"\n  "pol', "police_extract"),
        ("a.names.offences.burglary_d", "burglary_dwelling"),
        ('a.names.tables["asb', "asb_calls"),
        ("a.names.gro", "groups"),
        ('a.map("burglery', "burglary"),
    ],
)
def test_a_text_that_is_begun_becomes_a_name_that_is_there(namespace, typed, first):
    fragment, found = completion.complete(typed, namespace)
    assert found[0] == first and typed.endswith(fragment)


@pytest.mark.parametrize(
    "typed",
    ['x.foo("bar', '"alone', 'a.map("burglary")', "a.map(", 'print("burg', 'a.nothing("burg',
     'a.records(where="x', "1 + 1", "", 'nothing.here("b'],
)  # fmt: skip
def test_what_is_not_ours_is_left_to_others(namespace, typed):
    assert completion.complete(typed, namespace) is None


def test_names_are_read_by_word_or_text_and_told(sample_review):
    known = sample_review.names
    assert known.offences.theft_from_the_person == "theft from the person"
    assert known.tables["POLICE_EXTRACT"] == "police_extract"
    assert "graffiti" not in known.offences and known.offences.like("dwelling")
    assert repr(known).startswith("1 area: Tonbridge and Malling\n19 chapters: at_a_glance")
    assert max(map(len, repr(known).splitlines())) <= 100
    with pytest.raises(AttributeError, match="Did you mean 'county'"):
        _ = known.groups.cuonty
    assert not hasattr(known.groups, "nowhere_at_all")


def test_records_at_a_place_are_those_of_its_name(sample_review):
    place = sample_review.names.places[0]
    found = sample_review.at(place.upper())
    assert set(found["place"]) == {place}
    assert len(found) == (sample_review.incidents["place"] == place).sum()
    with pytest.raises(UsageError, match="the place 'High Stret, Tonbridge' is not there"):
        sample_review.at("High Stret, Tonbridge")


def test_a_table_that_is_unknown_is_no_missing_data(sample_review):
    with pytest.raises(UsageError, match="Did you mean 'police_extract'"):
        sample_review.table("polise_extract")
    with pytest.raises(NotAvailable):
        sample_review.table("marac")


def told(code, namespace):
    """What a cell with a mistake is answered."""
    try:
        exec(code, namespace)
    except (AttributeError, ImportError) as error:
        return notebook_shell.answer(error, sys.exc_info()[2])
    raise AssertionError("no mistake")


def test_a_misspelt_call_is_answered_by_what_is_there(namespace):
    assert "Did you mean records" in told("a.recrods", namespace)
    assert "mean recorded_crime_change" in told("overview.recorded_crime_chnge", namespace)
    assert "Did you mean overview" in told("from cspanalysis.findings import overveiw", namespace)
    assert "Did you mean overview" in told("import cspanalysis.findings.overveiw", namespace)
    assert "Allowed: Comparison, Period, Review" in told("csp.zzz", namespace)
    assert told("x.recrods", namespace) is None
    assert told("import nothing_of_ours", namespace) is None


def test_a_mistake_inside_our_code_keeps_its_traceback(sample_review):
    frame = SimpleNamespace(
        f_globals={"__name__": "cspanalysis.review.review"}, f_code=SimpleNamespace(co_name="peers")
    )
    inside = SimpleNamespace(tb_next=None, tb_frame=frame)
    error = AttributeError("x", name="recrods", obj=sample_review)
    assert notebook_shell.answer(error, inside) is None


def test_our_errors_are_a_paragraph_in_the_words_of_calls(monkeypatch):
    said = "no period is set. Name one with --period YYYY-MM/YYYY-MM, or put data into data/raw."
    (shown,) = UsageError(said)._render_traceback_()
    assert 'Name one with period="YYYY-MM/YYYY-MM", or put' in shown
    spelt_out = "Make a workspace with: csp init DIR --csp NAME."
    assert in_calls(spelt_out) == spelt_out
    monkeypatch.setenv("CSP_TRACEBACK", "1")
    try:
        raise UsageError("x")
    except UsageError as error:
        assert "Traceback" in "".join(error._render_traceback_())


def test_names_near_a_misspelt_one_come_first():
    assert names.like("burglry", ["robbery", "burglary", "arson"])[0] == "burglary"
    assert names.like("zzzz", ["robbery"]) == []


def test_what_a_cell_ends_in_is_read_in_a_line(sample_review):
    a = sample_review
    shown = [
        a.period, a.comparisons[0], a.peer_group("county"), a.series("burglary", a.period),
        a.records("burglary", a.period), a.coverage("police_extract"), a.store, a.workspace,
        overview.recorded_crime_change(a, offences="recorded crime", over=a.comparisons[:1]),
    ]  # fmt: skip
    texts = [repr(one) for one in shown]
    assert texts[0] == "Period.parse('2007-04/2008-03')"
    assert eval(texts[0], {"Period": cspanalysis.Period}) == a.period
    assert texts[5] == (
        "<Coverage of police_extract for Tonbridge and Malling: April 2004 to March 2008>"
    )
    assert "burglary, offences from police_extract: April 2004 to March 2008" in texts[3]
    assert texts[8].startswith("overview.recorded_crime.change: Recorded crime fell from 7,723")
    assert all(len(text) < 700 and "\n" not in text and "object at" not in text for text in texts)
