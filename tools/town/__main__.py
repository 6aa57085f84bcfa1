"""`python -m tools.town data/today` draws the town's workspace anew.

`python -m tools.town --tables FILE.ods ROWS` writes a table of the Home Office's layout at true
size instead, for benchmarks.
"""

import sys
from pathlib import Path

from tools import town
from tools.town import tables

if sys.argv[1] == "--tables":
    tables.write(Path(sys.argv[2]), int(sys.argv[3]))
else:
    for path in town.write(sys.argv[1]):
        print(path)
