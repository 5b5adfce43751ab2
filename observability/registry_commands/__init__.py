"""What ``manage.py registry`` does with alerts and dashboards."""

from observability.registry_commands import exporting

__all__ = ["exporting"]
