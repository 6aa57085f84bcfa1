"""Widgets for exploring in JupyterLab: choose area, offence and period, see findings and a map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cspanalysis import charts, offences
from cspanalysis.analysis import places
from cspanalysis.chapters import common
from cspanalysis.errors import CspError, NotAvailable
from cspanalysis.findings import Finding, Spec
from cspanalysis.periods import Comparison, Period

if TYPE_CHECKING:
    import ipywidgets
    import plotly.graph_objects as go

    from cspanalysis.review import Review

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
    period = ipywidgets.Text(
        value=review.period.iso,
        description="Period",
        continuous_update=False,
        placeholder="YYYY-MM/YYYY-MM",
    )
    shown = ipywidgets.Output()

    def draw(_: Any = None) -> None:
        from IPython.display import Markdown, display

        with shown:
            shown.clear_output(wait=True)
            try:
                for finding in at_a_glance(review.moved(area.value, period.value), offence.value):
                    display(finding)
            except CspError as error:
                display(Markdown(f"**{error}**"))

    for control in (area, offence, period):
        control.observe(draw, names="value")
    draw()
    return ipywidgets.VBox([ipywidgets.HBox([area, offence, period]), shown])


def areas(review: Review) -> list[str]:
    """Names of the areas that the workspace holds offences of, the review's own first."""
    names = {review.area.name: None}
    for table in ("police_extract", "police_uk_counts"):
        if review.store.has(table):
            found = review.store.load(table, columns=["district"])["district"].dropna().unique()
            names |= dict.fromkeys(sorted(found))
    return list(names)


def choices(review: Review) -> list[str]:
    """Groups and offences of the scheme that the workspace's data are counted in."""
    source = review.source_of(review.period)
    scheme = offences.POLICE_UK if source == "police_uk" else offences.NOTIFIABLE
    known = offences.groups(scheme)
    first = [g for g in GROUPS if g in known]
    return [*first, *sorted(set(known) - set(first))]


def at_a_glance(review: Review, offence: str) -> list[Finding]:
    """Change, months and peers of one offence, those that the data allow."""
    here = Comparison(review.period, review.compare)
    makers = [
        ("change", f"Did {offence} rise or fall?", partial(common.change_finding, subject=offence)),
        (
            "months",
            f"Is the latest half year of {offence} out of the ordinary?",
            partial(common.control_finding, subject=offence),
        ),
    ]
    found = []
    for name, title, make in makers:
        spec = Spec(f"explore.{name}", title, measure=offence, unit="offences")
        try:
            found.append(make(review, spec, here, offence))
        except NotAvailable:
            continue
    for group in review.peers.groups():
        label = review.peer_label(group)
        spec = Spec(f"explore.peers.{group}", f"How does {offence} compare with the other {label}?")
        try:
            things = "crimes" if offence == "recorded crime" else f"{offence} offences"
            found.append(common.peers_finding(review, spec, here, offence, group, things=things))
        except NotAvailable:
            continue
    if not found:
        raise NotAvailable(
            ("police_extract", "police_uk"),
            f"Nothing can be shown of {offence} in {review.period.label}.",
        )
    return found


def place_map(review: Review, offence: str, period: str | Period | None = None) -> go.Figure:
    """Where an offence is recorded again and again: dots on the ground, no tiles from a network.

    Parameters
    ----------
    review : Review
    offence : str
        Offence or group.
    period : str or Period, optional
        Default: the period under review.

    Raises
    ------
    NotAvailable
        If the records have no coordinates (a partner's extract without them).
    """
    records = review.records(offence, period or review.period).table
    if not {"longitude", "latitude"} <= set(records):
        raise NotAvailable("police_uk", "These records have no coordinates.")
    located = records.dropna(subset=["longitude", "latitude"])
    points = located.groupby(["longitude", "latitude", "place"], as_index=False).size()
    points = points.rename(columns={"size": "count"})
    points["is_generic"] = points["place"].isin(places.GENERIC_LABELS)
    return charts.place_map(points)
