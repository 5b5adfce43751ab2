"""What is stored of measurements. Times are microseconds since 1970 (UTC), for all that is written in bulk."""

from telemetry.models.batch import Batch, Clock
from telemetry.models.forwarding import Forwarding
from telemetry.models.series import Correction, Observation, Series, Subject
from telemetry.models.standing import Standing, Tally, Transition
from telemetry.models.summary import Erasure, Summary

__all__ = [
    "Batch",
    "Clock",
    "Correction",
    "Erasure",
    "Forwarding",
    "Observation",
    "Series",
    "Standing",
    "Subject",
    "Summary",
    "Tally",
    "Transition",
]
