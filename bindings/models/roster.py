"""What holds for the roster as a whole."""

from typing import Any

from django.db import models

from contracts.documents.registry import FORMAT_VERSION
from kpis.models.fields import LineField


def format_version() -> str:
    """What a roster is written as when nothing else is known."""
    return FORMAT_VERSION


class Roster(models.Model):
    """The one row beside the agents: the roster file's version, its date, and keys that we do not model."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.JSONField(default=format_version, help_text="A number or a text, as the file has it.")
    last_updated = LineField(max_length=40, blank=True)
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "roster"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="roster_single",
                violation_error_message="There is one roster.",
            ),
        )

    def __str__(self) -> str:
        return "Roster"

    @classmethod
    def current(cls) -> "Roster":
        """The roster's row; the defaults, unsaved, where nothing was stored yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def as_data(self) -> dict[str, Any]:
        """Everything of the roster's file but its agents."""
        return {"version": self.version, "last_updated": self.last_updated, **self.extra}
