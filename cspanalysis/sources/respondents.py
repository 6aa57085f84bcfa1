"""A survey as it was answered: a row for each respondent, a column for each question.

It is counted into shares as it is read: no answer of one person goes into a table, a list of
problems or a message. Who gave no answer (blank, refused, not applicable, not asked) is not among
those asked; who does not know is, and is a share of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import polars as pl

from cspanalysis.domain import total_labels
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import column_types, csv_rows, side_by_side, workbooks
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import DATA, ROW
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import Column, Schema, as_text, folded, key
from cspanalysis.sources.table import Context, Read

LAYOUT = "respondents"
#: Fewer who answered a question are too few to show what they said.
FEWEST = 30
#: Share of a column's answers that are answers of a scale, and how many different ones there are.
_ANSWERS, _MOST = 0.6, 15
#: Headings of a table that holds shares, and no respondents.
_OF_SHARES = {"question", "measure", "percent", "percentage", "base"}
#: So many headings make a table.
_COLUMNS = 3

_NO_ANSWER = re.compile(
    r"|prefer not to (?:say|answer)|rather not say|refus(?:ed|al)|not (?:applicable|answered|stated"
    r"|asked|routed)|n/?a|no (?:answer|response|reply)|skipped|missing|-+|-\d+",
    re.IGNORECASE,
)
#: '5 - Very safe', '(2) Agree': an answer with its number.
_NUMBER = re.compile(r"^\s*(?:\(?\d{1,2}\)?\s*[-–.:)=]\s*|\(\d{1,2}\)\s*)|\s*\(\d{1,2}\)\s*$")
_SCALE = re.compile(
    r"(?:not )?an? (?:very |fairly |quite )?(?:big|small|serious|minor|major|slight)? ?problem.*"
    r"|(?:very|fairly|quite|not) (?:big|much)? ?(?:of )?a? ?problem.*",
    re.IGNORECASE,
)
#: Answers that lists of other things have, too.
_PLAIN = re.compile(r"yes|no\b|other|don.?t know|do not know|not sure|unknown|never|good|poor|same")
_BENEATH = re.compile(r"response|open-ended response|answer", re.IGNORECASE)

#: What a survey is: the same in each of its layouts.
ABOUT = (
    Column("survey", "Name of the survey", essential=True),
    Column(
        "round", "Year or financial year of the fieldwork",
        ("period", "year", "wave", "survey year"), essential=True,
    ),
    Column("area", "Area whose residents were asked", ("district",), essential=True),
)  # fmt: skip
_OF_ALL = tuple(column.name for column in ABOUT)

QUESTION = Column(
    "question", "Every column whose cells are answers of a scale (yes and no, very safe to very "
    "unsafe, …); the settings can name them",
)  # fmt: skip

SCHEMA = Schema(LAYOUT, "a survey with a row for each respondent, counted into shares", (
    *ABOUT,
    QUESTION,
    Column(
        "weight", "Weight of the respondent: shares are weighted, and the effective number asked "
        "is that of the weights (Kish)",
        ("weights", "weighting", "wt", "weight factor", "weighting factor", "survey weight",
         "final weight"), "number",
    ),
    Column(
        "respondent", "Number of the respondent: of several rows the last counts; kept nowhere",
        ("respondent id", "response id", "respondent number", "serial", "serial number", "case id",
         "record id", "urn", "unique id", "id"), "identifier",
    ),
))  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """What the columns of such a table are.

    Parameters
    ----------
    header : sequence of str
        Its headings.
    at : mapping of str to int
        Positions of the layout's columns that are there.
    questions : mapping of int to str
        Positions of the questions, with their words.
    scales : set of int
        Those whose answers are more than yes and no.
    """

    header: Sequence[str]
    at: Mapping[str, int]
    questions: Mapping[int, str]
    scales: Set[int]

    @property
    def left(self) -> list[str]:
        """Headings that are neither a question nor another column of it."""
        used = {*self.at.values(), *self.questions}
        return [h.strip() for n, h in enumerate(self.header) if h.strip() and n not in used]


def answered(
    header: Sequence[str], rows: Sequence[Sequence[str | None]], mapped: Mapping[str, Any]
) -> Answered:
    """Which columns of a table are questions: those that the settings name, or that look it."""
    own = {name: heading for name, heading in mapped.items() if name != "question"}
    at = {n: place for n, place in SCHEMA.find(header, own).items() if n != "question"}
    if _OF_SHARES & {folded(heading) for heading in header}:
        return Answered(header, at, {}, set())
    said = mapped.get("question", ())
    named = {key(one) for one in ([said] if isinstance(said, str) else said)}
    is_named = named & set(map(key, header))
    questions = {
        n: re.sub(r"^Q?\d+[a-z]?\s*[.):]\s+", "", heading.strip(), flags=re.IGNORECASE)
        for n, heading in enumerate(header)
        if heading.strip() and n not in at.values()
        and (key(heading) in named if is_named else _is_question(_cells(rows, n)))
    }  # fmt: skip
    scales = {n for n in questions if _is_scale(_cells(rows, n))}
    return Answered(header, at, questions, scales)


def _cells(rows: Sequence[Sequence[str | None]], at: int) -> list[str | None]:
    return [row[at] for row in rows if at < len(row)]


def _is_question(cells: Sequence[str | None]) -> bool:
    found = Counter(label for cell in cells if (label := _label(cell)))
    told = sum(n for label, n in found.items() if _is_answer(label))
    return 0 < len(found) <= _MOST and told >= _ANSWERS * found.total()


def _is_scale(cells: Sequence[str | None]) -> bool:
    found = {label.lower() for cell in cells if (label := _label(cell)) and _is_answer(label)}
    return len({one for one in found if not _PLAIN.match(one)}) >= 2


def _is_answer(label: str) -> bool:
    return bool(side_by_side.answer(label) or _SCALE.fullmatch(label))


def _label(cell: str | None) -> str:
    """The words of an answer; '' where none was given."""
    text = " ".join(_NUMBER.sub("", cell or "").split())
    return "" if _NO_ANSWER.fullmatch(text) else text


def round_label(column: str) -> pl.Expr:
    """A round that is a financial year as '2023/24', however it is written; others as they are."""
    year = column_types.convert(pl.col(column), "financial_year")
    return pl.coalesce(year, column).alias(column)


def read(part: Part, context: Context) -> Read | None:
    """The shares of a table with a row for each respondent; None where a part is no such table."""
    found = _table(part, context)
    if found is None:
        return None
    what, frame, problems = found
    constants = context.settings.get("constants", {})
    if lacking := [name for name in _OF_ALL if name not in what.at and name not in constants]:
        lines = ", ".join(f'{name} = "…"' for name in lacking)
        raise DataRefused(
            paragraph(
                f"it holds a row for each respondent, and nothing says its {_listed(lacking)}",
                file=part.label, allowed="a column of it, or the same for all in the settings",
                do=f"Write under [sources.surveys.constants] of partnership.toml: {lines}.",
            )
        )  # fmt: skip
    problems.used |= {("constants", name) for name in constants if name not in what.at}
    problems.used |= SCHEMA.matched(what.header, context.settings.get("columns", {}))
    people = _people(what, frame, constants, problems)
    shares = _shares(what, people, context.settings.get("values", {}), problems)
    given = {name: what.header[place] for name, place in what.at.items()}
    given |= dict.fromkeys((n for n in constants if n not in given), "")
    return Read(
        {"surveys": shares.with_columns(file=pl.lit(part.label), row=pl.lit(1, pl.UInt32))},
        problems, frame.height, people.height, LAYOUT, given=given, names=context.names,
    )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _table(part: Part, context: Context) -> tuple[Answered, pl.DataFrame, Problems] | None:
    """The one table of a part that has questions."""
    said = context.settings.get("sheet", ())
    meant = {one.strip().lower() for one in ([said] if isinstance(said, str) else said)}
    parts = list(workbooks.sheets(part)) if part.is_sheet else [part]
    tables: list[tuple[str, Answered, pl.DataFrame, Problems]] = []
    for one in parts:
        with one.open() as stream:
            raw = csv_rows.read(one, _is_header, stream)
            blocks = [block.with_columns(pl.exclude(ROW).cast(pl.String)) for block in raw.blocks]
        if not blocks or not _is_header(raw.header):
            continue
        frame = pl.concat(blocks)
        rows = frame.drop(ROW).rows()
        what = answered(raw.header, rows, context.settings.get("columns", {}))
        if not what.questions:
            continue
        problems = Problems(part.label)
        for row, _, _ in raw.set_aside:
            problems.add(row, "", "", "one complete record", "noted", "no whole row; not counted")
        tables.append((raw.sheet.strip().lower(), what, _without_second(frame, what), problems))
    said_one = [t for t in tables if t[0] in meant]
    tables = said_one or tables
    if len(tables) > 1:
        raise DataRefused(
            paragraph(
                f"{len(tables)} of its sheets hold answers of respondents", file=part.label,
                allowed="one sheet with the answers",
                do=f'Name it under [sources.surveys]: sheet = "{tables[0][0]}".',
            )
        )  # fmt: skip
    if not tables:
        return None
    sheet, what, frame, problems = tables[0]
    problems.used |= {("sheet", sheet)} if sheet else set()
    return what, frame, problems


def _is_header(cells: Sequence[str]) -> int:
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) if len(filled) >= _COLUMNS and not any(map(DATA.match, filled)) else 0


def _without_second(frame: pl.DataFrame, what: Answered) -> pl.DataFrame:
    """The rows without a second row of headings ('Response'), as survey tools write it."""
    first = [frame[str(n)][0] for n in what.questions] if frame.height else []
    is_heading = bool(first) and all(cell and _BENEATH.fullmatch(cell.strip()) for cell in first)
    return frame.slice(1) if is_heading else frame


def _people(
    what: Answered, frame: pl.DataFrame, constants: Mapping[str, Any], problems: Problems
) -> pl.DataFrame:
    """The respondents who count: once each, of a known area and round, with a weight."""
    cell = {name: pl.col(str(place)).str.strip_chars() for name, place in what.at.items()}
    of_all = {n: cell.get(n, pl.lit(str(constants.get(n, "")))) for n in _OF_ALL}
    people = frame.with_columns(
        **{f"_{name}": expr for name, expr in of_all.items()},
        _weight=cell["weight"].cast(pl.Float64, strict=False) if "weight" in cell else pl.lit(1.0),
    ).with_columns(round_label("_round"))
    is_answered = pl.any_horizontal(pl.col(list(map(str, what.questions))).is_not_null())
    rules = [(is_answered, "", "an answer", "no answer to any question")]
    rules += [
        (pl.col(f"_{name}").fill_null("") != "", name, f"its {name}", f"a respondent of no {name}")
        for name in _OF_ALL
    ]
    if "respondent" in cell:
        number = cell["respondent"]
        said = number.fill_null("")
        is_total = said.str.contains(total_labels.TOTAL) | said.str.contains(
            total_labels.AMONG_RECORDS
        )
        rules.append((~is_total, "respondent", "a respondent", "a total of other rows"))
        # Each round, and each area's form, may number its respondents anew.
        own = pl.struct(number, *(f"_{name}" for name in _OF_ALL))
        rules.append((
            number.is_null() | own.is_last_distinct(), "respondent", "one row per respondent",
            "a further row of a respondent; the last one counts",
        ))  # fmt: skip
    if "weight" in cell:
        weight = pl.col("_weight")
        is_weight = weight.is_finite() & (weight > 0)
        rules.append((is_weight, "weight", "a number above 0", "a respondent without a weight"))
    for rule, column, allowed, reason in rules:
        is_kept = people.select(rule.fill_null(False)).to_series()
        # What stands in the cells of one person is not shown.
        gone = people.filter(~is_kept).select(ROW, found=pl.lit(""))
        problems.add_rows(gone, column, allowed, "set aside", reason)
        people = people.filter(is_kept)
    return people


def _shares(
    what: Answered, people: pl.DataFrame, values: Mapping[str, Any], problems: Problems
) -> pl.DataFrame:
    renamed = {
        name: {str(k).strip().lower(): as_text(v) for k, v in values.get(name, {}).items()}
        for name in ("question", "response")
    }
    rows: list[dict[str, Any]] = []
    for place, heading in what.questions.items():
        for spelled in (what.header[place].strip().lower(), heading.lower()):
            if spelled in renamed["question"]:
                problems.used |= {("values", "question", spelled)}
        question = renamed["question"].get(
            what.header[place].strip().lower(), renamed["question"].get(heading.lower(), heading)
        )
        labels = _spelled(people[str(place)], renamed["response"], problems)
        asked = people.with_columns(_answer=labels)
        none = asked["_answer"].null_count()
        if none:
            problems.add(
                1, "response", question, "an answer", "noted",
                f"{none:,} of {people.height:,} respondents gave no answer (blank, refused, not "
                "applicable) and are not among those asked",
            )  # fmt: skip
        asked = asked.drop_nulls("_answer")
        for of_all, group in asked.group_by([f"_{n}" for n in _OF_ALL], maintain_order=True):
            rows += _of_question(dict(zip(_OF_ALL, of_all, strict=True)), question, group, what)
    few = {row["question"] for row in rows if row["status"] == "suppressed"}
    for question in sorted(few):
        problems.add(
            1, "percent", question, f"{FEWEST} who answered", "noted",
            "too few answered to show what they said",
        )  # fmt: skip
    for heading in what.left:
        problems.add(
            1, "", f"the column '{heading}'", "answers of a scale", "noted",
            "no question of this kind; not counted, and kept nowhere",
        )  # fmt: skip
    return pl.DataFrame(rows, schema=_TABLE)


_TABLE = {
    **dict.fromkeys(("survey", "round", "area", "question", "response"), pl.String),
    "percent": pl.Float64, "base": pl.Int64, "effective_base": pl.Int64,
    "status": pl.String, "symbol": pl.String,
}  # fmt: skip


def _spelled(cells: pl.Series, renamed: Mapping[str, str], problems: Problems) -> pl.Series:
    """Answers in their commonest spelling; missing where none was given."""
    labels = [_label(cell) for cell in cells]
    counted = Counter(filter(None, labels))
    usual: dict[str, str] = {}
    for label, _ in counted.most_common():
        usual.setdefault(label.lower(), label)
    problems.used |= {("values", "response", one) for one in usual if one in renamed}
    found = [renamed.get(one.lower(), usual[one.lower()]) if one else None for one in labels]
    return pl.Series("_answer", found, dtype=pl.String)


def _of_question(
    of_all: Mapping[str, Any], question: str, group: pl.DataFrame, what: Answered
) -> list[dict[str, Any]]:
    """The shares of the answers to a question in an area and round."""
    weights = group["_weight"]
    total = float(weights.sum())
    effective = int(total**2 / float((weights**2).sum()))
    is_weighted = "weight" in what.at
    is_few = group.height < FEWEST
    shares = group.group_by("_answer", maintain_order=True).agg(pl.col("_weight").sum())
    return [
        {
            **of_all, "question": question, "response": answer,
            "percent": None if is_few else round(100 * weight / total, 1),
            "base": group.height, "effective_base": effective if is_weighted else None,
            "status": "suppressed" if is_few else "ok", "symbol": "*" if is_few else None,
        }
        for answer, weight in shares.sort("_answer").iter_rows()
    ]  # fmt: skip
