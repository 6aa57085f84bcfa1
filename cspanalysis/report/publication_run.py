"""A public report beside all that was published before: decided, written, and written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cspanalysis.disclosure import audit, publications
from cspanalysis.disclosure.audit.joint import Telling
from cspanalysis.disclosure.audit.published_cells import Report
from cspanalysis.disclosure.audit.row_checks import Recovered
from cspanalysis.domain import whole_files
from cspanalysis.present import listed, plural
from cspanalysis.report import differences, findings_json
from cspanalysis.report.collect import Rendered
from cspanalysis.report.request import Failure

#: So often a report is written anew without what its check found.
_TRIES = 4
#: So many reports, or cells, are named.
_MOST = 3
_REASON = "the other figures of this report"


@dataclass(frozen=True)
class Place:
    """Where a public report is written, and of which area it is."""

    workspace: Path
    reports: Path
    target: Path
    area: str

    @property
    def name(self) -> str:
        """What it is called in the record of what was published."""
        return name_of(self.reports, self.target)

    @property
    def processed(self) -> Path:
        """The folder that holds the record."""
        return Path(self.workspace) / "data" / "processed"


def publish(
    place: Place,
    chapters: Sequence[Rendered],
    write: Callable[[list[Rendered], list[str]], None],
) -> tuple[Failure, ...]:
    """Write a report without what would give small counts away; what its check refused is told.

    `write`: given the chapters as they may be shown and what is said of those that may not. It is
    called again without the findings that its check refuses, so that the rest is written.
    """
    shown, apart, before = _decided(place, chapters)
    failures: list[Failure] = []
    try:
        for _ in range(_TRIES):
            try:
                write(shown, apart)
                break
            except audit.Refused as refused:
                gone = _of_findings(refused.recovered, shown)
                if not gone:
                    raise
                failures += [_failure(place, chapters, found) for found in gone.values()]
                told = {i: Telling(i, found[0].cell, "", _REASON) for i, found in gone.items()}
                shown = differences.without(shown, told)
        else:
            write(shown, apart)
    except BaseException:
        _written_down(place, before)
        raise
    if failures:
        _written_down(place, Report(place.area, _records(shown)), is_new=True)
    return tuple(failures)


def name_of(reports: Path, path: Path) -> str:
    """What a report is called in the record: 'dover/2024-04_2025-03'."""
    return path.relative_to(reports).with_suffix("").as_posix()


def _decided(
    place: Place, chapters: Sequence[Rendered]
) -> tuple[list[Rendered], list[str], Report | None]:
    """What may be shown beside all that was published, what is said of the rest, and what the
    record held of the report before it was written down."""
    if not place.processed.is_dir():
        return *differences.withheld(chapters, area=place.area, name=place.name), None
    with publications.opened(place.processed) as record:
        told = _made_whole(record, place)
        owners = [str(r["id"]) for r in _records(chapters)]
        shown, apart = differences.withheld(
            chapters,
            area=place.area,
            name=place.name,
            published=record.beside(place.name, owners),
        )
        before = record.reports.get(place.name)
        record.enter(place.name, Report(place.area, _records(shown)))
    return shown, [*told, *apart], before


def _written_down(place: Place, report: Report | None, *, is_new: bool = False) -> None:
    """What stands in the record of a report after all."""
    if not place.processed.is_dir():
        return
    with publications.opened(place.processed) as record:
        if is_new and report:
            record.enter(place.name, report)
        else:
            record.put(place.name, report)


def _records(chapters: Sequence[Rendered]) -> list[Mapping[str, Any]]:
    return findings_json.flat(r for chapter in chapters for r in chapter.records)


def _of_findings(
    recovered: Sequence[Recovered], shown: Sequence[Rendered]
) -> dict[str, list[Recovered]]:
    """What was recovered, by the finding that is shown and has to go."""
    there = {str(r["id"]) for r in _records(shown) if r.get("rows") or r["status"] != "suppressed"}
    found: dict[str, list[Recovered]] = {}
    for one in recovered:
        if one.finding in there:
            found.setdefault(one.finding, []).append(one)
    return found


def _failure(place: Place, chapters: Sequence[Rendered], found: Sequence[Recovered]) -> Failure:
    """A refusal for the analyst: the cell, the page, and what can be done."""
    finding = found[0].finding
    page = next(
        (c for c in chapters if finding in {str(r["id"]) for r in _records([c])}), chapters[0]
    )
    cells = listed(dict.fromkeys(f"{r.cell}: {r.how}" for r in found), _MOST, "further cells")
    reason = (
        f"{finding} on {page.slug}.html was withheld, because protected values can be recovered "
        f"({cells}). The rest of the report is written. {audit.WAYS_OUT}"
    )
    return Failure(place.area, page.title, reason, exit_code=audit.Refused.exit_code)


def _made_whole(record: publications.Record, place: Place) -> list[str]:
    """Take in the public reports that lie there and are not in the record; what is said of it."""
    lying = [
        *(p.parent for p in sorted(place.reports.glob("[!.]*/[0-9]*/findings.json"))),
        *sorted(place.reports.glob("[!.]*/bulletin_*.html")),
    ]
    taken = []
    for path in lying:
        key = name_of(place.reports, path)
        if key in record.reports or key == place.name or path.stem.endswith("_partner"):
            continue
        now = whole_files.stamp(path if path.is_file() else path / "findings.json")
        if now and record.plain.get(key) == now:
            continue
        found = audit.published(path)
        if found and publications.protected(found.records):
            record.enter(key, found)
            taken.append(key)
        elif found and now:
            record.plain[key] = now
    said = []
    if record.damaged:
        said.append(
            f"the record of what was published was damaged ({listed(record.damaged, _MOST)}); what "
            "those reports showed is known again only where they still lie in the folder of reports"
        )
    if taken:
        one = len(taken) == 1
        said.append(
            f"{plural(len(taken), 'report')} in {place.reports} {'was' if one else 'were'} not in "
            f"the record of what was published ({listed(taken, _MOST)}) and "
            f"{'is' if one else 'are'} now; of reports given out that lie elsewhere nothing is "
            "known"
        )
    return said
