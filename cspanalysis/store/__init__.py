"""What was read from where, what was kept, and loading it again."""
