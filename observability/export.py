"""Everything that is made from a release: files' texts by their path below the folder that is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from contracts.release import ReleaseDocument
from contracts.yamltree import paused_gc
from observability.alert_rules import alert_rule_files
from observability.alertmanager import alertmanager_files
from observability.dashboards.files import dashboard_files
from observability.dashboards.provisioning import provisioning_files
from observability.infrastructure_rules import infrastructure_rule_files
from observability.infrastructure_tests import infrastructure_test_files
from observability.options import ExportOptions, Files
from observability.recording_rules import recording_rule_files
from observability.recording_tests import recording_test_files
from observability.rule_tests.files import rule_test_files

GENERATORS: Final[tuple[Callable[[ReleaseDocument, ExportOptions], Files], ...]] = (
    alert_rule_files,
    rule_test_files,
    alertmanager_files,
    infrastructure_rule_files,
    infrastructure_test_files,
    recording_rule_files,
    recording_test_files,
    dashboard_files,
    provisioning_files,
)
"""Each writes files of its own; no two write the same path."""


def export_files(document: ReleaseDocument, options: ExportOptions) -> dict[str, str]:
    """All files of a release, sorted by path. The same release and options give the same bytes, always."""
    found: dict[str, str] = {}
    with paused_gc():  # millions of small objects, none of which is garbage before the end
        for generate in GENERATORS:
            files = generate(document, options)
            if twice := found.keys() & files.keys():
                raise ValueError(f"two generators write {sorted(twice)}")
            found.update(files)
    return dict(sorted(found.items()))
