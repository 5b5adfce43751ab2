"""The wiring as a Django app, so that its commands and checks are found."""

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.urls import register_converter

from auren_admin import lookups, searching
from auren_admin.checks import static_files_collected, variables_known
from auren_admin.converters import RowNumber
from auren_admin.traced_queries import trace_queries
from rest.patience import set_longest
from tracing import spans
from tracing.lazy import LazyTracer


class AurenAdminConfig(AppConfig):
    name = "auren_admin"
    verbose_name = "AUREN Admin"

    def ready(self) -> None:
        if "pool" in settings.DATABASES["default"]["OPTIONS"]:
            set_longest(settings.JOB_DATABASE_WAIT)  # a web process hurries more: see `auren_admin.wsgi`
        if told := settings.TRACING:
            spans.switch_on(LazyTracer(queue=told.queue, batch=told.batch, delay=told.delay))
            trace_queries()
        lookups.register()
        searching.register()
        register_converter(RowNumber, "row")
        checks.register(variables_known)
        checks.register(static_files_collected, deploy=True)
