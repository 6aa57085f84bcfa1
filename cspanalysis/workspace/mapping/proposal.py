"""A proposal: what was understood of a file, what was not, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cspanalysis.sources.schema import Column
from cspanalysis.sources.side_by_side import Stack
from cspanalysis.workspace.mapping.questions import Question, Reading

_SHOWN = 12


@dataclass(frozen=True)
class Mapped:
    """A column of the file that is understood.

    Parameters
    ----------
    column, heading : str
        Ours and the partner's.
    is_sure : bool
        A known heading; else a similar one.
    reading : Reading
        Its format and values.
    about : Column, optional
        What the layout says of it.
    stack : Stack, optional
        Where its cells stand side by side beneath several headings.
    beside : tuple of str
        What the settings have it under, which is no heading of this file: that of others.
    """

    column: str
    heading: str
    is_sure: bool
    reading: Reading = field(default_factory=Reading)
    about: Column | None = None
    stack: Stack | None = None
    beside: tuple[str, ...] = ()

    @property
    def use(self) -> str:
        """What it is for: needed, or what it lets the review say."""
        if self.about is None or self.about.is_required:
            return "needed"
        return f"opens: {self.about.unlocks}" if self.about.unlocks else ""

    @property
    def shown(self) -> str:
        """Where it stands, with what it is for."""
        where = f"'{self.heading}'"
        if self.beside:
            where += f" (in other files {', '.join(map(repr, self.beside))})"
        if self.stack:
            of = self.stack.across.column
            where = f"the cells beneath {self.stack.told}, which are its {of}"
        sure = "" if self.is_sure else "   likely: check"
        return f"{where}{sure}" + (f"   ({self.use})" if self.use else "")


@dataclass(frozen=True)
class Proposal:
    """What csp map shows, and what it writes.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    source : str
        Source it was recognised as; '' where nothing is to be written.
    meaning : str
        The layout in words.
    confidence : float
        Share of the required columns understood, weighed by likeness; 0 to 1.
    header_row : int
        Its number in the file.
    sheet : str
        Sheet of a workbook.
    columns : tuple of Mapped
        In the file's order.
    notes, left : tuple of str
        Remarks, and headings that no question asks for.
    lacking : tuple of Column
        Columns that the file does not have and that would let the review say more.
    questions : tuple of Question
        What must be asked.
    is_sheet_said : bool
        The sheet is named in the settings, since another one could be meant.
    """

    path: Path
    source: str = ""
    meaning: str = ""
    confidence: float = 0.0
    header_row: int = 0
    sheet: str = ""
    columns: tuple[Mapped, ...] = ()
    notes: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    lacking: tuple[Column, ...] = ()
    questions: tuple[Question, ...] = ()
    is_sheet_said: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing has to be asked."""
        return bool(self.source) and not self.questions

    def settings(self) -> dict[str, Any]:
        """The source's section of partnership.toml: columns, formats and values."""
        values = {m.column: m.reading.values for m in self.columns if m.reading.values}
        formats = {m.column: m.reading.format for m in self.columns if m.reading.format}
        found: dict[str, Any] = {"sheet": self.sheet} if self.is_sheet_said else {}
        found |= {
            "columns": {
                m.column: [*m.beside, m.heading] if m.beside else m.heading
                for m in self.columns
                if m.heading
            }
        }
        return found | ({"formats": formats} if formats else {}) | (
            {"values": values} if values else {}
        )  # fmt: skip

    def text(self) -> str:
        """What was understood and what not, for the terminal."""
        lines = [self._what()]
        lines += [f"  {note}" for note in self.notes]
        if self.columns:
            width = max(len(m.column) for m in self.columns)
            lines += ["", "Columns"]
            lines += [f"  {m.column:<{width}}  {m.shown}" for m in self.columns]
        for mapped in self.columns:
            if mapped.reading.values:
                lines += ["", f"Values of {mapped.column}", *_values(mapped.reading)]
        if self.left:
            lines += ["", "Not understood, and not read: " + ", ".join(f"'{h}'" for h in self.left)]
        if self.lacking:
            lines += ["", "Not in the file, with what each would open"]
            lines += [f"  {c.name}: {c.unlocks}" for c in self.lacking]
        if self.questions:
            lines += ["", "Questions"]
        for number, question in enumerate(self.questions, 1):
            lines.append(f"  {number}. {question.text}")
            lines += [f"       {answer}" for answer in question.answers]
        return "\n".join(lines)

    def _what(self) -> str:
        where = f", sheet '{self.sheet}'" if self.sheet else ""
        if not self.source:
            guess = f"it may be {self.meaning}" if self.meaning else "not recognised"
            return f"{self.path.name}{where}: {guess}; it cannot be mapped as it is"
        return (
            f"{self.path.name}{where}: {self.meaning} (data/raw/{self.source}), header in row "
            f"{self.header_row}; {self.confidence:.0%} of what is needed is understood"
        )


def _values(reading: Reading) -> list[str]:
    pairs = [
        f"  '{theirs}' → {ours}" + ("   likely: check" if theirs in reading.likely else "")
        for theirs, ours in reading.values.items()
    ]
    rest = len(pairs) - _SHOWN
    return pairs[:_SHOWN] + ([f"  … and {rest} more, all in partnership.toml"] if rest > 0 else [])
