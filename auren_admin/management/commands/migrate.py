"""`manage.py migrate`: Django's own, by one process at a time."""

from typing import Any

from django.core.management.commands import migrate

from auren_admin.preparing import alone


class Command(migrate.Command):
    help = f"{migrate.Command.help} One process at a time: another one waits, and finds nothing left to do."

    def handle(self, *args: Any, **options: Any) -> str | None:
        with alone(self.stderr.write, using=options["database"]):
            return super().handle(*args, **options)
