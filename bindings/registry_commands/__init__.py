"""The subcommands of ``manage.py registry`` that work on agents: importing this package makes them known."""

from bindings.registry_commands import report, scaffold

__all__ = ["report", "scaffold"]
