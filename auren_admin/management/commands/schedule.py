"""`manage.py schedule`: tells workers what is due."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from auren_admin.celery import app
from auren_admin.databases import sqlite_file
from auren_admin.private import tighten
from auren_admin.processes import stop_with


class Command(BaseCommand):
    help = "Tells workers which jobs are due, and has those run that run by themselves, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parent", type=int, help="stop when this process, which started it, is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        stop_with(options["parent"])
        tighten(settings.DATA_DIR, sqlite_file())
        app.Beat(loglevel=settings.LOG_LEVEL, quiet=True, socket_timeout=5).run()
