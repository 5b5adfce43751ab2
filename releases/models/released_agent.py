"""Which agent a name of a release stands for."""

from django.db import models

from bindings.models import AgentIdentity
from contracts.limits import AGENT_LIMITS
from releases.models.release import Release


class ReleasedAgent(models.Model):
    """An agent's name in one release: beside the document, so that the same contract has the same digest anywhere."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="agents")
    identity = models.ForeignKey(AgentIdentity, on_delete=models.PROTECT, related_name="released")
    name = models.CharField(max_length=AGENT_LIMITS["name"])

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("release", "name"), name="released_agent_name_once"),
            models.UniqueConstraint(fields=("release", "identity"), name="released_agent_identity_once"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.release}"
