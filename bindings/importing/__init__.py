"""Agents' part in what happens to files: importing this package joins it to that of the KPIs."""

from bindings.importing.joining import AgentFiles
from kpis.importing import JOINED

__all__ = ["AgentFiles"]

JOINED.append(AgentFiles())
