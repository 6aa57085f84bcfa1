"""Charts in the Analysis Function style, one function per kind, from result tables only.

Every function returns a chart without a fixed width (a `Plot`), or None where nothing may be drawn
(all values hidden or missing). Titles, units and sources stand in the page's caption, not in the
figure. All text from data passes `inert`. Coordinates are rounded; nothing in a figure is random.
"""

from cspanalysis.present.charts.area_maps import area_map
from cspanalysis.present.charts.bars import (
    clusters_bars,
    places_bars,
    ranked_bars,
    ranked_line,
    reference_line,
    sorted_bars,
)
from cspanalysis.present.charts.dots import (
    CHANGES_KEY,
    against_others,
    change_intervals,
    shares_with_intervals,
    targets,
)
from cspanalysis.present.charts.funnels import funnel
from cspanalysis.present.charts.grids import ROWS_KEY, age_by_sex, heatmap, priorities
from cspanalysis.present.charts.lines import (
    control_chart,
    forecast,
    monthly_line,
    seasonal_index,
    trend_line,
)
from cspanalysis.present.charts.maps import place_map
from cspanalysis.present.charts.multiples import small_lines
from cspanalysis.present.charts.parallels import parallel_lines
from cspanalysis.present.charts.plot import quiet
from cspanalysis.present.charts.spines import GLANCE_KEY, glance
from cspanalysis.present.charts.style import OTHER, OWN, TEMPLATE, inert, wrap

__all__ = [
    "CHANGES_KEY",
    "GLANCE_KEY",
    "OTHER",
    "OWN",
    "ROWS_KEY",
    "TEMPLATE",
    "against_others",
    "age_by_sex",
    "area_map",
    "change_intervals",
    "clusters_bars",
    "control_chart",
    "forecast",
    "funnel",
    "glance",
    "heatmap",
    "inert",
    "monthly_line",
    "parallel_lines",
    "place_map",
    "places_bars",
    "priorities",
    "quiet",
    "ranked_bars",
    "ranked_line",
    "reference_line",
    "seasonal_index",
    "shares_with_intervals",
    "small_lines",
    "sorted_bars",
    "targets",
    "trend_line",
    "wrap",
]
