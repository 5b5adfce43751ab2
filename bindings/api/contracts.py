"""An agent's whole contract is what is written, whichever part of it a request names."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelError

from bindings import services
from bindings.documents import Contract
from bindings.models import Agent
from contracts.agents import compile_agent
from contracts.checks import check_agent
from contracts.documents import BindingsDocument, RosterAgent
from contracts.findings import Finding
from kpis.gate import errors_only
from kpis.models import Revision


class Refused(Exception):
    """The rules call the contract an error; ``findings`` say why, with places in the bindings document."""

    def __init__(self, findings: list[Finding], error: ModelError | None = None) -> None:
        super().__init__("refused")
        self.findings = findings
        self.error = error


def held(name: str) -> Agent | None:
    """The agent with its whole contract, held for this transaction."""
    return Agent.objects.whole().select_for_update(of=("self",)).filter(name=name).first()


def write(agent: Agent, bindings: BindingsDocument, entry: RosterAgent, *, author: Any, reason: str) -> None:
    """Make the agent what the documents say. Raises Refused."""
    try:
        services.replace_agent(
            agent=agent,
            document=bindings,
            roster_entry=entry,
            author=author,
            source=Revision.Source.API,
            reason=reason,
        )
    except ModelError as error:
        raise Refused(errors_only(agent.findings()), error) from None
    except KeyError:  # a KPI or an agent is not there: the rules know what was probably meant
        around = agent.context(bindings, entry)
        raise Refused(errors_only(check_agent(compile_agent(bindings, around), around))) from None


def contract_of(agent: Agent) -> Contract:
    """What the agent is today."""
    return Contract.of(agent)
