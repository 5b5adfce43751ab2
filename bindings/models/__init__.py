"""The tables of agents, what they watch and do, and what is waived."""

from bindings.models.action import Action
from bindings.models.action_kind import ActionCatalogue, ActionKind
from bindings.models.agent import Agent
from bindings.models.binding import Binding
from bindings.models.hand_off import HandOff
from bindings.models.identity import AgentIdentity
from bindings.models.report import ValidationReport
from bindings.models.roster import Roster
from bindings.models.scope import Scope
from bindings.models.token import ApiToken, TokenRevision
from bindings.models.trigger import Trigger
from bindings.models.waiver import Waiver

__all__ = [
    "Action",
    "ActionCatalogue",
    "ActionKind",
    "Agent",
    "AgentIdentity",
    "ApiToken",
    "Binding",
    "HandOff",
    "Roster",
    "Scope",
    "TokenRevision",
    "Trigger",
    "ValidationReport",
    "Waiver",
]
