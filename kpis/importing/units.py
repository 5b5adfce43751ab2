"""Units that files measure in and nothing here knows: proposed, and brought in where somebody says so."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from contracts.documents import RegistryDocument, UnitDocument
from contracts.limits import UNIT_LIMITS
from contracts.units import UnitSpec, proposed_unit
from kpis.models import Unit


def missing_units(
    registry: RegistryDocument, known: Mapping[str, UnitSpec] | None = None
) -> dict[str, UnitSpec]:
    """The units to add, by the words that the registry's KPIs use for them."""
    there = {unit.code for unit in registry.units}
    there |= set(Unit.objects.values_list("code", flat=True) if known is None else known)
    words = dict.fromkeys(kpi.unit for kpi in registry.kpis if kpi.unit.strip() and kpi.unit not in there)
    found: dict[str, UnitSpec] = {}
    for word in words:
        spec = proposed_unit(word)
        found[word] = replace(spec, code=_free(spec.code, there))
        there.add(found[word].code)
    return found


def _free(code: str, taken: set[str]) -> str:
    """The code, with a number behind it where that one is taken by something else."""
    number, free = 1, code
    while free in taken:
        number += 1
        free = f"{code[: UNIT_LIMITS['code'] - len(str(number)) - 1]}_{number}"
    return free


def with_units(registry: RegistryDocument, missing: Mapping[str, UnitSpec]) -> RegistryDocument:
    """The registry with the missing units as its own, and its KPIs measured in them by their codes."""
    codes = {word: spec.code for word, spec in missing.items()}
    kpis = [
        kpi.model_copy(update={"unit": codes[kpi.unit]}) if kpi.unit in codes else kpi
        for kpi in registry.kpis
    ]
    rules = [
        rule.model_copy(update={"allowed_values": [codes.get(value, value) for value in rule.allowed_values]})
        if rule.field == "unit"
        else rule
        for rule in registry.validation_rules
    ]
    own = [UnitDocument(**asdict(spec)) for spec in missing.values()]
    return registry.model_copy(
        update={"kpis": kpis, "units": [*registry.units, *own], "validation_rules": rules}
    )
