"""The columns that a KPI's threshold and an agent's trigger share."""

from django.db import models

from contracts.limits import THRESHOLD_LIMITS
from contracts.severity import Severity
from kpis.models.fields import LineField


class ConditionRow(models.Model):
    """A severity with the condition under which it holds, and how it begins and ends in time."""

    severity = models.CharField(max_length=10, choices=[(str(s), str(s)) for s in Severity])
    condition = LineField(
        "when the value is",
        max_length=THRESHOLD_LIMITS["condition"],
        has_grammar=True,
        help_text='Such as "< 20", "80..89" or "drop >= 10% over 7d".',
    )
    for_duration = LineField(
        "for at least",
        max_length=THRESHOLD_LIMITS["for_"],
        has_grammar=True,
        blank=True,
        help_text="How long it must hold before it counts, such as 10m.",
    )
    keep_firing_for = LineField(
        "keep for",
        max_length=THRESHOLD_LIMITS["keep_firing_for"],
        has_grammar=True,
        blank=True,
        help_text="How long it stays once the condition no longer holds.",
    )
    recover_if = LineField(
        "recovered when",
        max_length=THRESHOLD_LIMITS["recover_if"],
        has_grammar=True,
        blank=True,
        help_text="A condition of its own for recovery, against flapping.",
    )
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True
