"""`python -m tools.site` makes the documentation's pages."""

import sys

from tools.site import main

sys.exit(main())
