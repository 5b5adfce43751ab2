"""What a WSGI server serves: `granian --interface wsgi auren_admin.wsgi:application`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from auren_admin.databases import hurry, of_jobs, of_requests
from tracing import spans

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auren_admin.settings")

application: WSGIApplication = get_wsgi_application()

hurry(
    settings.DATABASES["default"],
    before=of_jobs(settings.JOB_DATABASE_WAIT),
    limits=of_requests(settings.DATABASE_WAIT),
)

if settings.FAST_POLLS:
    from protocols.serving import Inboxes  # models can be imported only by now
    from releases.serving.assembly import in_front_of
    from telemetry.serving import takers

    taking = takers(application)
    if settings.TRACING:
        from auren_admin.traced_requests import traced_takers

        taking = traced_takers(taking)
    application = in_front_of(
        application, taking, Inboxes()
    )  # its watcher also learns the time, and the policy
else:
    from jobs.database_clock import database_clock

    database_clock.follow()

spans.tracer().prepare()  # in this process, after every fork
