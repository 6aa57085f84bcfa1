"""The report: starts the chapter notebooks and writes what they found as pages and tables."""

import sys

# nbformat's schema check imports a grammar that takes 0.7 s to build and that no notebook here
# needs; it is optional to its importer. This must come before papermill and nbformat.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
