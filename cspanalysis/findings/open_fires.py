"""Fires in the government's fire statistics, which serve where the fire service's list is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period, year_label
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding
from cspanalysis.review import fire_years
from cspanalysis.review.series import Yearly

SOURCE = fire_years.NAME

DEFINITION = (
    "Primary, secondary and chimney fires in the area that any fire and rescue service attended; "
    "false alarms and other incidents are not counted."
)


class Asked(NamedTuple):
    """The question over the newest whole year of the statistics.

    Parameters
    ----------
    ask : Question
    fires : Yearly
        Every kind of fire in every whole year.
    year : str
        The newest that ends with the period asked about or before.
    notes : tuple of str
    when : str
        What a sentence says of the time, where it is not the period under review: ' in 2024/25'.
    """

    ask: Question
    fires: Yearly
    year: str
    notes: tuple[str, ...]
    when: str = ""


def instead(
    ask: Question, own: Callable[[], Finding], of_years: Callable[[Asked], Finding], source: str
) -> Finding:
    """The answer of the service's own list; where it has none, that of the statistics.

    A window of the settings is shorter than a year, or another one: the statistics do not serve it.
    """
    store = ask.review.store
    try:
        return own()
    except NotAvailable as error:
        if not (store.has(source) or store.has(SOURCE)):
            raise NotAvailable((*error.needs, SOURCE), error.detail) from None
        if ask.comparison.is_window or not store.has(SOURCE):
            raise
    said = "does not answer this" if store.has(source) else "is not here"
    try:
        return of_years(asked(ask, said))
    except NotAvailable as error:
        raise NotAvailable((*error.needs, source), error.detail) from None


def asked(ask: Question, own_list: str = "") -> Asked:
    """The question over the newest whole year; `own_list`: what is said of the service's own."""
    review = ask.review
    found = fire_years.of_area(review.store, review.area)
    ended = [
        year
        for year in found.rows["year"].unique()
        if Period.financial_year(int(year[:4])).last <= ask.period.last
    ]
    if not ended:
        why = f"it holds no whole year of fires by {ask.period.label}"
        said = [why, *(reason.rstrip(".") for reason in _left_out(found, ask.period))]
        raise NotAvailable(SOURCE, ". ".join(said))
    year = max(ended)
    span = Period.financial_year(int(year[:4]))
    when = "" if span == ask.period else f" in {year}"
    months = [m for y in ended for m in Period.financial_year(int(y[:4])).month_list()]
    fires = Yearly(
        found.rows[found.rows["year"].isin(ended)],
        review.coverage(SOURCE).of(months),
        f"fires{when}",
        "fires",
        (SOURCE,),
        DEFINITION,
    )
    beside = f"; the fire service's own list {own_list}" if own_list else ""
    notes = [
        f"Figures are those of the government's fire statistics for the financial year {year}"
        f"{beside}.",
        *_left_out(found, ask.period),
    ]
    place = review.unplaced(SOURCE, span)
    if place and place.count:
        notes.append(
            f"Of {present.count(place.total)} fires {place.by} in {year}, "
            f"{present.count(place.count)} have no known place and count for no district."
        )
    if unknown := found.unknown.get(year):
        notes.append(
            f"Not counted {'is' if unknown == 1 else 'are'} "
            f"{present.plural(unknown, 'incident')} of {year} of a type that is not known."
        )
    over = Comparison(span, span.before)
    return Asked(replace(ask, comparison=over), fires, year, tuple(notes), when)


def change(of: Asked) -> Finding:
    """All fires of the year against the year before."""
    _check(of)
    return of.ask.change(of.fires, notes=of.notes)


def kinds(of: Asked) -> Finding:
    """Each kind of fire against the year before."""
    before = _check(of)
    rows = of.fires.rows
    found = of.ask.changes(
        {kind: of.fires.of(rows[rows["kind"] == kind], kind) for kind in _by_size(of)},
        label="kind",
        heading="Kind of fire",
        subject="fires by kind",
        items="kinds of fire",
        notes=[*of.notes, "Which fires were set, the statistics by small area do not say."],
    )
    if not of.when or found.status != "ok":
        return found
    text = f"From {before} to {of.year} {found.sentence[:1].lower()}{found.sentence[1:]}"
    return replace(found, sentence=text, alt=f"{found.caption}. {text}")


def mix(of: Asked) -> Finding:
    """The kinds of fire of the year."""
    return of.ask.breakdown(
        of.fires, "kind", "Kind of fire", "Fires",
        notes=[*of.notes, "Of secondary fires (refuse, grass, derelict buildings and vehicles) the "
               "statistics by small area do not say what burned."],
    )  # fmt: skip


def peers(of: Asked, group: str) -> Finding:
    """Fires per 1,000 residents of every area of a peer group in the year."""
    review = of.ask.review
    return of.ask.peers(
        fire_years.beside(review.store, review.area, review.peer_group(group), of.year),
        group,
        things=of.fires.subject,
        heading="Fires",
        notes=[
            *of.notes,
            "Fires are counted where they happen, residents where they live: open land and main "
            "roads raise the rate of a district.",
        ],
        by_police=False,
    )


def _check(of: Asked) -> str:
    """The year before; NotAvailable where it is not whole."""
    before = year_label(int(of.year[:4]) - 1)
    if before not in set(of.fires.rows["year"]):
        raise NotAvailable(
            SOURCE, f"it has no whole year {before}, which {of.year} would be compared with"
        )
    return before


def _by_size(of: Asked) -> list[str]:
    """Kinds of fire in the two years that are compared, the most first."""
    rows = of.fires.rows
    near = rows[rows["year"].isin([of.year, year_label(int(of.year[:4]) - 1)])]
    counts = near.groupby("kind")["count"].sum()
    counts = counts[counts > 0].sort_index().sort_values(ascending=False, kind="stable")
    return [str(kind) for kind in counts.index]


def _left_out(found: fire_years.FireYears, until: Period) -> list[str]:
    """Why years up to the end of a period do not count."""
    return [
        why
        for year, why in sorted(found.flaws.items())
        if Period.financial_year(int(year[:4])).last <= until.last
    ]
