"""The subcommands of ``manage.py registry`` that work on KPIs: importing this package makes them known."""

from kpis.registry_commands import diff, exporting, fmt, importing, schema, validate

__all__ = ["diff", "exporting", "fmt", "importing", "schema", "validate"]
