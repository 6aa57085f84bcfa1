"""Disclosure control: what must not be published is hidden here, once, before anything is drawn.

Policies (docs/methods.md): `hes` hides 1 to 7 and rounds the rest to the nearest 5; `threshold`
hides 1 to t - 1 and further cells where those could be worked out; `dfe` carries the publisher's
symbols; `none`. In the edition 'partner' `hes` and `threshold` are not applied, because its
readers hold the records; symbols that came with the data stay, as their values are unknown.

What the audit relies on, to find by itself which published numbers add up to which:

- The same things counted have the same `measure` and the same first source; a row column
  `counted` overrides the measure.
- Dimension columns bear the standard names (year, period, month, sex, age_band, cluster, area,
  cause, kind, …). A column that is absent means 'all of it': without `area` the review's area,
  without a time column the finding's period; `compare_count` belongs to the compared period.
- Totals are rows labelled as in `cells.TOTALS` ('persons', 'all ages', 'total', …) or beginning
  'all '; all other labels are disjoint parts that together make the whole.
- A hidden cell is missing, its row has the status 'suppressed' and the shown `symbol`: '*' is
  1 to 7, 'c' is any number but 0. `rounded_to` says to what the shown counts were rounded.
"""

from cspanalysis.disclosure.apply import apply, declare, hidden, may_show_share, may_show_sum
from cspanalysis.disclosure.finest import aggregate, protect_finest
from cspanalysis.disclosure.policies import DERIVED
from cspanalysis.disclosure.protect import Protect
from cspanalysis.disclosure.weighted_sums import gives_away

__all__ = [
    "DERIVED",
    "Protect",
    "aggregate",
    "apply",
    "declare",
    "gives_away",
    "hidden",
    "may_show_share",
    "may_show_sum",
    "protect_finest",
]
