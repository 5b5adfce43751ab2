"""The resources `agents/`, `bindings/` and `handoffs/`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import PermissionDenied

from bindings import services
from bindings.api.contracts import Refused, contract_of, held, write
from bindings.api.filters import AgentFilter, BindingFilter, HandOffFilter
from bindings.api.serializers import KEY_OF, AgentSerializer, BindingSerializer, HandOffSerializer
from bindings.models import Agent, ApiToken, Binding, HandOff
from kpis.locking import working_copy_lock
from kpis.models import Revision
from rest.problems import Invalid, Problem, error_of
from rest.views import WritableResource


def version_of(agent: Agent) -> str:
    """The agent's revision: that of everything it watches, does and hands over."""
    return f"agent-{agent.pk}-{agent.revision}"


class ContractResource(WritableResource):
    """A part of agents' contracts."""

    read_scope = "bindings:read"
    write_scope = "registry:write"

    def writing(self) -> AbstractContextManager[None]:
        """Alone with the working copy."""
        return working_copy_lock()

    def require_own(self, agent: Agent) -> None:
        """An agent's token writes for that agent only, whatever it is called. Raises PermissionDenied."""
        token = self.request.auth
        if isinstance(token, ApiToken) and token.agent_id and token.agent_id != agent.identity_id:
            raise PermissionDenied(f"This token speaks for {token.agent_name}, not for another agent.")


@extend_schema(tags=["agents"])
class AgentResource(ContractResource):
    """Agents of the roster. Who is on it, and whether it is switched on, is not an agent's to say."""

    queryset = Agent.objects.all()  # what an agent watches is no part of its answer
    serializer_class = AgentSerializer
    filterset_class = AgentFilter
    lookup_field = "name"
    search_fields = ("name", "role")
    ordering_fields = ("name", "status", "position")
    ordering = ("position",)

    def version(self, row: Agent) -> str:
        """The agent's revision, which `If-Match` has to name."""
        return version_of(row)

    def remove(self, row: Agent, *, author: Any, reason: str) -> None:
        """Delete it with its bindings, and keep a mark of it in the history."""
        services.record_deletion(agents=[row], author=author, reason=reason, source=Revision.Source.API)
        row.delete()


class PartResource(ContractResource):
    """Rows that are written by writing their agent's whole contract."""

    agents_write_their_own = True
    needs = {"*": ["bindings.change_agent"], "GET": ["bindings.view_agent"], "HEAD": ["bindings.view_agent"]}  # noqa: RUF012

    def row(self, *, locked: bool = False) -> Any:
        """The row of the address; its agent is held for this transaction if ``locked``."""
        if locked and (agent := held(self.kwargs["agent"])) is not None:
            self.require_own(agent)
        return super().row()

    def version(self, row: Any) -> str:
        """The revision of the row's agent, which `If-Match` has to name."""
        return version_of(row.agent)

    def remove(self, row: Any, *, author: Any, reason: str) -> None:
        """Write the agent's contract without this row."""
        agent = held(row.agent.name)
        if agent is None:
            raise Problem(404, "not_found", "There is nothing by this name.")
        contract = contract_of(agent)
        bindings = contract.bindings.model_copy(update=self.without(row, contract.bindings))
        try:
            write(agent, bindings, contract.entry, author=author, reason=reason)
        except Refused as refused:
            raise Invalid(error_of(finding, lambda path: ()) for finding in refused.findings) from None

    def without(self, row: Any, bindings: Any) -> dict[str, Any]:
        """The part of the agent's file that changes when ``row`` goes."""
        raise NotImplementedError


@extend_schema(tags=["bindings"])
class BindingResource(PartResource):
    """What agents watch, with triggers and actions."""

    queryset = Binding.objects.select_related("agent", "kpi").prefetch_related("triggers", "actions")
    serializer_class = BindingSerializer
    filterset_class = BindingFilter
    search_fields = ("agent__name", "kpi__name", "kpi__title")
    ordering_fields = ("agent__name", "kpi__name", "position")
    ordering = ("agent__name", "position")

    def lookup(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """By agent and KPI."""
        return {"agent__name": kwargs["agent"], "kpi__name": kwargs["kpi"]}

    def address(self, row: Binding) -> str:
        """Agent and KPI."""
        return f"{row.agent.name}/{row.kpi.name}/"

    def without(self, row: Binding, bindings: Any) -> dict[str, Any]:
        """Every other binding."""
        return {"kpis_used": [other for other in bindings.kpis_used if other.key != row.kpi.name]}


@extend_schema(tags=["handoffs"])
class HandOffResource(PartResource):
    """Which agents ask which others."""

    queryset: QuerySet[HandOff] = HandOff.objects.select_related("agent", "target", "kpi")
    serializer_class = HandOffSerializer
    filterset_class = HandOffFilter
    search_fields = ("agent__name", "target__name", "reason")
    ordering_fields = ("agent__name", "target__name", "severity", "position")
    ordering = ("agent__name", "position")

    def lookup(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """By who asks, at which severity, who is asked, and about which KPI where it is about one."""
        return {
            "agent__name": kwargs["agent"],
            "severity": kwargs["severity"],
            "target__name": kwargs["target"],
            "kpi__name": kwargs.get("kpi"),
        }

    def address(self, row: HandOff) -> str:
        """Who asks, at which severity, who is asked, and about which KPI where it is about one."""
        about = f"{row.kpi.name}/" if row.kpi else ""
        return f"{row.agent.name}/{row.severity}/{row.target.name}/{about}"

    def without(self, row: HandOff, bindings: Any) -> dict[str, Any]:
        """Every other hand-off."""
        key = KEY_OF[row.severity]
        this = row.target.name, row.kpi.name if row.kpi else ""
        others = [one for one in getattr(bindings.collaboration, key) if (one.agent, one.kpi) != this]
        return {"collaboration": bindings.collaboration.model_copy(update={key: others})}


OF_ONE_KPI = {
    action: extend_schema(operation_id=f"handoffs_of_kpi_{action}")
    for action in ("retrieve", "update", "partial_update", "destroy")
}


@extend_schema_view(**OF_ONE_KPI)
class KpiHandOffResource(HandOffResource):
    """Hand-offs that are about one KPI only."""
