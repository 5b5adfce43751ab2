"""What ``manage.py registry`` does with alerts and dashboards."""

from observability.registry_commands import drifting, exporting, noise, proving

__all__ = ["drifting", "exporting", "noise", "proving"]
