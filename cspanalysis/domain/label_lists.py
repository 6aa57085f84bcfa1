"""The list of accepted labels, made from the reference tables: docs/offence_labels.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cspanalysis.domain import offences, reference, whole_files

PATH = Path(__file__).resolve().parents[2] / "docs" / "offence_labels.md"
_INTRODUCTION = """# Labels that a partner's extract may bear

Made by `csp dictionary` from `offences.csv`, `offence_changes.csv` and `premises.csv` in
`cspanalysis/domain/reference`; do not edit by hand.

Letters' case, signs and blanks do not matter, nor does a Home Office code before or after the label
("8N - Assault with injury"), nor the group before its offence ("Theft - shoplifting"). A bare
number such as 45 is taken for a code only where other labels of the file are codes with a letter.

A class with its subclass, as the counting rules write it, is its class: 105A/1, 8N/06, 28E/2, with
or without noughts, and with the label behind it ("028E/02 - Burglary residential"). A class without
a letter is known in its full form (048/01), where it is all that its letters have in common: 105/01
is violence without injury. Shorter forms (45/10) may be dates or a force's own numbers, and are
taken only where other labels of the file are codes. A class whose letters have nothing in common
(008/22) is not known by itself. Where code and label behind it contradict each other, neither is
taken.

Any other label counts in all recorded crime and in no kind of it, is named with its rows by
`csp clean`, and can be taken with a line of partnership.toml:

```toml
[sources.police_extract.values.offence]
"THEFT FROM M/V" = "theft from vehicle"
```

Codes, descriptions and groups follow the Home Office's offence reference tables (Open Government
Licence v3.0).
"""


def text() -> str:
    """The list as Markdown."""
    return "\n".join([_INTRODUCTION, *_offences(), *_changes(), *_premises()]).rstrip() + "\n"


def write(path: Path = PATH) -> str:
    """Write the list and say where."""
    whole_files.text(path, text())
    return f"Wrote {path}"


def _offences() -> Iterator[str]:
    rows = [r for r in reference.rows("offences") if r["scheme"] == offences.NOTIFIABLE]
    yield "## Offences\n\nBy kind, by which a mix of offences is shown.\n"
    for kind in dict.fromkeys(row["kind"] for row in rows):
        members = [row for row in rows if row["kind"] == kind]
        yield f"### {kind[0].upper()}{kind[1:]}\n"
        yield "| offence | codes | other labels | groups |\n|---|---|---|---|"
        for row in members:
            cells = (
                row["offence"],
                row["codes"].replace("|", ", "),
                row["aliases"].replace("|", "; "),
                row["groups"].replace(";", ", "),
            )
            yield f"| {' | '.join(cells)} |"
        yield ""


def _changes() -> Iterator[str]:
    yield "## Questions of 2008 and today's labels\n"
    rows = reference.rows("offence_changes")
    for note in dict.fromkeys(row["note"] for row in rows):
        asked = dict.fromkeys(row["asked"] for row in rows if row["note"] == note)
        yield f"- {', '.join(asked)}: {note}"
    yield ""


def _premises() -> Iterator[str]:
    yield "## Premises\n\nA label of several words is known where all of them mean the same kind.\n"
    yield "| kind | labels |\n|---|---|"
    for row in reference.rows("premises"):
        yield f"| {row['kind']} | {row['labels'].replace('|', '; ')} |"
