"""Files on disk: finds the contract files below the paths given, and reads them.

``agents/shared_modules/kpi_registry.yaml``, ``agents/shared_modules/kpi_registry/*.yaml``,
``agents/*_modules/kpi_bindings.yaml``, ``agents/roster.yaml`` and ``agents/actions.yaml`` below a directory belong
together. Single files are told by their shape, whatever their name.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from contracts.documents import (
    ActionsDocument,
    BindingsDocument,
    Loaded,
    RegistryDocument,
    RosterDocument,
    detect,
    file_not_read,
    read_actions,
    read_bindings,
    read_registry,
    read_roster,
    unknown_document,
    yaml_finding,
)
from contracts.findings import EXIT_NOT_RUN, EXIT_USAGE, Finding
from contracts.registry_parts import FOLDER, joined
from contracts.roots import objection, read_at_most, stays_inside
from contracts.units import UnitSpec
from contracts.yamltree import MAX_BYTES, YamlError, YamlMapping, YamlSource, decode, read_yaml

AGENTS = "agents"
REGISTRY_FILE = "shared_modules/kpi_registry.yaml"
REGISTRY_PARTS = f"shared_modules/{FOLDER}/*.yaml"
BINDINGS_FILES = "*_modules/kpi_bindings.yaml"
ROSTER_FILE = "roster.yaml"
ACTIONS_FILE = "actions.yaml"
LOOKED_FOR = (
    f"Looked for {AGENTS}/{REGISTRY_FILE}, {AGENTS}/{REGISTRY_PARTS}, {AGENTS}/{BINDINGS_FILES}, "
    f"{AGENTS}/{ROSTER_FILE} and {AGENTS}/{ACTIONS_FILE}."
)
"""Said of a directory that holds none of them."""


class TreeError(Exception):
    """Nothing could be checked. ``exit_code`` is 2 for paths that make no sense, 3 for what could not be
    read."""

    def __init__(self, message: str, exit_code: int = EXIT_NOT_RUN) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(slots=True)
class Tree:
    """Contract files that belong together, as read. ``whole`` when they are all there is: those of a
    directory."""

    registries: list[Loaded[RegistryDocument]] = field(default_factory=list)
    bindings: list[Loaded[BindingsDocument]] = field(default_factory=list)
    rosters: list[Loaded[RosterDocument]] = field(default_factory=list)
    catalogues: list[Loaded[ActionsDocument]] = field(default_factory=list)
    unusable: list[Loaded[Any]] = field(default_factory=list)
    whole: bool = False

    @property
    def loaded(self) -> list[Loaded[Any]]:
        """Every file of the tree."""
        return [*self.registries, *self.bindings, *self.rosters, *self.catalogues, *self.unusable]

    @property
    def sources(self) -> list[YamlSource]:
        """Every file of the tree as text: a registry may be several."""
        return [source for loaded in self.loaded for source in loaded.source.files]

    @property
    def findings(self) -> list[Finding]:
        """What reading the files found, before any rule."""
        return [finding for loaded in self.loaded for finding in loaded.findings]


def load_tree(
    paths: Iterable[str | FilePath], *, max_bytes: int = MAX_BYTES, units: Collection[UnitSpec] = ()
) -> Tree:
    """Read every contract file at or below the paths, each of at most ``max_bytes``, as one tree.

    ``units`` are those there are beside the standard ones, where the files are to go.

    Raises TreeError for a path that does not exist, a directory without contract files, a file that cannot be
    read, and no path at all.
    """
    tree = Tree(whole=True)
    found: dict[str, FilePath] = {}
    for path in map(FilePath, paths):
        if path.is_dir():
            files = contract_files(path)
            if not files:
                raise TreeError(f"Nothing was checked: {path} holds no contract file. {LOOKED_FOR}")
            files = [file for file in files if not _refused(tree, file, path)]
        elif path.exists():
            files, tree.whole = [path], False
        else:
            raise TreeError(f"There is no file or directory {path}.", EXIT_USAGE)
        found |= {str(file): file for file in files}
    if not found and not tree.unusable:
        raise TreeError("Nothing was checked: no path was given.", EXIT_USAGE)
    reader = _Reader(tree, max_bytes)
    for file in found.values():
        reader.read(_bytes(file, max_bytes), file.as_posix())
    reader.read_registries(units)
    return tree


def tree_of(
    contents: Mapping[str, bytes], *, max_bytes: int = MAX_BYTES, units: Collection[UnitSpec] = ()
) -> Tree:
    """The same from files in memory, by their name: an upload. They are told by their shape.

    ``units`` are those there are beside the standard ones, where the files are to go.
    """
    tree = Tree()
    reader = _Reader(tree, max_bytes)
    for name, data in contents.items():
        reader.read(data, name)
    reader.read_registries(units)
    return tree


def contract_files(directory: FilePath) -> list[FilePath]:
    """What is there under the names of contract files, registry first; ``directory`` is what holds ``agents``, or
    that itself. Whether it may be read is for `contracts.roots` to say."""
    below = directory / AGENTS
    if os.path.lexists(below) and not stays_inside(below, directory):
        return [below]
    base = below if below.is_dir() else directory
    candidates = [
        base / REGISTRY_FILE,
        *sorted(base.glob(REGISTRY_PARTS)),
        *sorted(base.glob(BINDINGS_FILES)),
        base / ROSTER_FILE,
        base / ACTIONS_FILE,
    ]
    return [path for path in candidates if os.path.lexists(path)]


def _refused(tree: Tree, file: FilePath, root: FilePath) -> bool:
    """Whether a file may not be read; the tree then has a finding that says why, and nothing of what is in it."""
    if why := objection(file, root):
        name = file.as_posix()
        tree.unusable.append(Loaded(None, YamlSource(None, text="", file=name), [file_not_read(name, why)]))
    return bool(why)


class _Reader:
    """Reads files into a tree, each by its shape; registries last, because a split one is read as one."""

    def __init__(self, tree: Tree, max_bytes: int) -> None:
        self.tree = tree
        self.max_bytes = max_bytes
        self._registries: list[YamlSource] = []

    def read(self, data: bytes, file: str) -> None:
        """Read one file and put it into the tree, unless it is of a registry."""
        tree = self.tree
        try:
            source = read_yaml(data, file=file, max_bytes=self.max_bytes)
        except YamlError as error:
            source = YamlSource(None, text=_text_of(data, self.max_bytes), file=file)
            tree.unusable.append(Loaded(None, source, [yaml_finding(error, file)]))
            return
        kind = detect(source)
        if kind == "registry":
            self._registries.append(source)
        elif kind == "bindings":
            tree.bindings.append(read_bindings(source, file))
        elif kind == "roster":
            tree.rosters.append(read_roster(source, file))
        elif kind == "actions":
            tree.catalogues.append(read_actions(source, file))
        else:
            tree.unusable.append(Loaded(None, source, [unknown_document(source)]))

    def read_registries(self, units: Collection[UnitSpec]) -> None:
        """Read the registry's files, first those with units of their own: the KPIs of the others may have them."""
        known, loaded = list(units), {}
        for source in sorted(self._registries, key=lambda source: "units" not in _keys(source)):
            one = loaded[source.file] = read_registry(source, source.file, units=known)
            known += [unit.as_spec() for unit in one.document.units] if one.document else []
        self.tree.registries = joined([loaded[source.file] for source in self._registries])


def _keys(source: YamlSource) -> Collection[str]:
    return source.root if isinstance(source.root, YamlMapping) else ()


def _text_of(data: bytes, max_bytes: int) -> str:
    """The file's text, to quote a line of, even where it is not YAML; "" where it is no text either."""
    try:
        return decode(data, max_bytes)
    except YamlError:
        return ""


def _bytes(path: FilePath, max_bytes: int) -> bytes:
    """A file's content, cut off just beyond what is read at most: the reader says that it is too large."""
    if not path.is_file():
        raise TreeError(f"Nothing was checked: {path} is not a file.", EXIT_USAGE)
    try:
        return read_at_most(path, max_bytes + 1)
    except OSError as error:
        raise TreeError(f"Nothing was checked: {path} cannot be read ({error.strerror}).") from None
