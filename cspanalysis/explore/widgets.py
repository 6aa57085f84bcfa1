"""Widgets for exploring in JupyterLab: choose area, offence and period, see findings and a map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.domain.errors import CspError, NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.present import charts, suppliers
from cspanalysis.review import coverage, small_areas
from cspanalysis.review.review import Review
from cspanalysis.stats import concentration

if TYPE_CHECKING:
    import ipywidgets

    from cspanalysis.present.charts.plot import Plot

#: Groups offered first; then the single offences of the scheme that the workspace has.
GROUPS = ("recorded crime", "acquisitive crime", "violent crime", "burglary", "vehicle crime")


def explore(review: Review) -> ipywidgets.Widget:
    """Choose area, offence and period; the change, the months, the peers and the places redraw.

    Parameters
    ----------
    review : Review
        Where to begin; its workspace offers the areas.

    Returns
    -------
    ipywidgets.VBox
    """
    import ipywidgets

    names = areas(review)
    area = ipywidgets.Dropdown(
        options=names, value=review.area.name, description="Area", layout={"width": "24rem"}
    )
    offence = ipywidgets.Dropdown(options=choices(review), description="Offence")
    period = ipywidgets.Combobox(
        value=review.period.iso,
        options=periods(review),
        description="Period",
        continuous_update=False,
        placeholder="YYYY-MM/YYYY-MM",
    )
    shown = ipywidgets.Output()

    def draw(_: Any = None) -> None:
        # The outputs are set as a whole: nothing is left of the choice before, and no cell of the
        # notebook keeps them, so that records of a workspace are not stored by chance.
        shown.outputs = tuple(outputs(review, area.value, offence.value, period.value))

    for control in (area, offence, period):
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox([area, offence, period]), shown])


def outputs(review: Review, area: str, offence: str, period: str) -> list[dict[str, Any]]:
    """What the widgets show for a choice, in the form of a notebook's outputs.

    A choice that cannot be shown becomes one paragraph that says why and what is allowed.
    """
    try:
        there = review.moved(area, period)
        found = [part for f in at_a_glance(there, offence) for part in _finding(f)]
    except CspError as error:
        return [_text(f"**{error}**")]
    try:
        chart = place_map(there, offence)
    except NotAvailable:
        return found
    if chart is None:
        return found
    where = f"### Where is {offence} recorded?\n\n{place_note(there, offence)}"
    return [*found, _text(where), _chart(chart)]


def _finding(finding: Finding) -> Iterator[dict[str, Any]]:
    lead, *rest = present.in_turn(finding.record())
    yield _text(lead)
    if finding.figure is not None:
        yield _chart(finding.figure)
    yield from map(_text, rest)


def _text(markdown: str) -> dict[str, Any]:
    return _output({"text/markdown": markdown, "text/plain": markdown})


def _chart(figure: Plot) -> dict[str, Any]:
    # The renderer by name: what else a kernel's default would add (HTML with scripts) stays out.
    return _output(figure.bundle())


def _output(data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def periods(review: Review) -> list[str]:
    """Periods to offer: the review's, its windows, and the years before that the data cover."""
    found = [c.period.iso for c in review.comparisons]
    covered = set(review.covered(review.source_of(review.period)))
    earlier = review.period.before
    while set(earlier.month_list()) <= covered:
        found.append(earlier.iso)
        earlier = earlier.before
    return list(dict.fromkeys(found))


def areas(review: Review) -> list[str]:
    """Names of the areas that the workspace holds offences of, the review's own first.

    A district of which there are only a few rows of a neighbouring force is none of them.
    """
    names = {review.area.name: None}
    if review.store.has("police_extract"):
        held = review.store.load("police_extract", columns=["district"])["district"]
        names |= dict.fromkeys(sorted(held.dropna().unique()))
    if review.store.has("police_uk_counts"):
        held = review.store.load("police_uk_counts", columns=["district"])["district"]
        for name in sorted(held.dropna().unique()):
            area = review.workspace.area(name)
            if name in area.districts and coverage.of(review.store, "police_uk", area).months:
                names[name] = None
    return list(names)


def choices(review: Review) -> list[str]:
    """Groups and offences of the scheme that the workspace's data are counted in."""
    source = review.source_of(review.period)
    scheme = offences.POLICE_UK if source == "police_uk" else offences.NOTIFIABLE
    known = offences.groups(scheme)
    first = [g for g in GROUPS if g in known]
    return [*first, *sorted(set(known) - set(first))]


@question("explore.change", "Did {offence} rise or fall?", unit="offences")
def _change(ask: Question, offence: str) -> Finding:
    return ask.change(ask.series(offence, subject=offence))


@question(
    "explore.months", "Is the latest half year of {offence} out of the ordinary?", unit="offences"
)
def _months(ask: Question, offence: str) -> Finding:
    return ask.control(ask.review.series(offence, subject=offence))


@question("explore.peers.{group}", "How does {offence} compare with the other {members}?")
def _peers(ask: Question, group: str, offence: str) -> Finding:
    things = "crimes" if offence == "recorded crime" else f"{offence} offences"
    return ask.peers(offence, group, things=things)


def at_a_glance(review: Review, offence: str) -> list[Finding]:
    """Change, months and peers of one offence, those that the data allow."""
    over = review.comparisons[:1]
    asked = [_change(review, offence, over=over), _months(review, offence, over=over)]
    asked += [_peers(review, group, offence, over=over) for group in review.peers.groups()]
    found = [finding for finding in asked if finding.status != "not_available"]
    if not found:
        raise NotAvailable(
            ("police_extract", "police_uk"),
            f"nothing can be shown of {offence} in {review.area.name}, {review.period.label}",
        )
    return found


def place_map(review: Review, offence: str, period: str | Period | None = None) -> Plot | None:
    """Where an offence is recorded again and again: dots on the ground, no tiles from a network.

    `offence`: offence or group. `period`: default: the period under review. Returns: none if no
    record has a map point. LSOA outlines lie beneath where there are any.
    """
    located = _located(review, offence, period)
    points = located.groupby(["longitude", "latitude", "place"], as_index=False).size()
    points = points.rename(columns={"size": "count"})
    points["is_generic"] = concentration.is_generic(points["place"])
    return charts.place_map(points, outlines(review, located))


def place_note(review: Review, offence: str, period: str | Period | None = None) -> str:
    """How many records a place map shows, how many it cannot, and what its dots are."""
    records = review.records(offence, period or review.period).table
    n, located = len(records), len(_located(review, offence, period))
    text = f"{located:,} of {n:,} records have a map point"
    lost = "" if n == located else f"; the other {n - located:,} are not on the map"
    return (
        f"{text}{lost}. A dot is a map point of the publisher, which stands for the streets around "
        "it, not for an address; its area grows with the number of records."
    )


def outlines(review: Review, located: pd.DataFrame) -> pd.DataFrame | None:
    """Outlines of the area's LSOAs, where there are any, with counts of records.

    `located`: records with lsoa_code. Returns: columns lsoa_code, name, rings, count. Counts are
    missing where the records' codes are of another edition than the outlines, because areas would
    then look empty that are not.
    """
    held = small_areas.outlines(review.store, "lsoa", sorted(_own_lsoas(review, located)))
    table = pd.DataFrame(
        {
            "lsoa_code": held["area_code"],
            "name": held["area"].fillna(""),
            # The first ring is the outer one; holes are other areas, drawn on their own.
            "rings": [[polygon[0] for polygon in polygons] for polygons in held["polygons"]],
        }
    )
    if table.empty:
        return None
    counts = located["lsoa_code"].value_counts()
    is_known = located["lsoa_code"].isin(set(table["lsoa_code"]))
    shown = table["lsoa_code"].map(counts).fillna(0).astype(float)
    return table.assign(count=shown if is_known.all() else float("nan"))


def _own_lsoas(review: Review, located: pd.DataFrame) -> set[str]:
    if review.store.has("lsoas"):
        table = review.store.load("lsoas", columns=["lsoa_code", "district"])
        return set(table.loc[table["district"].isin(review.area.districts), "lsoa_code"])
    return set(located["lsoa_code"].dropna())


def _located(review: Review, offence: str, period: str | Period | None) -> pd.DataFrame:
    records = review.records(offence, period or review.period).table
    if not {"longitude", "latitude"} <= set(records):
        missing = NotAvailable("police_uk", "these records have no map points")
        raise NotAvailable(
            "police_uk",
            suppliers.missing_sentence(
                f"where {offence} is recorded on a map", missing, review.store.sources()
            ),
        )
    return records.dropna(subset=["longitude", "latitude"])
