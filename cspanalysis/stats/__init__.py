"""Statistics: pure functions, a table in and a tidy table out."""
