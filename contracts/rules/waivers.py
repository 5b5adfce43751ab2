"""What is told of waivers, as an entry of the catalogue: :mod:`contracts.waivers` finds it."""

from __future__ import annotations

from contracts.catalogue import Rule, Scope, declare
from contracts.findings import Level

EXPIRED = "WAV001"

declare(
    Rule(
        EXPIRED,
        "waiver_expired",
        Level.ERROR,
        "Waiver has expired",
        "A waiver is for a while. Once its day has passed, someone must decide anew.",
        "rule: KPI034\nsubject: resting_hr\nexpires: 2020-01-31",
        Scope.WAIVER,
    )
)
