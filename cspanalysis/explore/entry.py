"""`csp.open(...)`: the review of an area over a period, from the workspace one stands in."""

from __future__ import annotations

from pathlib import Path

from cspanalysis.domain.periods import Period
from cspanalysis.explore import notebook_shell
from cspanalysis.explore.by_hand import ByHand
from cspanalysis.review import scope


def open(
    csp: str | None = None,
    period: str | Period | None = None,
    *,
    compare: str | Period | None = None,
    edition: str = "public",
    workspace: str | Path | None = None,
) -> ByHand:
    """Open a review of an area.

    Parameters
    ----------
    csp : str, optional
        Name of a partnership or district; default: the workspace's own.
    period : str or Period, optional
        'YYYY-MM/YYYY-MM'; default: the settings' period, else the newest twelve months covered.
    compare : str or Period, optional
        Default: the settings' if the period is theirs too, else the nearest period of the same
        length and months that ends before the period begins (`Period.before`).
    edition : {'public', 'partner'}
        Whether values under a disclosure policy are protected.
    workspace : path, optional
        Default: the folder with partnership.toml at or above the current one.

    Returns
    -------
    ByHand
        A `Review` to explore by hand.

    Raises
    ------
    UsageError
        If the area, the period, the edition or the workspace is unknown, the two periods cannot
        be compared, or the workspace's offences of the area lie wholly outside the period.
    """
    notebook_shell.set_up()
    return ByHand(*scope.choose(csp, period, compare=compare, edition=edition, workspace=workspace))
