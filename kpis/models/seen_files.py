"""Files that were held against the working copy before, so that the same ones need not be read again."""

from typing import Any

from django.db import models

KEPT = 20
"""Older ones are forgotten."""


class SeenFiles(models.Model):
    """That these very files, in this state of the working copy, were nothing new."""

    class Purpose(models.TextChoices):
        """What was found: an import had nothing to do, or a comparison no difference."""

        IMPORT = "import", "nothing to import"
        DIFF = "diff", "no difference"

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    digest = models.CharField(max_length=64, help_text="Of the files and of the rules that judged them.")
    stamp = models.CharField(max_length=64, help_text="Of the working copy.")
    said = models.TextField(blank=True, help_text="What the rules said of the files, as it was shown.")
    unchanged = models.PositiveIntegerField(
        default=0, help_text="How many KPIs, agents and actions they hold."
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "seen files"
        constraints = (
            models.UniqueConstraint(fields=("purpose", "digest", "stamp"), name="seen_files_once"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.digest[:12]}"

    @classmethod
    def remember(cls, purpose: str, digest: str, stamp: str, **told: Any) -> None:
        """Keep what was found, and forget the oldest."""
        cls.objects.update_or_create(purpose=purpose, digest=digest, stamp=stamp, defaults=told)
        kept = cls.objects.order_by("-at", "-pk").values_list("pk", flat=True)[:KEPT]
        cls.objects.exclude(pk__in=list(kept)).delete()
