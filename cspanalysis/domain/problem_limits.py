"""How many problems of one kind are listed row by row, and what is said of the others."""

#: So many problems of a file, column and reason are listed row by row.
LISTED = 1000
#: Said where that leaves rows without a line of their own.
CUT = (
    f"where a file has more than {LISTED:,} rows of one kind, the list has the first {LISTED:,} "
    "of them one by one, and then each further value once with its number of rows"
)
