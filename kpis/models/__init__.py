"""The tables of the registry."""

from kpis.models.kept_entry import KeptLogEntry
from kpis.models.kpi import KPI
from kpis.models.revision import Revision
from kpis.models.seen_files import SeenFiles
from kpis.models.settings import RegistrySettings, ValidationRule
from kpis.models.threshold import Threshold
from kpis.models.unit import Unit
from kpis.models.upload import Upload

__all__ = [
    "KPI",
    "KeptLogEntry",
    "RegistrySettings",
    "Revision",
    "SeenFiles",
    "Threshold",
    "Unit",
    "Upload",
    "ValidationRule",
]
