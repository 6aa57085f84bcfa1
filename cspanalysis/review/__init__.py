"""One area over its periods, and what is counted of it."""
