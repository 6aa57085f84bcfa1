"""Tries to recover protected values from everything that a report, or a folder of them, publishes.

What an inquisitive reader would do: takes every published count of one kind (same source, same
measure) from all the reports, works out by linear programming what each hidden cell can be,
subtracts periods from each other, and compares pages, bulletins, charts, workbook, lists, printed
editions and log with what the findings hide. See `cspanalysis.disclosure` for how findings say what
they count.
"""

from __future__ import annotations

import csv
import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cspanalysis.disclosure.audit import (
    carriers,
    flat_texts,
    joint,
    published_cells,
    row_checks,
    traces,
)
from cspanalysis.disclosure.audit.published_cells import Report
from cspanalysis.disclosure.audit.row_checks import TELLING, Recovered
from cspanalysis.disclosure.cells import Cell
from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import DataRefused, DisclosureFailed, paragraph

#: Parts that a folder can be checked in, one after the other or side by side: the findings with
#: the pages and csv files that show them, the workbook, and the editions beside the folder.
PARTS = ("findings", "workbook", "editions")
#: What can be done where a small count can be worked out.
WAYS_OUT = (
    "Count in wider groups or over a longer time, take the period out of [[windows]], or leave the "
    "finding to the partner edition, which is not published."
)
#: Words of a source line; their numbers count nobody.
_CITED = ("title", "publisher", "licence", "attribution")
#: A cell of a page that is nothing but a sign of a hidden figure; and what is found in every page.
_SIGN = re.compile(rf">\s*(?:{'|'.join(map(re.escape, sorted(traces.SYMBOLS)))})\s*<")
_ANY = re.compile("")


class Refused(DisclosureFailed):
    """What can be recovered of a report, with the findings that it is of."""

    def __init__(self, text: str, recovered: Sequence[Recovered] = ()):
        super().__init__(text)
        self.text, self.recovered = text, tuple(recovered)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.recovered)


@dataclass(frozen=True)
class _Review:
    """A review's folder, or a bulletin, with what it publishes."""

    path: Path
    area: str
    edition: str
    findings: Sequence[Mapping[str, Any]]

    @property
    def is_public(self) -> bool:
        # Readers of the partner edition hold the counts; what it still hides, its data lack.
        return self.edition != "partner"

    @property
    def report(self) -> Report:
        return Report(self.area, self.findings)

    @cached_property
    def hides(self) -> bool:
        """Whether anything is hidden in a row of its findings."""
        return any(
            published_cells.is_hidden(row) for r in self.findings for row in r.get("rows") or []
        )

    @cached_property
    def labels(self) -> dict[str, list[frozenset[str]]]:
        """Of each finding the labels of its rows."""
        return {str(r["id"]): traces.labelled(r.get("rows") or []) for r in self.findings}

    @cached_property
    def kinds(self) -> list[list[Cell]]:
        return published_cells.kinds(self.findings, self.area) if self.is_public else []


def check(report_dir: str | Path, parts: Sequence[str] = PARTS) -> list[Recovered]:
    """Try to recover every protected value of a report, or of all reports in a folder together.

    In the edition 'partner', which is not published, sums are not worked out.

    `report_dir`: the folder of one review, with its findings.json; a bulletin; or a folder with
    several of them below. `parts`: which of `PARTS` to look at; a whole review is checked when each
    was. Returns: empty if nothing can be recovered; same order for the same folder.
    """
    folder = Path(report_dir)
    if (folder / "findings.json").is_file():
        return _of_review(_review(folder), parts)
    if folder.suffix == ".html":
        return _of_bulletin(_bulletin(folder))
    found: list[Recovered] = []
    reports: list[Report] = []
    for one in reports_in(folder):
        name = one.path.relative_to(folder).as_posix()
        own = _of_bulletin(one) if one.path.is_file() else _of_review(one, parts)
        found += [r if one.path.is_file() else replace(r, where=f"{name}/{r.where}") for r in own]
        if one.is_public:
            reports.append(replace(one.report, name=name))
    told = {(r.finding, r.cell) for r in found}
    found += [r for r in joint.recovered(reports) if (r.finding, r.cell) not in told]
    return list(dict.fromkeys(found))


def reports_in(folder: Path) -> list[_Review]:
    """The reviews and bulletins in a folder and below it; refuses one that holds none."""
    paths = [p for p in sorted(folder.rglob("findings.json")) if not _is_aside(p, folder)]
    found = [_review(p.parent) for p in paths]
    pages = [p for p in sorted(folder.rglob("bulletin_*.html")) if not _is_aside(p, folder)]
    found += [_bulletin(p) for p in pages]
    if not found:
        raise DataRefused(
            paragraph(
                "no readable findings.json",
                file=folder,
                do="Name the folder of one review, or one that holds reviews and bulletins.",
            )
        )
    return found


def published(path: Path) -> Report | None:
    """A public report that lies in a folder, or is a bulletin; None for any other."""
    try:
        one = _bulletin(path) if path.is_file() else _review(path)
    except DataRefused:
        return None
    return one.report if one.is_public else None


def _is_aside(path: Path, folder: Path) -> bool:
    """Whether a run left it aside, half written."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _review(folder: Path) -> _Review:
    path = folder / "findings.json"
    try:
        return _read(folder, tuple(whole_files.stamp(path) or ()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataRefused(
            paragraph("no readable findings.json", file=folder, do="Name the folder of one review.")
        ) from error


@functools.lru_cache(maxsize=1)
def _read(folder: Path, stamp: tuple[int, ...]) -> _Review:
    # A review is looked at twice, its workbook last: what is known of its findings is kept.
    return _document(folder, json.loads((folder / "findings.json").read_text(encoding="utf-8")))


def _bulletin(path: Path) -> _Review:
    try:
        return _document(path, carriers.told(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataRefused(
            paragraph(
                "does not say what it counts, so that it cannot be checked",
                file=path,
                do="Make the bulletin anew with csp bulletin.",
            )
        ) from error


def _document(path: Path, content: Mapping[str, Any]) -> _Review:
    findings, area = content["findings"], content["area"]["name"]
    return _Review(path, area, str(content.get("edition")), [dict(one) for one in findings])


def _of_review(one: _Review, parts: Sequence[str]) -> list[Recovered]:
    folder, findings = one.path, one.findings
    found = _of_findings(one) if "findings" in parts else []
    titles = {str(r["id"]): str(r.get("title", "")) for r in findings}
    sentences = {str(r["id"]): str(r.get("sentence", "")) for r in findings}
    carried: list[carriers.Carried] = []
    # Where no finding hides anything, only a page with a sign of it can say otherwise.
    pages = _ANY if one.hides else _SIGN
    if "findings" in parts:
        carried += carriers.pages(folder, titles, pages)
        carried += carriers.lists(folder)
        carried += flat_texts.logs(folder, sentences)
        carried += [
            carriers.Carried("findings.json", i, [("sentence", text)])
            for i, text in sentences.items()
        ]
    if "workbook" in parts:
        carried += carriers.workbooks(folder, titles, sentences)
    if "editions" in parts:
        carried += carriers.single_files(folder, titles, pages)
        carried += flat_texts.printed(folder, titles)
    found += _by_carriers(one, carried)
    if "findings" in parts:
        found += _csv_values(folder / "findings.csv", {str(r["id"]): r for r in findings})
    return list(dict.fromkeys(found))


def _of_bulletin(one: _Review) -> list[Recovered]:
    titles = {str(r["id"]): str(r.get("title", "")) for r in one.findings}
    text = one.path.read_text(encoding="utf-8")
    return of_page(one.path.name, text, one.area, one.findings, titles, is_public=one.is_public)


def of_page(
    name: str,
    text: str,
    area: str,
    findings: Sequence[Mapping[str, Any]],
    titles: Mapping[str, str],
    *,
    is_public: bool = True,
) -> list[Recovered]:
    """What can be recovered from a page that is a report by itself, before it is written."""
    one = _Review(Path(name), area, "public" if is_public else "partner", findings)
    found = _of_findings(one)
    found += _by_carriers(one, [*carriers.page(name, text, titles)])
    return [replace(r, where=name) for r in dict.fromkeys(found)]


def _of_findings(one: _Review) -> list[Recovered]:
    found = [r for record in one.findings for r in row_checks.by_row(record)]
    if one.is_public:
        found += [r for record in one.findings for r in row_checks.against_rule(record)]
        for cells in one.kinds:
            for cell, value, how in joint.by_sums(cells):
                where = (cell.origin.finding, str(cell.origin), "findings.json")
                found.append(Recovered(*where, how, value))
        found += row_checks.small_beside_hidden(one.findings, one.kinds)
        found += joint.by_periods([replace(one.report, name="findings.json")])
    return found


def describe(recovered: Sequence[Recovered], report_dir: str | Path) -> str:
    """What was recovered, as one paragraph."""
    listed = "; ".join(str(r) for r in recovered[:20])
    more = f"; and {len(recovered) - 20} more" if len(recovered) > 20 else ""
    return paragraph(
        f"{len(recovered)} protected value{'s' if len(recovered) != 1 else ''} can be recovered: "
        f"{listed}{more}",
        file=report_dir,
        do=WAYS_OUT,
    )


def _by_carriers(one: _Review, carried: Iterable[carriers.Carried]) -> Iterator[Recovered]:
    """Numbers in pages, charts, workbook and csv that the findings hide."""
    by_id = {str(r["id"]): {**r, "area": one.area} for r in one.findings}
    tops: dict[tuple[str, int], float] = {}
    for cells in one.kinds:
        tops |= published_cells.upper_limits(cells)
    alike = {traces.without_numbers(str(r.get("sentence", ""))): r for r in by_id.values()}
    for each in carried:
        record = by_id.get(each.finding)
        if each.problem:
            yield Recovered(each.finding or "the report", "its text", each.file, each.problem)
        elif record is None:
            yield from _elsewhere(each, by_id, tops, alike, one.labels)
        else:
            yield from _compare(each, record, by_id, tops, one.labels)


def _elsewhere(one, by_id, tops, alike, labels) -> Iterator[Recovered]:
    """Sentences repeated outside their section (the summary), with other numbers in them."""
    for kind, text in one.texts:
        record = alike.get(traces.without_numbers(text))
        if record is not None and text != record["sentence"]:
            repeated = carriers.Carried(one.file, record["id"], [(kind, text)])
            yield from _compare(repeated, record, by_id, tops, labels)


def _compare(one, record, by_id, tops, labels) -> Iterator[Recovered]:
    rows = record.get("rows") or []
    for table in one.tables:
        for number, cell, how in traces.in_table(table, rows, labels[str(record["id"])]):
            label = ", ".join(published_cells.labels(rows[number]))
            yield Recovered(record["id"], label, one.file, how, _float(cell))
    hidden = [row for row in rows if published_cells.is_hidden(row)]
    if not hidden:
        return
    limit = published_cells.limit_of(rows)
    for figure in one.charts:
        for path, array in carriers.arrays(figure):
            for value, how in traces.in_chart(array, rows):
                yield Recovered(record["id"], path, one.file, how, value)
    # A section shows its further periods too, whose own numbers are no leak.
    kin = [r for i, r in by_id.items() if i.split("@")[0] == record["id"].split("@")[0]]
    values = [v for r in kin for v in traces.known(r.get("rows") or [])]
    highest = [top for (finding, _), top in tops.items() if finding == record["id"]]
    strip = [str(record.get(k) or "") for k in ("area", "title", "method", "unit", "measure")]
    cited = (source.get(k) for source in record.get("sources") or () for k in _CITED)
    strip += [str(text) for text in cited if text]
    texts = one.texts + [("chart's text", w) for f in one.charts for w in carriers.words(f)]
    for kind, text in texts:
        for number in traces.in_text(text, rows, limit, highest, values, strip):
            yield Recovered(
                record["id"], kind, one.file, f"stands in “{_short(text)}” and in no shown row",
                float(number),
            )  # fmt: skip


def _csv_values(path: Path, by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[Recovered]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            record = by_id.get(row.get("id") or "")
            if record is None:
                continue
            values = record.get("values") or {}
            for key in ("count", "compare_count", *TELLING):
                number = _float(row.get(key) or "")
                if number is not None and (
                    values.get(key) is None or abs(number - values[key]) > 1e-9 * abs(number)
                ):
                    yield Recovered(
                        record["id"], key, path.name, "is in no value of findings.json", number
                    )


def _float(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("−", "-").rstrip("%"))
    except ValueError:
        return None


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
