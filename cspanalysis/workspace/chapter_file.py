"""`csp chapter NAME`: a chapter of one's own to begin with, or the project's to change."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from cspanalysis.domain import offences, whole_files
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.workspace import notebook_files

#: A chapter without a number of its own stands after the subjects, before the priorities.
FIRST_NUMBER = 76


def write(root: Path, name: str, offence: str = "") -> str:
    """Write the chapter into `notebooks/` of a workspace; says what was written and what to do.

    `name`: of a chapter of the project, to change it, or of a new one, with a number before it if
    it is to stand at a certain place ('42_town_centre'). `offence`: what a new chapter counts;
    default: the offence that it is named after, else recorded crime.
    """
    folder = root / notebook_files.OWN
    if folder.resolve() == notebook_files.folder().resolve():
        raise UsageError(
            paragraph(
                "this workspace is the project itself", file=folder,
                do="Add a notebook there by hand (docs/adding_a_chapter.md), or make a workspace.",
            )
        )  # fmt: skip
    number, key = _parsed(name)
    theirs = {notebook_files.name_of(p): p for p in notebook_files.own_chapters(root)}
    if key in theirs:
        raise UsageError(
            paragraph("is there already", file=theirs[key], do="Edit it, or name another chapter.")
        )
    ours = {notebook_files.name_of(p): p for p in notebook_files.chapters()}
    folder.mkdir(exist_ok=True)
    if key in ours:
        path = folder / ours[key].name
        notebook_files.copy(ours[key], path)
        return f"{path}: a copy of the chapter; once you change it, csp review runs it instead."
    counted = _counted(offence or key.replace("_", " "), is_asked=bool(offence))
    taken = {p.name[:2] for p in notebook_files.of_workspace(root)}
    free = (f"{n:02}" for n in (*range(FIRST_NUMBER, 100), *range(1, FIRST_NUMBER)))
    path = folder / f"{number or next(n for n in free if n not in taken)}_{key}.ipynb"
    module = folder / f"{key}_findings.py"
    if module.exists():
        raise UsageError(paragraph("is there already", file=module, do="Name another chapter."))
    title = key.replace("_", " ").capitalize()
    whole_files.text(module, _module(key, title, counted))
    text = json.dumps(_notebook(module.stem, title, counted), indent=1, ensure_ascii=False)
    whole_files.text(path, text + "\n")
    return (
        f"{path}: a chapter with three findings on {counted}; {module.name} beside it makes them.\n"
        f"Try it: csp lab --workspace {root}\n"
        f"See its page: csp review --workspace {root} --chapter {key} --out {root}/reports/draft"
    )


def _parsed(name: str) -> tuple[str, str]:
    words = re.sub(r"[^a-z0-9]+", "_", name.lower().removesuffix(".ipynb")).strip("_")
    found = re.fullmatch(r"(?:(\d\d)_)?([a-z][a-z0-9_]*)", words)
    if not found or found[2] in notebook_files.TAKEN:
        raise UsageError(
            paragraph(
                f"'{name}' cannot be the name of a chapter",
                allowed="letters, digits and blanks, beginning with a letter: \"town centre\"; a "
                "number of two digits before it says where it stands",
            )
        )  # fmt: skip
    return found[1] or "", found[2]


def _counted(words: str, *, is_asked: bool) -> str:
    if any(words in offences.groups(s) for s in (offences.NOTIFIABLE, offences.POLICE_UK)):
        return words
    if is_asked:
        offences.members(words)  # refuses it, naming those that are like it
        return words
    return "recorded crime"


def _module(key: str, title: str, counted: str) -> str:
    return textwrap.dedent(
        f'''\
        """{title}: findings of our own.

        A finding is a function that answers one question. It is shown, protected and drawn by what
        it returns; docs/adding_a_chapter.md (csp docs) says what else `ask` can do.
        """

        from cspanalysis.findings.question import Question, question
        from cspanalysis.findings.record import Finding

        #: What is counted: an offence, a group of them, or several. In JupyterLab
        #: `csp.open().names.offences` lists them.
        COUNTED = {counted!r}
        NEEDS = ("police_extract", "police_uk")


        @question(
            "{key}.change", "Did {counted} rise or fall?",
            needs=NEEDS, unit="offences", fewer_is_better=True,
        )
        def change(ask: Question) -> Finding:
            """The period against the same months of the year before."""
            return ask.change(ask.series(COUNTED, subject={counted!r}))


        @question(
            "{key}.months", "Is a month of {counted} out of the ordinary?",
            needs=NEEDS, unit="offences", once=True,
        )
        def months(ask: Question) -> Finding:
            """Each month against what is usual for it."""
            return ask.control(ask.review.series(COUNTED, subject={counted!r}))


        @question(
            "{key}.peers.{{group}}", "How does {counted} compare with the other {{members}}?",
            needs=NEEDS, once=True,
        )
        def peers(ask: Question, group: str) -> Finding:
            """Per 1,000 residents, beside the areas of a peer group."""
            return ask.peers(COUNTED, group, things={offences.things(counted)!r})
        '''
    )


def _notebook(module: str, title: str, counted: str) -> dict[str, object]:
    def code(source: str, *tags: str) -> dict[str, object]:
        return {
            "cell_type": "code", "execution_count": None, "outputs": [], "source": source,
            "metadata": {"tags": list(tags)} if tags else {},
        }  # fmt: skip

    lead = f"# {title}\n\nOne line of what this chapter is about. It counts {counted}."
    opening = (
        "import cspanalysis\n"
        f"import {module} as own\n\n"
        "review = cspanalysis.open(\n"
        "    csp, period, compare=compare, edition=edition, workspace=workspace\n)"
    )
    parameters = 'csp = None\nperiod = None\ncompare = None\nedition = "public"\nworkspace = None'
    cells: list[dict[str, object]] = [
        {"cell_type": "markdown", "metadata": {}, "source": lead},
        code(parameters, "parameters"),
        code(opening),
        code("own.change(review)"),
        code("own.months(review)"),
        code("own.peers(review, review.peers.choose(own.COUNTED))"),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"{module[:40]}-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": cells, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
    }  # fmt: skip
