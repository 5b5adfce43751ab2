"""Who an agent is to programs, whatever becomes of its row on the roster."""

from django.db import models

from contracts.limits import AGENT_LIMITS
from kpis.models.fields import LineField

NUMBER = 24
"""Characters that tell an agent whose name another one has: no agent can be called `NEUROS (7)`."""


class AgentIdentity(models.Model):
    """An agent as its programs know it: its tokens, its channel and when it was last seen hang on this.

    The roster's row is a draft: it may be renamed, deleted and brought back, and none of that is noticed until it is
    published. ``name`` is the one that the agent has in the release it gets; releases decide it, no draft does.
    """

    name = LineField(max_length=AGENT_LIMITS["name"] + NUMBER, unique=True, editable=False)

    class Meta:
        verbose_name = "agent's identity"
        verbose_name_plural = "agents' identities"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
