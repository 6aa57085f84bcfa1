"""Editions of a publisher's table: of what several give the newest one counts, as a whole.

A publisher revises its table, names a category otherwise and leaves out what it had by mistake:
the rows of two editions cannot be told apart by their labels. A source says what an edition
replaces as a whole, and what makes two files editions of one table rather than pieces of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

#: A file is an edition of the same table if it gives so large a share of what the older one gives.
MOST = 0.5

EDITION, DETAIL = "an earlier edition", "less detailed"

SCHEMA = {"part": pl.UInt32, "at": pl.UInt32, "used_part": pl.UInt32, "why": pl.String}

_MONTHS = "January February March April May June July August September October November December"
_DAY = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?[\s-]+(" + "|".join(m[:3] for m in _MONTHS.split())
    + r")[a-z]*[\s,-]+(20\d\d)\b|\b(20\d\d)-(\d\d)-(\d\d)\b|\b(\d{1,2})/(\d{1,2})/(20\d\d)\b",
    re.IGNORECASE,
)  # fmt: skip
_SAYS = re.compile(
    r"updat|publish|publication|releas|revis|issued|edition|version|as at|correct as of|data as of|"
    r"last (?:changed|modified)",
    re.IGNORECASE,
)
_FUTURE = re.compile(r"\b(?:next|future|forthcoming)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Editions:
    """What an edition of a table is.

    Parameters
    ----------
    whole : sequence of sequence of str
        What an edition replaces as a whole, the widest first: ("year", "force") means every row of
        a force's year. The first column of the first is what files overlap in.
    figure : sequence of str
        What a figure is of, in every file.
    details : sequence of str
        Further columns that tell figures apart, the finest first: the finest that both files
        state is compared.
    also : sequence of str
        Columns of `whole` that a less detailed file may lack.
    """

    whole: Sequence[Sequence[str]]
    figure: Sequence[str]
    details: Sequence[str] = ()
    also: Sequence[str] = ()


def stated(lines: Iterable[str]) -> str:
    """The day of release that a file's own notes give ('Updated: 23 July 2026'), ISO; '' if none.

    A line counts that speaks of an update, a release or the like; of several days the latest.
    """
    days = [""]
    for line in lines:
        if _SAYS.search(line) and not _FUTURE.search(line):
            days += filter(None, map(_iso, _DAY.finditer(line)))
    return max(days)


def in_name(name: str) -> str:
    """The day at the end of a file's name: '…-tables-230726.ods' is of 23 July 2026."""
    found = re.search(r"(?<!\d)(\d\d)(\d\d)(?:20)?(\d\d)(?!\d)\D*$", name)
    return _valid(2000 + int(found[3]), int(found[2]), int(found[1])) if found else ""


def replaced(load: Callable[[int], pl.DataFrame], number: int, editions: Editions) -> pl.DataFrame:
    """Rows of files that others give in a newer edition or in more detail.

    Of tables by number, the newest last: part, at (the row in it), used_part, why (`EDITION` or
    `DETAIL`).
    """
    base = editions.whole[0][0]
    gone: dict[int, pl.DataFrame] = {}
    found = [pl.DataFrame(schema=SCHEMA)]
    held = [set(load(n)[base].drop_nulls().unique().to_list()) for n in range(number)]
    for newer in range(number - 1, 0, -1):
        for older in range(newer - 1, -1, -1):
            for value in sorted(held[older] & held[newer]):
                old, new = (_rows(load, n, base, value, gone) for n in (older, newer))
                if not old.height or not new.height:
                    continue
                loser, at, why = _compared(old, new, editions)
                if not at.len():
                    continue
                part, used = (older, newer) if loser == 0 else (newer, older)
                rows = pl.DataFrame({"at": at}).with_columns(
                    part=pl.lit(part, pl.UInt32), used_part=pl.lit(used, pl.UInt32),
                    why=pl.lit(why),
                ).select(*SCHEMA)  # fmt: skip
                found.append(rows)
                before = [gone[part]] if part in gone else []
                gone[part] = pl.concat([*before, rows.select("at")])
    return pl.concat(found).sort("part", "at")


def _rows(
    load: Callable[[int], pl.DataFrame],
    number: int,
    base: str,
    value: object,
    gone: dict[int, pl.DataFrame],
) -> pl.DataFrame:
    rows = load(number).with_columns(at=pl.int_range(pl.len(), dtype=pl.UInt32))
    rows = rows.filter(pl.col(base) == value)
    return rows.join(gone[number], on="at", how="anti") if number in gone else rows


def _compared(
    older: pl.DataFrame, newer: pl.DataFrame, editions: Editions
) -> tuple[int, pl.Series, str]:
    """Which of two files gives way (0 the older), with which rows and why."""
    depth = [_depth(one, editions) for one in (older, newer)]
    lacks = [[c for c in editions.also if one[c].null_count()] for one in (older, newer)]
    common = [*editions.figure, *editions.details[max(depth) :][:1]]
    either = {*lacks[0], *lacks[1]}
    finer = [(-d, -len(m)) for d, m in zip(depth, lacks, strict=True)]
    if finer[0] == finer[1]:
        return 0, _of_editions(older, newer, editions, common), EDITION
    loser = 0 if finer[0] < finer[1] else 1
    scope = [c for c in editions.whole[0] if c not in either]
    coarse, fine = (older, newer) if loser == 0 else (newer, older)
    on = list(dict.fromkeys([*scope, *common]))
    return loser, coarse.join(fine.select(on).unique(), on=on, how="semi")["at"], DETAIL


def _of_editions(
    older: pl.DataFrame, newer: pl.DataFrame, editions: Editions, common: Sequence[str]
) -> pl.Series:
    """Rows of the older file in what the newer one gives as a whole."""
    found = [pl.Series("at", [], pl.UInt32)]
    for whole in editions.whole:
        on = list(dict.fromkeys([*whole, *common]))
        had = older.select(on).unique()
        still = had.join(newer.select(on).unique(), on=on, how="semi", nulls_equal=True)
        counts = had.group_by(whole).len("had")
        counts = counts.join(still.group_by(whole).len("still"), on=whole, nulls_equal=True)
        same = counts.filter(pl.col("still") >= MOST * pl.col("had")).select(whole)
        hit = older.join(same, on=whole, how="semi", nulls_equal=True)
        found.append(hit["at"])
        older = older.join(same, on=whole, how="anti", nulls_equal=True)
    return pl.concat(found).sort()


def _depth(frame: pl.DataFrame, editions: Editions) -> int:
    """The number of the finest detail that every row states."""
    whole = (n for n, c in enumerate(editions.details) if not frame[c].null_count())
    return next(whole, len(editions.details))


def _iso(match: re.Match) -> str:
    day, month, year, *rest = match.groups()
    if month:
        return _valid(int(year), datetime.strptime(month[:3].title(), "%b").month, int(day))
    if rest[0]:
        return _valid(*map(int, rest[:3]))
    return _valid(int(rest[5]), int(rest[4]), int(rest[3]))


def _valid(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
