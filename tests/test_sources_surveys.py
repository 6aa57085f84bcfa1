"""Survey results: shares with the number of people asked."""

from pathlib import Path

import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import surveys
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "surveys"


def read(name):
    return surveys.SOURCE.read(Part(FIXTURES / name, f"surveys/{name}"), Context())


def test_shares_and_bases_in_their_many_spellings():
    table = read("shares.csv").tables["surveys"]
    assert table["round"].to_list() == ["2006", "2007/08", "2007/08", "2007/08", "2007/08"]
    assert table["percent"].to_list() == [61, 64.5, 58, None, 6]
    assert table["base"].to_list() == [598, 601, 7212, 40, None]


def test_a_symbol_is_a_status_and_no_zero():
    row = read("shares.csv").tables["surveys"].row(3, named=True)
    assert (row["percent"], row["status"], row["symbol"]) == (None, "suppressed", "*")


def test_nets_among_the_answers_are_left_out_and_named(tmp_path):
    head = "survey,round,area,question,response,percent,base\n"
    of_all = "Ours,2025,Dover"
    answers = {"Very safe": 40, "Fairly safe": 30, "Unsafe": 30, "Net: safe": 70, "Total": 100}
    lines = [f"{of_all},Safe after dark?,{a},{share},400\n" for a, share in answers.items()]
    # Where nothing but the net is given, it is the answer.
    lines.append(f"{of_all},Police do well?,Total agree,55,400\n")
    path = tmp_path / "nets.csv"
    path.write_text(head + "".join(lines), encoding="utf-8")
    found = surveys.SOURCE.read(Part(path, "surveys/nets.csv"), Context())
    assert found.frame["response"].to_list() == [*list(answers)[:3], "Total agree"]
    assert found.rows_read == found.rows_kept + found.rows_set_aside == 6
    told = found.problems.table()
    assert told["found"].to_list() == ["Safe after dark?: Net: safe", "Safe after dark?: Total"]
    assert set(told["reason"]) == {"a net or total of other answers"}
    # Fractions of one are told by the answers without their nets.
    path.write_text(head + "".join(
        f"{of_all},Safe?,{a},{share / 100},400\n" for a, share in answers.items()
    ), encoding="utf-8")  # fmt: skip
    found = surveys.SOURCE.read(Part(path, "surveys/nets.csv"), Context())
    assert found.frame["percent"].to_list() == [40, 30, 30]


def test_impossible_shares_are_set_aside_and_a_missing_base_is_noted():
    found = read("shares.csv")
    problems = found.problems.table().select("row", "column", "action").rows()
    assert (found.rows_read, found.rows_kept) == (8, 5)
    assert set(problems) == {
        (6, "base", "noted"),
        (7, "percent", "set aside"),
        (8, "question", "set aside"),
        (9, "base", "set aside"),
    }


def test_results_without_bases_are_refused():
    with pytest.raises(DataRefused, match=r"base.*'Percent'"):
        read("no_base.csv")


def shares(path, *cells):
    head = "Survey,Year,District,Question,%,Base"
    rows = [f"Panel,{2020 + n},Dover,Feels safe after dark,{c},800" for n, c in enumerate(cells)]
    path.write_text("\n".join([head, *rows]) + "\n")
    return surveys.SOURCE.read(Part(path, "surveys/shares.csv"), Context())


def test_a_fraction_among_shares_in_per_cent_is_refused(tmp_path):
    with pytest.raises(DataRefused, match=r"row 2.*0\.62 stands among.*58 \(row 3\).*62 per cent"):
        shares(tmp_path / "s.csv", "0.62", "58%")
    # A share below one per cent, written as finely as the others, is one.
    found = shares(tmp_path / "s.csv", "0.62", "58.25", "0.4")
    assert found.frame["percent"].to_list() == [0.62, 58.25, 0.4]
    assert shares(tmp_path / "s.csv", "58", "0.5").frame["percent"].to_list() == [58, 0.5]
