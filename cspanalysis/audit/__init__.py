"""Published figures held against their own words and against the data."""
