"""What ``manage.py registry`` can do about alerts."""

from observability.registry_commands import noise

__all__ = ["noise"]
