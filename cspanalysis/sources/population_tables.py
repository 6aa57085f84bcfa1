"""A council's own population table: ages in rows or columns, years, sexes or both side by side.

What a heading counts is told by its words: 'Males 0-4', 'Mid-2023', '85+', 'All ages'. Age bands
are no single years of age: they serve the sum of all ages, and only where they leave nobody out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import side_by_side
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Across, Column, Schema, folded

LAYOUT = "council"
#: From this age on '… and over' can stand for single years.
OLDEST = 85
#: By how much a total may differ from the sum of its ages, since published figures are rounded.
_ROUNDED = 0.01
#: So many headings that are ages make a population table.
_AGES = 5

_YEAR = re.compile(r"\b(?:mid[- ]?(?:year)?[- ]?|june )?((?:19|20)\d{2})\b(?![/-]\d)")
_SEX = re.compile(r"\b(persons?|people|(?:fe)?males?|(?:wo)?men|girls|boys|both sexes)\b")
_SEXES = {"female": "female", "women": "female", "girl": "female", "male": "male",
          "men": "male", "boy": "male"}  # fmt: skip
_AGE = re.compile(
    r"\b(?:aged?s? ?)?(?:(?:under|less than|below) (?P<under>\d{1,3})"
    r"|(?P<low>\d{1,3}) ?(?:-|–|to) ?(?P<high>\d{1,3})"
    r"|(?P<open>\d{1,3}) ?(?:\+|plus|(?:years )?and (?:over|above|older)|or (?:over|older))"
    r"|(?P<single>\d{1,3}))(?: ?(?:years?|yrs)(?: old| of age)?)?(?!\w)"
)
_WORDS = re.compile(
    r"\b(?:all|total|ages?|aged|estimated|usual|resident|residents|population|pop|estimates?|mid"
    r"|year|of|number|no|in|the|june|30|years?|mye|ons)\b|[^a-z0-9]+"
)


class Counted(NamedTuple):
    """What a heading or a cell of ages counts; None where it does not say.

    Parameters
    ----------
    year : int or None
    sex : str or None
    ages : (int, int) or None
        First and last age; the last of an open band is 999.
    """

    year: int | None
    sex: str | None
    ages: tuple[int, int] | None


def counted(heading: str) -> Counted | None:
    """What a heading counts: a year, a sex, ages, or all residents; None for another thing."""
    text = " ".join(heading.lower().replace("_", " ").split())
    if not text or "%" in text:
        return None
    year = sex = ages = None
    if found := _YEAR.search(text):
        year, text = int(found[1]), text[: found.start()] + " " + text[found.end() :]
    if found := _SEX.search(text):
        word = re.sub(r"s$", "", found[1])
        sex, text = _SEXES.get(word, "persons"), text[: found.start()] + " " + text[found.end() :]
    if found := _AGE.search(text):
        ages = _ages(found)
        text = text[: found.start()] + " " + text[found.end() :]
    if _WORDS.sub("", text) or (ages and ages[1] < ages[0]):
        return None
    # A word such as 'year' or 'age' alone names a column, and no figure of it.
    is_all = re.search(r"\b(all|total|population|residents|pop)\b", text) is not None
    return Counted(year, sex, ages) if year or sex or ages or is_all else None


def _ages(found: re.Match[str]) -> tuple[int, int]:
    if found["under"]:
        return 0, int(found["under"]) - 1
    if found["open"]:
        return int(found["open"]), 999
    if found["single"]:
        return int(found["single"]), int(found["single"])
    return int(found["low"]), int(found["high"])


def has_bands(frame: pl.DataFrame) -> bool:
    """Whether a column of ages holds bands."""
    if "age" not in frame.columns:
        return False
    found = [counted(age) for age in frame["age"].drop_nulls().unique()]
    return any(one and one.ages and one.ages[1] not in (one.ages[0], 999) for one in found)


def _is_figure(heading: str) -> str:
    return heading.strip() if counted(heading) else ""


#: No table holds more residents in a cell.
_MOST = 10**10


class _Council(Schema):
    """A layout that needs an area's name or its code."""

    def missing(self, found: Mapping[str, int], given: Mapping[str, Any]) -> list[Column]:
        lacking = super().missing(found, given)
        is_named = {"area", "area_code"} & {*found, *given}
        return lacking if is_named else [self.columns[1], *lacking]


SCHEMA = _Council(LAYOUT, "a council's population table: ages, sexes or years side by side", (
    Column(
        "area_code", "ONS code of the area",
        ("code", "area code", "gss code", "ons code", "geography code", "ward code", "lsoa code"),
        pattern=r"(ltla|utla|lad|lsoa|msoa|la|wd|ward)\d* ?(code|cd) ?\d*", example="WD24CD",
    ),
    Column(
        "area", "Area: district, ward or small area",
        ("name", "area name", "district", "local authority", "authority", "council", "borough",
         "ward", "ward name", "geography", "geography name", "lsoa", "lsoa name"),
        pattern=r"(ltla|utla|lad|lsoa|msoa|la|wd|ward)\d* ?(name|nm) ?\d*", example="WD24NM",
    ),
    Column("year", "Year of the estimate (30 June)", ("mid year",), "integer"),
    Column("sex", "Sex", ("gender",), "lower"),
    Column("age", "Age or age band; all ages where there is none",
           ("age group", "age band", "ages", "age range"), "lower"),
    Column(
        "of", "What the figure counts, as its heading has it: a year, a sex, an age or band, or "
        "several of them",
    ),
    Column(
        "population", "Residents", ("residents", "count", "total population", "value"), "number",
        required=True,
    ),
), across=(
    Across("of", "population", _is_figure, fewest=1), side_by_side.districts("area", "population"),
))  # fmt: skip


def is_told(texts: Sequence[str], headings: Sequence[str]) -> bool:
    """Whether titles and headings say that a table is one of residents."""
    words = (
        r"(?i)popul|resident|mid.?year|\bmid.?(19|20)\d\d|\bmye\d*\b|\bcensus\b"
        r"|^all (ages|persons)$"
    )
    ages = [h for h in headings if (c := counted(h)) and c.ages and not c.year]
    return (
        len(ages) >= _AGES
        or any(re.search(words, text) for text in (*texts, *headings))
        or ("area" in map(folded, headings) and "age" in map(folded, headings))
    )


def tidy(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    """The table in the tidy form: area_code, area, year, sex, age, population, row, note."""
    figure = pl.col("population")
    broken = frame.filter((figure != figure.round()) | (figure.abs() > _MOST))
    if broken.height:
        raise DataRefused(
            paragraph(
                "these are no counts of residents but another measure, or thousands",
                file=part.label, row=broken["row"][0], allowed="whole numbers",
                do="Ask for the table of counts.",
            )
        )  # fmt: skip
    if "of" not in frame.columns:
        frame = frame.with_columns(of=pl.lit(None, pl.String))
    rows = [_row(one) for one in frame.drop_nulls("population").to_dicts()]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in rows:
        key = (one["area_code"], one["area"], one["year"], one["sex"])
        groups.setdefault(key, []).append(one)
    found = [one for group in groups.values() for one in _of_group(group, part)]
    return pl.DataFrame(
        found,
        schema={
            "area_code": pl.String, "area": pl.String, "year": pl.Int64, "row": pl.UInt32,
            "sex": pl.String, "age": pl.Int64, "population": pl.Int64, "note": pl.String,
        },
    )  # fmt: skip


def _row(cells: Mapping[str, Any]) -> dict[str, Any]:
    """A row with what its heading and its own cells say of year, sex and ages."""
    of = counted(cells["of"] or "") or Counted(None, None, None)
    sex = counted(cells["sex"] or "")
    short = {"m": "male", "f": "female", "p": "persons", "t": "persons"}
    own_sex = sex.sex if sex else short.get(cells["sex"] or "")
    ages = counted(cells["age"] or "")
    is_unread = bool(cells["age"]) and ages is None
    return {
        "area_code": cells["area_code"], "area": cells["area"], "row": cells["row"],
        "year": cells["year"] or of.year, "sex": own_sex or of.sex,
        "ages": (-2, -2) if is_unread else (ages.ages if ages else None) or of.ages,
        "population": int(cells["population"]), "note": "mid-year estimate",
    }  # fmt: skip


def _of_group(group: list[dict[str, Any]], part: Part) -> list[dict[str, Any]]:
    """The rows of an area, year and sex: single years and all ages; bands serve their sum."""
    bands = sorted({one["ages"] for one in group if one["ages"]})
    first = group[0]
    name = first["area"] or first["area_code"]
    if (-2, -2) in bands:
        raise _refused(part, first, "an age that cannot be read", "0, 0-4, 85 and over, all ages")
    is_whole = bool(bands) and bands[0][0] == 0 and bands[-1][1] == 999 and all(
        low[1] + 1 == high[0] for low, high in itertools.pairwise(bands)
    )  # fmt: skip
    totals = [one for one in group if one["ages"] is None]
    by_band: dict[tuple[int, int], int] = {}
    for one in filter(lambda one: one["ages"], group):
        if by_band.setdefault(one["ages"], one["population"]) != one["population"]:
            raise _refused(
                part, one, f"several figures of one age of {name}, as where they are broken down "
                "by a column that is not read", "one figure for each area, year, sex and age",
            )  # fmt: skip
    summed = sum(by_band.values())
    if totals and is_whole and abs(totals[0]["population"] - summed) > _ROUNDED * summed + 5:
        raise _refused(
            part, totals[0],
            f"{totals[0]['population']:,} as all residents of {name}, whose ages add up to "
            f"{summed:,}", "a total that is the sum of its ages",
        )  # fmt: skip
    if not totals and not is_whole:
        raise _refused(
            part, first, f"ages of {name} that leave somebody out or count somebody twice, and no "
            "total", "ages from 0 to the oldest, or a column of all ages",
        )  # fmt: skip
    are_single = is_whole and all(
        low == high or (high == 999 and low >= OLDEST) for low, high in bands
    )
    made = [{**one, "age": -1} for one in totals]
    if are_single:
        made += [{**one, "age": one["ages"][0]} for one in group if one["ages"]]
    elif not totals:
        made.append({**first, "age": -1, "population": summed})
    return [{k: v for k, v in one.items() if k != "ages"} for one in made]


def _refused(part: Part, row: Mapping[str, Any], what: str, allowed: str) -> DataRefused:
    return DataRefused(
        paragraph(
            f"the table gives {what}", file=part.label, row=row["row"], allowed=allowed,
            do="Mend the table, or ask for one of all ages.",
        )
    )  # fmt: skip
