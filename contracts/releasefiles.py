"""A release's document as the files it stands for, and back to what such files can say."""

from __future__ import annotations

from pathlib import Path

from contracts.documents import RegistryDocument, write_actions, write_bindings, write_registry, write_roster
from contracts.loading import ACTIONS_FILE, AGENTS, BINDINGS_FILES, REGISTRY_FILE, ROSTER_FILE
from contracts.release import ReleaseDocument

REGISTRY_PATH = Path(AGENTS, REGISTRY_FILE)
"""Where agents look for the registry, below the root of their repository."""
ACTIONS_PATH = Path(AGENTS, ACTIONS_FILE)
"""Where the catalogue of actions lies."""


def release_files(document: ReleaseDocument) -> dict[Path, str]:
    """The files' texts by their place below the root: registry, then roster and bindings where there are agents, then
    the catalogue of actions where there is one.

    They are the same bytes as an export of the working copy that the release was made from.
    """
    texts = {REGISTRY_PATH: write_registry(with_units_in_use(document.registry))}
    if document.roster.agents:
        texts[Path(AGENTS, ROSTER_FILE)] = write_roster(document.roster)
    for name, bindings in document.bindings.items():
        texts[bindings_path(document.codes[name])] = write_bindings(bindings)
    if not document.actions.is_empty:
        texts[ACTIONS_PATH] = write_actions(document.actions)
    return texts


def bindings_path(code: str) -> Path:
    """Where the bindings of the agent whose folder begins with ``code`` lie."""
    return Path(AGENTS, BINDINGS_FILES.replace("*", code))


def with_units_in_use(registry: RegistryDocument) -> RegistryDocument:
    """The registry as its file has it: of its own units only those that a KPI has."""
    used = {kpi.unit for kpi in registry.kpis}
    return registry.model_copy(update={"units": [unit for unit in registry.units if unit.code in used]})
