"""Surveys of residents: the share that gave an answer and how many were asked."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "surveys"
TITLE = "Surveys of residents"
DESCRIPTION = (
    "One row per survey, round, area, question and answer. Without the number of people asked a "
    "share has no interval, so rows without it are noted."
)

SCHEMAS = (
    Schema(
        "shares",
        "survey results with the number of people asked",
        (
            Column("survey", "Name of the survey", essential=True),
            Column(
                "round",
                "Year or financial year of the fieldwork",
                ("period", "year", "wave", "survey year"),
                essential=True,
            ),
            Column("area", "Area whose residents were asked", ("district",), essential=True),
            Column(
                "question",
                "What was asked, as a phrase or with its answer",
                ("measure",),
                essential=True,
            ),
            Column(
                "response",
                "Answer that the share is of",
                ("answer", "answers", "answer option", "response option", "responses"),
            ),
            Column(
                "percent",
                "Share that gave the answer, or a symbol",
                ("per cent", "%", "value", "share"),
                "figure",
                required=True,
                unit="per cent",
            ),
            Column(
                "base",
                "People who answered, unweighted",
                ("respondents", "n", "sample size", "unweighted base", "number asked"),
                "integer",
                required=True,
            ),
        ),
    ),
)

#: Answers that only affirm what the question says.
YES = ("yes", "y")

DERIVED = {
    "surveys": {
        "status": "ok, or why there is no share",
        "symbol": "What stood in the share's place",
    }
}

#: What makes two rows the same figure.
FIGURES = {NAME: ("survey", "round", "area", "question", "response")}


#: What tells the rows of a survey apart (see `figures`).
TELLING = {
    NAME: "If they are answers to one question, give the answer in a column 'Answer' (or "
    "'Response'), or word each question as a phrase that holds its answer, such as 'feels safe "
    "walking alone after dark'."
}


def read(part: Part, context: Context) -> Read:
    """Read one table of results.

    Returns
    -------
    Read
        survey, round ('2007', '2007/08'), area, question, response, percent, base, status,
        symbol, file, row. A question has its answer after a colon ('Do you feel safe?: no'), but
        for a phrase that is affirmed. A share outside 0 to 100 is set aside.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    shares = found.tables[NAME]["percent"].drop_nulls()
    # A workbook's cell that shows 61% holds 0.61; one share of 0.6 per cent may be meant.
    if len(shares) > 1 and (shares <= 1).all() and (shares % 1 > 0).any():
        found = found.keep(
            pl.col("percent").is_null(),
            "percent", pl.col("percent"), "0 to 100", "a fraction, as all of the file are",
        )  # fmt: skip
    found = found.keep(
        pl.col("percent").is_null() | pl.col("percent").is_between(0, 100),
        "percent", pl.col("percent"), "0 to 100", "no share in per cent",
    )  # fmt: skip
    found = found.keep(
        pl.col("base").is_null() | (pl.col("base") > 0),
        "base", pl.col("base"), "1 or more", "nobody was asked",
    )  # fmt: skip
    frame = found.tables[NAME]
    found.problems.add_rows(
        frame.filter(pl.col("base").is_null()).select(ROW, pl.col("question").alias("found")),
        "base", "a whole number", "noted", "without the number of people asked: no interval",
    )  # fmt: skip
    frame = frame.select(
        "survey",
        pl.col("round").str.replace(r"^(\d{4})[-–/](?:\d{2})?(\d{2})$", "${1}/${2}"),
        "area", question(), "response", "percent", "base",
        pl.col("percent_status").fill_null("not_available").alias("status"),
        pl.col("percent_symbol").alias("symbol"),
        pl.lit(part.label).alias("file"), ROW,
    )  # fmt: skip
    return found.with_tables(surveys=frame)


def question() -> pl.Expr:
    """What the share is of: the question's phrase where the answer is yes, else with the answer."""
    answer = pl.col("response").fill_null("yes")
    both = pl.format("{}: {}", "question", answer)
    return pl.when(answer.str.to_lowercase().is_in(YES)).then("question").otherwise(both)
