"""What was published before is part of the protection: periods, bulletins, neighbours, rebuilds."""

from __future__ import annotations

import itertools
import json
import stat

import numpy as np
import pandas as pd
import pytest
from test_disclosure_spans import record

from cspanalysis import disclosure
from cspanalysis.cli import main
from cspanalysis.disclosure import audit, publications
from cspanalysis.disclosure.audit.row_checks import Recovered
from cspanalysis.report import findings_json, publication_run
from cspanalysis.report.collect import Rendered, Section
from cspanalysis.report.publication_run import Place

MONTHS = {f"2024-{m:02}": 22 for m in range(4, 13)} | {"2025-01": 20, "2025-02": 22, "2025-03": 3}
YEAR, ELEVEN, SHIFTED = "2024-04/2025-03", "2024-04/2025-02", "2024-05/2025-04"


def place(root, name, area="Dover"):
    (root / "data/processed").mkdir(parents=True, exist_ok=True)
    return Place(root, root / "reports", root / "reports" / area.lower() / name, area)


def finding(period, count, name="young_people.youth_violence.change", **row):
    found = record(name, period, count)
    found["rows"][0].update(row)
    if count is None:
        found["rows"][0].update(status="suppressed", symbol="c", count=None)
        found.update(values={}, sentence="It is hidden.", status="suppressed")
    return found


def publish(where: Place, *records, refuses=()):
    """Write a report of some findings; what came of it: findings.json, remarks, failures."""
    told, refuses = [], list(refuses)

    def write(shown, apart):
        told[:] = apart
        if refuses:
            raise audit.Refused("refused", refuses.pop(0))
        found = [r for c in shown for r in c.records]
        content = findings_json.document(
            found, area={"name": where.area}, period=YEAR, compare="", edition="public",
            created_from={},
        )  # fmt: skip
        where.target.mkdir(parents=True, exist_ok=True)
        (where.target / "findings.json").write_bytes(findings_json.dump(content))

    chapter = Rendered("55_a", "a", "A", "", tuple(Section(r) for r in records))
    failed = publication_run.publish(where, [chapter], write)
    written = json.loads((where.target / "findings.json").read_text())["findings"]
    return {r["id"]: r for r in written}, told, failed


def test_eleven_months_after_the_year_are_withheld_with_the_reason(tmp_path):
    publish(place(tmp_path, "2024-04_2025-03"), finding(YEAR, 263))
    found, told, failed = publish(place(tmp_path, "2024-04_2025-02"), finding(ELEVEN, 260))
    (one,) = found.values()
    assert one["status"] == "suppressed" and "260" not in json.dumps(one)
    assert "published before" in one["sentence"] and failed == ()
    assert len(told) == 1 and "dover/2024-04_2025-03" in told[0] and "--forget" in told[0]


def test_what_was_withheld_was_not_published_and_the_year_can_be_made_again(tmp_path):
    year, part = place(tmp_path, "2024-04_2025-03"), place(tmp_path, "2024-04_2025-02")
    publish(year, finding(YEAR, 263))
    publish(part, finding(ELEVEN, 260))
    for _ in range(2):
        found, told, _ = publish(year, finding(YEAR, 263))
        assert told == [] and next(iter(found.values()))["values"] == {"count": 263}


def test_a_revised_count_of_the_same_review_is_no_second_publication(tmp_path):
    year = place(tmp_path, "2024-04_2025-03")
    publish(year, finding(YEAR, 263))
    found, told, _ = publish(year, finding(YEAR, 265))
    assert told == [] and next(iter(found.values()))["values"] == {"count": 265}


def test_a_further_window_of_the_same_review_is_held_against_one_taken_out(tmp_path):
    year = place(tmp_path, "2024-04_2025-03")
    name = "young_people.youth_violence.change"
    publish(year, finding(ELEVEN, 260, f"{name}@2024-04_2025-02"))
    found, told, _ = publish(year, finding(YEAR, 263))
    assert found[name]["status"] == "suppressed" and len(told) == 1


def test_a_period_shifted_by_a_month_and_a_bulletin_tell_the_month_after(tmp_path):
    """The year, the same a month later and a bulletin of the first month: April 2025 is left."""
    publish(place(tmp_path, "2024-04_2025-03"), finding(YEAR, 263))
    publish(place(tmp_path, "2024-05_2025-04"), finding(SHIFTED, 244))
    found, told, _ = publish(place(tmp_path, "bulletin_2024-04"), finding("2024-04/2024-04", 22))
    assert next(iter(found.values()))["status"] == "suppressed" and "dover/" in told[0]
    # By itself a shifted year tells of no month.
    found, told, _ = publish(place(tmp_path, "other", "Kent"), finding(SHIFTED, 244))
    assert told == [] and next(iter(found.values()))["status"] == "ok"


def test_a_hidden_month_and_a_shifted_year_leave_one_value(tmp_path):
    """April 2024 is hidden, so is April 2025; the years that hold them differ by three."""
    publish(place(tmp_path, "bulletin_a"), finding("2024-04/2024-04", None))
    publish(place(tmp_path, "bulletin_b"), finding("2025-04/2025-04", None))
    publish(place(tmp_path, "2024-04_2025-03"), finding(YEAR, 263))
    found, told, _ = publish(place(tmp_path, "2024-05_2025-04"), finding(SHIFTED, 260))
    assert next(iter(found.values()))["status"] == "suppressed" and len(told) == 1


def test_years_side_by_side_and_the_rolling_year_stay(tmp_path):
    for start in range(2018, 2025):
        period = f"{start}-04/{start + 1}-03"
        one = finding(period, 100 + start % 7, compare=f"{start - 1}-04/{start}-03")
        found, told, _ = publish(place(tmp_path, f"{start}"), one)
        assert told == [] and next(iter(found.values()))["status"] == "ok"


def test_a_neighbours_total_beside_the_clusters_shown(tmp_path):
    def cluster(name, count):
        one = finding(YEAR, count, f"x.{name}", district="Dover", cluster=name)
        return one | {"measure": "exclusions"}

    publish(place(tmp_path, "a", "Sevenoaks"), cluster("North", 11), cluster("South", None))
    found, told, _ = publish(place(tmp_path, "a", "Dover"), cluster("total", 14))
    assert found["x.total"]["status"] == "suppressed" and "sevenoaks/a" in told[0]


def test_a_group_less_its_other_members_is_a_small_count(tmp_path):
    def of(area, count, **more):
        return finding(YEAR, count, "violence.hate.change", area=area, **more)

    publish(place(tmp_path, "a", "Dover"), of("Dover", 100))
    publish(place(tmp_path, "a", "Sevenoaks"), of("Sevenoaks", 89))
    members = "Dover; Sevenoaks; Swale"
    found, told, _ = publish(
        place(tmp_path, "a", "Swale"), of("districts of the north", 192, members=members)
    )
    assert next(iter(found.values()))["status"] == "suppressed" and len(told) == 1
    found, told, _ = publish(
        place(tmp_path, "b", "Swale"), of("districts of the north", 230, members=members)
    )
    assert told == []


def test_the_record_holds_nothing_that_was_hidden_and_lies_in_no_report(tmp_path):
    where = place(tmp_path, "2024-04_2025-03")
    one = finding(YEAR, None)
    one["rows"][0] |= {"share": 0.0125, "rate": 3.75, "p": 0.5}
    publish(where, one)
    (path,) = (tmp_path / "data/processed/published").glob("*.json")
    text = path.read_text()
    assert "0.0125" not in text and "3.75" not in text and '"hash"' in text
    assert not list(where.reports.rglob("published*"))
    assert stat.S_ISREG(path.stat().st_mode)


def test_a_lost_record_is_made_from_the_reports_that_lie_there_and_that_is_said(tmp_path):
    publish(place(tmp_path, "2024-04_2025-03"), finding(YEAR, 263))
    for path in (tmp_path / "data/processed/published").iterdir():
        path.unlink()
    found, told, _ = publish(place(tmp_path, "2024-04_2025-02"), finding(ELEVEN, 260))
    assert next(iter(found.values()))["status"] == "suppressed"
    assert "not in the record of what was published (dover/2024-04_2025-03)" in told[0]


@pytest.mark.parametrize("damage", ["", "{", '{"schema": 1}', "turned"])
def test_a_damaged_record_is_said_and_made_anew(tmp_path, damage):
    publish(place(tmp_path, "2024-04_2025-03"), finding(YEAR, 263))
    (path,) = (tmp_path / "data/processed/published").glob("*.json")
    path.write_text(path.read_text().replace("263", "264") if damage == "turned" else damage)
    found, told, _ = publish(place(tmp_path, "2024-04_2025-02"), finding(ELEVEN, 260))
    assert next(iter(found.values()))["status"] == "suppressed"
    assert "damaged (dover.2024-04_2025-03)" in told[0]
    _, told, _ = publish(place(tmp_path, "2024-04_2025-02"), finding(ELEVEN, 260))
    assert len(told) == 1 and "damaged" not in told[0]


def test_a_report_that_was_not_written_was_not_published(tmp_path):
    with pytest.raises(OSError, match="full"):
        publication_run.publish(
            place(tmp_path, "2024-04_2025-02"),
            [Rendered("55_a", "a", "A", "", (Section(finding(ELEVEN, 260)),))],
            lambda shown, apart: (_ for _ in ()).throw(OSError("full")),
        )
    found, told, _ = publish(place(tmp_path, "2024-04_2025-03"), finding(YEAR, 263))
    assert told == [] and next(iter(found.values()))["status"] == "ok"


def test_what_the_check_refuses_is_withheld_and_the_rest_is_written(tmp_path):
    where = place(tmp_path, "2024-04_2025-03")
    leak = Recovered("b.change", "Town (count)", "findings.json", "follows from the totals", 3.0)
    found, _, failed = publish(
        where, finding(YEAR, 263, "a.change"), finding(YEAR, 17, "b.change"), refuses=[[leak]]
    )
    assert found["a.change"]["values"] == {"count": 263}
    assert found["b.change"]["status"] == "suppressed" and "17" not in json.dumps(
        found["b.change"]["rows"]
    )
    (failure,) = failed
    assert failure.exit_code == 4
    for said in ("b.change", "a.html", "Town (count)", "wider groups", "rest of the report"):
        assert said in failure.reason
    # What was withheld is in the record of what was published no more.
    with publications.opened(where.processed) as held:
        assert [r["id"] for r in held.reports[where.name].records] == ["a.change"]


def test_what_no_finding_can_be_blamed_for_refuses_the_report(tmp_path):
    leak = Recovered("the report", "its text", "a.pdf", "cannot be read")
    with pytest.raises(audit.Refused):
        publish(place(tmp_path, "x"), finding(YEAR, 263), refuses=[[leak]])


def test_published_lists_and_forgets(tmp_path, capsys):
    (tmp_path / "partnership.toml").write_text('[area]\nname = "Dover"\n')
    publish(place(tmp_path, "2024-04_2025-03"), finding(YEAR, 263))
    asked = ["published", "--workspace", str(tmp_path)]
    assert main(asked) == 0 and "dover/2024-04_2025-03: 1 finding" in capsys.readouterr().out
    assert main([*asked, "--forget", "dover/x"]) == 2
    assert "dover/2024-04_2025-03" in capsys.readouterr().err
    assert main([*asked, "--forget", "dover/2024-04_2025-03"]) == 0
    assert main(asked) == 0 and "No report" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("counts", "may"),
    [
        ((100, 89, 40), True),
        ((100, 89, 3), False),  # less the two others it is 3
        ((100, 1, 1), False),  # both at their least
        ((100, 4, 4), False),  # both at their most
        ((100, 2, 3), True),
        ((100, 0, 0), True),
        ((1, 2, 3), True),
    ],
)
def test_the_sum_over_a_group_leaves_its_small_members_several_values(counts, may):
    assert disclosure.may_show_sum(counts, disclosure.Protect("threshold")) is may
    # As whoever reads the members' reports would find it: every combination that gives the sum.
    hidden = [n for n in counts if 0 < n < 5]
    fits = [c for c in itertools.product(range(1, 5), repeat=len(hidden)) if sum(c) == sum(hidden)]
    spreads = [max(values) - min(values) for values in zip(*fits, strict=True)]
    assert all(spread >= 2 for spread in spreads) is may


def test_a_group_whose_total_gives_a_member_away_is_hidden_whole():
    table = pd.DataFrame(
        {"area": ["districts"], "count": [3.0], "total": [192], "share": [0.02], "verdict": ["up"]}
    )
    (row,) = disclosure.hidden(table).to_dict("records")
    assert row["status"] == "suppressed" and row["verdict"] == "none" and row["area"] == "districts"
    assert np.isnan([row["count"], row["total"], row["share"]]).all()


def test_a_report_that_hides_nothing_is_read_once_however_many_follow(tmp_path, monkeypatch):
    read, published = [], audit.published
    monkeypatch.setattr(
        audit, "published", lambda path: (read.append(path.name), published(path))[1]
    )
    open_data = finding(YEAR, 263, hidden_below=None)
    for month in range(4, 10):
        publish(place(tmp_path, f"2024-{month:02}_2025-03"), open_data)
    assert len(read) == len(set(read)) == 5
    # One that is written anew is read anew, and what it hides by then is held against the next.
    changed = tmp_path / "reports/dover/2024-04_2025-03/findings.json"
    content = json.loads(changed.read_text())
    content["findings"][0]["rows"][0]["hidden_below"] = 5
    changed.write_text(json.dumps(content))
    found, told, _ = publish(place(tmp_path, "2024-04_2025-02"), finding(ELEVEN, 260))
    assert read[5:] == ["2024-04_2025-03", "2024-09_2025-03"]
    assert next(iter(found.values()))["status"] == "suppressed" and len(told) == 2


def test_what_is_recorded_is_read_before_the_processes_of_areas_are_made(tmp_path, monkeypatch):
    where = place(tmp_path, "2024-04_2025-03")
    publish(where, finding(YEAR, 263))
    publications.prepare(where.processed)
    monkeypatch.setattr(publications.json, "loads", lambda _: pytest.fail("it was read again"))
    with publications.opened(where.processed) as record:
        assert set(record.reports) == {"dover/2024-04_2025-03"}
