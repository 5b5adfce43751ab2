"""`manage.py up`: from a fresh clone to a page in the browser."""

import secrets
import sys
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, transaction

from auren_admin.checks import static_files_collected
from auren_admin.databases import sqlite_file
from auren_admin.preparing import alone
from auren_admin.private import tighten
from auren_admin.processes import Companions, sigterm_as_ctrl_c
from auren_admin.server import PortInUse, ensure_port_free, serve
from kpis.models import KPI
from releases.services import approval_required, publish
from releases.serving.assembly import database_answers, snapshot
from rest.storage import WAY_OUT, Failure, failure_of

EXAMPLES = settings.BASE_DIR / "examples" / "auren"
EXAMPLE_MESSAGE = "The example that AUREN Admin brings along"
EXAMPLE_ACCEPTED = "They show what warnings look like"
ADMIN = "admin"
MAKE_ROOM = "Make room on the disk; the server goes on by itself then."
COMPANIONS = ("worker", "schedule")


class Command(BaseCommand):
    help = (
        "Brings the database up to date, loads the example registry into an empty one, makes the first "
        "admin account, and serves the site, with a worker and a schedule for background jobs, until Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (AUREN_HOST)")
        parser.add_argument("--port", default=settings.PORT, type=int, help="port to listen on (PORT)")
        parser.add_argument(
            "--web-only",
            action="store_true",
            help="serve pages only; manage.py worker and manage.py schedule run somewhere else",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        tighten(settings.DATA_DIR, sqlite_file())
        try:
            with sigterm_as_ctrl_c():  # the server itself knows both, but not while it is being prepared
                self.claim(host, port)
                note, companions = self.prepared(host, port, options)
                with Companions(companions):
                    serve(host, port, on_listening=lambda: self.stdout.write(note))
        except KeyboardInterrupt:
            pass
        self.stdout.write("Stopped.")

    def companions(self, options: dict[str, Any]) -> Sequence[str]:
        """The commands that run beside the server."""
        return () if options["web_only"] else COMPANIONS

    def prepared(self, host: str, port: int, options: dict[str, Any]) -> tuple[str, Sequence[str]]:
        """What a person needs to know now, and what runs beside the server.

        Where the database is damaged or the disk full, polls are served all the same if a file has what agents poll.
        """
        try:
            return self.prepare(host, port, web_only=options["web_only"]), self.companions(options)
        except DatabaseError as error:
            failure = failure_of(error)
            said = f"The database cannot be used: {str(error).strip()}"
            if failure:
                said = f"{said}. {WAY_OUT if failure is Failure.DAMAGED else MAKE_ROOM}"
            if failure is None or not settings.FAST_POLLS or not snapshot().is_there():
                raise CommandError(said) from error
            # Nothing beside it could do anything with a damaged database, and it is only repaired while all is stopped.
            beside = () if failure is Failure.DAMAGED else self.companions(options)
            return f"\n{said}\nUntil then agents' polls are answered from a file, and nothing else.\n", beside

    def prepare(self, host: str, port: int, *, web_only: bool) -> str:
        """Bring the database up to date; returns what a person needs to know now.

        Without a database a web server starts all the same where a file has what agents poll.
        """
        if web_only and settings.FAST_POLLS and snapshot().is_there() and not database_answers():
            self.collect_static()
            return "\nThe database is away. Agents' polls are answered from a file until it is back.\n"
        with alone(self.stderr.write):  # another node may be started at this very moment
            call_command("migrate", verbosity=0, interactive=False)
            loaded, password = self.load_examples(), self.make_admin()
        self.collect_static()
        return self.note(host, port, loaded, password)

    def claim(self, host: str, port: int) -> None:
        try:
            ensure_port_free(host, port)
        except PortInUse as error:
            raise CommandError(
                f"Port {port} on {host} is in use, perhaps by another AUREN Admin. "
                f"Stop that, or choose another port: PORT={port + 1 if port < 65535 else 8000}"
            ) from error
        except (OSError, OverflowError) as error:
            raise CommandError(f"Cannot listen on {host} port {port}: {error}") from error

    def collect_static(self) -> None:
        """In production pages need the collected files; a container's image brings them along."""
        if settings.PRODUCTION and static_files_collected(None):
            call_command("collectstatic", verbosity=0, interactive=False)

    def load_examples(self) -> int:
        """Load the example registry if nobody has used this database yet, and publish it, so that agents get
        something. Returns how many KPIs it has.

        Not in production: nobody's alerts should follow an example.
        """
        if settings.PRODUCTION or LogEntry.objects.exists() or KPI.objects.exists() or not EXAMPLES.is_dir():
            return 0
        with transaction.atomic():
            call_command("registry", "import", str(EXAMPLES), stdout=self.stdout, verbosity=0)
            if not approval_required():  # then two people have to
                publish(
                    author=None, author_name="first start", message=EXAMPLE_MESSAGE, accepted=EXAMPLE_ACCEPTED
                )
        return KPI.objects.count()

    def make_admin(self) -> str:
        """Make the first admin account if there is none. Returns its password, which is kept nowhere else.

        Not in production: there what a program prints is kept in a log.
        """
        people = get_user_model()._default_manager
        if people.filter(is_superuser=True).exists() or settings.PRODUCTION:
            return ""
        if people.filter(username=ADMIN).exists():
            return ""
        password = secrets.token_urlsafe(12)
        get_user_model().objects.create_superuser(username=ADMIN, password=password)
        return password

    def note(self, host: str, port: int, loaded: int, password: str) -> str:
        """What a person needs to know now. Asked before serving: no database connection may be open then."""
        python = Path(sys.executable)
        manage = (
            f"{python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python} manage.py"
        )
        lines = [("Open", opened_at(host, port))]
        if settings.SECURE_SSL_REDIRECT:
            lines.append(
                ("", f"The proxy for HTTPS passes requests on to {host} port {port} (docs/proxy.md).")
            )
        if password:
            lines.append(("Sign in", f"{ADMIN} with the password {password}"))
            lines.append(("", f"It will not be shown again; {manage} changepassword {ADMIN} sets another."))
        elif not get_user_model()._default_manager.filter(is_superuser=True).exists():
            lines.append(("Sign in", f"after making an account: {manage} createsuperuser"))
        if loaded:
            lines.append(("Next", f"Open one of the {loaded} example KPIs and change a threshold:"))
            lines.append(("", "its picture and the rules' findings are updated as you type."))
        elif not KPI.objects.exists():
            lines.append(("Next", f"Bring your registry in: {manage} registry import PATH"))
        lines.append(("Stop", "Ctrl-C"))
        text = "\n".join(f"  {label:<9}{rest}" for label, rest in lines)
        return f"\nAUREN Admin is running.\n\n{text}\n"


def opened_at(host: str, port: int) -> str:
    """The address that a person types. Where pages are for HTTPS alone it is the proxy's, not this server's."""
    if not settings.SECURE_SSL_REDIRECT:
        return f"http://{reachable(host)}:{port}/"
    name = settings.ALLOWED_HOSTS[0]
    return f"https://{name}/" if not name.startswith(".") else f"https://…{name}/"


def reachable(host: str) -> str:
    """The host as part of an address a browser on this machine can open."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:  # "every address" is none a browser can open
        return "localhost"
    return f"[{address}]" if address.version == 6 else host
