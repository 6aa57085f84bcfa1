"""What mapping finds out: readings of columns, and the questions that only a person can answer."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """Something that cells and headings do not settle.

    Parameters
    ----------
    text : str
        In words.
    blocks : str
        The column that is left out of the map until it is answered; '' if none.
    answers : tuple of str
        What to put into partnership.toml, one line for each answer that may be right.
    """

    text: str
    blocks: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How a column's cells are to be read.

    Parameters
    ----------
    format : str
        A date format of the settings; '' where none is needed.
    values : dict
        Partner's value → ours.
    likely : tuple of str
        Values whose translation is a likeness, to be checked.
    notes : tuple of str
        What the cells show.
    questions : tuple of Question
        What they do not.
    """

    format: str = ""
    values: dict[str, object] = field(default_factory=dict)
    likely: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
