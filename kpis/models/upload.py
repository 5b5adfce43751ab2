"""Files someone uploaded and has not applied yet."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(days=1)


class Upload(models.Model):
    """The texts of uploaded registry files between the plan on the screen and its application."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    files = models.JSONField(help_text="Text by file name.")

    def __str__(self) -> str:
        return ", ".join(self.files)

    @classmethod
    def forget_old(cls) -> None:
        """Delete uploads that nobody came back to."""
        cls.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
