"""What an agent installs to follow its contract: bindings, kept fresh, and evaluated on the spot."""

from auren_client.aio import AsyncClient
from auren_client.bindings import Bindings
from auren_client.client import Client
from auren_client.errors import (
    AurenError,
    NoBindings,
    NoInbox,
    NoRun,
    NotBound,
    NotDelivered,
    OutboxFull,
    Problem,
    UnreadableBinding,
)
from auren_client.inbox import Inbox
from auren_client.judging import Verdict
from auren_client.outbox import Answer, Rejected
from auren_client.pace import Timing
from auren_client.runs import HandOff, Offer, Pause, Run, Step
from auren_client.status import Status
from auren_client.step_reports import RefusedReport
from contracts.evaluation import State

__all__ = [
    "Answer",
    "AsyncClient",
    "AurenError",
    "Bindings",
    "Client",
    "HandOff",
    "Inbox",
    "NoBindings",
    "NoInbox",
    "NoRun",
    "NotBound",
    "NotDelivered",
    "Offer",
    "OutboxFull",
    "Pause",
    "Problem",
    "RefusedReport",
    "Rejected",
    "Run",
    "State",
    "Status",
    "Step",
    "Timing",
    "UnreadableBinding",
    "Verdict",
]
