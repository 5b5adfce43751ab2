"""Checks whole trees of contract files: every rule, each finding with its file, line and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from contracts.agents import AgentContext, asked_pairs, compile_agent, cycles_among
from contracts.changes import ChangesError, changed_files
from contracts.checks import (
    check_actions,
    check_agent,
    check_coverage,
    check_registry,
    check_roster,
    compile_registry,
)
from contracts.context import RegistryContext, context_of, units_of
from contracts.documents import ActionKindDocument, BindingsDocument, Loaded, RosterAgent
from contracts.findings import EXIT_USAGE, Finding, Level, Path, Report
from contracts.loading import Tree, TreeError, load_tree
from contracts.naming import NearNames
from contracts.registry_parts import naming_others
from contracts.severity import REGISTRY_WORDS
from contracts.spec import KpiSpec
from contracts.units import STANDARD_UNITS, UnitSpec
from contracts.yamltree import MAX_BYTES, YamlMapping, YamlSequence, YamlSource, paused_gc

__all__ = ["Beside", "Tree", "TreeError", "check_tree", "load_tree", "validate_tree"]


@dataclass(frozen=True, slots=True)
class Beside:
    """What bindings and a roster are to join that the files do not have, such as a database's.

    ``kpis`` are those that the bindings may name, ``names`` all there are; ``asked`` are pairs of an agent and
    one that it asks; ``actions`` are the catalogue's.
    """

    kpis: tuple[KpiSpec, ...] = ()
    names: tuple[str, ...] = ()
    agents: Mapping[str, RosterAgent] = field(default_factory=dict)
    asked: tuple[tuple[str, str], ...] = ()
    actions: Mapping[str, ActionKindDocument] = field(default_factory=dict)


def validate_tree(
    paths: Sequence[str | FilePath], *, changed_since: str | None = None, max_bytes: int = MAX_BYTES
) -> Report:
    """Read and check everything at or below the paths.

    Each directory is a tree of its own; single files together make one. With ``changed_since``, a git
    revision, everything is checked all the same, but only findings in files that changed since then are
    reported. Files of more than ``max_bytes`` each are refused.

    Raises TreeError when nothing could be checked.
    """
    with paused_gc():
        return _validate(paths, changed_since, max_bytes)


def _validate(paths: Sequence[str | FilePath], changed_since: str | None, max_bytes: int) -> Report:
    directories = [path for path in paths if FilePath(path).is_dir()]
    files = [path for path in paths if path not in directories]
    trees = [load_tree([directory], max_bytes=max_bytes) for directory in directories]
    if files or not trees:
        trees.append(load_tree(files, max_bytes=max_bytes))
    loaded = [one for tree in trees for one in tree.loaded]
    sources = [source for tree in trees for source in tree.sources]
    findings = [finding for tree in trees for finding in check_tree(tree)]
    remarks = [remark for tree in trees if (remark := _left_unchecked(tree))]
    if changed_since is not None:
        findings, remark = _only_changed(findings, loaded, changed_since)
        remarks.append(remark)
    return Report.of(
        dict.fromkeys(findings) if len(trees) > 1 else findings,
        dict.fromkeys(source.file for source in sources),
        remark=" ".join(dict.fromkeys(remarks)),
        texts={source.file: source.text for source in sources},
    )


def check_tree(
    tree: Tree, around: RegistryContext | None = None, beside: Beside | None = None
) -> list[Finding]:
    """What reading and every rule say about the files of one tree, each finding with its place.

    ``around`` is what a registry is to join, such as a database with KPIs and units of its own, and ``beside``
    the same for bindings and the roster; by default they stand alone.
    """
    found = tree.findings
    actions, left_out = _actions(tree, beside), _left_out(tree.findings)
    kpis: list[KpiSpec] = []
    checked: list[tuple[list[KpiSpec], YamlSource]] = []
    for registry in tree.registries:
        if registry.document:
            # Only bindings need all KPIs at once; without any, they are compiled and dropped one by one.
            specs = compile_registry(registry.document) if tree.bindings else None
            context = around or context_of(registry.document, _left_out(registry.findings))
            context = context.with_actions(actions, left_out)
            found += placed(check_registry(registry.document, specs, context), registry.source)
            checked.append((specs or [], registry.source))
            kpis += specs or []
    agents = _agent_context(tree, kpis, beside, actions)
    for bindings in tree.bindings:
        if bindings.document:
            agent = compile_agent(bindings.document, agents, _folder(bindings.source.file))
            found += placed(check_agent(agent, agents), bindings.source)
    for roster in tree.rosters:
        if roster.document:
            found += placed(check_roster(roster.document, agents), roster.source)
    for catalogue in tree.catalogues:
        if catalogue.document:
            found += placed(check_actions(catalogue.document, agents), catalogue.source)
    for specs, source in checked:
        found += placed(check_coverage(specs, agents), source)
    return naming_others(_without_repetition(found))


def placed(findings: Iterable[Finding], source: YamlSource) -> list[Finding]:
    """The findings with file, line and column, and their paths as the file writes them."""
    return [_placed(finding, source) for finding in findings]


def _placed(finding: Finding, source: YamlSource) -> Finding:
    source, path = source.part_at(finding.path)
    if "risk_thresholds" in path:
        path = _as_written(path, source)
    line, column = _line_and_column(path, source)
    # Not dataclasses.replace, which takes five times as long.
    return Finding(
        finding.rule,
        finding.level,
        path,
        finding.message,
        finding.hint,
        finding.subject,
        source.file,
        line,
        column,
    )


def _as_written(path: Path, source: YamlSource) -> Path:
    """A path with the file's own word for each severity: ``elevated`` or ``caution``."""
    at = path.index("risk_thresholds") + 1
    words = source.node(path[:at])
    if at < len(path) and isinstance(words, YamlMapping) and path[at] not in words:
        word = next((word for word in words if REGISTRY_WORDS.get(word) == path[at]), path[at])
        return (*path[:at], word, *path[at + 1 :])
    return path


def _line_and_column(path: Path, source: YamlSource) -> tuple[int, int]:
    """Where to point at: a value; the key of what has several lines; the key of what lacks a key."""
    node = source.node(path)
    if node is None and len(path) > 1:
        path = path[:-1]
        node = source.node(path)
    is_block = isinstance(node, (YamlMapping, YamlSequence)) and bool(path) and isinstance(path[-1], str)
    return source.locate(path, key=is_block)


def _actions(tree: Tree, beside: Beside | None) -> dict[str, ActionKindDocument]:
    """The catalogue's actions: the files' own count over those beside them."""
    catalogues = [one.document for one in tree.catalogues if one.document]
    own = {name: action for document in catalogues for name, action in document.actions.items()}
    return {**(beside.actions if beside else {}), **own}


def _agent_context(
    tree: Tree, kpis: list[KpiSpec], beside: Beside | None, actions: Mapping[str, ActionKindDocument]
) -> AgentContext:
    registries = [one.document for one in tree.registries if one.document]
    rosters = [one.document for one in tree.rosters if one.document]
    documents = [one.document for one in tree.bindings if one.document]
    units: dict[str, UnitSpec] = dict(STANDARD_UNITS)
    for registry in registries:
        units |= units_of(registry)
    listed = {name: agent for roster in rosters for name, agent in roster.agents.items()}
    known = [*(beside.kpis if beside else ()), *kpis]  # the files' own come last, and count
    context = AgentContext.of(
        kpis=known if registries or beside else None,
        units=units,
        agents={**(beside.agents if beside else {}), **listed} if rosters or beside else None,
        bindings=documents,
        complete=tree.whole and len(documents) == len(tree.bindings) and not tree.unusable,
        left_out=_left_out(tree.findings),
        actions=actions,
    )
    context = replace(context, has_roster=bool(rosters) or not beside)
    return _joined(context, documents, beside) if beside else context


def _joined(context: AgentContext, documents: list[BindingsDocument], beside: Beside) -> AgentContext:
    """The context with the names and the hand-offs of what is beside the files."""
    own = {document.agent for document in documents}
    asked = [pair for pair in beside.asked if pair[0] not in own]
    return replace(
        context,
        cycles=cycles_among([*asked, *(pair for document in documents for pair in asked_pairs(document))]),
        near_kpis=NearNames([*beside.names, *(context.kpis or ())]),
    )


def _left_out(findings: Iterable[Finding]) -> frozenset[str]:
    """Names of what a file defines, but so badly that its document lacks it: they are not unknown."""
    return frozenset(found.subject for found in findings if found.level is Level.ERROR and found.subject)


def _folder(file: str) -> str:
    """The agent a bindings file lies in the folder of: ``neuros`` for
    ``agents/neuros_modules/kpi_bindings.yaml``."""
    folder = FilePath(file).parent.name
    return folder.removesuffix("_modules") if folder.endswith("_modules") else ""


def _without_repetition(findings: Iterable[Finding]) -> list[Finding]:
    """Without the notes on unknown keys where a rule says more about the same key."""
    kept = list(findings)
    told = {(finding.file, finding.path) for finding in kept if finding.code == "condition_unsupported"}
    return [f for f in kept if f.code != "unknown_field" or (f.file, f.path) not in told]


def _left_unchecked(tree: Tree) -> str:
    """What could not be held against what, in a sentence; "" where everything could."""
    missing = [] if any(one.document for one in tree.registries) else ["registry"]
    missing += [] if any(one.document for one in tree.rosters) else ["roster"]
    if not tree.bindings or not missing:
        return ""
    return f"Bindings were not compared with the {' and the '.join(missing)}, which could not be read here."


def _only_changed(
    findings: list[Finding], loaded: Iterable[Loaded[Any]], revision: str
) -> tuple[list[Finding], str]:
    """The findings in files that changed since a revision, and a sentence about the others."""
    # Of what was not read nobody asks git: it would be asked where the link leads.
    unread = {
        FilePath(one.source.file) for one in loaded if any(f.code == "file_not_read" for f in one.findings)
    }
    files = {FilePath(source.file) for one in loaded for source in one.source.files} - unread
    try:
        changed = changed_files(revision, files)
    except ChangesError as error:
        raise TreeError(str(error), EXIT_USAGE) from None
    kept = [finding for finding in findings if FilePath(finding.file) in changed | unread]
    told = f"{len(changed)} of {len(files)} files changed since {revision}; only findings in these are shown."
    hidden = len(findings) - len(kept)
    return kept, f"{told} {hidden} in other files are left out." if hidden else told
