"""`manage.py worker`: does background jobs."""

import sys
import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from auren_admin.celery import app
from auren_admin.databases import sqlite_file
from auren_admin.private import tighten
from auren_admin.processes import stop_with


class Command(BaseCommand):
    help = "Does background jobs until it is stopped. manage.py schedule tells it what there is to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at-once",
            type=int,
            default=settings.JOBS_AT_ONCE,
            help="jobs done at the same time (AUREN_JOBS_AT_ONCE)",
        )
        parser.add_argument("--parent", type=int, help="stop when this process, which started it, is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        # As root it is in a container's default; no message it accepts can hold code.
        warnings.simplefilter("ignore", SecurityWarning)
        stop_with(options["parent"])
        tighten(settings.DATA_DIR, sqlite_file())
        worker = app.Worker(
            # A process a job where Redis is, so that a job that dies takes no other along. The file broker is for
            # one machine and a few jobs, and saves the memory.
            pool_cls="prefork" if settings.CELERY_BROKER_URL else "threads",
            concurrency=options["at_once"],
            loglevel=settings.LOG_LEVEL,
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        worker.start()
        sys.exit(worker.exitcode)
