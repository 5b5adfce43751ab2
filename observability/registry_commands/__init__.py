"""What ``manage.py registry`` does with alerts and dashboards."""

from observability.registry_commands import drifting, exporting

__all__ = ["drifting", "exporting"]
