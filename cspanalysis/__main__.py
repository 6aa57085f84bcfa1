"""`python -m cspanalysis` is the command `csp`."""

import sys

from cspanalysis.cli import main

sys.exit(main())
