"""The admin of agents: their page, their list, the roster map, the catalogue of actions."""

from bindings.admin import actions, agent, reports, tokens, waivers

__all__ = ["actions", "agent", "reports", "tokens", "waivers"]
