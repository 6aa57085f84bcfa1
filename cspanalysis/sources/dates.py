"""Dates and times of day as people, spreadsheets and databases write them.

What is unmistakable is read by itself. In 03/04/2007 the day comes first, as in the United Kingdom;
what would be misread so is read where the settings say how, per column:
[sources.<source>.formats] recorded = "mm/dd/yyyy". `orders` finds such columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import MONTHS

FORMATS = {
    "dd/mm/yyyy": "day first, as in the United Kingdom",
    "mm/dd/yyyy": "month first, as in the United States",
    "dd/mm/yy": "day first, years of two digits",
    "mm/dd/yy": "month first, years of two digits",
    "yy/mm/dd": "year first, of two digits",
    "excel": "Excel's serial numbers: days since 30 December 1899, times as parts of a day",
}
#: Kinds of cell that a format can be said of.
WITH_FORMAT = ("date", "datetime", "time", "month")

#: Excel's number of a day from 1954 to 2064; what else has five digits is no day.
SERIAL = r"^[2-5]\d{4}(?:\.\d+)?$"
#: Excel's time of day: a part of 1, which a clock with a dot (9.30) cannot be taken for.
PART_OF_DAY = r"^(?:0?\.\d+|[01](?:\.0+)?|\d(?:\.\d+)?[eE]-\d+)$"

_CLOCK = (
    r"(?P<h>\d{1,2})(?:[:.]?(?P<mi>\d{2})(?:[:.](?P<s>\d{2}))?(?:[.,]\d+)?)?"
    r"(?: *(?P<p>[ap])\.?m\.?)?"
)
_ZONE = r"(?: *(?P<z>Z|UTC|GMT|BST|[-+]\d{2}:?\d{2}))?"
_REST = rf"(?:[ T,]+(?:at +|- +)?{_CLOCK})?{_ZONE}$"
_TIME_ALONE = rf"(?i)^{_CLOCK}(?: *h(?:rs?|ours?)?\.?)?$"
_WEEKDAY = r"(?i)^(?:[a-z]{3,9}\.?,? +)?"
_NUMERIC = _WEEKDAY + r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4}|\d{2})"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_WORD = _WEEKDAY + _DAY + r"[-/. ]*(?:of +)?(?P<m>[a-z]{3,9})\.?[-/ ,]*'?(?P<y>\d{4}|\d{2})"
_YEAR_FIRST = r"(?i)^(?P<y>\d{4})[-/. ](?P<m>\d{1,2}|[a-z]{3,9})[-/. ](?P<d>\d{1,2})"
_COMPACT = r"(?i)^(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)"
_MONTH_NAME_FIRST = (
    _WEEKDAY + r"(?P<m>[a-z]{3,9})\.?[-/ ]*" + _DAY + r"(?:,[-/ ]*|[-/ ]+)(?P<y>\d{4})"
)
_LONG = (_YEAR_FIRST, _COMPACT, _MONTH_NAME_FIRST)
#: Where 03/04/07 counts as a date.
ANY = (*_LONG, _NUMERIC, _WORD)
#: Where it does not, but 03-Apr-07 does.
CLEAR = (*_LONG, _NUMERIC.replace(r"|\d{2})", ")"), _WORD)
#: Where every year has four digits.
OF_FOUR_DIGITS = (*_LONG, *(p.replace(r"|\d{2})", ")") for p in (_NUMERIC, _WORD)))

_NUMBERS = {name: number for number, name in enumerate(MONTHS, 1)}
#: As spreadsheets that must choose a century do: 70 is 1970, 69 is 2069.
_PIVOT = 70


def moment(text: pl.Expr, patterns: tuple[str, ...] = ANY) -> pl.Expr:
    """Date and time of day of trimmed text, by the clocks of the United Kingdom; else missing.

    A time with a zone (2007-07-01T22:30Z) is that of the clock on the wall (23:30).
    """
    return _each(text, lambda found: _moments(found, patterns)[0], pl.Datetime("us"))


def has_time(text: pl.Expr) -> pl.Expr:
    """Whether a date's text also says the time of day."""
    return _each(text, lambda found: _moments(found, ANY)[1], pl.Boolean).fill_null(False)


def time(text: pl.Expr) -> pl.Expr:
    """Minutes since midnight; of a date with its time, those of the time."""
    return _each(text, _times, pl.Int64)


def reformatted(text: pl.Expr, layout: str) -> pl.Expr:
    """Dates and times written in one of FORMATS in a form that any date column reads.

    Text that is not of the format stays as it is: unmistakable dates (2007-12-31) are read, the
    rest is reported as no date.
    """
    layout = known(layout)
    if layout == "excel":
        return _from_serial(text)
    if target := {"m": "${2}/${1}/${3}${4}", "y": "${3}/${2}/${1}${4}"}.get(layout[0]):
        last = r"\d{1,2}" if layout[0] == "y" else r"\d{4}|\d{2}"
        first = r"\d{2}" if layout[0] == "y" else r"\d{1,2}"
        return text.str.replace(rf"^({first})[-/. ](\d{{1,2}})[-/. ]({last})(\D.*)?$", target)
    return text


def is_written(text: pl.Expr, layout: str) -> pl.Expr:
    """Whether text is written in one of FORMATS."""
    if known(layout).startswith("d"):
        return text.str.contains(r"^\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})(?:\D|$)")
    return reformatted(text, layout) != text


def known(layout: object, file: object = "partnership.toml") -> str:
    """A format of the settings by its name in FORMATS; refused if there is none."""
    name = str(layout).strip().lower()
    if name in FORMATS:
        return name
    raise UsageError(
        paragraph(
            f"'{layout}' under 'formats' is no way of writing dates",
            file=file,
            allowed="; ".join(f"{name} ({meaning})" for name, meaning in FORMATS.items()),
        )
    )


def _each(
    text: pl.Expr, values: Callable[[pl.Series], pl.Series], dtype: pl.DataType | type[pl.DataType]
) -> pl.Expr:
    """The values of texts, each text looked at once: a column holds few days many times."""

    def of(column: pl.Series) -> pl.Series:
        texts = column.unique().drop_nulls().alias("text")
        pairs = pl.DataFrame([texts, values(texts).cast(dtype).alias("value")])
        written = column.alias("text").to_frame()
        return written.join(pairs, on="text", how="left", maintain_order="left")["value"]

    return text.map_batches(of, return_dtype=dtype)


def _moments(texts: pl.Series, patterns: Iterable[str]) -> tuple[pl.Series, pl.Series]:
    """Moments of texts by the first pattern that gives one, and whether the time is said."""
    moments = pl.Series([None] * len(texts), dtype=pl.Datetime("us"))
    has_time = pl.Series([None] * len(texts), dtype=pl.Boolean)
    for pattern in patterns:
        groups = texts.str.extract_groups(pattern + _REST).struct.unnest()
        if groups["y"].null_count() == len(texts):
            continue
        found = _assembled(groups)
        found = found.set(~found.dt.year().is_between(1900, 2100), None)
        moments = moments.zip_with(moments.is_not_null(), found)
        said = groups["h"].is_not_null()
        has_time = has_time.zip_with(has_time.is_not_null() | found.is_null(), said)
    return moments, has_time


def _assembled(groups: pl.DataFrame) -> pl.Series:
    year, zone = pl.col("y").cast(pl.Int64, strict=False), pl.col("z").str.to_lowercase()
    century = pl.when(year < _PIVOT).then(2000).otherwise(1900)
    name = pl.col("m").str.slice(0, 3).str.to_lowercase()
    sign = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    hours, minutes = (
        zone.str.replace(":", "").str.extract(r"^[-+](\d{2})(\d{2})$", at).cast(pl.Int64)
        for at in (1, 2)
    )
    parts = groups.with_columns(
        *_clock(),
        year=pl.when(pl.col("y").str.len_chars() == 2).then(year + century).otherwise(year),
        month=pl.coalesce(
            pl.col("m").cast(pl.Int64, strict=False),
            name.replace_strict(_NUMBERS, default=None, return_dtype=pl.Int64),
        ),
        ahead=pl.when(zone == "bst").then(60).otherwise(sign * (hours * 60 + minutes)).fill_null(0),
        is_zoned=zone.is_not_null() & pl.col("h").is_not_null(),
    )
    # Out-of-range parts would raise inside pl.datetime, so text is built and parsed leniently.
    text = pl.format("{}-{}-{} {}:{}:{}", "year", "month", "d", "hour", "minute", "second")
    wall = parts.with_columns(wall=text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False))
    there = (pl.col("wall") - pl.duration(minutes="ahead")).dt.replace_time_zone("UTC")
    there = there.dt.convert_time_zone("Europe/London").dt.replace_time_zone(None)
    return wall.select(pl.when("is_zoned").then(there).otherwise("wall")).to_series()


def _clock() -> tuple[pl.Expr, ...]:
    """hour, minute and second of a clock's groups: 0 where none is said, missing where wrong."""
    hour, minute, second = (pl.col(name).cast(pl.Int64, strict=False) for name in ("h", "mi", "s"))
    half = pl.col("p").str.to_lowercase()
    is_afternoon = half == "p"
    said = (
        pl.when(half.is_null() & minute.is_not_null())
        .then(hour)
        .when(hour.is_between(1, 12))
        .then(hour % 12 + 12 * is_afternoon.cast(pl.Int64))
        # 22:15 PM and 00:15 AM, as formats that say both write them.
        .when((hour > 12) & is_afternoon | (hour == 0) & (half == "a"))
        .then(hour)
    )
    said = pl.when(pl.col("h").is_null()).then(0).when(said < 24).then(said)
    return (
        said.alias("hour"),
        minute.fill_null(0).alias("minute"),
        second.fill_null(0).alias("second"),
    )


def _times(texts: pl.Series) -> pl.Series:
    # 0.25 is a quarter of a day to a spreadsheet, not 25 minutes past midnight.
    is_part = texts.str.contains(PART_OF_DAY)
    groups = texts.set(is_part, None).str.extract_groups(_TIME_ALONE).struct.unnest()
    clock = groups.with_columns(*_clock())
    minutes = pl.when(pl.col("h").is_not_null() & (pl.col("minute") < 60)).then(
        pl.col("hour") * 60 + pl.col("minute")
    )
    # A time alone is the 0th of January 1900 to a spreadsheet.
    dated = texts.str.replace(r"^(?:1899-12-3[01]|1900-01-0[01])[ T]", "2000-01-01 ")
    moments, has_time = _moments(dated, ANY)
    of_day = moments.dt.hour().cast(pl.Int64) * 60 + moments.dt.minute()
    return clock.select(minutes).to_series().fill_null(of_day.set(~has_time.fill_null(False), None))


def _from_serial(text: pl.Expr) -> pl.Expr:
    number = (
        pl.when(text.str.contains(SERIAL) | text.str.contains(PART_OF_DAY))
        .then(text)
        .cast(pl.Float64, strict=False)
    )
    seconds = (number * 86_400).round(0).cast(pl.Int64)
    moment = pl.datetime(1899, 12, 30) + pl.duration(seconds=seconds)
    return (
        pl.when(number <= 1)
        .then(moment.dt.strftime("%H:%M:%S"))
        .when(number == number.floor())
        .then(moment.dt.strftime("%Y-%m-%d"))
        .when(number.is_not_null())
        .then(moment.dt.strftime("%Y-%m-%d %H:%M:%S"))
        .otherwise(text)
    )
