"""Every route from a finding to a reader: with protection off on one of them, the check fails."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest

from cspanalysis import disclosure, present
from cspanalysis.disclosure import Protect, audit
from cspanalysis.findings import Finding, Said
from cspanalysis.present import charts
from cspanalysis.report import collect, review_folder, single_file
from cspanalysis.report.collect import Rendered, Section

COUNTS = {"Cluster A": 3, "Cluster B": 21, "Cluster C": 34, "Cluster D": 48, "total": 106}
TEXTS = ("sentence", "caption", "definition", "notes")
#: What `publish` makes of a protected table; each must be made of the protected one.
ROUTES = (*TEXTS, "values", "rows", "table", "figure", "tile", "windows")


def made(table: pd.DataFrame) -> Finding:
    """A finding as a chapter makes it of a table, protected or not."""
    least = table[table["count"].notna()].sort_values("count").iloc[0]
    text = f"{least['cluster']} had the fewest exclusions, {least['count']:g} of 106."
    parts = table[table["cluster"] != "total"].assign(is_own=False)
    return Finding(
        id="young_people.exclusions.clusters",
        chapter="young_people",
        title="Where are pupils excluded?",
        sentence=text,
        values=Said(text, values={"count": float(least["count"])}).values,
        measure="exclusions",
        period="2006-09/2007-08",
        sources=({"source": "school_exclusions", "title": "Exclusions", "publisher": "Kent"},),
        rows=table,
        table=present.table(table, {"cluster": "Cluster", "count": "Exclusions"}),
        figure=charts.clusters_bars(parts),
        caption=f"Exclusions by cluster – fewest {least['count']:g}",
        alt=text,
        definition=f"All exclusions; the fewest are {least['count']:g}.",
        notes=(f"The smallest cluster had {least['count']:g}.",),
        tile={"value": f"{least['count']:g}", "label": "exclusions in the smallest cluster"},
    )


@pytest.fixture
def pair() -> tuple[Finding, Finding]:
    """The finding of the protected table, and of the table as it was."""
    raw = pd.DataFrame({"cluster": list(COUNTS), "count": list(COUNTS.values())})
    safe = disclosure.apply(raw, Protect("threshold"), edition="public")
    open_ = made(raw.assign(status="ok", symbol=""))
    window = dataclasses.replace(open_, id=f"{open_.id}@2006-09_2007-02", figure=None)
    return made(safe), dataclasses.replace(open_, windows=(window,))


def write(folder, finding: Finding):
    """The review folder and its single file, as `csp review` writes them."""
    record = collect.clean(finding.record())
    figure = json.loads(finding.figure.to_json()) if finding.figure else None
    section = Section(record, collect.chart_json(figure) if figure else None)
    chapters = [Rendered("55_young_people", "young_people", "Young people", "", (section,))]
    context = review_folder.context_of(
        chapters, area={"name": "Tonbridge and Malling"}, period="2006-09/2007-08",
        compare="", edition="public",
    )  # fmt: skip
    where = folder / "2006-09_2007-08"
    review_folder.write(where, chapters, context, inputs={})
    text = single_file.page(chapters, context)
    (folder / f"tonbridge_{where.name}.html").write_text(text, encoding="utf-8")
    return where


def test_the_protected_finding_passes_with_all_its_carriers(tmp_path, pair):
    assert audit.check(write(tmp_path, pair[0])) == []


@pytest.mark.parametrize("route", ROUTES)
def test_protection_off_on_one_route_of_a_finding_is_found(tmp_path, pair, route):
    safe, open_ = pair
    leaking = dataclasses.replace(safe, **{route: getattr(open_, route)})
    assert audit.check(write(tmp_path, leaking)) != []


def test_every_part_of_a_finding_is_a_route_or_holds_no_number_of_the_table():
    # Its parts are findings of their own. What a finding lacks is shown of one that could not be
    # made, and so has no table. What a picture shows is spoken in the Word file alone.
    fixed = {"id", "chapter", "title", "verdict", "status", "measure", "unit", "method",
             "polarity", "period", "compare", "sources", "lacks", "agenda", "level",
             "awaits", "parts", "role", "alt"}  # fmt: skip
    assert {f.name for f in dataclasses.fields(Finding)} == fixed | set(ROUTES)


@pytest.mark.parametrize("carrier", ["page", "summary", "single file", "workbook", "csv"])
def test_protection_off_in_one_carrier_is_found(tmp_path, pair, carrier, monkeypatch):
    """Each file is made from the open finding in turn, all others from the protected one."""
    safe, open_ = (write(tmp_path / name, f) for name, f in zip("so", pair, strict=True))
    name = {"page": "young_people.html", "summary": "index.html", "workbook": "tables.xlsx",
            "csv": "findings.csv"}.get(carrier, "")  # fmt: skip
    there, here = (open_ / name, safe / name) if name else (
        open_.parent / f"tonbridge_{open_.name}.html", safe.parent / f"tonbridge_{safe.name}.html"
    )  # fmt: skip
    here.write_bytes(there.read_bytes())
    assert audit.check(safe) != []
