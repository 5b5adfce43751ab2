"""What lists of agents, bindings and hand-offs may be filtered by."""

from django_filters import BooleanFilter, CharFilter, ChoiceFilter, FilterSet

from bindings.models import Agent, Binding, HandOff, ValidationReport
from contracts.severity import Severity

SEVERITIES = [(str(severity), str(severity)) for severity in Severity]


class AgentFilter(FilterSet):
    """Agents by how far they are."""

    status = ChoiceFilter(choices=Agent.Status.choices)
    enabled = BooleanFilter()

    class Meta:
        model = Agent
        fields = ("status", "enabled")


class BindingFilter(FilterSet):
    """Bindings by who watches what."""

    agent = CharFilter(field_name="agent__name", help_text="An agent's name.")
    kpi = CharFilter(field_name="kpi__name", help_text="A KPI's name.")
    role = CharFilter(help_text="What the KPI is to the agent.")
    enabled = BooleanFilter()

    class Meta:
        model = Binding
        fields = ("agent", "kpi", "role", "enabled")


class HandOffFilter(FilterSet):
    """Hand-offs by who asks whom, when, and about what."""

    agent = CharFilter(field_name="agent__name", help_text="Who asks.")
    target = CharFilter(field_name="target__name", help_text="Who is asked.")
    severity = ChoiceFilter(choices=SEVERITIES)
    kpi = CharFilter(field_name="kpi__name", help_text="The KPI's name that it is about.")

    class Meta:
        model = HandOff
        fields = ("agent", "target", "severity", "kpi")


class ReportFilter(FilterSet):
    """Reports by what they were made for."""

    trigger = ChoiceFilter(choices=ValidationReport.Trigger.choices)

    class Meta:
        model = ValidationReport
        fields = ("trigger",)
