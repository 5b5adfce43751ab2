"""What a KPI was, who changed it, and why."""

from django.conf import settings
from django.db import models

from contracts.documents import KpiDocument
from contracts.documents.base import KEPT


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions, newest first."""

    def of(self, kind: str, subject_id: int) -> "RevisionQuerySet":
        """All revisions of one thing."""
        return self.filter(kind=kind, subject_id=subject_id)


class Revision(models.Model):
    """A thing's whole document as it was saved once: a KPI with its thresholds.

    The document is the one that the registry file would hold, so two revisions are compared in words by
    ``contracts.diff`` and an old one comes back through the same gate as an edit.
    """

    class Source(models.TextChoices):
        """The door a change came through."""

        ADMIN = "admin", "edited in the admin"
        IMPORT = "import", "imported"
        RESTORE = "restore", "restored"
        BULK = "bulk", "changed with others"
        API = "api", "through the API"

    kind = models.CharField(max_length=20)
    subject_id = models.PositiveBigIntegerField()
    subject_name = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    document = models.JSONField(help_text="Null where the thing was deleted.", null=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=310, blank=True, help_text="Stays when their account goes.")
    source = models.CharField(max_length=10, choices=Source.choices)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("kind", "subject_id", "number"), name="revision_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.subject_name}, version {self.number}"

    def as_kpi(self) -> KpiDocument | None:
        """The KPI as it was, or None where this revision records its deletion."""
        return None if self.document is None else KpiDocument.model_validate(self.document, context=KEPT)
