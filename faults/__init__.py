"""Faults on purpose: `python -m faults [name …]`, one ledger line a fault."""
