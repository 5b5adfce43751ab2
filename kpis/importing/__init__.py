"""From a registry file to the working copy: a plan that says everything first, then one transaction."""

from kpis.importing.applying import apply_import
from kpis.importing.joined import JOINED, Joined, JoinedPlan, tell_imported
from kpis.importing.permissions import permissions_for
from kpis.importing.planning import (
    Draft,
    Plan,
    objection,
    plan_import,
    read_draft,
)
from kpis.importing.refusals import about
from kpis.importing.steps import Action, Conflicts, ImportRefused, Step
from kpis.importing.units import missing_units

__all__ = [
    "Action",
    "Conflicts",
    "Draft",
    "ImportRefused",
    "JOINED",
    "Joined",
    "JoinedPlan",
    "Plan",
    "Step",
    "about",
    "apply_import",
    "missing_units",
    "objection",
    "permissions_for",
    "plan_import",
    "read_draft",
    "tell_imported",
]
