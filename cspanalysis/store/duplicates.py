"""A source's files side by side: what a row gives that another one gives already counts once.

Of a publisher's table that came in several editions the newest counts (`releases`).

Every file was read alone, and is kept as it was read; where rows of it repeat others (`once`), the
tables that count are made without them, and its account says so. A further file therefore costs
one comparison and no reading of the others.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cspanalysis.domain.problem_limits import LISTED
from cspanalysis.sources import alike_figures, problems, releases, same_rows
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.source import Source
from cspanalysis.store import raw_folder
from cspanalysis.store.shelf import Shelf

Entry = dict[str, Any]


def as_read(entry: Entry) -> Entry:
    """What the manifest said of a part before it was compared with others."""
    found: Entry = entry.get("as_read", entry)
    return found


def settle(source: Source, parts: Mapping[str, Entry], shelf: Shelf) -> dict[str, Entry]:
    """What the manifest says of the parts that repeat others, or themselves.

    `parts` are their entries as read, the newest last. Those returned have other tables, counts and
    problems, `as_read` (the entry as it was) and `repeats` (file used instead, whether the same
    stands there, rows).
    """
    found = _editions(source, parts, shelf)
    parts = {**parts, **found}
    for table, (key, is_figure) in source.keys.items():
        files = _Files(source, table, parts, shelf)
        labels = files.labels
        if len(labels) < (1 if is_figure else 2):
            continue
        repeated = same_rows.repeats(map(files.frame, range(len(labels))), key, is_figure=is_figure)
        if is_figure:
            brought = [parts[label].get("brought", {}) for label in labels]
            alike_figures.check_files(key, files.frame, brought, labels, repeated)
        for (number,), rows in repeated.partition_by("part", as_dict=True).items():
            reasons = _reasons(files, number, rows)
            found[labels[number]] = files.without(number, rows, reasons)
    return found


def _editions(source: Source, parts: Mapping[str, Entry], shelf: Shelf) -> dict[str, Entry]:
    """Entries of the parts of which another one gives figures in a newer edition."""
    found: dict[str, Entry] = {}
    for table, editions in source.editions.items():
        files = _Files(source, table, parts, shelf, "editions")
        labels = files.labels
        if len(labels) < 2:
            continue
        replaced = releases.replaced(files.frame, len(labels), editions)
        for (number,), rows in replaced.partition_by("part", as_dict=True).items():
            gone = files.frame(number).with_row_index("at").join(rows, on="at")
            set_aside = files.size(gone) if files.tally else gone[ROW].n_unique()
            reasons = _Reasons(Problems(labels[number]), Counter(), set_aside)
            spans: list[list[Any]] = []
            for (used, why), some in gone.partition_by(
                "used_part", "why", as_dict=True, maintain_order=True
            ).items():
                other = labels[used]
                newer = files.frame(used)
                content = [c for c in newer.columns if c not in ("file", ROW)]
                changed = some.join(newer, on=content, how="anti", nulls_equal=True).height
                base = editions.whole[0][0]
                if not changed:
                    reason = f"repeats a row of {other}"
                    reasons.counts[other, True] += files.size(some)
                elif why == releases.DETAIL:
                    reason = f"{other} gives it in more detail"
                else:
                    reason = f"of an earlier edition; that of {other} is used"
                if changed:
                    over = [str(v) for v in some[base].unique().sort().to_list()]
                    spans.append([other, why, files.size(some), over])
                listed = pl.format(f"{base} {{}}", pl.col(base)).alias("found")
                reasons.problems.add_rows(some.select(ROW, listed), "", "once", "set aside", reason)
                reasons.problems.counts["", "set aside", reason] += files.size(some) - some.height
            entry = files.without(number, rows, reasons)
            found[labels[number]] = entry | {"replaced": spans}
    return found


def notices(parts: Mapping[str, Entry]) -> list[str]:
    """What should be looked at: files whose rows were set aside for another's."""
    found = []
    for label, entry in parts.items():
        for used, why, count, over in entry.get("replaced", ()):
            # Imported late: it brings pandas, which cleaning can mostly do without.
            from cspanalysis import present

            where = f"{count:,} rows of {present.listed(over, 3, 'further')}"
            if why == releases.DETAIL:
                found.append(
                    f"{label}: {where} are set aside, because {used} gives them in more detail"
                )
                continue
            dated = parts.get(used, {}).get("released", "")
            found.append(
                f"{label}: {where} are of an earlier edition and are set aside; that of {used} is "
                f"used{f', released on {dated}' if dated else ''}. An edition's day is the one in "
                "its sidecar (published), else that in its own notes or name: if this file is the "
                'newer one, write published = "YYYY-MM-DD" into its <file>.source.toml'
            )
        for used, is_same, count in entry.get("repeats", ()):
            one = count == 1
            rows, are = f"{count:,} {'row' if one else 'rows'}", "is" if one else "are"
            where = "a later row" if used == label else f"{'a row' if one else 'rows'} of {used}"
            if is_same:
                verb = "repeats" if one else "repeat"
                found.append(f"{label}: {rows} {verb} {where} and {are} set aside")
                continue
            verb = "contradicts" if one else "contradict"
            found.append(
                f"{label}: {rows} {verb} {where} and {are} set aside; both are listed in "
                "problems.csv"
            )
            if used != label:
                found[-1] += (
                    f", and the values of {used} are used. The file with the later day in its "
                    "sidecar counts as the newer one, a file without a day as the oldest: if this "
                    "one is newer, write the day into its <file>.source.toml, as published = "
                    '"YYYY-MM-DD"; if it does not belong here, move it out of data/raw'
                )
    return found


@dataclass(frozen=True)
class _Reasons:
    """Why raw rows of a part are set aside: their problems and how many for which file."""

    problems: Problems
    counts: Counter[tuple[str, bool]]
    set_aside: int


class _Files:
    """One table of a source's files side by side, by number, the newest last."""

    def __init__(
        self, source: Source, table: str, parts: Mapping[str, Entry], shelf: Shelf, why: str = ""
    ):
        self.source, self.table, self.shelf = source, table, shelf
        self.tally = source.tally.get(table, "")
        self.entries = {o: entry for o, entry in parts.items() if table in entry["tables"]}
        self.labels = list(self.entries)
        # Of many large ones few are held.
        self.frame = functools.lru_cache(maxsize=3)(self._load)
        told = [raw_folder.code(), *(entry["fingerprint"] for entry in self.entries.values())]
        self.told = raw_folder.fingerprint([why, *told] if why else told)

    def _load(self, number: int) -> pl.DataFrame:
        return self.shelf.load(self.entries[self.labels[number]]["tables"][self.table])

    def size(self, rows: pl.DataFrame) -> int:
        """How many of the file's rows those of the table are."""
        return int(rows[self.tally].sum()) if self.tally else rows.height

    def without(self, number: int, rows: pl.DataFrame, reasons: _Reasons) -> Entry:
        """The entry of a part whose table does without some rows."""
        entry = self.entries[self.labels[number]]
        kept = self.frame(number).with_row_index("at").join(rows, on="at", how="anti").drop("at")
        listed = problems.listed_of(self.source.name, reasons.problems.listed())
        if "_problems" in entry["tables"]:
            listed = pl.concat([self.shelf.load(entry["tables"]["_problems"]), listed])
            listed = listed.sort(ROW, maintain_order=True)
        tables = {self.table: kept, "_problems": listed}
        if self.source.small:
            tables |= self.source.small({self.table: kept})
        slug = next(iter(as_read(entry)["tables"].values())).rsplit(".", 3)[0]
        paths = {name: f"{slug}.{name.strip('_')}.once.{self.told}.parquet" for name in tables}
        for name, frame in tables.items():
            self.shelf.put(paths[name], frame)
        counts = reasons.problems.counts
        return entry | {
            "as_read": as_read(entry),
            "repeats": [
                *entry.get("repeats", ()),
                *([*used, count] for used, count in reasons.counts.items()),
            ],
            "fingerprint": self.told,
            "rows_kept": entry["rows_kept"] - reasons.set_aside,
            "rows_set_aside": entry["rows_set_aside"] + reasons.set_aside,
            "rows_noted": entry["rows_noted"] + reasons.problems.count("noted"),
            "problems": [*entry["problems"], *([*key, count] for key, count in counts.items())],
            "table_rows": entry["table_rows"] | {self.table: kept.height},
            "tables": entry["tables"] | paths,
        }


def _reasons(files: _Files, number: int, repeated: pl.DataFrame) -> _Reasons:
    """A raw row may have given several; it is set aside with the last of them."""
    where, label, table = ["file", ROW], files.labels[number], files.frame
    frame = table(number)
    sizes = frame.group_by(pl.col("file").cast(pl.String), pl.col(ROW)).agg(
        size=pl.len(), raw=pl.col(files.tally).sum() if files.tally else pl.lit(1)
    )
    rows = (
        # Of a raw row's rows one that differs is shown, if any does.
        repeated.sort("is_same", maintain_order=True)
        .group_by(where, maintain_order=True)
        .agg(pl.all().first(), count=pl.len())
        .join(sizes, on=where)
        .with_columns(is_whole=pl.col("count") == pl.col("size"))
        .sort(where)
    )
    set_aside = int(rows.filter("is_whole")["raw"].sum())
    found = _Reasons(Problems(label), Counter(), set_aside)
    for (used, is_same, is_whole), alike in rows.partition_by(
        "used_file", "is_same", "is_whole", as_dict=True, maintain_order=True
    ).items():
        count = int(alike["raw"].sum())
        found.counts[used, is_same] += count
        other_row = "a later row" if used == label else f"a row of {used}"
        reason = f"repeats {other_row}" if is_same else f"contradicts {other_row}, which is used"
        action = "set aside" if is_whole else "noted"
        if not is_whole:
            reason += " (for a part of the row)"
        for row in alike.head(LISTED).iter_rows(named=True):
            own = frame.row(row["at"], named=True)
            other = table(row["used_part"]).row(row["used_at"], named=True)
            shown = [c for c in own if c not in where and (is_same or own[c] != other[c])]
            found.problems.add(
                row[ROW], "", _shown(own, shown),
                f"once: row {row['used_row']} of {used}"
                + ("" if is_same else f" has {_shown(other, shown)}"),
                action, reason,
            )  # fmt: skip
        found.problems.counts["", action, reason] = count
    return found


def _shown(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    return "; ".join(f"{c}: {'blank' if row[c] is None else row[c]}" for c in columns)
