"""What people see of measurements: where everybody stands now, the lines behind it, and why.

Everything here reads; nothing is decided. People are called as ``telemetry.subjects`` calls them outside.
"""
