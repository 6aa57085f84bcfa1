"""`csp.open(...)`, and what an analyst asks of a review by hand."""
