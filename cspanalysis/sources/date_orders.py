"""In which order a file's dates hold day and month, as its own columns show.

03/04/2007 is read as the 3rd of April. Where a column shows that this is wrong the file is refused,
with the line of the settings that reads it; where nothing shows which it is, that is remarked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import dates
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import Schema

_WITH_ORDER = ("date", "datetime", "month")
_NUMERIC = r"(?i)^(?:[a-z]{3,9}\.?,? +)?(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2})[-/. ](?P<c>\d{4}|\d{2})"
_NUMERIC += r"(?:\D|$)"
_ISO = r"^(?P<c>\d{4})-(?P<b>\d{2})-(?P<a>\d{2})(?:\D|$)"
#: So many dates that are sure, and so many that are not, show whether day and month were turned;
#: so many are looked at. So many unsure ones must stand outside the months of the sure ones, or
#: such a share of them out of the file's order.
_SURE, _UNSURE, _LOOKED_AT, _OUTSIDE, _IN_ORDER = 20, 10, 20_000, 5, 0.95
#: Dates are asked for in the one form that nobody misreads.
_BEST = "dates as 2007-12-31"


@dataclass
class Seen:
    """What the cells of a column show.

    Parameters
    ----------
    heading : str
        The column's, as it stands in the file.
    day_first, month_first, either : (row, text) or None
        The first date that can only be day/month, only month/day, and either.
    is_serial : bool
        A spreadsheet's numbers of days stand in it, and no date.
    first, second, short : set of int
        The numbers that stand first and second; those that stand first where the last has two
        digits.
    last : set of int
        Those of two digits that stand last.
    dates : list of polars.DataFrame
        row, text, a, b, c of dates in the order of the file, day/month, those of ISO too.
    """

    heading: str
    day_first: tuple[int, str] | None = None
    month_first: tuple[int, str] | None = None
    either: tuple[int, str] | None = None
    serial: tuple[int, str] | None = None
    has_other: bool = False
    first: set[int] = field(default_factory=set)
    second: set[int] = field(default_factory=set)
    short: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)
    dates: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.Series, texts: pl.Series) -> None:
        """Look at more of its cells; blank ones are left out."""
        each = pl.DataFrame([rows, texts.alias("text")]).drop_nulls().unique(
            "text", keep="first", maintain_order=True
        )  # fmt: skip
        groups = each["text"].str.extract_groups(_NUMERIC).struct.unnest()
        parts = [pl.col(name).cast(pl.Int64) for name in "abc"]
        found = each.hstack(groups.select(*parts, is_short=pl.col("c").str.len_chars() == 2))
        a, b = pl.col("a"), pl.col("b")
        self.day_first = self.day_first or _one(found, a.is_between(13, 31) & (b <= 12))
        self.month_first = self.month_first or _one(found, b.is_between(13, 31) & (a <= 12))
        self.either = self.either or _one(found, (a <= 12) & (b <= 12) & (a != b))
        is_serial = pl.col("text").str.contains(dates.SERIAL)
        self.serial = self.serial or _one(found, is_serial)
        self.has_other |= _one(found, a.is_null() & ~is_serial) is not None
        self.first |= set(found["a"].drop_nulls())
        self.second |= set(found["b"].drop_nulls())
        short = found.filter("is_short")
        self.short |= set(short["a"])
        self.last |= set(short["c"])
        if found["a"].null_count() < found.height and sum(map(len, self.dates)) < _LOOKED_AT:
            iso = each["text"].str.extract_groups(_ISO).struct.unnest()
            both = found.with_columns(
                pl.coalesce(name, iso[name].cast(pl.Int64)).alias(name) for name in "abc"
            )
            self.dates.append(both.drop_nulls("a").select(ROW, "text", *"abc"))

    @property
    def turned(self) -> tuple[int, str] | None:
        """A date whose day and month a spreadsheet turned: 04/01/2023 for the 1st of April.

        It does so where it can, and leaves 13/04/2023. Told by the months of the dates that are
        sure, or by the order in which all stand.
        """
        if not (self.dates and self.day_first) or self.month_first:
            return None
        year = pl.col("c") + pl.when(pl.col("c") < 100).then(2000).otherwise(0)
        is_sure = (pl.col("a") > 12) | (pl.col("a") == pl.col("b"))
        found = pl.concat(self.dates).with_columns(
            is_sure=is_sure, read=year * 12 + pl.col("b"),
            other=year * 12 + pl.when(is_sure).then("b").otherwise("a"),
        )  # fmt: skip
        found = found.with_columns(
            at=pl.col("read") * 31 + pl.col("a"),
            at_other=pl.col("other") * 31 + pl.when("is_sure").then("a").otherwise("b"),
        )
        sure, unsure = found.filter("is_sure"), found.filter(~pl.col("is_sure"))
        if len(sure) < _SURE or len(unsure) < _UNSURE:
            return None
        first, last = sure["read"].min(), sure["read"].max()
        outside = unsure.filter(~pl.col("read").is_between(first, last))
        others = unsure.filter(~pl.col("other").is_between(first, last))
        if len(outside) >= max(_OUTSIDE, len(unsure) / 10) and len(others) * 10 <= len(outside):
            return outside.select(ROW, "text").row(0)
        if _in_order(found["at_other"]) >= _IN_ORDER and _in_order(found["at"]) < 0.9:
            return unsure.select(ROW, "text").row(0)
        return None

    @property
    def is_month_first_of_months(self) -> bool:
        """Firsts of months only, read month/day: 1/1/2025, 2/1/2025, 3/1/2025."""
        return self.second == {1} and len(self.first) > 1 and max(self.first) <= 12

    @property
    def is_year_first(self) -> bool:
        """Of three numbers of two digits the first changes least: 23/01/03, 23/01/17."""
        changes_least = len(self.short) < len(self.last)
        is_like = min(self.short) > 12 or len(self.last) > 12
        return changes_least and is_like and max(self.last) <= 31


class Orders:
    """What the columns of a file show of the order of day and month.

    Parameters
    ----------
    schema : Schema
        Its layout.
    found : mapping of str to int
        Where its columns are.
    header : sequence of str
        Its headings.
    settings : mapping
        The source's section of partnership.toml; a column with a format needs no proof.
    """

    def __init__(
        self,
        schema: Schema,
        found: Mapping[str, int],
        header: Sequence[str],
        settings: Mapping[str, Any],
    ):
        given = settings.get("formats", {})
        self.kinds = {
            c.name: c.kind for c in schema.columns if c.kind in _WITH_ORDER and not c.written
        }
        self.columns = {
            name: Seen(header[found[name]].strip())
            for name in self.kinds
            if name in found and name not in given
        }

    def see(self, plain: pl.DataFrame) -> None:
        """Look at a block of the file, in which the columns bear the schema's names."""
        for name, seen in self.columns.items():
            if name in plain.columns and plain.schema[name] == pl.String:
                seen.add(plain[ROW], plain[name])

    def settle(self, part: Part, problems: Problems) -> None:
        """Refuse dates that would be misread, remark on those that could be."""
        for name, seen in self.columns.items():
            if found := self._refusal(name, seen):
                what, layout, do = found
                raise DataRefused(
                    paragraph(
                        what, file=part.label, column=seen.heading, allowed=_BEST,
                        do=do + f' under {_section(part)}: {name} = "{layout}".',
                    )
                )  # fmt: skip
        is_shown = any(seen.day_first for seen in self.columns.values())
        for name, seen in self.columns.items():
            if seen.either and not is_shown and (self.kinds[name] != "month" or seen.first != {1}):
                problems.add(
                    *seen.either[:1], name, seen.either[1], _BEST, "noted",
                    "every date of this column can be read in two ways; it is read as day/month - "
                    "if the month comes first, say so under formats in partnership.toml",
                )  # fmt: skip
                problems.notices.append(
                    f"{part.label}: every date of '{seen.heading}' can be read in two ways, such "
                    f"as {_shown(seen.either)}; they are read as day/month. Which it is can be "
                    f'said in partnership.toml: {_section(part)} {name} = "dd/mm/yyyy" or '
                    '"mm/dd/yyyy"'
                )

    def _refusal(self, name: str, seen: Seen) -> tuple[str, str, str] | None:
        """What is wrong with a column, the format that reads it, and what to do."""
        say = "If so for all, say it in partnership.toml"
        if seen.day_first and seen.month_first:
            return (
                f"dates in both orders: {_shown(seen.day_first)} can only be day/month, "
                f"{_shown(seen.month_first)} only month/day, so that none between them is sure",
                "dd/mm/yyyy",
                "Ask for an export in one order, or mend the wrong ones; to read all as day/month "
                "and set the others aside, say so in partnership.toml",
            )
        if one := seen.turned:
            return (
                f"dates in both orders: {_shown(seen.day_first)} can only be day/month, while the "
                f"dates around {_shown(one)} show that there the month comes first, as where a "
                "spreadsheet of American settings turned those that it could",
                "dd/mm/yyyy",
                "Ask for the export as it left the system, not opened in between; to read all as "
                "day/month, say so in partnership.toml",
            )
        short = bool(seen.last)
        if seen.month_first and (seen.either or not seen.has_other):
            return (
                f"the month comes first, as in the United States: {_shown(seen.month_first)} can "
                "be nothing else",
                "mm/dd/yy" if short else "mm/dd/yyyy",
                "Say so in partnership.toml, as csp map does,",
            )
        if self.kinds[name] == "month" and seen.is_month_first_of_months:
            return (
                f"the month seems to come first, as in the United States: {_shown(seen.either)}, "
                "and every date is the 1st of January if it does not",
                "mm/dd/yyyy",
                say,
            )
        if short and seen.is_year_first:
            return (
                "the year seems to come first: of its three numbers the first changes least",
                "yy/mm/dd",
                say + ' (or "dd/mm/yy" if the day comes first)',
            )
        if seen.serial and not (seen.first or seen.has_other):
            return (
                f"a spreadsheet's numbers of days: {_shown(seen.serial)}",
                "excel",
                "Say so in partnership.toml, as csp map does,",
            )
        return None


def _in_order(days: pl.Series) -> float:
    """Share of dates that do not come before the one above, or, if that is more, after it."""
    steps = days.diff().drop_nulls().to_numpy()
    return max(float((steps >= 0).mean()), float((steps <= 0).mean())) if len(steps) else 0.0


def _section(part: Part) -> str:
    return f"[sources.{part.file.split('/')[0]}.formats]"


def _one(found: pl.DataFrame, mask: pl.Expr) -> tuple[int, str] | None:
    rows = found.filter(mask).head(1)
    return rows.select(ROW, "text").row(0) if rows.height else None


def _shown(one: tuple[int, str] | None) -> str:
    return f"{one[1][:40]} (row {one[0]})" if one else ""
