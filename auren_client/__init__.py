"""What an agent installs to follow its contract: bindings, kept fresh, and evaluated on the spot."""

from auren_client.aio import AsyncClient
from auren_client.bindings import Bindings
from auren_client.client import Client
from auren_client.engine import Timing
from auren_client.errors import (
    AurenError,
    NoBindings,
    NotBound,
    NotDelivered,
    OutboxFull,
    Problem,
    UnreadableBinding,
)
from auren_client.judging import Verdict
from auren_client.outbox import Answer, Rejected
from auren_client.status import Status
from contracts.evaluation import State

__all__ = [
    "Answer",
    "AsyncClient",
    "AurenError",
    "Bindings",
    "Client",
    "NoBindings",
    "NotBound",
    "NotDelivered",
    "OutboxFull",
    "Problem",
    "Rejected",
    "State",
    "Status",
    "Timing",
    "UnreadableBinding",
    "Verdict",
]
