"""The subcommands of ``manage.py registry`` that work on KPIs: importing this package makes them known."""

from contracts.commands import diff, fmt, schema, validate
from kpis.registry_commands import database, exporting, importing

__all__ = ["database", "diff", "exporting", "fmt", "importing", "schema", "validate"]
