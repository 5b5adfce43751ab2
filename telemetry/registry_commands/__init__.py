"""The subcommands of ``manage.py registry`` that work on measurements: importing this package makes them known."""

from telemetry.registry_commands import backtest

__all__ = ["backtest"]
