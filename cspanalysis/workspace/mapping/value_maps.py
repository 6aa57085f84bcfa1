"""Value maps: the partner's labels, flags and signs in the review's own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl
from rapidfuzz import fuzz, process

from cspanalysis.domain import district_labels, offence_meanings, offences, premises
from cspanalysis.domain.periods import year_label
from cspanalysis.sources import column_types, vocabulary
from cspanalysis.sources.police_extract import NO_CRIME, NON_CRIME
from cspanalysis.sources.schema import Column, key
from cspanalysis.workspace.mapping import date_forms
from cspanalysis.workspace.mapping.questions import Question, Reading

Cells = Sequence[tuple[int, str]]
#: From here on a likeness is proposed, and shown as such; below SOME it is no likeness.
LIKELY, SOME = 90, 72
#: The next best must lie this far behind: 'theft of' and 'theft from' a vehicle are very alike.
APART = 6
_MANY = 60
#: So many labels are asked about in one question.
_ASKED = 12


def read(column: Column, heading: str, cells: Cells, blank: int) -> Reading:
    """How a column's values become ours; which reader depends on its name and kind.

    `column`: ours. `heading`: the partner's. `cells`: those that are not blank. `blank`: how many
    are.
    """
    found = Counter(text for _, text in cells)
    if column.name == "offence":
        return _offences(heading, found)
    if column.name == "district":
        return _districts(found)
    if column.name == "received_by":
        return _by_word(vocabulary.RECEIVERS, column, heading, found)
    if column.name == "premises":
        return _premises(found)
    if column.kind == "boolean":
        return _flags(column, heading, found, blank)
    if column.kind == "count":
        return _signs(column, heading, found)
    if column.kind in ("financial_year", "school_year"):
        return _years(column, heading, found)
    if column.allowed:
        return _allowed(column, heading, found)
    return Reading()


def _offences(heading: str, found: Mapping[str, int]) -> Reading:
    names = offences.names(offences.NOTIFIABLE)
    values, likely, open_labels = {}, [], {}
    # As cleaning takes them: a bare number is a code only beside codes with a letter.
    known = offences.standards(found)
    for label in found:
        if label in known:
            continue
        spelled = _spelled_out(label)
        if (exact := names.get(spelled)) is not None:
            values[label] = exact
            continue
        near = _nearest(spelled, names)
        is_near = bool(near) and near[0][1] >= LIKELY
        if is_near and near[0][1] - (near[1][1] if near[1:] else 0) >= APART:
            values[label] = near[0][0]
            likely.append(label)
        elif meant := _meant(label, spelled):
            values[label] = meant
            likely.append(label)
        elif not re.search(NO_CRIME, label.lower()) and not re.search(NON_CRIME, label.lower()):
            open_labels[label] = [name for name, score in near[:3] if score >= SOME]
    questions = (_unknown_offences(heading, found, open_labels),) if open_labels else ()
    return Reading(values=values, likely=tuple(likely), questions=questions)


def _meant(*spellings: str) -> str:
    return next((m.offence for m in map(offence_meanings.of, spellings) if m.offence), "")


def _unknown_offences(
    heading: str, found: Mapping[str, int], labels: Mapping[str, list[str]]
) -> Question:
    """One question for all labels that nothing tells, the commonest first."""
    ranked = sorted(labels, key=lambda label: -found[label])
    rows = ", ".join(f"'{label}' ({found[label]:,} rows)" for label in ranked[:_ASKED])
    more = f" and {len(ranked) - _ASKED} more" if len(ranked) > _ASKED else ""
    which = (
        f"Which offence is {rows[: rows.rindex(' (')]} of '{heading}' "
        f"({found[ranked[0]]:,} rows)?" if len(ranked) == 1
        else f"Which offences are these labels of '{heading}': {rows}{more}?"
    )  # fmt: skip
    if len(ranked) == 1 and labels[ranked[0]]:
        which += f" Perhaps {' or '.join(labels[ranked[0]])}."
    answers = tuple(
        f'"{label}" = "{choice}" under values.offence'
        for label in ranked[:_ASKED]
        for choice in (labels[label] or ["…"])[: 3 if len(ranked) == 1 else 1]
    )
    return Question(
        which + " Without an answer it keeps its own name and is in no group.", answers=answers
    )


def _spelled_out(label: str) -> str:
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", label.lower()).split())
    for short, long in vocabulary.ABBREVIATIONS.items():
        words = re.sub(rf"\b{short}\b", long, words)
    return words


def _nearest(text: str, names: Mapping[str, str]) -> list[tuple[str, float]]:
    """Standard names by likeness, each once, most alike first."""
    best: dict[str, float] = {}
    for name, score, _ in process.extract(
        text, list(names), scorer=fuzz.token_sort_ratio, limit=None
    ):
        best[names[name]] = max(score, best.get(names[name], 0))
    return sorted(best.items(), key=lambda item: -item[1])


def _districts(found: Mapping[str, int]) -> Reading:
    values, likely, notes = {}, [], []
    for label in found:
        meant = district_labels.match(label)
        if meant.name and meant.name != label:
            values[label] = meant.name
        elif not meant.name and (name := district_labels.misspelt(label)):
            values[label] = name
            likely.append(label)
        elif not meant.name:
            near = f"; it may be {' or '.join(meant.near)}" if meant.near else ""
            notes.append(
                f"'{label}' is no district of England and Wales; it is kept as it is{near}"
            )
    return Reading(values=values, likely=tuple(likely), notes=tuple(notes[:5]))


def _by_word(
    words: Mapping[str, str], column: Column, heading: str, found: Mapping[str, int]
) -> Reading:
    values, questions = {}, []
    for label in found:
        ours = {target for word, target in words.items() if word in label.lower()}
        if len(ours) == 1:
            values[label] = ours.pop()
        else:
            questions.append(_which(column, heading, label, tuple(dict.fromkeys(words.values()))))
    kept = {label: ours for label, ours in values.items() if label != ours}
    likely = tuple(label for label, ours in kept.items() if label.lower() != ours.lower())
    return Reading(values=kept, likely=likely, questions=tuple(questions))


def _premises(found: Mapping[str, int]) -> Reading:
    values, notes = {}, []
    for label in list(found)[:_MANY]:
        ours = premises.kind(label)
        if ours and ours != label.lower():
            values[label] = ours
        elif not ours:
            notes.append(f"premises '{label}' are kept under that name")
    return Reading(values=values, notes=tuple(notes[:5]))


def _flags(column: Column, heading: str, found: Mapping[str, int], blank: int) -> Reading:
    read = _converted(found, "boolean")
    unread = [label for label in found if read[label] is None]
    if len(unread) > 8:
        return Reading(
            questions=(
                Question(
                    f"'{heading}' holds {len(unread)} different texts, too many for yes and no: "
                    "what is in it?",
                    blocks=column.name,
                ),
            )
        )
    values: dict[str, object] = {}
    questions = []
    for label in unread:
        if label.lower() in vocabulary.YES:
            values[label] = True
        elif label.lower() in vocabulary.NO:
            values[label] = False
        else:
            questions.append(_which(column, heading, label, ("true", "false"), quoted=False))
    has_no = any(v is False for v in (*read.values(), *values.values()))
    if blank and not has_no:
        questions.append(
            Question(
                f"'{heading}' is marked in {sum(found.values()):,} rows and blank in {blank:,}: "
                "is blank a no, or not known? Without an answer it counts as not known.",
                answers=(f'a no: "" = false under values.{column.name}',),
            )
        )
    return Reading(values=values, likely=tuple(values), questions=tuple(questions))


def _signs(column: Column, heading: str, found: Mapping[str, int]) -> Reading:
    labels = list(found)
    status = (
        pl.select(column_types.status(pl.Series(labels, dtype=pl.String))).to_series().to_list()
    )
    values, notes, questions = {}, [], []
    for label, meaning in zip(labels, status, strict=True):
        if meaning is None and (ours := vocabulary.SYMBOL_WORDS.get(label.lower())) is not None:
            values[label] = ours
        elif meaning is None:
            questions.append(
                Question(
                    f"What does '{label}' in '{heading}' stand for ({found[label]:,} rows)? It is "
                    "never read as 0 by itself.",
                    answers=tuple(
                        f'{words}: "{label}" = "{sign}" under values.{column.name}'
                        for words, sign in (
                            ("suppressed", "*"),
                            ("not available", ".."),
                            ("none", "0"),
                        )
                    ),
                )
            )
        elif meaning != "ok":
            notes.append(
                f"'{label}' in '{heading}' is read as {meaning.replace('_', ' ')}, never as 0"
            )
    return Reading(
        values=values, likely=tuple(values), notes=tuple(notes), questions=tuple(questions)
    )


def _years(column: Column, heading: str, found: Mapping[str, int]) -> Reading:
    read = _converted(found, column.kind)
    values, questions = {}, []
    for label in found:
        if read[label] is not None:
            continue
        short = re.fullmatch(r"(\d{2})\s*[/-]\s*(\d{2})", label)
        if short and (int(short[1]) + 1) % 100 == int(short[2]):
            values[label] = f"20{short[1]}/{short[2]}"
        elif re.fullmatch(r"(19|20)\d{2}", label):
            first = int(label)
            questions.append(
                Question(
                    f"Which year is '{label}' in '{heading}': the one that begins in it or the one "
                    "that ends in it?",
                    answers=tuple(
                        f'"{label}" = "{year_label(y)}" under values.{column.name}'
                        for y in (first, first - 1)
                    ),
                )
            )
        else:
            questions.append(_which(column, heading, label, ("2007/08",)))
    return Reading(values=values, likely=tuple(values), questions=tuple(questions[:12]))


def _allowed(column: Column, heading: str, found: Mapping[str, int]) -> Reading:
    allowed = (
        column.allowed if isinstance(column.allowed, Mapping) else {a: a for a in column.allowed}
    )
    known = {**{str(v).lower(): v for v in allowed.values()}, **allowed}
    values, likely, questions = {}, [], []
    for label in list(found)[:_MANY]:
        if " ".join(label.lower().split()) in known:
            continue
        near = process.extractOne(key(label), list(known), scorer=fuzz.token_set_ratio)
        if near and near[1] >= LIKELY and len(near[0]) > 2:
            values[label] = known[near[0]]
            likely.append(label)
        else:
            choices = tuple(dict.fromkeys(map(str, known.values())))
            questions.append(_which(column, heading, label, choices))
    return Reading(values=values, likely=tuple(likely), questions=tuple(questions))


def _which(
    column: Column, heading: str, label: str, choices: tuple[str, ...], quoted: bool = True
) -> Question:
    mark = '"' if quoted else ""
    return Question(
        f"What is '{label}' of '{heading}' ({column.meaning.lower()})?",
        answers=tuple(f'"{label}" = {mark}{c}{mark} under values.{column.name}' for c in choices),
    )


def _converted(found: Mapping[str, int], kind: str) -> dict[str, object]:
    return dict(zip(found, date_forms.converted(list(found), kind), strict=True))
