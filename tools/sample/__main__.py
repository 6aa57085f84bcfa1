"""`python -m tools.sample data/raw` draws the extracts of the sample anew."""

import sys

from tools import sample

for path in sample.write(sys.argv[1]):
    print(path)
