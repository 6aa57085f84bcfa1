"""The report: starts the chapter notebooks and writes what they found as pages and tables."""
