"""Surveys of residents: the share that gave an answer and how many were asked."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cspanalysis.domain import total_labels
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import respondents, side_by_side
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.schema import Across, Column, Schema, UnknownLayout
from cspanalysis.sources.source import Source, status_of
from cspanalysis.sources.table import Context, Read

#: By how much rounded answers to a question may add up to more or less than one.
ROUNDED = 0.03

#: Answers that only affirm what the question says.
YES = ("yes", "y")


def _check(found: Read) -> Read:
    """Shares outside 0 to 100 are set aside; the question has its answer after a colon.

    'Do you feel safe?: no'; a phrase that is affirmed stands alone.
    """
    found = _with_fractions(_without_nets(found))
    _refuse_mixed(found)
    frame = found.frame
    shares = frame["percent"].drop_nulls()
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
    frame = found.frame
    found.note(
        frame.filter(pl.col("base").is_null()), "base", "a whole number",
        "without the number of people asked: no interval", pl.col("question"),
    )  # fmt: skip
    frame = frame.with_columns(respondents.round_label("round"), question())
    return found.with_frame(frame)


def _without_nets(found: Read) -> Read:
    """Answers that sum others up ('Net: agree', 'Total safe') are set aside beside these.

    Where a question has no other answer, the net is what is known of it.
    """
    answer = pl.col("response").fill_null("")
    is_net = answer.str.contains(total_labels.NET) | answer.str.contains(total_labels.TOTAL)
    others = (~is_net & pl.col("response").is_not_null()).any()
    return found.keep(
        ~(is_net & others.over("survey", "round", "area", "question")),
        "response", pl.format("{}: {}", "question", "response"), "an answer to choose",
        "a net or total of other answers",
    )  # fmt: skip


def _with_fractions(found: Read) -> Read:
    """Shares as per cent where a workbook holds fractions: the answers to each question make one.

    A question with a hidden or missing share, or with one answer, shows nothing.
    """
    frame = found.frame
    asked = pl.struct("survey", "round", "area", "question")
    whole = (
        frame.group_by(asked.alias("asked"))
        .agg(
            total=pl.col("percent").sum(), answers=pl.col("response").n_unique(),
            is_known=pl.col("percent").is_not_null().all(),
        )
        .filter((pl.col("answers") > 1) & pl.col("is_known"))
    )  # fmt: skip
    is_fraction = whole.height and whole["total"].is_between(1 - ROUNDED, 1 + ROUNDED).all()
    if not is_fraction or not (frame["percent"].drop_nulls() <= 1).all():
        return found
    found.problems.add(
        1, "percent", f"{frame['percent'].drop_nulls()[0]}", "0 to 100", "noted",
        "fractions of one, as the answers to each question show; read as per cent",
    )  # fmt: skip
    return found.with_frame(frame.with_columns((pl.col("percent") * 100).round(10)))


def _refuse_mixed(found: Read) -> None:
    """Refuse fractions of one among shares in per cent: some cells hold 0.62, others '58%'.

    A share below one per cent is written no finer than the others.
    """
    shares = found.frame.select(ROW, "percent").drop_nulls().filter(pl.col("percent") > 0)
    written = pl.col("percent").cast(pl.String).str.extract(r"\.(\d*?)0*$")
    shares = shares.with_columns(decimals=written.str.len_chars().fill_null(0))
    is_small = pl.col("percent") <= 1
    small, large = shares.filter(is_small), shares.filter(~is_small)
    if large.is_empty() or small.is_empty():
        return
    finest = max(int(large["decimals"].max()), 1)  # type: ignore[arg-type]
    finer = small.filter(pl.col("decimals") > finest)
    if finer.is_empty():
        return
    row, share, _ = finer.row(0)
    other_row, other, _ = large.row(0)
    raise DataRefused(
        paragraph(
            f"{share:g} stands among shares such as {other:g} (row {other_row}): it seems to be a "
            f"fraction ({100 * share:g} per cent), as a workbook's cell that shows per cent holds "
            "it",
            file=found.problems.file, row=row, column="percent",
            allowed="all shares in per cent, or all as fractions with every answer of a question",
            do="Write all shares in per cent (62 or 62%), then clean again.",
        )
    )  # fmt: skip


def question() -> pl.Expr:
    """What the share is of: the question's phrase where the answer is yes, else with the answer."""
    answer = pl.col("response").fill_null("yes")
    both = pl.format("{}: {}", "question", answer)
    return pl.when(answer.str.to_lowercase().is_in(YES)).then("question").otherwise(both)


_SHARES = Source(
    name="surveys",
    title="Surveys of residents",
    description="One row per survey, round, area, question and answer. Without the number of "
    "people asked a share has no interval, so rows without it are noted. A file with a row for "
    "each respondent is counted into shares as it is read; nothing of one respondent is kept.",
    supplier="survey results with the number of people asked",
    schemas=(
        Schema("shares", "survey results with the number of people asked", (
            *respondents.ABOUT,
            Column(
                "question", "What was asked, as a phrase or with its answer", ("measure",),
                essential=True,
            ),
            Column(
                "response", "Answer that the share is of",
                ("answer", "answers", "answer option", "response option", "responses"),
            ),
            Column(
                "percent", "Share that gave the answer, or a symbol",
                ("per cent", "%", "value", "share"), "figure", required=True, unit="per cent",
            ),
            Column(
                "base", "People who answered, unweighted",
                ("respondents", "n", "sample size", "unweighted base", "number asked"), "integer",
                required=True,
            ),
            Column(
                "effective_base", "People as whom a weighted sample tells as much; limits rest on "
                "it", ("effective sample size", "effective n", "neff", "weighted effective base"),
                "integer",
            ),
        ), across=(Across("response", "percent", side_by_side.answer),)),
    ),
    derived={"surveys": status_of("percent", "share")},
    figures={"surveys": ("survey", "round", "area", "question", "response")},
    telling={
        "surveys": "If they are answers to one question, give the answer in a column 'Answer' (or "
        "'Response'), or word each question as a phrase that holds its answer, such as 'feels safe "
        "walking alone after dark'."
    },
    rounds="round",
    is_mapped=True,
    check=_check,
)  # fmt: skip


def _read(part: Part, context: Context) -> Read:
    """Shares as they are given, or counted of the respondents."""
    known = _SHARES.columns
    columns = {k: v for k, v in context.settings.get("columns", {}).items() if k in known}
    settings = {**context.settings, "columns": columns}
    try:
        return _SHARES.read(part, replace(context, settings=settings))
    except UnknownLayout:
        if (found := respondents.read(part, context)) is None:
            raise
        found = found.with_frame(found.frame.with_columns(question()))
    return found


SOURCE = replace(
    _SHARES,
    schemas=(*_SHARES.schemas, respondents.SCHEMA),
    mapped=("shares",),
    hidden=("weight", "respondent"),
    reader=_read,
)
