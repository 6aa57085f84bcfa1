"""A partnership's settings, and getting its data in."""
