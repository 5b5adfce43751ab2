"""The documents of a contract: the KPI registry, each agent's bindings, the roster, the catalogue of actions. Reading
and writing."""

from contracts.documents.actions import NO_ACTIONS, ActionKindDocument, ActionsDocument
from contracts.documents.alerts import AlertMode, AlertsDocument, AlertSettings
from contracts.documents.base import Document
from contracts.documents.bindings import (
    ActionDocument,
    AlertingDocument,
    BindingDocument,
    BindingsDocument,
    CollaborationDocument,
    HandOffDocument,
)
from contracts.documents.problems import (
    READING_PROBLEMS,
    ReadingProblem,
    file_not_read,
    unknown_document,
    yaml_finding,
)
from contracts.documents.reading import (
    Loaded,
    detect,
    read_actions,
    read_bindings,
    read_registry,
    read_roster,
)
from contracts.documents.registry import (
    ExportConfig,
    KpiDocument,
    NormalRange,
    PrometheusExport,
    Range,
    RegistryDocument,
    Status,
    ThresholdDocument,
    UnitDocument,
    ValidationRule,
)
from contracts.documents.roster import RosterAgent, RosterDocument
from contracts.documents.shapes import shape_findings
from contracts.documents.writer import as_data, write_actions, write_bindings, write_registry, write_roster

__all__ = [
    "NO_ACTIONS",
    "READING_PROBLEMS",
    "Loaded",
    "ReadingProblem",
    "as_data",
    "detect",
    "file_not_read",
    "read_actions",
    "read_bindings",
    "read_registry",
    "read_roster",
    "shape_findings",
    "unknown_document",
    "write_actions",
    "write_bindings",
    "write_registry",
    "write_roster",
    "yaml_finding",
    "ActionDocument",
    "ActionKindDocument",
    "ActionsDocument",
    "AlertMode",
    "AlertSettings",
    "AlertingDocument",
    "AlertsDocument",
    "BindingDocument",
    "BindingsDocument",
    "CollaborationDocument",
    "Document",
    "ExportConfig",
    "HandOffDocument",
    "KpiDocument",
    "NormalRange",
    "PrometheusExport",
    "Range",
    "RegistryDocument",
    "RosterAgent",
    "RosterDocument",
    "Status",
    "ThresholdDocument",
    "UnitDocument",
    "ValidationRule",
]
