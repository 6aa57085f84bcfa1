"""Attacks on everything that a synthetic county publishes in a year: `python -m benchmarks.county`.

Each area of the county publishes reviews, windows and bulletins of the same monthly counts, some of
them small, in any order. Then an integer programme, which knows the rules and no more, looks for
small counts that are left one value; and for everything that was withheld, whether it had to be.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from cspanalysis import disclosure
from cspanalysis.disclosure import Protect, audit
from cspanalysis.domain.periods import Period
from cspanalysis.report import findings_json, publication_run
from cspanalysis.report.collect import Rendered, Section

BELOW = 5
FIRST = Period.parse("2022-04").first
MONTHS = 20
AREAS = ("Ashford", "Dover", "Gravesham", "Maidstone", "Sevenoaks", "Swale", "Thanet", "Dartford")
#: What a month may count: small places and large ones.
SMALL, LARGE = (0, 0, 1, 2, 3, 4, 6, 9), (3, 8, 12, 20, 31, 44)

#: A count: area, first month, month after the last.
Span = tuple[str, int, int]


@dataclass
class Seen:
    """What readers of all reports hold: shown counts, and hidden ones with their limits."""

    shown: dict[Span, float] = field(default_factory=dict)
    hidden: set[Span] = field(default_factory=set)


@dataclass
class Attack:
    """What came of a county: how much was published, withheld and recovered."""

    published: int = 0
    withheld: int = 0
    targets: int = 0
    recovered: list[Any] = field(default_factory=list)
    needless: list[Any] = field(default_factory=list)


def truth_of(seed: int, areas: Sequence[str]) -> dict[str, np.ndarray]:
    """Monthly counts of every area; the areas differ in size."""
    draw = np.random.default_rng(seed)
    return {a: draw.choice(SMALL if draw.random() < 0.6 else LARGE, MONTHS) for a in areas}


def periods(draw: np.random.Generator, number: int) -> list[tuple[int, int]]:
    """Spans of months that reports are of: years, shifted years, quarters, months, windows."""
    found = []
    for _ in range(number):
        length = int(draw.choice([1, 1, 3, 6, 11, 12, 12, 13]))
        step = int(draw.choice([1, 1, 3]))
        start = int(draw.integers(0, (MONTHS - length) // step + 1)) * step
        found.append((start, start + length))
    return found


def iso(start: int, stop: int) -> str:
    """A span of months as reports name it."""
    return Period(FIRST + start, FIRST + stop - 1).iso


def change(counts: np.ndarray, period: tuple[int, int], compare: tuple[int, int]) -> dict[str, Any]:
    """A finding on a period, and on the one before where there is one, protected as in a review."""
    row = {"period": iso(*period), "count": counts[slice(*period)].sum(), "status": "ok"}
    is_compared = compare[0] >= 0
    if is_compared:
        row |= {"compare": iso(*compare), "compare_count": counts[slice(*compare)].sum()}
    shown = disclosure.apply(pd.DataFrame([row]), Protect("threshold"), edition="public")
    rows = json.loads(shown.to_json(orient="records"))
    return {
        "id": "x.change", "title": "Did it rise or fall?", "measure": "young victims",
        "period": iso(*period), "compare": iso(*compare) if is_compared else "", "rows": rows,
        "sources": [{"source": "police_extract"}], "values": {}, "status": "ok", "verdict": "none",
        "sentence": "See the table.", "has_figure": False, "table": {}, "notes": [], "windows": [],
    }  # fmt: skip


def publish(root: Path, seed: int, areas: Sequence[str], each: int) -> tuple[Attack, Seen]:
    """Let every area publish so many reports, the areas in turn; what was needless is found."""
    truth, draw = truth_of(seed, areas), np.random.default_rng(seed + 1)
    (root / "data/processed").mkdir(parents=True)
    found, seen = Attack(), Seen()
    plans = {area: periods(draw, each) for area in areas}
    for turn in range(each):
        for area in areas:
            start, stop = plans[area][turn]
            before = (start - 12, stop - 12)
            main = change(truth[area], (start, stop), before)
            window = plans[area][int(draw.integers(0, each))]
            extra = change(truth[area], window, (-1, -1)) | {"id": f"x.change@{iso(*window)}"}
            main["windows"] = [extra] if turn % 3 == 0 and window != (start, stop) else []
            name = f"{iso(start, stop).replace('/', '_')}_{turn}"
            place = publication_run.Place(
                root, root / "reports", root / "reports" / area.lower() / name, area
            )
            for record in written(place, main):
                found.published += 1
                if record["rows"]:
                    take_in(seen, area, record)
                    continue
                found.withheld += 1
                whole = next(r for r in findings_json.flat([main]) if r["id"] == record["id"])
                tried = Seen(dict(seen.shown), set(seen.hidden))
                take_in(tried, area, whole)
                if not recovered(tried, truth, area):
                    found.needless.append((seed, area, record["id"], record["period"]))
    return found, seen


def written(place: publication_run.Place, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Publish one finding with its windows; the records as findings.json holds them."""

    def write(shown: list[Rendered], apart: list[str]) -> None:
        content = findings_json.document(
            [r for c in shown for r in c.records], area={"name": place.area},
            period=record["period"], compare="", edition="public", created_from={},
        )  # fmt: skip
        place.target.mkdir(parents=True, exist_ok=True)
        (place.target / "findings.json").write_bytes(findings_json.dump(content))

    publication_run.publish(place, [Rendered("a", "a", "A", "", (Section(record),))], write)
    return json.loads((place.target / "findings.json").read_text("utf-8"))["findings"]


def take_in(seen: Seen, area: str, record: dict[str, Any]) -> None:
    """What a reader notes of a record."""
    for row in record["rows"]:
        for column, key in (("count", "period"), ("compare_count", "compare")):
            if not row.get(key):
                continue
            of = Period.parse(row[key])
            span = (area, of.first - FIRST, of.last + 1 - FIRST)
            if row[column] is None:
                seen.hidden.add(span)
            else:
                seen.shown[span] = row[column]


def recovered(seen: Seen, truth: dict[str, np.ndarray], area: str) -> list[Any]:
    """Small counts of an area that all it published leaves one value, by an integer programme."""
    shown = {(s, e): n for (a, s, e), n in seen.shown.items() if a == area}
    hidden = [(s, e) for a, s, e in seen.hidden if a == area]
    ends = sorted({0, MONTHS, *itertools.chain(*shown, *hidden)})
    parts = list(itertools.pairwise(ends))

    def of(spans: Sequence[tuple[int, int]]) -> np.ndarray:
        return np.array([sum(s <= p[0] and p[1] <= e for s, e in spans) for p in parts], float)

    rows = [of([span]) for span in (*shown, *hidden)]
    low = [*shown.values(), *[1] * len(hidden)]
    high = [*shown.values(), *[BELOW - 1] * len(hidden)]
    if not rows:
        return []
    known = LinearConstraint(np.array(rows), low, high)
    found = []
    for name, aim, value in targets(shown, hidden, truth[area], parts, of):
        ends_of = [
            milp(sign * aim, constraints=known, bounds=Bounds(0, 2000), integrality=1)
            for sign in (1, -1)
        ]
        least, most = (round(sign * one.fun) for sign, one in zip((1, -1), ends_of, strict=True))
        if least == most == value:
            found.append((area, name, value))
    return found


def targets(
    shown: dict[tuple[int, int], float],
    hidden: Sequence[tuple[int, int]],
    counts: np.ndarray,
    parts: Sequence[tuple[int, int]],
    of: Any,
) -> Iterator[tuple[Any, np.ndarray, int]]:
    """The small counts that somebody could be after: hidden ones, runs, and rests of two runs."""
    ends = sorted({end for part in parts for end in part})
    for start, stop in itertools.combinations(ends, 2):
        if 0 < (value := int(counts[start:stop].sum())) < BELOW:
            yield (start, stop), of([(start, stop)]), value
    for (a, b), (c, d) in itertools.permutations([*shown, *hidden], 2):
        if a < c and d < b:
            value = int(counts[a:c].sum() + counts[d:b].sum())
            if 0 < value < BELOW:
                yield ((a, c), (d, b)), of([(a, c), (d, b)]), value


def attack(seed: int, number: int, each: int = 8) -> Attack:
    """A county of so many areas: published, attacked, and checked as a folder."""
    areas = AREAS[:number]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        found, seen = publish(root, seed, areas, each)
        truth = truth_of(seed, areas)
        for area in areas:
            found.recovered += recovered(seen, truth, area)
        found.recovered += audit.check(root / "reports")
    found.targets = len(seen.hidden)
    return found


@dataclass
class Tables:
    """What came of the tables of one area."""

    published: int = 0
    cells: int = 0
    refused: list[Any] = field(default_factory=list)
    recovered: list[Any] = field(default_factory=list)


def area(folder: Path, seed: int) -> Tables:
    """An area's tables in one review, small or large: clusters of schools, admissions by age.

    Both are protected as in a review; the check must not refuse them, and the integer programme
    must not leave a hidden cell one value that the symbols alone do not leave it.
    """
    draw = np.random.default_rng(seed)
    sizes = SMALL if seed % 2 else LARGE
    clusters = pd.DataFrame(
        [
            {"cluster": f"cluster {c}", "kind": kind, "count": int(draw.choice(sizes))}
            for c in range(int(draw.integers(2, 9)))
            for kind in ("permanent", "fixed term")
        ]
    )
    ages = pd.DataFrame(
        [
            {"sex": sex, "age_band": band, "count": int(draw.choice(sizes))}
            for sex in ("males", "females")
            for band in ("0-9", "10-19", "20-29", "30-39", "40-49", "50+")[: draw.integers(2, 7)]
        ]
    ).drop_duplicates(["sex", "age_band"])
    found, records = Tables(), []
    for policy, table in (("threshold", clusters), ("hes", ages)):
        dims = [c for c in table if c != "count"]
        shown = disclosure.protect_finest(table, Protect(policy), edition="public", dimensions=dims)
        found.cells += int(shown["count"].isna().sum())
        records.append(
            {
                "id": f"x.{policy}", "title": f"What of {policy}?", "measure": policy, "values": {},
                "period": iso(0, 12), "compare": "", "sentence": "See the table.", "status": "ok",
                "rows": json.loads(shown.to_json(orient="records")),
                "sources": [{"source": policy}],
            }
        )  # fmt: skip
        found.recovered += pinned(shown, dims)
    folder.mkdir(parents=True, exist_ok=True)
    content = findings_json.document(
        records, area={"name": "Dover"}, period=iso(0, 12), compare="", edition="public",
        created_from={},
    )  # fmt: skip
    (folder / "findings.json").write_bytes(findings_json.dump(content))
    found.published, found.refused = len(records), list(audit.check(folder))
    return found


def pinned(shown: pd.DataFrame, dims: Sequence[str]) -> list[Any]:
    """Hidden cells of a protected table that have one value, but for those that symbols tell."""
    rows = shown.to_dict("records")
    is_total = {d: {"sex": "persons", "age_band": "all ages"}.get(d, "total") for d in dims}
    inner = [r for r in rows if all(r[d] != is_total[d] for d in dims)]
    matrix = np.array(
        [[all(r[d] in (is_total[d], i[d]) for d in dims) for i in inner] for r in rows], float
    )
    low, high = np.zeros(len(rows)), np.zeros(len(rows))
    for n, row in enumerate(rows):
        if np.isnan(row["count"]):
            low[n], high[n] = 1, 7 if row["symbol"] == "*" else 5000
        else:
            slack = 2 if row.get("rounded_to") and row["count"] else 0
            low[n], high[n] = row["count"] - slack, row["count"] + slack
    bare = np.where(shown["count"].isna(), high, np.where(shown["count"] == 0, 0, 5000))
    hidden = np.flatnonzero(shown["count"].isna())
    found = []
    for n in hidden:
        if one_value(matrix, low, high, n) and not one_value(
            matrix, np.where(shown["count"].isna(), 1, 0), bare, n
        ):
            found.append({d: rows[n][d] for d in dims})
    return found


def one_value(matrix: np.ndarray, low: np.ndarray, high: np.ndarray, cell: int) -> bool:
    """Whether a cell has the same value in every table that fits."""
    ends = [
        milp(
            sign * matrix[cell], constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(0, 5000), integrality=1,
        )
        for sign in (1, -1)
    ]  # fmt: skip
    return all(e.x is not None for e in ends) and round(ends[0].fun) == round(-ends[1].fun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=30, help="of each size")
    parser.add_argument("--tables", type=int, default=200, help="areas whose tables are attacked")
    parser.add_argument("--each", type=int, default=10, help="reports of an area")
    parser.add_argument("--areas", type=int, nargs="*", default=[1, 3, 8], help="sizes")
    options = parser.parse_args()
    tables, begun = Tables(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.tables):
            one_area = area(Path(folder) / str(seed), seed)
            for name in ("published", "cells", "refused", "recovered"):
                setattr(tables, name, getattr(tables, name) + getattr(one_area, name))
    print(
        f"{options.tables} areas: {tables.published} tables, {tables.cells} hidden cells, "
        f"{len(tables.refused)} refused, {len(tables.recovered)} recovered, "
        f"{time.perf_counter() - begun:.0f} s"
    )
    for problem in (*tables.refused, *tables.recovered):
        print("  ", problem)
    for number in options.areas:
        total, begun = Attack(), time.perf_counter()
        for seed in range(options.counties):
            one = attack(seed, number, options.each)
            for name in ("published", "withheld", "targets", "recovered", "needless"):
                setattr(total, name, getattr(total, name) + getattr(one, name))
        print(
            f"{options.counties} counties of {number} areas: {total.published} findings, "
            f"{total.targets} hidden counts, {total.withheld} withheld, "
            f"{len(total.recovered)} recovered, {len(total.needless)} withheld needlessly, "
            f"{time.perf_counter() - begun:.0f} s"
        )
        for one in (*total.recovered, *total.needless):
            print("  ", one)


if __name__ == "__main__":
    main()
