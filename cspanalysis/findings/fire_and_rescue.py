"""Fires: whether they rose or fell, and what burns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import open_fires
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.present.phrases import MOST_NAMED
from cspanalysis.review.series import Series

FIRES = "fires"
EITHER = (FIRES, open_fires.SOURCE)

#: Fires by motive and what burned, under the names that the chapter gives them.
FIRE_TYPES: Mapping[str, tuple[str, str]] = {
    "deliberate fires of refuse": ("deliberate", "refuse"),
    "accidental fires in dwellings": ("accidental", "dwelling"),
    "deliberate vehicle fires": ("deliberate", "road vehicle"),
    "deliberate grass or tree fires": ("deliberate", "grass or trees"),
}

#: What burned, in the plural, where the extract names one of it.
BURNED: Mapping[str, str] = {
    "dwelling": "dwellings",
    "road vehicle": "road vehicles",
    "other building": "other buildings",
}

fire_question = partial(question, needs=EITHER, unit="fires")


@fire_question("fires.all.change", "Did fires rise or fall?", fewer_is_better=True)
def change(ask: Question) -> Finding:
    """All fires attended against the same months of the year before.

    Without the fire service's list those of the newest whole financial year in the government's
    statistics; so it is with kinds of fire and what burned.
    """

    def own() -> Finding:
        fires, notes = _fires(ask)
        return ask.change(fires, notes=notes)

    return open_fires.instead(ask, own, open_fires.change, FIRES)


@fire_question(
    "fires.types.change",
    "Which kinds of fire rose or fell?",
    measure="fires by kind",
    fewer_is_better=True,
)
def type_changes(ask: Question, types: Mapping[str, tuple[str, str]] = FIRE_TYPES) -> Finding:
    """Fires by motive and what burned, each with its change; the rest as one kind.

    `types`: name → motive ('deliberate', 'accidental', 'not known') and what burned.
    """
    return open_fires.instead(ask, partial(_types, ask, types), open_fires.kinds, FIRES)


@fire_question("fires.mix", "What burned?", measure="fires by what burned")
def mix(ask: Question) -> Finding:
    """Fires by the kind of property, with Wilson intervals."""
    return open_fires.instead(ask, partial(_burned, ask), open_fires.mix, FIRES)


@fire_question(
    "fires.peers.{group}",
    "How do fires compare with the other {members}?",
    needs=open_fires.SOURCE,
    unit="per 1,000 residents in the period",
    fewer_is_better=True,
    once=True,
)
def peers(ask: Question, group: str) -> Finding:
    """Fires per 1,000 residents of every area of a peer group, in the newest whole year."""
    return open_fires.peers(open_fires.asked(ask), group)


def _types(ask: Question, types: Mapping[str, tuple[str, str]]) -> Finding:
    fires, notes = _fires(ask)
    listed = ask.review.table(FIRES, own=False)
    fires.of(listed).knowing("motive", "its list does not say which fires were set")
    anywhere = set(listed.loc[listed["is_fire"], "burned"].dropna())
    untold = sorted({burned for _, burned in types.values()} - anywhere)
    kinds = {pair: name for name, pair in types.items() if pair[1] in anywhere}
    if not kinds:
        raise NotAvailable(FIRES, f"its list names no {present.listed(untold)}")
    pairs = zip(fires.rows["motive"], fires.rows["burned"], strict=True)
    kind = pd.Series([kinds.get(pair, "other fires") for pair in pairs], fires.rows.index)
    return ask.changes(
        {name: fires.of(fires.rows[kind == name]) for name in [*kinds.values(), "other fires"]},
        label="kind",
        heading="Kind of fire",
        subject="fires by motive and what burned",
        items="kinds of fire",
        notes=[*notes, *_unknown_motives(ask, fires), *_untold(untold)],
    )


def _burned(ask: Question) -> Finding:
    fires, notes = _fires(ask)
    fires.knowing("burned", "its list does not say what burned")
    burned = fires.rows["burned"].replace(dict(BURNED)).fillna("not stated")
    rows = fires.rows.assign(property_type=burned)
    return ask.breakdown(fires.of(rows), "property_type", "What burned", "Fires", notes=notes)


def _fires(ask: Question) -> tuple[Series, list[str]]:
    """The fires, and what of the list does not count or is unknown."""
    listed = ask.series(FIRES)
    in_period = ask.period.contains(listed.rows["month"])
    inside = listed.rows[in_period & ~listed.rows["is_repeat"]]
    apart = inside.loc[~inside["is_fire"], "incident_class"].value_counts()
    unknown = inside[inside["incident_class"].isna()]
    notes = []
    if len(apart):
        named = present.listed(
            present.plural(int(count), str(kind)) for kind, count in apart.items()
        )
        notes.append(
            f"Set apart and not counted: {named} of the "
            f"{present.plural(len(inside), 'incident')} that the list holds for "
            f"{ask.period.label}."
        )
    if len(unknown):
        labels = unknown["incident_type"].value_counts()
        named = present.listed(
            [f"'{present.shorten(label, 40)}' ({count})" for label, count in labels.items()],
            MOST_NAMED, "further types",
        )  # fmt: skip
        notes.append(f"Counted as fires are also incidents of a type that is not known: {named}.")
    return listed.of(listed.rows[listed.rows["is_fire"]]), notes


def _untold(burned: Sequence[str]) -> list[str]:
    if not burned:
        return []
    return [f"The list names no {present.listed(burned)}: such fires are among the other fires."]


def _unknown_motives(ask: Question, fires: Series) -> list[str]:
    inside = fires.inside(ask.period)
    unknown = int((inside["motive"].isna() | (inside["motive"] == "not known")).sum())
    if not unknown:
        return []
    return [
        f"For {unknown} of {len(inside)} fires of {ask.period.label} the motive is not known; they "
        "are among the other fires."
    ]
