"""The documents of a contract: the KPI registry, each agent's bindings and the roster; read, checked for shape, written."""

from contracts.documents.base import Document
from contracts.documents.bindings import (
    ActionDocument,
    AlertingDocument,
    BindingDocument,
    BindingsDocument,
    CollaborationDocument,
    HandOffDocument,
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

__all__ = [
    "ActionDocument",
    "AlertingDocument",
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
