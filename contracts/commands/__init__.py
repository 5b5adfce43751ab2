"""The subcommands that need files only, shared by ``auren-registry`` and ``manage.py registry``: importing this
package makes them known."""

from contracts.commands import diff, fmt, schema, validate

__all__ = ["diff", "fmt", "schema", "validate"]
