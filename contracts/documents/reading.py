"""From a file to a document: the tree, the checks of shape, and a finding for everything that did not fit.

A KPI with a wrong shape does not hide the others: it is left out of the document, its findings stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Literal, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts.documents.actions import ActionsDocument
from contracts.documents.base import Document
from contracts.documents.bindings import BindingsDocument
from contracts.documents.commas import split_numbers
from contracts.documents.legacy import is_older_registry, modernise
from contracts.documents.problems import yaml_finding
from contracts.documents.registry import RegistryDocument
from contracts.documents.roster import RosterDocument
from contracts.documents.shapes import details, document_path, shape_finding
from contracts.documents.unit_names import use_unit_codes
from contracts.documents.unknown import parts_with_extra, unknown_keys
from contracts.findings import Finding, Path
from contracts.units import UnitSpec
from contracts.yamlnodes import Node, YamlError, YamlMapping, YamlSequence, YamlSource, paused_gc
from contracts.yamltree import MAX_BYTES, read_yaml

D = TypeVar("D", bound=Document)
Kind = Literal["registry", "bindings", "roster", "actions"]

_ROUNDS = 6  # nulls, then errors, then what they hid: a document settles in three or four


@dataclass(frozen=True, slots=True)
class Loaded(Generic[D]):
    """What came of reading a file.

    ``document`` is None if nothing of it can be used. ``source`` has the tree that the document was made
    of, so that
    ``source.locate(path)`` finds the line of any place in the document; parts left out are gone from both.
    """

    document: D | None
    source: YamlSource
    findings: list[Finding] = field(default_factory=list)


def detect(source: YamlSource) -> Kind | None:
    """Which kind of document a file is, judged by its keys and not by its name."""
    root = source.root
    if not isinstance(root, YamlMapping):
        return None
    if "kpis_used" in root or ("agent" in root and "kpis" not in root):
        return "bindings"
    if "kpis" in root:
        return "registry"
    if "agents" in root:
        return "roster"
    if "actions" in root:
        return "actions"
    own = {"export_config", "validation_rules", "schema_version"}
    return "registry" if not own.isdisjoint(root) or is_older_registry(root) else None


def read_registry(
    data: str | bytes | YamlSource,
    file: str = "",
    *,
    max_bytes: int = MAX_BYTES,
    units: Iterable[UnitSpec] = (),
) -> Loaded[RegistryDocument]:
    """Read a KPI registry, of format 1.1 or older. Never raises; what is wrong is in the findings.

    ``units`` are those there are beside the standard ones, where the file is to go.
    """
    prepare = partial(_todays_registry, units=units)
    return _read(RegistryDocument, data, file, max_bytes, _registry_part, prepare)


def read_bindings(
    data: str | bytes | YamlSource, file: str = "", *, max_bytes: int = MAX_BYTES
) -> Loaded[BindingsDocument]:
    """Read one agent's bindings. Never raises; what is wrong is in the findings."""
    return _read(BindingsDocument, data, file, max_bytes, _bindings_part, _name_actions)


def read_roster(
    data: str | bytes | YamlSource, file: str = "", *, max_bytes: int = MAX_BYTES
) -> Loaded[RosterDocument]:
    """Read the roster. Never raises; what is wrong is in the findings."""
    return _read(RosterDocument, data, file, max_bytes, _roster_part, _as_it_is)


def read_actions(
    data: str | bytes | YamlSource, file: str = "", *, max_bytes: int = MAX_BYTES
) -> Loaded[ActionsDocument]:
    """Read the catalogue of actions. Never raises; what is wrong is in the findings."""
    return _read(ActionsDocument, data, file, max_bytes, _actions_part, _as_it_is)


def _read(
    model: type[D],
    data: str | bytes | YamlSource,
    file: str,
    max_bytes: int,
    part_of: Callable[[Path], Path],
    prepare: Callable[[YamlSource], tuple[YamlSource, list[Finding]]],
) -> Loaded[D]:
    try:
        source = data if isinstance(data, YamlSource) else read_yaml(data, file=file, max_bytes=max_bytes)
    except YamlError as error:
        return Loaded(None, YamlSource(None, file=file), [yaml_finding(error, file)])
    with paused_gc():
        source, findings = prepare(source)
        document, found = _validate(model, source, part_of)
        findings += found
        parts = [*parts_with_extra(document)] if document else []
        if split := split_numbers(parts, source):
            findings += split
            _drop({part_of(found.path) for found in split}, source)
            document, found = _validate(model, source, part_of)
            findings += found
            parts = [*parts_with_extra(document)] if document else []
        findings += unknown_keys(parts, source)
    return Loaded(document, source, findings)


def _validate(
    model: type[D], source: YamlSource, part_of: Callable[[Path], Path]
) -> tuple[D | None, list[Finding]]:
    """The document without the parts that do not fit, and why they do not."""
    findings: list[Finding] = []
    places: dict[Path, tuple[int, int]] = {}
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(source.root), findings
        except ValidationError as error:
            problems = details(error)
        if nulls := _nulls(problems, source):
            places |= {path: source.locate(path, key=True) for path in nulls}
            _drop(nulls, source)
            continue
        findings += [shape_finding(problem, source, places) for problem in problems]
        parts = {part_of(document_path(problem)) for problem in problems}
        if any(_is_needed(model, part) for part in parts):
            break
        _drop(parts, source)
    return None, findings


def _nulls(problems: Iterable[ErrorDetails], source: YamlSource) -> set[Path]:
    """The keys without a value, which are as good as keys that are not there."""
    paths = [document_path(problem) for problem in problems if problem["input"] is None]
    return {path for path in paths if path and isinstance(path[-1], str) and _has_null(path, source)}


def _has_null(path: Path, source: YamlSource) -> bool:
    parent = source.node(path[:-1])
    return isinstance(parent, YamlMapping) and path[-1] in parent and parent[str(path[-1])] is None


def _is_needed(model: type[Document], part: Path) -> bool:
    if not part:
        return True
    known = model.model_fields.get(str(part[0]))
    return len(part) == 1 and known is not None and known.is_required()


def _drop(paths: Iterable[Path], source: YamlSource) -> None:
    """Take parts out of the tree, in place."""
    steps: defaultdict[Path, set[str | int]] = defaultdict(set)
    for path in paths:
        steps[path[:-1]].add(path[-1])
    # The deepest first: paths further up must still lead to what they name.
    for parent in sorted(steps, key=len, reverse=True):
        node = source.node(parent)
        if isinstance(node, (YamlMapping, YamlSequence)):
            node.drop(steps[parent])


def _registry_part(path: Path) -> Path:
    """What is left out of a registry for an error at ``path``: a KPI, unit or validation rule, or a key."""
    return path[:2] if path[:1] in (("kpis",), ("units",), ("validation_rules",)) else path[:1]


def _bindings_part(path: Path) -> Path:
    if path[:1] == ("kpis_used",):
        return path[:2]
    return path[:3] if path[:1] == ("collaboration",) else path[:1]


def _roster_part(path: Path) -> Path:
    return path[:2] if path[:1] == ("agents",) else path[:1]


def _actions_part(path: Path) -> Path:
    return path[:2] if path[:1] == ("actions",) else path[:1]


def _todays_registry(source: YamlSource, units: Iterable[UnitSpec]) -> tuple[YamlSource, list[Finding]]:
    source, findings = modernise(source)
    return source, findings + use_unit_codes(source, units)


def _as_it_is(source: YamlSource) -> tuple[YamlSource, list[Finding]]:
    return source, []


def _name_actions(source: YamlSource) -> tuple[YamlSource, list[Finding]]:
    """An action that is only a name is written as `name: …`, as today's format has it."""
    used = source.node(("kpis_used",))
    for index in range(len(used) if isinstance(used, YamlSequence) else 0):
        actions: Node = source.node(("kpis_used", index, "alerting", "actions"))
        if isinstance(actions, YamlSequence):
            for position, action in enumerate(actions):
                if isinstance(action, str):
                    named = YamlMapping()
                    named.put("name", action, actions.marks[position], actions.marks[position])
                    actions[position] = named
    return source, []
