"""Chapter 08, fires: whether they rose or fell, and what burns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from cspanalysis import formats
from cspanalysis.chapters import series
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding
from cspanalysis.narrative.phrases import MOST_NAMED
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import Review

FIRES = "fires"

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


@finding(
    "fires.all.change",
    title="Did fires rise or fall?",
    needs=FIRES,
    measure="fires",
    unit="fires",
    polarity="lower_is_better",
    would_show="whether fires rose or fell",
)
def change(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """All fires attended against the same months of the year before."""
    rows, months, notes = _fires(review, comparison)
    return series.change_of(
        review,
        spec,
        comparison,
        series.monthly(rows, months),
        subject="fires",
        sources=(FIRES,),
        definition="Primary, secondary and chimney fires that the fire service attended.",
        notes=notes,
    )


@finding(
    "fires.types.change",
    title="Which kinds of fire rose or fell?",
    needs=FIRES,
    measure="fires by kind",
    unit="fires",
    polarity="lower_is_better",
    would_show="which kinds of fire rose or fell",
)
def type_changes(
    review: Review,
    types: Mapping[str, tuple[str, str]] = FIRE_TYPES,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Fires by motive and what burned, each with its change; the rest as one kind.

    Parameters
    ----------
    types : mapping
        Name → motive ('deliberate', 'accidental', 'not known') and property type.
    """
    rows, months, apart = _fires(review, comparison)
    listed = review.table(FIRES, own=False)
    if listed["motive"].isna().all():
        raise NotAvailable(FIRES, "its list does not say which fires were set")
    anywhere = set(listed.loc[listed["is_fire"], "burned"].dropna())
    untold = sorted({burned for _, burned in types.values()} - anywhere)
    kinds = {
        name: (rows["motive"] == motive).fillna(False) & (rows["burned"] == burned).fillna(False)
        for name, (motive, burned) in types.items()
        if burned in anywhere
    }
    if not kinds:
        raise NotAvailable(FIRES, f"its list names no {formats.listed(untold)}")
    named = pd.concat(list(kinds.values()), axis=1).any(axis=1)
    parts = {name: rows[mask.astype(bool)] for name, mask in kinds.items()}
    parts["other fires"] = rows[~named.astype(bool)]
    return series.changes_of(
        review,
        spec,
        comparison,
        {name: series.monthly(part, months) for name, part in parts.items()},
        label="kind",
        heading="Kind of fire",
        subject="fires by motive and what burned",
        items="kinds of fire",
        sources=(FIRES,),
        notes=(*apart, *_unknown_motives(rows, comparison.period), *_untold(untold)),
    )


@finding(
    "fires.mix",
    title="What burned?",
    needs=FIRES,
    measure="fires by what burned",
    unit="fires",
    would_show="what burned",
)
def mix(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Fires by the kind of property, with Wilson intervals."""
    rows, _, notes = _fires(review, comparison)
    review.coverage(FIRES).check(comparison.period)
    inside = rows[comparison.period.contains(rows["month"])]
    return series.mix_of(
        review,
        spec,
        comparison,
        inside.assign(burned=inside["burned"].replace(dict(BURNED)).fillna("not stated")),
        label="burned",
        heading="What burned",
        things="Fires",
        subject="fires",
        sources=(FIRES,),
        notes=notes,
    )


def _fires(
    review: Review, comparison: Comparison
) -> tuple[pd.DataFrame, list[str], tuple[str, ...]]:
    """The fires, the months that the list covers, and what of it does not count or is unknown."""
    rows = review.table(FIRES)
    inside = rows[comparison.period.contains(rows["month"]) & ~rows["is_repeat"]]
    apart = inside.loc[~inside["is_fire"], "incident_class"].value_counts()
    unknown = inside[inside["incident_class"].isna()]
    notes = []
    if len(apart):
        named = formats.listed(
            formats.plural(int(count), str(kind)) for kind, count in apart.items()
        )
        notes.append(
            f"Set apart and not counted: {named} of the "
            f"{formats.plural(len(inside), 'incident')} that the list holds for "
            f"{comparison.period.label}."
        )
    if len(unknown):
        labels = unknown["incident_type"].value_counts()
        named = formats.listed(
            [f"'{formats.shorten(label, 40)}' ({count})" for label, count in labels.items()],
            MOST_NAMED, "further types",
        )  # fmt: skip
        notes.append(f"Counted as fires are also incidents of a type that is not known: {named}.")
    return rows[rows["is_fire"]], review.covered(FIRES), tuple(notes)


def _untold(burned: Sequence[str]) -> Iterable[str]:
    if burned:
        yield f"The list names no {formats.listed(burned)}: such fires are among the other fires."


def _unknown_motives(rows: pd.DataFrame, period: Period) -> Iterable[str]:
    inside = rows[period.contains(rows["month"])]
    unknown = int((inside["motive"].isna() | (inside["motive"] == "not known")).sum())
    if not unknown:
        return ()
    return (
        f"For {unknown} of {len(inside)} fires of {period.label} the motive is not known; they are "
        "among the other fires.",
    )
