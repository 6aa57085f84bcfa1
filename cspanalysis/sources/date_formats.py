"""Ways of writing dates that are read only where the settings say so: all could be misread.

partnership.toml names them per column: [sources.<source>.formats] recorded = "mm/dd/yyyy".
"""

from __future__ import annotations

import polars as pl

from cspanalysis.errors import UsageError, paragraph

FORMATS = {
    "mm/dd/yyyy": "month first, as in the United States",
    "dd/mm/yy": "day first, years of two digits in this century",
    "excel": "Excel's serial numbers: days since 30 December 1899, times as parts of a day",
}
_DATE = r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{Y})(\D.*)?$"


def reformatted(text: pl.Expr, layout: str) -> pl.Expr:
    """Dates and times written in one of FORMATS in a form that any date column reads.

    Text that is not of the format stays as it is: unmistakable dates (2007-12-31) are read, the
    rest is reported as no date.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    if layout not in FORMATS:
        raise UsageError(
            paragraph(
                f"'{layout}' in the 'formats' of partnership.toml is no format",
                allowed="; ".join(f"{name} ({meaning})" for name, meaning in FORMATS.items()),
            )
        )
    if layout == "excel":
        return _from_serial(text)
    pattern = _DATE.replace("Y", "4" if layout == "mm/dd/yyyy" else "2")
    target = "${2}/${1}/${3}${4}" if layout == "mm/dd/yyyy" else "${1}/${2}/20${3}${4}"
    return text.str.replace(pattern, target)


def _from_serial(text: pl.Expr) -> pl.Expr:
    is_number = text.str.contains(r"^\d{1,5}(\.\d+)?([eE]-?\d+)?$")
    number = pl.when(is_number).then(text).cast(pl.Float64, strict=False)
    seconds = (number * 86_400).round(0).cast(pl.Int64)
    moment = pl.datetime(1899, 12, 30) + pl.duration(seconds=seconds)
    return (
        pl.when(number < 1)
        .then(moment.dt.strftime("%H:%M:%S"))
        .when(number == number.floor())
        .then(moment.dt.strftime("%Y-%m-%d"))
        .when(number.is_not_null())
        .then(moment.dt.strftime("%Y-%m-%d %H:%M:%S"))
        .otherwise(text)
    )
