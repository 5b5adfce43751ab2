"""What somebody may do themselves before they may give a token to do it: a scope in Django's permissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from bindings.models.scope import Scope

ALL = ("add", "change", "delete")


def _each(app: str, verbs: Iterable[str], *models: str) -> tuple[str, ...]:
    return tuple(f"{app}.{verb}_{model}" for model in models for verb in verbs)


OF_A_SERVICE: Final[Mapping[str, tuple[str, ...]]] = {
    Scope.BINDINGS_READ: (*_each("bindings", ("view",), "agent", "actionkind"), "releases.view_channel"),
    Scope.REGISTRY_READ: (
        *_each("kpis", ("view",), "kpi", "unit"),
        "bindings.view_validationreport",
        "releases.view_release",
    ),
    Scope.REGISTRY_WRITE: (
        *_each("kpis", ALL, "kpi", "unit", "validationrule"),
        *_each("bindings", ALL, "agent", "actionkind"),
        *("kpis.change_registrysettings", "bindings.change_roster", "bindings.add_validationreport"),
    ),
    Scope.RELEASES_WRITE: ("releases.add_release", "releases.add_channel", "releases.change_channel"),
    Scope.METRICS_READ: ("telemetry.view_standing",),
    Scope.PEOPLE_ERASE: ("telemetry.add_erasure",),
    # To report is no person's doing: whoever may make tokens may let an agent report.
    Scope.OBSERVATIONS_WRITE: (),
    # A service overrides, judges and pauses with it; an agent only says what it did itself.
    Scope.RUNS_WRITE: (
        "protocols.add_intervention",
        "protocols.change_deviation",
        "protocols.add_pause",
        "protocols.change_pause",
    ),
}
OF_AN_AGENT: Final[Mapping[str, tuple[str, ...]]] = {
    **OF_A_SERVICE,
    Scope.REGISTRY_WRITE: ("bindings.change_agent",),
    Scope.RUNS_WRITE: (),
}
"""An agent's token writes its own contract and reports its own steps, and nothing else of the registry or of runs."""

FOR_A_PERSON: Final = frozenset({Scope.REGISTRY_WRITE, Scope.RELEASES_WRITE, Scope.PEOPLE_ERASE})
"""Used for its holder, who answers for it: only as long as the holder may do the same. The others are the agent's or
the service's own, and go on when somebody leaves."""


def permissions_of(scope: str, *, agents: bool) -> tuple[str, ...]:
    """What a person needs to give this scope to an agent's token, or to a service's."""
    return (OF_AN_AGENT if agents else OF_A_SERVICE).get(scope, ())
