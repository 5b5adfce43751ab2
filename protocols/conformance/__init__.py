"""What was done against what was declared: pure."""
