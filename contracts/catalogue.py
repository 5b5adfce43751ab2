"""The catalogue of rules: what a rule is, and how one is declared.

A rule is a small pure function that looks at one compiled contract and yields problems. Declaring it with one
of the decorators below puts it into :data:`RULES`; everything else (the findings' ids, ``docs/rules.md``, the
SARIF rules) comes from there. Importing :mod:`contracts.rules` fills it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from contracts.agents import AgentContext, AgentSpec, BindingSpec
from contracts.context import KnownKpi, RegistryContext, context_of
from contracts.documents import ActionsDocument, RegistryDocument, RosterDocument
from contracts.findings import Finding, Level, Path, register_code
from contracts.spec import KpiSpec

__all__ = [
    "RULES",
    "KnownKpi",
    "Problem",
    "RegistryContext",
    "Rule",
    "Scope",
    "action_rule",
    "agent_rule",
    "binding_rule",
    "context_of",
    "coverage_rule",
    "declare",
    "kpi_rule",
    "registry_rule",
    "roster_rule",
    "rules_of",
    "run",
    "run_each",
    "settings_rule",
]


class Problem(NamedTuple):
    """What a rule yields. ``path`` is relative to the contract that the rule looks at."""

    path: Path
    message: str
    hint: str = ""


class Scope(StrEnum):
    """What a rule looks at, each with everything around it that it may need."""

    FILE = "file"
    KPI = "kpi"
    SETTINGS = "settings"
    REGISTRY = "registry"
    BINDING = "binding"
    AGENT = "agent"
    ROSTER = "roster"
    COVERAGE = "coverage"
    ACTIONS = "actions"
    WAIVER = "waiver"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue.

    ``id`` is stable and never reused; ``code`` is the slug that an API answers; ``example`` is a piece of
    YAML, laid over a healthy contract, on which exactly this rule speaks.
    """

    id: str
    code: str
    level: Level
    title: str
    rationale: str
    example: str
    scope: Scope
    function: Callable[..., Iterable[Problem]] | None = None


RULES: dict[str, Rule] = {}
"""Every rule by its id."""

_by_scope: dict[Scope, list[Rule]] = {scope: [] for scope in Scope}

Check = TypeVar("Check", bound=Callable[..., Iterable[Problem]])
KpiCheck = TypeVar("KpiCheck", bound=Callable[[KpiSpec, RegistryContext], Iterable[Problem]])
RegistryCheck = TypeVar(
    "RegistryCheck", bound=Callable[[RegistryDocument, RegistryContext], Iterable[Problem]]
)
BindingCheck = TypeVar("BindingCheck", bound=Callable[[BindingSpec, AgentContext], Iterable[Problem]])
AgentCheck = TypeVar("AgentCheck", bound=Callable[[AgentSpec, AgentContext], Iterable[Problem]])
RosterCheck = TypeVar("RosterCheck", bound=Callable[[RosterDocument, AgentContext], Iterable[Problem]])
CoverageCheck = TypeVar("CoverageCheck", bound=Callable[[KpiSpec, AgentContext], Iterable[Problem]])

ActionCheck = TypeVar("ActionCheck", bound=Callable[[ActionsDocument, AgentContext], Iterable[Problem]])


def declare(rule: Rule) -> None:
    """Put a rule into the catalogue. Raises ValueError when its id is taken."""
    if rule.id in RULES:
        raise ValueError(f"rule {rule.id} is declared twice")
    register_code(rule.id, rule.code)
    RULES[rule.id] = rule
    _by_scope[rule.scope].append(rule)


def rules_of(scope: Scope) -> Sequence[Rule]:
    """The rules that look at one kind of contract, in the order they were declared."""
    return _by_scope[scope]


def _declare_check(
    scope: Scope, id: str, code: str, level: str, title: str, example: str, check: Check
) -> Check:
    rationale = inspect.cleandoc(check.__doc__ or "")
    declare(Rule(id, code, Level(level), title, rationale, inspect.cleandoc(example), scope, check))
    return check


def kpi_rule(id: str, code: str, level: str, *, title: str, example: str) -> Callable[[KpiCheck], KpiCheck]:
    """Declare a rule about one KPI."""
    return lambda check: _declare_check(Scope.KPI, id, code, level, title, example, check)


def settings_rule(
    id: str, code: str, level: str, *, title: str, example: str
) -> Callable[[RegistryCheck], RegistryCheck]:
    """Declare a rule about a registry's settings: export, validation rules, units of its own."""
    return lambda check: _declare_check(Scope.SETTINGS, id, code, level, title, example, check)


def registry_rule(
    id: str, code: str, level: str, *, title: str, example: str
) -> Callable[[RegistryCheck], RegistryCheck]:
    """Declare a rule about a whole registry file."""
    return lambda check: _declare_check(Scope.REGISTRY, id, code, level, title, example, check)


def binding_rule(
    id: str, code: str, level: str, *, title: str, example: str
) -> Callable[[BindingCheck], BindingCheck]:
    """Declare a rule about one binding."""
    return lambda check: _declare_check(Scope.BINDING, id, code, level, title, example, check)


def agent_rule(
    id: str, code: str, level: str, *, title: str, example: str
) -> Callable[[AgentCheck], AgentCheck]:
    """Declare a rule about one agent's bindings and hand-offs together."""
    return lambda check: _declare_check(Scope.AGENT, id, code, level, title, example, check)


def roster_rule(
    id: str, code: str, level: str, *, title: str, example: str
) -> Callable[[RosterCheck], RosterCheck]:
    """Declare a rule about the roster."""
    return lambda check: _declare_check(Scope.ROSTER, id, code, level, title, example, check)


def coverage_rule(
    id: str, code: str, level: str, *, title: str, example: str
) -> Callable[[CoverageCheck], CoverageCheck]:
    """Declare a rule about one KPI, seen together with what all agents watch."""
    return lambda check: _declare_check(Scope.COVERAGE, id, code, level, title, example, check)


def action_rule(
    id: str, code: str, level: str, *, title: str, example: str
) -> Callable[[ActionCheck], ActionCheck]:
    """Declare a rule about the catalogue of actions."""
    return lambda check: _declare_check(Scope.ACTIONS, id, code, level, title, example, check)


def run(
    rules: Iterable[Rule], contract: object, context: object, path: Path = (), subject: str = ""
) -> list[Finding]:
    """Everything these rules say about one contract.

    ``path`` is where the contract stands in its document, ``subject`` the name it is known by.
    """
    found: list[Finding] = []
    for rule in rules:
        for problem in rule.function(contract, context):  # type: ignore[misc]  # a rule of a check has one
            place, message, hint = problem
            found.append(Finding(rule.id, rule.level, path + place, message, hint, subject))
    return found


_BATCH = 100
MOST_OF_ONE = 20
"""Findings of one rule about one KPI: with hundreds of validation rules of its own, a registry would get millions."""


def run_each(rules: Iterable[Rule], kpis: Iterable[KpiSpec], context: RegistryContext) -> list[Finding]:
    """Everything these rules say about each of many KPIs, one KPI after the other.

    Each rule looks at a batch of KPIs before the next one does. All rules are more code than a processor keeps at
    hand; to fetch it anew for every KPI took a quarter of the time.
    """
    named = ((kpi, kpi.path, kpi.name) for kpi in kpis)
    return run_batches(rules, named, context, MOST_OF_ONE)


def run_batches(
    rules: Iterable[Rule],
    contracts: Iterable[tuple[Any, Path, str]],
    context: object,
    most: int | None = None,
) -> list[Finding]:
    """The same for contracts of any kind, each with its place and its subject; at most so many findings of a rule."""
    found: list[Finding] = []
    rest = iter(contracts)
    while batch := [(one, path, name, list[Finding]()) for one, path, name in islice(rest, _BATCH)]:
        for rule in rules:
            for one, path, name, own in batch:
                told = rule.function(one, context)  # type: ignore[misc]  # it has one
                for place, message, hint in islice(told, most):
                    own.append(Finding(rule.id, rule.level, path + place, message, hint, name))
        for *_, own in batch:
            found += own
    return found
