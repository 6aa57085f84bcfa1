"""How deprived the area's neighbourhoods are, and where the most deprived of them lie."""

from __future__ import annotations

import contextlib
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import areas
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import area_wording
from cspanalysis.findings.place_counts import district_column, labelled
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.present import charts
from cspanalysis.present.charts.plot import Plot
from cspanalysis.review import small_areas
from cspanalysis.review.review import Review

FIFTHS = ("most deprived", "second", "third", "fourth", "least deprived")
SMALL_AREA = "A small area is an LSOA of the Census, of some 1,500 residents."

deprivation_question = partial(question, unit="small areas", once=True)


@deprivation_question(
    "area.deprivation",
    "How deprived are the neighbourhoods?",
    needs="deprivation",
    measure="small areas by deprivation",
    would_show="how deprived its neighbourhoods are",
)
def by_fifth(ask: Question) -> Finding:
    """Small areas (LSOAs) of the area by fifth of deprivation of the country."""
    rows, index = _deciles(ask)
    fifths = ((rows["decile"] + 1) // 2).value_counts().reindex(range(1, 6), fill_value=0)
    table = pd.DataFrame(
        {
            "fifth": [f"{n} fifth" for n in FIFTHS],
            "count": fifths.to_numpy(),
            "total": len(rows),
            "share": fifths.to_numpy() / len(rows),
            "tenth": int((rows["decile"] == 1).sum()),
            "area": ask.review.area.name,
            "status": "ok",
            "method": "counts of small areas",
        }
    )
    country = "Wales" if index.startswith("W") else "England"
    drawn = _drawn_before(ask, rows)
    return ask.publish(
        table,
        sources=("deprivation", *(["lookups"] if drawn else [])),
        subject="small areas by deprivation",
        wording=partial(area_wording.deprivation_told, index=index, country=country, drawn=drawn),
        chart=partial(charts.sorted_bars, label="fifth", order="as it is"),
        columns={"fifth": f"Fifth of {country}", "count": "Small areas", "share": "Share"},
        what="Small areas by deprivation",
        when=index,
        definition=f"Index of Multiple Deprivation ({index}): every small area (LSOA, some 1,500 "
        f"residents) of {country} is ranked; a fifth of them are in each class. The index holds "
        "crime among its domains, so crime cannot be explained by it without care.",
    )


@deprivation_question(
    "area.deprivation_places",
    "Where are the most deprived neighbourhoods?",
    needs=("deprivation", "lookups"),
    measure="small areas by fifth of deprivation",
    would_show="which neighbourhoods are the most deprived",
)
def places(ask: Question) -> Finding:
    """Every small area with its tenth and fifth of deprivation, on a map where there are outlines.

    A small area of which parts lie in different fifths has neither.
    """
    store = ask.review.store
    placed, index = small_areas.with_deprivation(store, small_areas.lsoas(store, ask.review.area))
    table = labelled(placed).drop(columns="codes").rename(columns={"decile": "tenth"})
    country = "Wales" if index.startswith("W") else "England"
    fifth = (table["tenth"] + 1) // 2
    table = table.assign(
        fifth=fifth.map(dict(zip(range(1, 6), (f"{n} fifth" for n in FIFTHS), strict=True))),
        # The most deprived are the darkest of the map.
        count=6 - fifth,
        area=ask.review.area.name,
        status="ok",
        method="small areas by tenth of deprivation",
    ).sort_values(["tenth", "lsoa_code"], ignore_index=True)
    return ask.publish(
        table,
        sources=("deprivation", "lookups"),
        subject="small areas by fifth of deprivation",
        wording=partial(area_wording.deprivation_places_told, country=country),
        chart=partial(_map, review=ask.review),
        columns={
            "place": "Small area",
            "ward": "Ward",
            **district_column(table),
            "fifth": f"Fifth of {country}",
            "tenth": "Tenth, 1 is most deprived",
        },
        what=f"Small areas by fifth of deprivation in {country}",
        when=index,
        definition=SMALL_AREA,
    )


def _deciles(ask: Question) -> tuple[pd.DataFrame, str]:
    """Deciles of the area's LSOAs, and the index that gives them: the newest there is."""
    store = ask.review.store
    if not store.has("deprivation"):
        raise NotAvailable("deprivation")
    rows = store.load("deprivation", columns=["lsoa_code", "lsoa_edition", "index", "decile"])
    own = set(ask.review.area.districts)
    codes = rows["lsoa_code"].drop_duplicates()
    inside = {code for code in codes if areas.district_of(code)[1] in own}
    with contextlib.suppress(NotAvailable):  # a district that no register has
        inside |= set(small_areas.lsoas(store, ask.review.area)["lsoa_code"])
    rows = rows[rows["lsoa_code"].isin(inside) & rows["decile"].notna()]
    if rows.empty:
        raise NotAvailable("deprivation", f"it holds no small area of {ask.review.area.name}")
    index = max(rows["index"].dropna().unique(), key=lambda name: str(name)[-4:])
    return rows[rows["index"] == index].drop_duplicates("lsoa_code"), str(index)


def _drawn_before(ask: Question, rows: pd.DataFrame) -> str:
    """What the index's small areas are where the other pages count those of a later Census."""
    try:
        today = small_areas.lsoas(ask.review.store, ask.review.area)
    except NotAvailable:
        return ""
    edition = rows["lsoa_edition"].iloc[0]
    if edition == "2021" or set(rows["lsoa_code"]) == set(today["lsoa_code"]):
        return ""
    return f" as drawn in {edition} ({present.in_words(len(today))} since 2021)"


def _map(table: pd.DataFrame, review: Review) -> Plot | None:
    known = table.dropna(subset="count")
    shapes = small_areas.outlines(review.store, "lsoa", known["lsoa_code"])
    if shapes.empty:
        return None
    shapes = shapes.rename(columns={"area_code": "lsoa_code"}).drop(columns="area")
    drawn = known.merge(shapes, on="lsoa_code").assign(number=None)
    wards = small_areas.outlines(review.store, "ward", known["ward_code"].dropna().unique())
    names = dict(zip(range(1, 6), reversed(FIFTHS), strict=True))
    return charts.area_map(drawn, None if wards.empty else wards, names)
