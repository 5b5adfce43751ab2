"""One agent asks another one for help."""

from typing import Any

from django.db import models

from bindings.models.agent import Agent
from bindings.models.constraints import HAND_OFF_CONSTRAINTS
from contracts.limits import BINDING_LIMITS
from contracts.severity import Severity
from kpis.models import KPI
from kpis.models.fields import ProseField


class HandOff(models.Model):
    """At a severity of one KPI that it watches, or of any of them, an agent asks another one, for a reason."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="hand_offs")
    severity = models.CharField(max_length=10, choices=[(str(s), str(s)) for s in Severity])
    target = models.ForeignKey(Agent, verbose_name="asks", on_delete=models.PROTECT, related_name="asked_by")
    kpi = models.ForeignKey(
        KPI,
        verbose_name="about",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hand_offs",
        help_text="Only about this KPI; without one, about every KPI that the agent watches.",
    )
    reason = ProseField(
        max_length=BINDING_LIMITS["reason"], blank=True, help_text="Why, in a short sentence."
    )
    position = models.PositiveIntegerField(default=0)
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = "hand-off"
        ordering = ("agent_id", "position", "id")
        constraints = HAND_OFF_CONSTRAINTS

    def __str__(self) -> str:
        when = f"{self.kpi.name} is {self.severity}" if self.kpi else self.severity
        return f"{self.agent.name} asks {self.target.name} when {when}"

    def as_data(self) -> dict[str, Any]:
        """The hand-off in the shape of the bindings file."""
        data = {
            "agent": self.target.name if self.target_id else "",
            "kpi": self.kpi.name if self.kpi else "",
            "reason": self.reason,
        }
        return {**{key: value for key, value in data.items() if value or key == "agent"}, **self.extra}
