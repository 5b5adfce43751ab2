"""Proof cards: for one trigger, the value and the second at which it flips, in every system that judges values."""
