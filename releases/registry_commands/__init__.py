"""The subcommands of ``manage.py registry`` that work on releases: importing this package makes them known."""

from releases.registry_commands import approval, places, publish, rollback

__all__ = ["approval", "places", "publish", "rollback"]
