"""Background work as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Jobs; what they do is in the ``job_kinds`` module of each app that has some."""

    name = "jobs"
    verbose_name = "Jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Learn every kind of job."""
        autodiscover_modules("job_kinds")
