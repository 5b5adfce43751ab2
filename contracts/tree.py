"""Checks whole trees of contract files: every rule, each finding with its file, line and column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path as FilePath
from typing import Any

from contracts.agents import AgentContext, compile_agent
from contracts.changes import ChangesError, changed_files
from contracts.checks import check_agent, check_coverage, check_registry, check_roster, compile_registry
from contracts.context import units_of
from contracts.documents import Document, Loaded
from contracts.findings import Finding, Level, Path, Report
from contracts.loading import Tree, TreeError, load_tree
from contracts.severity import REGISTRY_WORDS
from contracts.spec import KpiSpec
from contracts.units import STANDARD_UNITS, UnitSpec
from contracts.yamltree import YamlMapping, YamlSequence, YamlSource

__all__ = ["Tree", "TreeError", "check_tree", "load_tree", "validate_tree"]


def validate_tree(paths: Sequence[str | FilePath], *, changed_since: str | None = None) -> Report:
    """Read and check everything at or below the paths.

    Each directory is a tree of its own; single files together make one. With ``changed_since``, a git revision,
    everything is checked all the same, but only findings in files that changed since then are reported.

    Raises TreeError when nothing could be checked.
    """
    directories = [path for path in paths if FilePath(path).is_dir()]
    files = [path for path in paths if path not in directories]
    trees = [load_tree([directory]) for directory in directories]
    if files or not trees:
        trees.append(load_tree(files))
    loaded = [one for tree in trees for one in tree.loaded]
    findings = [finding for tree in trees for finding in check_tree(tree)]
    remarks = [remark for tree in trees if (remark := _left_unchecked(tree))]
    if changed_since is not None:
        findings, remark = _only_changed(findings, loaded, changed_since)
        remarks.append(remark)
    return Report.of(
        dict.fromkeys(findings),
        dict.fromkeys(one.source.file for one in loaded),
        remark=" ".join(dict.fromkeys(remarks)),
        texts={one.source.file: one.source.text for one in loaded},
    )


def check_tree(tree: Tree) -> list[Finding]:
    """What reading and every rule say about the files of one tree, each finding with its place."""
    found = tree.findings
    kpis: list[KpiSpec] = []
    units: dict[str, UnitSpec] = dict(STANDARD_UNITS)
    for registry in tree.registries:
        if registry.document:
            specs = compile_registry(registry.document)
            found += placed(check_registry(registry.document, specs, _left_out(registry)), registry.source)
            kpis += specs
            units |= units_of(registry.document)
    context = _agent_context(tree, kpis, units)
    for bindings in tree.bindings:
        if bindings.document:
            agent = compile_agent(bindings.document, context, _folder(bindings.source.file))
            found += placed(check_agent(agent, context), bindings.source)
    for roster in tree.rosters:
        if roster.document:
            found += placed(check_roster(roster.document, context), roster.source)
    for registry in tree.registries:
        if registry.document:
            found += placed(check_coverage(compile_registry(registry.document), context), registry.source)
    return _without_repetition(found)
