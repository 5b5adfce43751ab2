"""A release's document as the files it stands for, and back to what such files can say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from contracts.documents import (
    KpiDocument,
    RegistryDocument,
    as_data,
    write_actions,
    write_bindings,
    write_registry,
    write_roster,
)
from contracts.loading import ACTIONS_FILE, AGENTS, BINDINGS_FILES, REGISTRY_FILE, REGISTRY_PARTS, ROSTER_FILE
from contracts.release import ReleaseDocument
from contracts.yamltree import MAX_BYTES
from contracts.yamlwriter import write_yaml

REGISTRY_PATH = Path(AGENTS, REGISTRY_FILE)
"""Where agents look for the registry, below the root of their repository."""
PARTS_PATH = Path(AGENTS, REGISTRY_PARTS).parent
"""The folder of the files that a large registry's KPIs are in."""
ACTIONS_PATH = Path(AGENTS, ACTIONS_FILE)
"""Where the catalogue of actions lies."""


class Splitting(NamedTuple):
    """When the registry is written as several files: beyond so many bytes, or always, with so many KPIs each."""

    max_bytes: int = MAX_BYTES
    kpis: int = 0


UNSPLIT = Splitting()
"""As one file, unless that is too large for any door."""


def release_files(document: ReleaseDocument, splitting: Splitting = UNSPLIT) -> dict[Path, str]:
    """The files' texts by their place below the root: registry, then roster and bindings where there are agents, then
    the catalogue of actions where there is one.

    They are the same bytes as an export of the working copy that the release was made from.
    """
    texts = registry_files(with_units_in_use(document.registry), splitting)
    if document.roster.agents:
        texts[Path(AGENTS, ROSTER_FILE)] = write_roster(document.roster)
    for name, bindings in document.bindings.items():
        texts[bindings_path(document.codes[name])] = write_bindings(bindings)
    if not document.actions.is_empty:
        texts[ACTIONS_PATH] = write_actions(document.actions)
    return texts


def registry_files(registry: RegistryDocument, splitting: Splitting = UNSPLIT) -> dict[Path, str]:
    """The registry's file; where it would be too large, one without KPIs and a folder of files with them, in order.

    A file of the folder is about half as large as it may be, so that it can grow.
    """
    most = splitting.kpis
    if not most:
        text = write_registry(registry)
        size = len(text.encode())
        if size <= splitting.max_bytes:
            return {REGISTRY_PATH: text}
        most = max(1, len(registry.kpis) * splitting.max_bytes // (2 * size))
    texts = {REGISTRY_PATH: write_registry(registry.model_copy(update={"kpis": []}))}
    pieces = [registry.kpis[start : start + most] for start in range(0, len(registry.kpis), most)]
    written = [text for piece in pieces for text in _fitting(piece, splitting.max_bytes)]
    for number, text in enumerate(written, start=1):
        texts[PARTS_PATH / f"kpis_{number:04}.yaml"] = text
    return texts


def _fitting(kpis: Sequence[KpiDocument], max_bytes: int) -> Iterator[str]:
    """Files of these KPIs, none larger than may be: halved until they fit, which one KPI always does."""
    text = write_yaml({"kpis": [as_data(kpi) for kpi in kpis]})
    if len(text.encode()) <= max_bytes or len(kpis) == 1:
        yield text
        return
    middle = len(kpis) // 2
    yield from _fitting(kpis[:middle], max_bytes)
    yield from _fitting(kpis[middle:], max_bytes)


def bindings_path(code: str) -> Path:
    """Where the bindings of the agent whose folder begins with ``code`` lie."""
    return Path(AGENTS, BINDINGS_FILES.replace("*", code))


def with_units_in_use(registry: RegistryDocument) -> RegistryDocument:
    """The registry as its file has it: of its own units only those that a KPI has."""
    used = {kpi.unit for kpi in registry.kpis}
    return registry.model_copy(update={"units": [unit for unit in registry.units if unit.code in used]})
