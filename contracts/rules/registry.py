"""Rules about a whole registry file."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.catalogue import Problem, registry_rule
from contracts.context import RegistryContext
from contracts.documents import RegistryDocument


@registry_rule("REG008", "no_kpis", "warning", title="Registry without KPIs", example="kpis: []")
def registry_has_kpis(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """A registry that defines nothing is most likely the wrong file, or an emptied one."""
    if not registry.kpis:
        yield Problem(("kpis",), "The registry defines no KPI.", "Is it the right file?")
