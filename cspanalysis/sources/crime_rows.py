"""Rows of the Home Office's tables that count no offences of their own: sums, and repeats.

A total of offences, of a force's partnerships or of a year's quarters is set aside where what it is
the sum of stands beside it. So is a row that stands there again; where two rows give different
figures for the same, nobody knows the figure, and it is missing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from cspanalysis.domain import areas, crosswalk, reference, total_labels
from cspanalysis.sources import alike_figures, official_names
from cspanalysis.sources.archive import Part
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import ROW, Context, Read

#: What tells offences apart, the finest first.
DETAILS = ("offence_code", "offence", "offence_subgroup", "offence_group")
_TOTAL = "a total of other rows"
#: What is left of the label of a sum of all crime.
_CRIME = (
    r"^(?:(?:police|recorded|victim|based|notifiable|headline) )*(?:crimes?|offences?)?"
    r"(?: ?(?:excluding|including|excl|exc|inc)\b.*)?$"
)
_YEAR = r"(?:19|20)\d\d(?:\s*[-/]?\s*\d\d(?:\d\d)?)?(?!\d)|(?<!\d)\d\d\s*[-/]\s*\d\d(?!\d)"
_MONTHS = (("apr", "jun"), ("jul", "sep"), ("oct", "dec"), ("jan", "mar"))
_ALL = "1,2,3,4"
#: Words of a label that make a force's name that of the whole force.
_WHOLE = (
    rf"{total_labels.WITHIN}|\b(?:totals?|grand|police|constabulary|force|area|csps?"
    r"|(?:community )?(?:safety )?partnerships?)\b|[^a-z0-9 ]"
)
#: The codes that one cell joins: '1/4.1/4.10/4.2'.
_JOINS = r"[/,;&+]"


def quarters(label: str) -> str | None:
    """'1' of '1', 'Q1 2024/25', 'Apr to Jun 2024'; '1,2,3,4' of 'Q1 to Q4'; None of a year."""
    said = re.sub(_YEAR, " ", label.lower().replace("_", " "))
    for number, (first, last) in enumerate(_MONTHS, 1):
        if re.search(rf"{first}\D*{last}", said):
            return str(number)
    found = re.findall(r"(?:\bq(?:tr|uarter)?s?\W*|\b)([1-4])(?:st|nd|rd|th)?\b", said)
    if len(found) == 2 and re.search(r"\d\s*(?:to|-|–)\s*\D*\d", said):
        found = [str(n) for n in range(int(found[0]), int(found[1]) + 1)]
    return ",".join(sorted(set(found))) or None


def with_quarters(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its quarters as `quarters` has them."""
    known = {label: quarters(label) for label in frame["quarter"].drop_nulls().unique()}
    quarter = pl.col("quarter").replace_strict(known, default=None, return_dtype=pl.String)
    return frame.with_columns(quarter=quarter)


def without_areas(found: Read) -> Read:
    """Set aside rows of a whole force, region or nation among those of its partnerships."""
    pairs = found.frame.select("year", "force", "csp").unique()
    alone = pairs.select("force", "csp").unique().drop_nulls()
    wholes = [pair for pair in alone.iter_rows() if _is_whole(*pair)]
    if not wholes:
        return found
    whole = pl.DataFrame(wholes, {"force": pl.String, "csp": pl.String}, orient="row")
    beside = pairs.join(whole, on=["force", "csp"], how="anti").select("year", "force").unique()
    gone = pairs.join(whole, on=["force", "csp"], how="semi").join(
        beside.with_columns(_beside=True), on=["year", "force"], how="left"
    )
    regional = pl.col("csp").map_elements(lambda c: _rest(c) in _regions(), return_dtype=pl.Boolean)
    gone = gone.filter(pl.col("_beside") | regional).select("year", "force", "csp")
    return _without(found, gone, "csp", pl.col("csp"), "a Community Safety Partnership", _TOTAL)


def without_sums(found: Read, of: Sequence[str]) -> Read:
    """Set aside rows that are the sum of others of their area and quarter.

    'Total recorded crime', 'All theft offences', 'Theft offences - total': only where rows of what
    they name stand beside them; of a year's sum also those of its quarters.
    """
    frame = found.frame
    labels = [c for c in ("offence_group", "offence_subgroup", "offence") if c in frame.columns]
    said = {
        label: " ".join(re.sub(total_labels.WORDS, " ", label.lower()).split())
        for column in labels
        for label in frame[column].drop_nulls().unique()
        if re.search(total_labels.OFFENCES, label.lower())
        or re.match(_CRIME, " ".join(re.findall("[a-z]+", label.lower())))
    }
    if not said:
        return found
    label = pl.coalesce(pl.when(pl.col(c).is_in(list(said))).then(c) for c in labels)
    named = label.replace_strict(said, default=None, return_dtype=pl.String)
    frame = frame.with_columns(_said=label, _of=named).with_columns(_part=_bare(pl.col("_of")))
    by = ["year", "quarter", *of]
    rows = frame.filter(pl.col("_said").is_null()).select(*by, *labels)
    years = frame.filter(pl.col("_said").is_not_null() & _is_coarse())["quarter"].unique()
    single = rows.filter(~_is_coarse())
    rows = pl.concat(
        [rows, *(single.with_columns(quarter=pl.lit(y, pl.String)) for y in years)]
    )  # fmt: skip
    plain = {
        c: pl.col(c).str.replace_all(r"[^a-z ]", " ").str.replace_all(r"\s+", " ") for c in labels
    }
    parts = pl.concat(
        rows.select(*by, _part=_bare(plain[c].str.strip_chars())).drop_nulls("_part")
        for c in labels
    ).unique()  # fmt: skip
    frame = frame.join(
        parts.with_columns(_beside=True), on=[*by, "_part"], how="left", maintain_order="left",
        nulls_equal=True,
    ).join(
        rows.select(by).unique().with_columns(_any=True), on=by, how="left", maintain_order="left",
        nulls_equal=True,
    )  # fmt: skip
    is_sum = pl.col("_beside").fill_null(False) | (
        pl.col("_of").str.contains(_CRIME) & pl.col("_any").fill_null(False)
    )
    kept = found.with_frame(frame).keep(
        ~is_sum.fill_null(False), "offence", pl.col("_said"),
        "one of the offences a total is made of", _TOTAL,
    )  # fmt: skip
    return kept.with_frame(kept.frame.drop("_said", "_of", "_part", "_beside", "_any"))


def without_years(found: Read, of: Sequence[str]) -> Read:
    """Set aside rows of a year, or of several quarters, whose quarters have rows of their own."""
    key = ["year", "quarter", *of, *DETAILS]
    coarse = found.frame.filter(_is_coarse())
    single = found.frame.filter(~_is_coarse())
    if coarse.is_empty() or single.is_empty():
        return found
    each = coarse.select(
        *key, "file", ROW, _each=pl.col("quarter").fill_null(_ALL).str.split(",")
    ).explode("_each", empty_as_null=True, keep_nulls=True)
    there = single.select(key).unique().rename({"quarter": "_each"})
    on = [c if c != "quarter" else "_each" for c in key]
    gone = each.join(there, on=on, how="semi", nulls_equal=True).select("file", ROW).unique()
    told = pl.format("{}: {}", "year", pl.col("quarter").fill_null("no quarter"))
    return _without(
        found, gone, "quarter", told,
        "a quarter", "a total of the quarters beside it",
    )  # fmt: skip


def once(
    found: Read, of: Sequence[str], parts: Iterable[Part], source: Source, context: Context
) -> Read:
    """Each figure once: the same row again is set aside.

    Of rows that give different figures for the same none can be believed: the figure is missing.
    Where a cell joins several codes the publisher gives each a row. Refused is a part whose rows a
    column tells apart that nobody reads.
    """
    key = ["year", "quarter", *of, *DETAILS]
    keys = found.frame.select(_key=pl.struct(key).hash()).to_series()
    frame = found.frame.with_columns(keys).filter(keys.is_duplicated())
    rows = pl.col("offence_code").fill_null("").str.count_matches(_JOINS) + 1
    several = frame.filter(pl.len().over("_key") > rows).with_columns(_rows=rows)
    if several.is_empty():
        return found
    for part in parts:
        own = several.filter(pl.col("file") == part.label)
        own = own.filter(pl.len().over("_key") > pl.col("_rows"))
        alike_figures.refuse_unread(part, source, context, own, key, ["count"])
    at = pl.int_range(pl.len()).over("_key")
    several = several.with_columns(_at=at).with_columns(
        _again=pl.col("_at") >= pl.col("_rows"), _place=pl.col("_at") % pl.col("_rows")
    )
    is_same = (pl.col("count").n_unique().over("_key", "_place") == 1).all().over("_key")
    several = several.with_columns(_same=is_same)
    told = pl.concat_str(
        [pl.col(c) for c in ("year", *of, "offence")] + [pl.col("count").cast(pl.String)],
        separator=", ", ignore_nulls=True,
    )  # fmt: skip
    unknown = several.filter(~pl.col("_same") & ~pl.col("_again"))
    found.note(
        unknown, "count", "one figure", "further rows give other figures for the same: not known",
        found=told,
    )  # fmt: skip
    found = _without(
        found, several.filter("_again", "_same").select("file", ROW), "", told, "a row for each",
        "the same row again",
    )  # fmt: skip
    found = _without(
        found, several.filter("_again", ~pl.col("_same")).select("file", ROW), "count", told,
        "one figure", "another figure for the same",
    )  # fmt: skip
    blank = unknown.select("file", ROW, _blank=True)
    marked = found.frame.join(blank, on=["file", ROW], how="left", maintain_order="left")
    count = pl.when(pl.col("_blank").is_null()).then("count").alias("count")
    return found.with_frame(marked.with_columns(count).drop("_blank"))


def whole(column: str = "count") -> pl.Expr:
    """The sum of figures; missing where one of them is."""
    return pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum()).alias(column)


def _bare(label: pl.Expr) -> pl.Expr:
    """'theft' of 'theft offences'."""
    return label.str.replace(r" (?:offences?|crimes?)$", "")


def _is_coarse() -> pl.Expr:
    return pl.col("quarter").fill_null(_ALL).str.len_chars() > 1


def _without(
    found: Read, gone: pl.DataFrame, column: str, told: pl.Expr, allowed: str, reason: str
) -> Read:
    """Set aside the rows that a few columns name."""
    if gone.is_empty():
        return found
    on = gone.columns
    marked = found.frame.join(
        gone.with_columns(_gone=True), on=on, how="left", maintain_order="left"
    )
    kept = found.with_frame(marked).keep(pl.col("_gone").is_null(), column, told, allowed, reason)
    return replace(kept, tables={n: f.drop("_gone") for n, f in kept.tables.items()})


@functools.cache
def _is_whole(force: str, csp: str) -> bool:
    """Whether a name in the place of a partnership is its force's, a region's or a nation's."""
    rest, plain = _rest(csp), " ".join(csp.lower().split())
    if not rest or rest in _regions():
        return True
    is_force = areas.is_force(official_names.force(force), rest)
    return is_force and (rest != plain or not crosswalk.meanings(csp))


def _rest(csp: str) -> str:
    """What a name says beside that it is a whole."""
    return " ".join(re.sub(_WHOLE, " ", csp.lower().replace("&", "and")).split())


@functools.cache
def _regions() -> frozenset[str]:
    known = {row["region"].lower() for row in reference.rows("areas")} - {""}
    return frozenset(known | {"england", "wales", "england and wales", ""})
