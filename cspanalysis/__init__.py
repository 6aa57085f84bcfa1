"""cspanalysis: the strategic assessment of a Community Safety Partnership.

>>> import cspanalysis as csp
>>> a = csp.open("Tonbridge and Malling", "2007-04/2008-03")        # doctest: +SKIP
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cspanalysis.domain.periods import Comparison, Period
    from cspanalysis.explore.entry import open
    from cspanalysis.review.review import Review

__all__ = ["Comparison", "Period", "Review", "open"]
__version__ = "0.1.0"

# nbformat, which plotly's renderers and papermill import, checks schemas with grammars that take
# long to build, are optional there and of no use here. This must come before them.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
sys.modules.setdefault("rfc3986_validator", None)  # type: ignore[arg-type]

_HOME = {
    "Comparison": "domain.periods",
    "Period": "domain.periods",
    "Review": "review.review",
    "open": "explore.entry",
}


def __getattr__(name: str) -> Any:
    # Loaded when first asked for, so that `csp --help` and the runner start quickly.
    import gc
    from importlib import import_module

    if name in _HOME:
        # What is imported is no rubbish: to look through it meanwhile takes a fifth of the time.
        is_collected = gc.isenabled()
        gc.disable()
        try:
            return getattr(import_module(f"cspanalysis.{_HOME[name]}"), name)
        finally:
            if is_collected:
                gc.enable()
    raise AttributeError(
        f"module 'cspanalysis' has no attribute '{name}'", name=name, obj=sys.modules[__name__]
    )


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
