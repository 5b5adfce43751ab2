"""Alerts and dashboards as a part of ``registry export``."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from contracts.commands.export_parts import EXPORT_PARTS, ExportPart, Made
from contracts.release import ReleaseDocument
from observability.export import export_files
from observability.left_out import left_out_of
from observability.options import ExportOptions, Files, RuleFormat
from observability.registry_commands.options import add_addresses, add_format, add_receivers, options_of
from observability.rule_tests.files import coverage
from observability.summary import remarks

NAME: Final = "observability"
FOLDERS: Final = ("prometheus", "alertmanager", "grafana")


class ObservabilityPart(ExportPart):
    """Everything that is made of a release beside the registry's own files."""

    name = NAME
    folders = FOLDERS

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_format(parser)
        add_addresses(parser)
        add_receivers(parser)

    def make(self, document: ReleaseDocument, release: int, options: Mapping[str, Any]) -> Made:
        chosen = options_of(options, release)
        texts = export_files(document, chosen)
        told = {
            "format": str(chosen.rule_format),
            "admin-url": chosen.admin_url,
            "runbook-url": chosen.runbook_url,
            "grafana-url": chosen.grafana_url,
        }
        if chosen.receivers:  # whether they are the same, not who is reached
            told["receivers"] = sha256(chosen.receivers.encode()).hexdigest()[:12]
        return Made(texts, told, tuple(self._remarks(document, chosen, texts)))

    def _remarks(self, document: ReleaseDocument, options: ExportOptions, paths: Files) -> Iterator[str]:
        if options.rule_format is RuleFormat.PROMETHEUS:  # promtool tests no others
            yield f"Unit tests of the alerts: {coverage(document)}."
        yield from remarks(paths, left_out_of(document))


if not any(part.name == NAME for part in EXPORT_PARTS):
    EXPORT_PARTS.append(ObservabilityPart())
