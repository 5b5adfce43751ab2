"""Agents' part in what happens to files, and that of the actions: importing this package joins both to the KPIs'."""

from bindings.importing.actions import ActionFiles
from bindings.importing.joining import AgentFiles
from kpis.importing import JOINED

__all__ = ["ActionFiles", "AgentFiles"]

JOINED.extend([AgentFiles(), ActionFiles()])
