"""The wiring as a Django app, so that its commands and checks are found."""

from django.apps import AppConfig
from django.core import checks

from auren_admin.checks import static_files_collected, variables_known


class AurenAdminConfig(AppConfig):
    name = "auren_admin"
    verbose_name = "AUREN Admin"

    def ready(self) -> None:
        checks.register(variables_known)
        checks.register(static_files_collected, deploy=True)
