"""The Finding and its record: what a notebook stores and `findings.json` holds."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import agendas
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.present.phrases import HIDDEN, get

if TYPE_CHECKING:
    from cspanalysis.present.charts.plot import Plot

#: MIME type under which a notebook stores a finding's whole protected record.
MIME = "application/vnd.cspanalysis.finding+json"
#: That of the output after its chart, which tells the rest of the same record.
REST = "application/vnd.cspanalysis.rest+json"
#: Set in the environment of a chapter that nobody looks at but a report, which reads the records:
#: what JupyterLab shows of them, a quarter of the chapter's displaying, is not written.
UNSEEN = "CSP_UNSEEN"

#: Keys of `values`, in the order they are written (contract of findings.json).
VALUE_KEYS = [
    "count",
    "compare_count",
    "percent_change",
    "ratio",
    "lower",
    "upper",
    "p",
    "confidence",
    "rate",
    "rate_per",
    "population",
    "rank",
    "of",
    "rank_lower",
    "rank_upper",
    "share",
    "index",
    "peak",
]

#: Numbers of things: whole wherever they are, whatever a table with gaps in it made of them.
COUNTS = frozenset(
    (
        *("count", "compare_count", "population", "rank", "of", "rank_lower", "rank_upper"),
        *("peak", "total", "compare_total", "base", "compare_base", "roll", "rows", "kept"),
        *("set_aside", "days", "compare_days", "year"),
    )
)

STATUSES = ("ok", "too_few", "suppressed", "not_comparable", "not_available")
VERDICTS = ("up", "down", "no_clear_change", "lower", "similar", "higher", "peak", "none")
#: Of what area a figure is: the partnership's own districts, or a larger one that it lies in.
LEVELS = ("district", "county", "force", "national")
#: What a finding tells of its subject, by which a report places it: how it went over time, its
#: change, what it consists of, beside others, where, when, who, what became of it, what is done.
ROLES = ("", "trend", "change", "parts", "peers", "where", "when", "who", "outcome", "action")
POLARITIES = ("lower_is_better", "higher_is_better", "neutral")


@dataclass(frozen=True)
class Said:
    """What wording made of a protected table.

    Parameters
    ----------
    text : str
        The sentence or sentences that answer the finding's question.
    verdict : str
        One of `VERDICTS`.
    values : mapping, optional
        Numbers under the keys of `VALUE_KEYS`.
    status : str
        One of `STATUSES`.
    """

    text: str
    verdict: str = "none"
    values: Mapping[str, Any] = field(default_factory=dict)
    status: str = "ok"


@dataclass(frozen=True)
class Finding:
    """One answered question, protected, with its evidence.

    Parameters
    ----------
    id, chapter, title : str
        Stable id, chapter key, and the question as the heading.
    sentence, verdict, values, status
        See `Said`.
    measure, unit, method, polarity : str
        What is measured, in what unit, how, and which direction is good (`POLARITIES`).
    agenda, level : str
        The agenda whose question it answers, and of what area its figures are (`LEVELS`).
    role : str
        What it tells of its subject (`ROLES`): a report places it by this.
    period, compare : str
        `YYYY-MM/YYYY-MM`; compare is '' where nothing is compared.
    sources : tuple of dict
        Source, title, publisher, licence, data date, synthetic flag; from the sidecars.
    rows : pandas.DataFrame
        The protected result table, one row per point of the chart.
    table : dict
        The same for display: `{"columns": [labels], "rows": [[texts]], "own": [row numbers]}`.
    figure : Plot or None
        The chart; asked for anything that Plotly figures have, it is one.
    alt : str
        Text alternative of the figure.
    caption : str
        What, where, when of the figure.
    definition : str
        The definition under which the counting was done, printed beside the figure.
    notes : tuple of str
        Caveats printed beneath.
    tile : dict or None
        `{"value", "label"}` for the headline row of the chapter.
    windows : tuple of Finding
        The same finding for the further periods of the settings.
    parts : tuple of Finding
        Findings on each thing that this one shows side by side: a page tells their sentences in a
        list, findings.json holds them whole.
    lacks : str
        Of a finding that cannot be had: what is missing and would supply it, worded for all the
        questions that lack the same.
    awaits : tuple of str
        Of such a finding, the sources any of which would supply it, where nobody has supplied or
        promised one: a report only names it as not covered.
    """

    id: str
    chapter: str
    title: str
    sentence: str
    verdict: str = "none"
    values: Mapping[str, Any] = field(default_factory=dict)
    status: str = "ok"
    measure: str = ""
    unit: str = ""
    method: str = ""
    polarity: str = "neutral"
    agenda: str = agendas.TODAY
    level: str = "district"
    role: str = ""
    period: str = ""
    compare: str = ""
    sources: tuple[dict[str, Any], ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    table: Mapping[str, Any] = field(default_factory=dict)
    figure: Plot | None = None
    alt: str = ""
    caption: str = ""
    definition: str = ""
    notes: tuple[str, ...] = ()
    tile: Mapping[str, str] | None = None
    windows: tuple[Finding, ...] = ()
    parts: tuple[Finding, ...] = ()
    lacks: str = ""
    awaits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in (
            ("status", STATUSES),
            ("verdict", VERDICTS),
            ("polarity", POLARITIES),
            ("level", LEVELS),
            ("role", ROLES),
            ("agenda", tuple(agendas.AGENDAS)),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{self.id}: {name} {getattr(self, name)!r} is none of {allowed}")

    def record(self) -> dict[str, Any]:
        """The finding as findings.json holds it, plus what a page needs to show it."""
        return {
            "id": self.id,
            "chapter": self.chapter,
            "title": self.title,
            "sentence": self.sentence,
            "verdict": self.verdict,
            "measure": self.measure,
            "period": self.period,
            "compare": self.compare,
            "unit": self.unit,
            "values": {k: of_column(k, self.values[k]) for k in VALUE_KEYS if k in self.values},
            "method": self.method,
            "status": self.status,
            "polarity": self.polarity,
            "agenda": self.agenda,
            "level": self.level,
            "role": self.role,
            "sources": [dict(s) for s in self.sources],
            "rows": _records(self.rows),
            "definition": self.definition,
            "notes": list(self.notes),
            "caption": self.caption,
            "alt": self.alt,
            "table": dict(self.table),
            "tile": dict(self.tile) if self.tile else None,
            "has_figure": self.figure is not None,
            "windows": [w.record() for w in self.windows],
            "parts": [p.record() for p in self.parts],
            "lacks": self.lacks,
            "awaits": list(self.awaits),
        }

    def __repr__(self) -> str:
        return f"{self.id}: {self.sentence}"

    def save(self, path: str | Path) -> Path:
        """Write the chart as a picture, with what, where and when above it and its source beneath.

        Parameters
        ----------
        path : str or Path
            A file that ends in `.png` or `.svg`.

        Returns
        -------
        Path
            The file. It is drawn by an installed Chromium, Chrome or Edge; where there is none, a
            message says so and nothing is written.

        Examples
        --------
        >>> finding.save("recorded_crime.png")  # doctest: +SKIP
        """
        from cspanalysis.present.charts import pictures

        if self.figure is None:
            raise UsageError(
                paragraph(
                    f"'{self.title}' has no chart to save",
                    do="Its table is in the workbook, and `finding.rows` holds it.",
                )
            )
        return pictures.save(self.record(), self.figure.to_plotly_json(), path)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        # The chart has an output of its own, so that JupyterLab shows it between the sentence and
        # what is folded, and nbval compares the texts while it skips the chart.
        record = self.record()
        lead, *rest = present.in_turn(record) if not os.environ.get(UNSEEN) else ("",)
        display({MIME: record, "text/markdown": lead, "text/plain": self.sentence}, raw=True)
        if self.figure is not None:
            display(self.figure)
        for text in rest:
            plain = f"{self.id}: table, notes and source"
            rest_of = {REST: {"of": self.id}, "text/markdown": text, "text/plain": plain}
            display(rest_of, raw=True)


@dataclass(frozen=True)
class Unasked:
    """In place of a finding that was not asked for: nothing to a report, the reason to an analyst.

    Parameters
    ----------
    id : str
        Of the question.
    why : str
        A sentence or two, shown where a cell would otherwise show nothing.
    """

    id: str
    why: str

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"{self.id}: {self.why}"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({REST: {"of": self.id}, "text/plain": repr(self)}, raw=True)


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    # Column by column: a frame hands out a whole column in a fraction of the time of its rows.
    columns = [[of_column(str(name), v) for v in rows[name].tolist()] for name in rows]
    names = [str(name) for name in rows]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain(value: Any) -> Any:
    """A value as JSON holds it: numpy scalars plain, floats to 12 digits, missing as None."""
    if type(value) in (str, int, bool):
        return value
    if type(value) is float:  # the most there are
        return float(f"{value:.12g}") if math.isfinite(value) else None
    if value is None or (not isinstance(value, (list, tuple, dict)) and pd.isna(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return str(value)


def of_column(name: str, value: Any) -> Any:
    """A value as JSON holds it under a name: of `COUNTS` a whole number has no decimal point."""
    found = plain(value)
    is_whole = name in COUNTS and isinstance(found, float) and found.is_integer()
    return int(found) if is_whole else found


def values_of(row: Mapping[str, Any], *only: str) -> dict[str, Any]:
    """The contract's value keys (or some of them) that a result row holds, none missing."""
    found = {k: of_column(k, row[k]) for k in VALUE_KEYS if k in row and k in (only or VALUE_KEYS)}
    return {k: value for k, value in found.items() if value is not None}


def cannot(subject: str, row: Mapping[str, Any], what: str) -> Said:
    """What is said where a row has a status other than ok: the reason, never a number.

    Parameters
    ----------
    subject : str
        What would have been reported.
    row : mapping
        Its status and, if known, its `reason`.
    what : str
        What cannot be given: 'change', 'comparison', 'share'.
    """
    status = get(row, "status", "not_available")
    reason = str(get(row, "reason", "")).strip().rstrip(".")
    if status == "suppressed":
        text = f"No {what} is shown for {subject}: the figures are {HIDDEN}."
    elif status == "not_comparable":
        text = f"No {what} is given for {subject}: the two periods cannot be compared"
        text += f" ({reason})." if reason else "."
    elif status == "too_few":
        text = f"No {what} is given for {subject}: {reason or 'there are too few cases'}."
    else:
        status = "not_available"
        text = f"No {what} is given for {subject}: {reason or 'there are no figures'}."
    return Said(text, status=status)
