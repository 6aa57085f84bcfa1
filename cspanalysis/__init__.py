"""cspanalysis: the strategic assessment of a Community Safety Partnership.

>>> import cspanalysis as csp
>>> a = csp.open("Tonbridge and Malling", "2007-04/2008-03")        # doctest: +SKIP
"""

from cspanalysis.periods import Comparison, Period
from cspanalysis.review import Review, open

__all__ = ["Comparison", "Period", "Review", "open"]
__version__ = "0.1.0"
