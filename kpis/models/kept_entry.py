"""What somebody did in the admin, once their account is gone."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models


class KeptLogEntry(models.Model):
    """A line of the admin's own log, which goes with its person's account, and the name that it was done under."""

    content_type = models.ForeignKey(ContentType, null=True, on_delete=models.SET_NULL, related_name="+")
    object_id = models.TextField(null=True)  # noqa: DJ001 - as the log has it
    object_repr = models.CharField(max_length=200)
    action_flag = models.PositiveSmallIntegerField()
    change_message = models.TextField(blank=True)
    action_time = models.DateTimeField()
    user_name = models.CharField(max_length=310)

    class Meta:
        indexes = (models.Index(fields=("content_type", "object_id"), name="kept_log_entry_of_object"),)

    def __str__(self) -> str:
        return f"{self.user_name}: {self.object_repr}"

    @classmethod
    def of(cls, entry: LogEntry, user_name: str) -> KeptLogEntry:
        """The line as it is kept. Saves nothing."""
        names = (
            "content_type_id",
            "object_id",
            "object_repr",
            "action_flag",
            "change_message",
            "action_time",
        )
        return cls(user_name=user_name, **{name: getattr(entry, name) for name in names})
