"""Rules as they are compared: read from exported files, and from what Prometheus says that it has loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import promql_parser
from pydantic import BaseModel, ValidationError

from contracts.yamltree import YamlError, read_yaml, resolve
from observability.drift.client import MonitoringServer

PATH: Final = "/api/v1/rules"
FOLDER: Final = "prometheus/"
MAX_FILE: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Lengths of time are seconds."""

    kind: Literal["alert", "record"]
    name: str
    query: str
    for_: float = 0
    keep_firing_for: float = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What it is found by within its group."""
        return self.kind, self.name


@dataclass(slots=True)
class RuleGroup:
    """A group of rules. ``interval`` is None where the server's own counts; ``file`` is where it came from."""

    name: str
    rules: list[Rule]
    interval: float | None = None
    limit: int = 0
    file: str = ""


Groups = dict[str, RuleGroup]
"""By name."""


def groups_in(files: Mapping[str, str]) -> Groups:
    """The groups of every rule file of an export, whatever they are wrapped in. Raises ValueError."""
    found: Groups = {}
    for path, text in files.items():
        if path.startswith(FOLDER) and path.endswith((".yml", ".yaml")):
            for group in _groups_of(path, text):
                if group.name in found:
                    found[group.name].rules.extend(group.rules)
                else:
                    found[group.name] = group
    return found


def _groups_of(path: str, text: str) -> Iterator[RuleGroup]:
    try:
        data = resolve(read_yaml(text, file=path, max_bytes=MAX_FILE).root)
    except YamlError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    data = data if isinstance(data, dict) else {}
    spec = data.get("spec", data)
    rows = spec.get("groups") if isinstance(spec, dict) else None
    try:
        for row in rows if isinstance(rows, list) else ():
            interval = row.get("interval")
            yield RuleGroup(
                str(row["name"]),
                [_rule(one) for one in row.get("rules") or ()],
                seconds(interval) if interval is not None else None,
                int(row.get("limit") or 0),
                path,
            )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} holds no rules as Prometheus has them.") from error


def _rule(row: Mapping[str, Any]) -> Rule:
    kind: Literal["alert", "record"] = "alert" if "alert" in row else "record"
    return Rule(
        kind,
        str(row[kind]),
        str(row["expr"]),
        seconds(row.get("for") or 0),
        seconds(row.get("keep_firing_for") or 0),
        _texts(row.get("labels")),
        _texts(row.get("annotations")),
    )


def _texts(row: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(name): str(value) for name, value in (row or {}).items()}


def seconds(text: object) -> float:
    """A length of time as Prometheus writes them: ``1h30m``, or a 0. Raises ValueError."""
    word = str(text)
    if "0" in word and not word.strip("0smhdwy"):  # which the parser does not take
        return 0
    return promql_parser.parse_duration(word).total_seconds()


class _LoadedRule(BaseModel):
    type: Literal["alerting", "recording"]
    name: str
    query: str
    duration: float = 0
    keepFiringFor: float = 0  # noqa: N815 - as Prometheus calls it
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class _LoadedGroup(BaseModel):
    name: str
    file: str = ""
    interval: float = 0
    limit: int = 0
    rules: list[_LoadedRule]


class _Loaded(BaseModel):
    groups: list[_LoadedGroup]


class _Answer(BaseModel):
    status: Literal["success"]
    data: _Loaded


def loaded_groups(server: MonitoringServer) -> list[RuleGroup]:
    """Every group that Prometheus has loaded. Raises CannotLook."""
    answer = server.get_json(PATH, exclude_alerts="true")
    try:
        found = _Answer.model_validate(answer)
    except ValidationError as error:
        raise server.trouble(f"what it answers to {PATH} is no list of rules") from error
    return [
        RuleGroup(
            group.name,
            [
                Rule(
                    "alert" if one.type == "alerting" else "record",
                    one.name,
                    one.query,
                    one.duration,
                    one.keepFiringFor,
                    one.labels or {},
                    one.annotations or {},
                )
                for one in group.rules
            ],
            group.interval,
            group.limit,
            group.file,
        )
        for group in found.data.groups
    ]
