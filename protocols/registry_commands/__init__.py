"""The subcommands of ``manage.py registry`` that work on protocol runs: importing this package makes them known."""

from protocols.registry_commands import conformance

__all__ = ["conformance"]
