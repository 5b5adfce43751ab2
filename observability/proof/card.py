"""A proof card: one trigger as people, agents, Prometheus and Grafana have it, side by side, with one digest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from contracts.decimals import plain
from contracts.durations import Duration
from contracts.release import ReleaseDocument
from contracts.severity import Severity
from contracts.yamlwriter import write_yaml
from observability.active_triggers import ActiveTrigger
from observability.alert_rule import AlertRule, Basis, rule_body
from observability.alert_rules import alert_rules
from observability.dashboards.fields import kpi_field
from observability.dashboards.files import watched_kpis
from observability.dashboards.kpi_panels import WatchedKpi
from observability.options import ExportOptions
from observability.proof.prometheus import RULE_FILES, RULES, witness_test
from observability.proof.witnesses import Witnesses, sides, witnesses_of
from observability.rule_tests.files import rule_tests
from observability.rule_tests.rule_test import file_of_tests

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Colour:
    """What Grafana paints a value in, and the severity that has this colour, None for none."""

    value: float
    colour: str


@dataclass(frozen=True, slots=True)
class ProofCard:
    """One trigger of one agent. ``rules`` and the tests are YAML as Prometheus and promtool read it."""

    agent: str
    kpi: str
    severity: Severity
    title: str
    condition: str
    words: str
    timing: str
    alert: str
    basis: str
    witnesses: Witnesses
    colours: tuple[Colour, ...]
    rules: str
    unit_tests: Mapping[str, str]
    """Of the rules, by file: what ``promtool test rules`` runs on it."""
    witness_test: str
    """The same of the witnesses alone; "" where Prometheus has no values to judge."""

    @property
    def digest(self) -> str:
        """SHA-256 of all that the card says, in hex."""
        return sha256(self.canonical.encode()).hexdigest()

    @property
    def canonical(self) -> str:
        """The card as JSON with sorted keys, without its digest; the numbers of the contract as texts."""
        return json.dumps(
            {"format": FORMAT} | asdict(self), sort_keys=True, ensure_ascii=False, default=plain
        )

    @property
    def files(self) -> dict[str, str]:
        """What promtool needs, by path, as an export lays them out."""
        tests = dict(self.unit_tests) | ({"witness_test.yml": self.witness_test} if self.witness_test else {})
        return {RULES: self.rules} | {f"prometheus/tests/{name}": text for name, text in tests.items()}


def proof_cards(
    document: ReleaseDocument, options: ExportOptions, kpi: str = "", agent: str = ""
) -> list[ProofCard]:
    """The cards of a KPI, of an agent or of both, agent by agent and worst first; of all of them without either."""
    panels = {(name, one.kpi.name): one for name, own in watched_kpis(document) for one in own}
    return [
        _card(rules, panels[found.agent.name, rules[0].trigger.kpi.name], options)
        for found in alert_rules(document)[0]
        if agent in ("", found.agent.name)
        for rules in _by_trigger(found.rules)
        if kpi in ("", rules[0].trigger.kpi.name)
    ]


def _by_trigger(rules: Sequence[AlertRule]) -> list[list[AlertRule]]:
    """The rules of each trigger: about each person first, then about a share of them."""
    found: dict[tuple[str, Severity, str], list[AlertRule]] = {}
    for rule in rules:
        if rule.basis in (Basis.VALUES, Basis.STATE, Basis.COHORT):
            one = rule.trigger
            found.setdefault((one.kpi.name, one.severity, one.trigger.condition), []).append(rule)
    return list(found.values())


def _card(rules: Sequence[AlertRule], panel: WatchedKpi, options: ExportOptions) -> ProofCard:
    rule = rules[0]
    one = rule.trigger
    witnesses = witnesses_of(one)
    is_judged = rule.basis is Basis.VALUES
    return ProofCard(
        agent=one.agent.name,
        kpi=one.kpi.name,
        severity=one.severity,
        title=one.kpi.title or one.kpi.name,
        condition=one.trigger.condition,
        words=one.condition.explain(one.binding.definition.symbol),
        timing=_timing(one),
        alert=rule.name,
        basis=str(rule.basis),
        witnesses=witnesses,
        colours=tuple(_colours(panel, witnesses)),
        rules=write_yaml(
            {"groups": [{"name": "proof", "rules": [rule_body(one, options) for one in rules]}]}
        ),
        unit_tests=_unit_tests(rules, options),
        witness_test=witness_test(rule, witnesses) if is_judged and witnesses.values else "",
    )


def _timing(one: ActiveTrigger) -> str:
    parts = [f"for {Duration(one.for_).words()}"] if one.for_ else []
    if one.recovery is not None:
        parts.append(f"until it is {one.recovery.explain(one.binding.definition.symbol)}")
    if one.keep_firing_for:
        parts.append(f"kept for {Duration(one.keep_firing_for).words()} after")
    return ", ".join(parts)


def _unit_tests(rules: Sequence[AlertRule], options: ExportOptions) -> dict[str, str]:
    """By file: promtool evaluates all of a file equally often."""
    return {
        f"every_{seconds}s_test.yml": file_of_tests(RULE_FILES, groups, seconds, options)
        for seconds, groups in sorted(rule_tests(rules).items())
    }


def _colours(panel: WatchedKpi, witnesses: Witnesses) -> list[Colour]:
    """Grafana's steps: each paints what is equal or greater."""
    steps = kpi_field(panel.kpi, panel.unit, panel.conditions)["thresholds"]["steps"]
    return [Colour(value, _painted(steps, value)) for pair in witnesses.values for value, _ in sides(pair)]


def _painted(steps: Sequence[Mapping[str, Any]], value: float) -> str:
    reached = [step for step in steps if step["value"] is None or value >= step["value"]]
    return str(reached[-1]["color"])
