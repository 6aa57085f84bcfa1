"""The map of a survey as it was answered: a row for each respondent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis import present
from cspanalysis.sources import headings, respondents
from cspanalysis.sources.grid import Grid
from cspanalysis.sources.schema import folded
from cspanalysis.workspace.mapping import column_map
from cspanalysis.workspace.mapping.proposal import Mapped, Proposal
from cspanalysis.workspace.mapping.questions import Question

_SHOWN = 8
#: So many scales make a survey where nobody says that it is one.
SCALES = 2


def proposed(
    path: Path, grids: Sequence[Grid], given: Mapping[str, Any], area: str, is_said: bool
) -> Proposal | None:
    """The map of the sheet with most questions; None where no sheet has enough of them.

    `given`: what the settings say of surveys. `area`: the workspace's. `is_said`: somebody says
    that it is a survey, so that one question is enough; else it takes two scales, since other
    lists have columns of yes and no.
    """
    found = [one for grid in grids if (one := _read(grid, given)) is not None]
    if not found:
        return None
    grid, index, what = max(found, key=lambda one: len(one[2].questions))
    if not is_said and len(what.scales) < SCALES:
        return None
    columns = {column.name: column for column in respondents.SCHEMA.columns}
    constants = given.get("constants", {})
    of_all = [c for c in respondents.ABOUT if c.name not in what.at and c.name not in constants]
    questions: tuple[Question, ...] = ()
    if of_all:
        titles = [" ".join(filter(None, row)) for _, row in grid.rows[:index]]
        questions = (column_map.for_all_rows(of_all, (), titles, area),)
    return Proposal(
        path=path,
        source="surveys",
        meaning=respondents.SCHEMA.meaning,
        confidence=(4 - len(of_all)) / 4,
        header_row=grid.rows[index][0],
        sheet=grid.sheet,
        columns=tuple(
            Mapped(name, what.header[at].strip(), is_sure=True, about=columns[name])
            for name, at in what.at.items()
        ),
        notes=(*grid.notes, *_notes(what)),
        left=tuple(what.left),
        questions=questions,
        is_sheet_said=len(found) > 1,
    )


def is_named(grids: Sequence[Grid], given: Mapping[str, Any]) -> bool:
    """Whether the settings name headings of a sheet as questions."""
    columns = given.get("columns", {})
    found = (_read(grid, given) for grid in grids if "question" in columns)
    named = set(map(folded, respondents.QUESTION.names(columns.get("question"))))
    return any(
        named & {folded(one[2].header[at]) for at in one[2].questions} for one in found if one
    )


def _read(grid: Grid, given: Mapping[str, Any]) -> tuple[Grid, int, respondents.Answered] | None:
    index = headings.header_row(grid)
    if index is None:
        return None
    header = grid.rows[index][1]
    body = [row for _, row in grid.rows[index + 1 :]]
    what = respondents.answered(header, body, given.get("columns", {}))
    return (grid, index, what) if what.questions else None


def _notes(what: respondents.Answered) -> list[str]:
    shown = [f"'{question}'" for question in what.questions.values()]
    named = present.listed(shown, _SHOWN, "further ones")
    notes = [
        f"{len(shown)} questions: {named}",
        "each answer becomes a share of those who answered; who refused, was not asked or left it "
        "blank is not among them, who does not know is; nothing of one respondent is kept",
    ]
    if "weight" in what.at:
        notes.append("shares are weighted, and the effective number asked is that of the weights")
    return notes
