"""`manage.py simulate`: made-up people whose measurements the example agents report to a running server."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from auren_admin.processes import sigterm_as_ctrl_c, stop_with
from auren_client import NotDelivered
from telemetry.simulation.running import CannotSimulate, Plan, simulate

HEARTBEATS = settings.BASE_DIR / "examples" / "data" / "nn_long.txt"
USERS, DAYS, SPEED = 12, 30, 240.0

logger = logging.getLogger("telemetry.simulation")


def add_options(parser: CommandParser) -> None:
    """What can be chosen of a simulation."""
    parser.add_argument("--users", default=USERS, type=int, help="how many people (12)")
    parser.add_argument("--days", default=DAYS, type=int, help="days of history to begin with (30)")
    parser.add_argument(
        "--speed",
        default=SPEED,
        type=float,
        help="how many times faster than life they live on (240: a day in 6 minutes); 0 tells history only",
    )


class Command(BaseCommand):
    help = (
        "Simulates people's lives: every example agent reports what it watches of them, through the REST API, "
        "first their history, then as it happens, until Ctrl-C. Heart-rate variability comes from real "
        "heartbeats, everything else is made up. Not in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_options(parser)
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.PORT}", help="where the server is")
        parser.add_argument("--parent", type=int, help="stop when this process is gone (used by up)")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = plan_of(options)
        parent = options["parent"]
        logging.getLogger("httpx").setLevel(logging.WARNING)
        if parent is not None:  # at the end the server is gone first, which is nothing to tell of
            logging.getLogger("auren_client").setLevel(logging.ERROR)
        stop_with(parent)
        try:
            with sigterm_as_ctrl_c():
                simulate(plan, self.stdout.write if parent is None else logger.info)
        except (CannotSimulate, NotDelivered) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")


def plan_of(options: dict[str, Any]) -> Plan:
    """What was chosen. Raises CommandError."""
    if settings.PRODUCTION:
        raise CommandError("Made-up people have no place among real ones: not in production.")
    users, days, speed = options["users"], options["days"], options["speed"]
    if not 1 <= users <= 10_000:
        raise CommandError("--users: expected 1 to 10000")
    if not 0 <= days <= settings.RETENTION_DAYS:
        raise CommandError(
            f"--days: expected 0 to {settings.RETENTION_DAYS}, which is how long they are kept"
        )
    if not 0 <= speed <= 100_000:
        raise CommandError("--speed: expected 0 to 100000")
    return Plan(options["url"].rstrip("/"), users, days, speed, HEARTBEATS)
