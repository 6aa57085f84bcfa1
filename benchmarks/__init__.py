"""Measurements: speed and memory (`python -m benchmarks`), and how far the statistics hold."""
