"""Benchmarks: `python -m bench [area …]`, one line a figure."""
