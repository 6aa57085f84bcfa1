"""Street-level files side by side: a force's month that several of them hold counts once.

Every file was read alone, and its account says so still; where its rows are told by another file
(`sources.overlap`), the tables are made anew without them. Only files that share a month of a
force are looked into again, so that the others cost a glance at their counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import polars as pl

from cspanalysis.sources import overlap, problems
from cspanalysis.sources.csv_fast import PART
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.source import Overlaps
from cspanalysis.store import raw_folder
from cspanalysis.store.batches import Wanted
from cspanalysis.store.duplicates import Entry
from cspanalysis.store.shelf import Shelf

_REPEATS = "repeats a row of another file of this force and month, and counts once"
_OTHERWISE = "another edition of this force and month, which is used, has no such row"


def settle(
    source: str,
    overlaps: Overlaps,
    wanted: Sequence[Wanted],
    entries: Mapping[str, Entry],
    days: Mapping[str, str],
    shelf: Shelf,
) -> dict[str, Entry]:
    """What the manifest says of the files whose months others hold, too.

    `days` are those of publication or retrieval, '' if nobody says. Entries of all parts whose
    tables were made anew, with `as_read` and, where rows are set aside, `overlaps`: file used
    instead, rows told there, rows of another edition.
    """
    held = _shared([one for one in wanted if entries[one[0].label]["tables"]], entries, shelf)
    if not held:
        return {}
    given = [one for one in wanted if one[0].label in held]
    labels = [part.label for part, _, _ in given]
    ages = [overlap.Age(days[label], held[label], label) for label in labels]
    parts, contexts = [part for part, _, _ in given], [context for _, context, _ in given]
    rows = overlaps.identified(parts, contexts)
    needless = overlap.repeats(rows, ages)
    if needless.is_empty():
        return {}
    told = raw_folder.fingerprint([raw_folder.code(), *(entries[o]["fingerprint"] for o in labels)])
    by_label = {
        labels[number]: found
        for (number,), found in needless.partition_by(PART, as_dict=True).items()
    }
    new: dict[str, Entry] = {}
    for paths in {tuple(entries[label]["tables"].items()) for label in by_label}:
        alike = [o for o, entry in entries.items() if tuple(entry["tables"].items()) == paths]
        listed = {o: _problems(o, by_label[o], labels) for o in alike if o in by_label}
        tables = dict(paths)
        if shelf.is_written:
            tables |= _anew(source, overlaps, dict(paths), listed, by_label, told, shelf)
        for label in alike:
            entry = entries[label]
            new[label] = entry | {"as_read": entry, "tables": tables, "fingerprint": told}
            if label in by_label:
                new[label] |= _account(entry, by_label[label], listed[label], labels, source)
    return new


def notices(parts: Mapping[str, Entry]) -> list[str]:
    """What should be looked at: files whose months count from others."""
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for label, entry in parts.items():
        if entry.get("overlaps"):
            alike[tuple(used for used, _, _ in entry["overlaps"])].append(label)
    if not alike:
        return []
    # Imported late: it brings pandas, which cleaning can mostly do without.
    from cspanalysis import present

    found = []
    for used, labels in alike.items():
        all_of = [one for label in labels for one in parts[label]["overlaps"]]
        count = sum(same + otherwise for _, same, otherwise in all_of)
        otherwise = sum(n for _, _, n in all_of)
        rows = present.plural(count, "row")
        text = (
            f"{_named(labels)}: {rows} of months that {_named(used)} "
            f"{'hold' if len(used) > 1 else 'holds'} too, counted once, from there"
        )
        if otherwise:
            text += (
                f" ({present.plural(otherwise, 'row')} of them stand there otherwise or not at all)"
            )
        found.append(text)
    return found


def _shared(wanted: Sequence[Wanted], entries: Mapping[str, Entry], shelf: Shelf) -> dict[str, int]:
    """How many months of forces each file holds that shares one with another, by label."""
    paths = dict.fromkeys(entries[part.label]["tables"]["_counts"] for part, _, _ in wanted)
    if len(wanted) < 2:
        return {}
    month = ["file", *overlap.MONTH_OF]
    held = pl.concat([shelf.load(path).select(month).unique() for path in paths])
    held = (
        overlap.with_force_keys(held)
        .unique()
        .with_columns(months=pl.len().over("file"), is_shared=pl.len().over(overlap.MONTH_OF) > 1)
    )
    return dict(held.filter("is_shared").select("file", "months").unique().iter_rows())


def _problems(label: str, needless: pl.DataFrame, labels: Sequence[str]) -> Problems:
    found = Problems(label)
    for is_told, reason in ((True, _REPEATS), (False, _OTHERWISE)):
        rows = needless.filter(pl.col("used_row").is_not_null() == is_told)
        for row, part, used in (
            rows.head(problems.LISTED).select(ROW, "used_part", "used_row").iter_rows()
        ):
            where = f"row {used} of {labels[part]}" if is_told else labels[part]
            found.add(row, "", "", f"once: {where}", "set aside", reason)
        if rows.height:
            found.counts["", "set aside", reason] = rows.height
    return found


def _anew(
    source: str,
    overlaps: Overlaps,
    paths: Mapping[str, str],
    listed: Mapping[str, Problems],
    needless: Mapping[str, pl.DataFrame],
    told: str,
    shelf: Shelf,
) -> dict[str, str]:
    """Paths of the tables made without the needless rows."""
    gone = pl.concat(
        [needless[o].select(pl.lit(o).alias("file"), ROW) for o in listed if o in needless]
    )
    frames = overlaps.without(shelf.load(paths[source]), gone)
    rows = [row for one in listed.values() for row in one.listed()]
    noted = problems.listed_of(source, rows)
    if "_problems" in paths:
        noted = pl.concat([shelf.load(paths["_problems"]), noted])
    slug = paths[source].rsplit(".", 3)[0]
    new = {name: f"{slug}.{name.strip('_')}.once.{told}.parquet" for name in (*frames, "_problems")}
    for name, frame in {**frames, "_problems": noted}.items():
        shelf.put(new[name], frame)
    return new


def _account(
    entry: Entry, needless: pl.DataFrame, listed: Problems, labels: Sequence[str], source: str
) -> Entry:
    used: Counter[tuple[str, bool]] = Counter()
    for part, row in needless.select("used_part", "used_row").iter_rows():
        used[labels[part], row is not None] += 1
    kept = entry["rows_kept"] - needless.height
    return {
        "overlaps": [
            [label, used[label, True], used[label, False]] for label, _ in dict.fromkeys(used)
        ],
        "rows_kept": kept,
        "rows_set_aside": entry["rows_set_aside"] + needless.height,
        "problems": [*entry["problems"], *([*key, n] for key, n in listed.counts.items())],
        "table_rows": entry["table_rows"] | {source: kept},
    }


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - 1
    return labels[0] + (f" and {more:,} more like it" if more else "")
