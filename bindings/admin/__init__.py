"""The admin of agents: their page, their list, the roster map."""

from bindings.admin import agent, reports, tokens, waivers

__all__ = ["agent", "reports", "tokens", "waivers"]
