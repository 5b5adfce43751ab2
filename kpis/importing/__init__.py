"""From a registry file to the working copy: a plan that says everything first, then one transaction."""

from kpis.importing.applying import apply_import
from kpis.importing.planning import (
    Action,
    Conflicts,
    Draft,
    ImportRefused,
    Plan,
    Step,
    missing_units,
    objection,
    plan_import,
    read_draft,
)

__all__ = [
    "Action",
    "Conflicts",
    "Draft",
    "ImportRefused",
    "Plan",
    "Step",
    "apply_import",
    "missing_units",
    "objection",
    "plan_import",
    "read_draft",
]
