"""The request list, and what a page says of questions that nobody can answer yet."""

import pytest

from cspanalysis import cli
from cspanalysis.domain.errors import UsageError
from cspanalysis.explore import entry, partners
from cspanalysis.findings import antisocial, domestic
from cspanalysis.present import suppliers
from cspanalysis.report import markup
from cspanalysis.workspace import init, workspace

PERIOD = "2025-01/2025-12"


@pytest.fixture
def ws(tmp_path):
    init.init(tmp_path / "ws", "Dover")
    return tmp_path / "ws"


def promise(ws, source):
    path = ws / "partnership.toml"
    path.write_text(path.read_text().replace("[review]\n", f"[review]\npromised = {source}\n", 1))


def test_the_list_names_each_partner_with_columns_and_questions(ws, capsys):
    assert cli.main(["partners", "--workspace", str(ws)]) == 0
    path = ws / "reports" / "dover" / "partners.md"
    assert str(path) in capsys.readouterr().out
    text = path.read_text(encoding="utf-8")
    of_calls = next(p for p in text.split("\n## ") if "goes into data/raw/asb_calls" in p)
    assert "From: the log of anti-social behaviour calls kept by police and council" in of_calls
    assert "- Who received more calls?" in of_calls and "- `type`" in of_calls
    # What is published is fetched, not asked for, and comes after what partners have.
    assert "`csp fetch police_uk` downloads it" in text
    assert text.index("asb_calls") < text.index("csp fetch")
    # Of another agenda nothing is asked.
    assert "bogus" not in text and "custody suite" not in text


def test_in_wales_nobody_is_asked_for_what_is_of_england_alone(ws, tmp_path):
    init.init(tmp_path / "cardiff", "Cardiff")
    english, welsh = (
        partners.write(root)[0].read_text(encoding="utf-8") for root in (ws, tmp_path / "cardiff")
    )
    for source in ("fire_statistics", "dfe_exclusions"):
        assert f"csp fetch {source}" in english and f"csp fetch {source}" not in welsh
    assert "goes into data/raw/fires" in welsh


def test_a_page_folds_what_nobody_promised_into_one_line(ws):
    review = entry.open(period=PERIOD, workspace=ws)
    found = [f(review).record() for f in (antisocial.calls_by_receiver, domestic.domestic_change)]
    assert [r["awaits"] for r in found] == [["asb_calls"], ["police_extract"]]
    assert markup.lacking(found) == []
    line, groups = markup.not_covered(found)
    assert line.startswith("Two further questions need data that nobody has supplied: the log of")
    assert [[r["id"] for r in of] for of, _ in groups] == [
        ["antisocial.calls.received"],
        ["violence.domestic.change"],
    ]


def test_what_a_partner_has_promised_is_asked_before_it_comes(ws):
    promise(ws, '["asb_calls"]')
    review = entry.open(period=PERIOD, workspace=ws)
    found = antisocial.calls_by_receiver(review).record()
    assert found["status"] == "not_available" and found["awaits"] == []
    assert markup.not_covered([found]) == ("", []) and markup.lacking([found])
    assert "Who received more calls?" in partners.request_list(
        review, [antisocial.calls_by_receiver(review)]
    )


@pytest.mark.parametrize(
    ("source", "says"),
    [('"asb_calls"', "a list of names"), ('["asb_cals"]', "Did you mean 'asb_calls'?")],
)
def test_a_promise_of_no_source_is_refused(ws, source, says):
    promise(ws, source)
    with pytest.raises(UsageError, match=says):
        workspace.load(ws)


def test_the_line_names_the_most_useful_first_and_sums_up_what_is_left():
    one = suppliers.not_covered({("fires",): 1})
    assert one == (
        "One further question needs data that nobody has supplied: the fire service's incident "
        "extract would answer it."
    )
    four = {("fires",): 1, ("marac",): 2, ("asb_calls",): 3, ("targets",): 1}
    named = suppliers.not_covered(four)
    assert "would answer three;" in named and named.endswith("list of targets would answer one.")
    many = suppliers.not_covered({**four, ("outputs",): 1})
    assert many.index("log of anti-social") < many.index("MARAC") < many.index("fire service")
    assert many.endswith("other data would answer two.")
