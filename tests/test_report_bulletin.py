"""The bulletin: one page that stands alone, for a month, a quarter or half a year."""

import re

import desk
import pandas as pd
import pytest
from test_cli import HEADER, ROWS

from cspanalysis.cli import main
from cspanalysis.domain.errors import CspError, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.report import bulletin_page


@pytest.fixture(scope="module")
def made(project):
    import cspanalysis
    from cspanalysis.findings import bulletin as chapter

    review = cspanalysis.open(None, "2008-02", workspace=project)
    return {f.id: f for f in (make(review) for make in (
        chapter.count, chapter.twelve_months,
        chapter.priorities, chapter.recorded_crime, chapter.targets, chapter.actions,
    ))}  # fmt: skip


def test_the_month_stands_beside_the_same_month_of_last_year(made):
    found = made["bulletin.priorities"]
    assert found.period == "2008-02/2008-02" and found.compare == "2007-02/2007-02"
    assert len(found.rows) >= 3 and found.figure is not None
    assert found.rows["control"].ne("").all()


def test_the_count_of_the_month_comes_first_beside_the_same_month_of_each_year(made):
    found = made["bulletin.count"]
    rows = found.rows
    assert found.sentence.startswith(
        f"Recorded crime came to {int(rows['count'].iloc[0]):,} in February 2008."
    )
    assert rows["time"].tolist()[:2] == ["February 2008", "February 2007"]
    assert found.values["compare_count"] == rows["count"].iloc[1] and found.figure is not None
    year = made["bulletin.twelve_months"]
    assert (year.period, year.compare) == ("2007-03/2008-02", "2006-03/2007-02")
    newest = year.rows.set_index("month").loc["2007-03":"2008-02", "count"]
    assert year.values["count"] == newest.sum() and len(newest) == 12


def test_targets_are_judged_by_the_path_up_to_the_month(made):
    rows = made["bulletin.targets"].rows.set_index("id")
    # Eleven months of the year have gone; the year's figure is not known to the bulletin.
    assert rows.loc["PT2", "days"] == 335 and rows.loc["PT2", "of_days"] == 366
    assert rows.loc["PT2", "expected"] == pytest.approx(970 * 335 / 366)
    assert pd.isna(rows.loc["PT6", "progress"])


def test_actions_due_within_three_months_are_announced(made):
    assert made["bulletin.actions"].rows["no"].tolist() == ["52", "53", "35"]


def test_a_quarter_without_any_date_says_so(project):
    import cspanalysis
    from cspanalysis.findings import bulletin as chapter

    review = cspanalysis.open(None, "2007-04/2007-06", workspace=project)
    assert "No dated action is due" in chapter.actions(review).sentence


@pytest.fixture(scope="module")
def public(project, tmp_path_factory):
    """The public bulletin, written once."""
    out = tmp_path_factory.mktemp("bulletins")
    return bulletin_page.write(project, None, Period.parse("2008-02"), out=out)


def test_the_page_stands_alone(public):
    assert public.name == "bulletin_2008-02_2008-02.html"
    assert public.parent.name == "tonbridge-and-malling"
    page = re.sub(r"(?s)<script.*?</script>", "", public.read_text(encoding="utf-8"))
    assert page.count("<h1>") == 1
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    # It begins with the count, and most of it is answered.
    assert headings[0] == "How much crime was recorded?"
    assert headings[1] == "Which way do the last twelve months go?"
    assert page.count('<p class="answer">') >= 6 and page.count("<dt id=") <= 2
    [title] = re.findall("<title>(.*?)</title>", page)
    assert title == "Community safety bulletin February 2008 – Tonbridge and Malling"
    assert not re.search(r'(?:src|href)="(?!#)', page)
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))


def test_a_month_outside_the_data_is_wrong_usage_and_writes_nothing(project, tmp_path, capsys):
    asked = ["--workspace", str(project), "--out", str(tmp_path / "out")]
    assert main(["bulletin", "--quarter", "1999-Q1", *asked]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "notebook" not in message
    assert "no offences of Tonbridge and Malling in" in message
    assert "Allowed: a period that touches April 2004 to March 2008." in message
    assert not (tmp_path / "out").exists()


def test_a_month_outside_the_data_is_refused_before_the_notebook_runs(
    project, tmp_path, monkeypatch
):
    monkeypatch.setattr(bulletin_page.chapter_run, "execute", lambda task: pytest.fail("it ran"))
    with pytest.raises(UsageError, match="no offences of Tonbridge and Malling in January 1999"):
        bulletin_page.write(project, None, Period.parse("1999-01"), out=tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_told_before_the_notebook_runs(
    project, tmp_path, monkeypatch
):
    monkeypatch.setattr(bulletin_page.chapter_run, "execute", lambda task: pytest.fail("it ran"))
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CspError, match="reports cannot be written here"):
        bulletin_page.write(project, None, Period.parse("2008-02"), out=tmp_path / "out")


def test_a_bulletin_cleans_first_and_says_so(tmp_path):
    """As a command, in a process without threads, so that cleaning happens in a fork."""
    root = tmp_path / "ws"
    assert main(["init", str(root), "--csp", "Tonbridge & Malling"]) == 0
    (root / "data/raw/police_uk/2025-01-kent-street.csv").write_text(HEADER + ROWS)
    place = desk.Desk(tmp_path)
    code, said = place.type("csp bulletin --month 2024-01 --workspace ws")
    assert code == 2 and "touches January 2025" in said[-1]
    assert any("2025-01-kent-street.csv" in line for line in said[:-1])
    assert (root / "data/processed/manifest.json").is_file()


def test_the_partners_bulletin_lies_beside_the_public_one(project, public):
    month, out = Period.parse("2008-02"), public.parent.parent
    partner = bulletin_page.write(project, None, month, edition="partner", out=out)
    assert partner.parent == public.parent
    assert partner.name == "bulletin_2008-02_2008-02_partner.html"
    assert "RESTRICTED" in partner.read_text() and "RESTRICTED" not in public.read_text()


def test_an_unknown_edition_is_refused(project):
    with pytest.raises(UsageError, match="Allowed: public, partner"):
        bulletin_page.write(project, None, Period.parse("2008-02"), edition="secret")
