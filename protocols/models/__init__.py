"""The tables of protocol runs."""

from protocols.models.people import Deviation, Intervention, Pause, ReasonCode
from protocols.models.run import ProtocolRun
from protocols.models.step import NOTE, HandOffOffer, Step

__all__ = [
    "NOTE",
    "Deviation",
    "HandOffOffer",
    "Intervention",
    "Pause",
    "ProtocolRun",
    "ReasonCode",
    "Step",
]
