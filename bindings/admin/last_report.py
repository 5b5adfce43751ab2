"""What the last report says of some agents, and whether they were edited since: two queries, whatever there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bindings.models import Agent
from bindings.models.report import ValidationReport
from bindings.services import KIND_AGENT
from kpis.models import Revision


@dataclass(frozen=True, slots=True)
class LastReport:
    """``report`` is None where there is none; ``edited`` are the agents that it has not seen as they are."""

    report: ValidationReport | None
    edited: frozenset[int]

    @classmethod
    def of(cls, agents: Iterable[int]) -> LastReport:
        """For these agents, by their ids."""
        report = ValidationReport.latest()
        if report is None or report.revision is None:
            return cls(report, frozenset())
        since = Revision.objects.filter(kind=KIND_AGENT, pk__gt=report.revision, subject_id__in=list(agents))
        return cls(report, frozenset(since.order_by().values_list("subject_id", flat=True)))

    def counts_of(self, agent: Agent) -> list[tuple[str, int]] | None:
        """How many findings of each level it has, the worst first; None where no report has seen it as it is."""
        if self.report is None or self.report.revision is None or agent.pk in self.edited:
            return None
        return self.report.of_agent(agent.name)
