"""Conformance: what an agent did, against what its contract declares; without Django, a clock or a database."""

from protocols.conformance.alignment import Row, aligned
from protocols.conformance.catalogue import RULES, RunRule
from protocols.conformance.facts import Found, OfferFacts, PauseFacts, RunFacts, StepFacts
from protocols.conformance.judging import judge, next_due

__all__ = [
    "RULES",
    "Found",
    "OfferFacts",
    "PauseFacts",
    "Row",
    "RunFacts",
    "RunRule",
    "StepFacts",
    "aligned",
    "judge",
    "next_due",
]
