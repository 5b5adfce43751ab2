"""What people said of a proposed release."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from kpis.models.fields import LineField
from releases.models.release import Release


class Approval(models.Model):
    """One person's word on one release, which is immutable: so is what was approved."""

    class Verdict(models.TextChoices):
        """What was said."""

        APPROVED = "approved", "approved"
        CHANGES = "changes", "changes asked for"
        REJECTED = "rejected", "rejected"

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    person_name = models.CharField(max_length=200)
    person_account = models.BigIntegerField(
        null=True, editable=False, help_text="The person's id, kept when the account is gone."
    )
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    note = LineField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(verdict__in=["approved", "changes", "rejected"]),
                name="approval_verdict_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_name}: {self.get_verdict_display()}"
