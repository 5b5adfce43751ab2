"""What the database itself refuses about an agent's contract, for whoever goes around ``clean()``."""

from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from contracts.limits import ACTION_KIND_LIMITS, BINDING_LIMITS
from contracts.rules.roster import STATUSES
from contracts.severity import Severity
from kpis.models.constraints import at_most
from kpis.models.places import PlacedOnce

NAME_PATTERN = r"\A[A-Z][A-Z0-9_]*\Z"
CODE_PATTERN = r"\A[a-z][a-z0-9_]*\Z"
ACTION_PATTERN = r"\A[a-z][a-z0-9_]*\Z"
SEVERITIES = [str(severity) for severity in Severity]

AGENT_CONSTRAINTS = (
    CheckConstraint(
        condition=Q(name__regex=NAME_PATTERN),
        name="agent_name_pattern",
        violation_error_code="name_pattern",
        violation_error_message="A name is capital letters, digits and underscores, beginning with a letter.",
    ),
    CheckConstraint(
        condition=Q(code__regex=CODE_PATTERN),
        name="agent_code_pattern",
        violation_error_code="name_pattern",
        violation_error_message="A folder is small letters, digits and underscores, beginning with a letter.",
    ),
    CheckConstraint(condition=Q(status__in=["", *STATUSES]), name="agent_status_known"),
    PlacedOnce("position", name="agent_placed_once"),
)

BINDING_CONSTRAINTS = (
    UniqueConstraint(
        fields=("agent", "kpi"),
        name="binding_once",
        violation_error_code="duplicate_binding",
        violation_error_message="This agent already binds this KPI.",
    ),
    PlacedOnce("agent", "position", name="binding_placed_once"),
)

TRIGGER_CONSTRAINTS = (
    UniqueConstraint(
        fields=("binding", "severity", "older_key"),
        name="trigger_once_per_severity",
        violation_error_code="duplicate_trigger",
        violation_error_message="This binding already has a trigger of this severity.",
    ),
    CheckConstraint(condition=Q(severity__in=SEVERITIES), name="trigger_severity_known"),
    CheckConstraint(
        condition=Q(older_key=False) | Q(severity=str(Severity.WARNING)), name="trigger_older_key_warns"
    ),
    CheckConstraint(
        condition=~Q(condition=""),
        name="trigger_has_condition",
        violation_error_code="condition",
        violation_error_message="A trigger needs a condition.",
    ),
)

ACTION_CONSTRAINTS = (
    CheckConstraint(
        condition=at_most("description", BINDING_LIMITS["action_description"]),
        name="action_description_length",
        violation_error_code="too_long",
        violation_error_message=f"It has at most {BINDING_LIMITS['action_description']:,} characters.",
    ),
    UniqueConstraint(
        fields=("binding", "name", "on"),
        name="action_once",
        violation_error_code="action_repeated",
        violation_error_message="This binding already takes this action.",
    ),
    CheckConstraint(
        condition=Q(name__regex=ACTION_PATTERN),
        name="action_name_pattern",
        violation_error_code="action_name",
        violation_error_message=(
            "An action is small letters, digits and underscores, beginning with a letter."
        ),
    ),
    CheckConstraint(condition=Q(on__in=["", *SEVERITIES]), name="action_severity_known"),
    PlacedOnce("binding", "position", name="action_placed_once"),
)

ACTION_KIND_CONSTRAINTS = (
    CheckConstraint(
        condition=at_most("description", ACTION_KIND_LIMITS["description"]),
        name="action_kind_description_length",
        violation_error_code="too_long",
        violation_error_message=f"It has at most {ACTION_KIND_LIMITS['description']:,} characters.",
    ),
    CheckConstraint(
        condition=Q(name__regex=ACTION_PATTERN),
        name="action_kind_name_pattern",
        violation_error_code="action_name",
        violation_error_message=(
            "An action is small letters, digits and underscores, beginning with a letter."
        ),
    ),
)

HAND_OFF_CONSTRAINTS = (
    CheckConstraint(
        condition=at_most("reason", BINDING_LIMITS["reason"]),
        name="hand_off_reason_length",
        violation_error_code="too_long",
        violation_error_message=f"A reason has at most {BINDING_LIMITS['reason']:,} characters.",
    ),
    CheckConstraint(condition=Q(severity__in=SEVERITIES), name="hand_off_severity_known"),
    CheckConstraint(
        condition=~Q(target=F("agent")),
        name="hand_off_to_another",
        violation_error_code="self_target",
        violation_error_message="An agent cannot hand over to itself.",
    ),
    PlacedOnce("agent", "position", name="hand_off_placed_once"),
)
