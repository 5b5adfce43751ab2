"""What must hold for the image: each role starts as nobody on a read-only disk, answers, and stops when told to."""

import json
import os
import re
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from scripts.image_container import Container, ImageFault, Running

START_SECONDS = 60
STOP_SECONDS = 10  # what docker waits before it kills; Kubernetes waits longer
SETTLED_SECONDS = 2  # a role that runs that long has found its database and its broker
LEFT_OUT = (
    "etc/pip.conf", "run/secrets/ca.pem", "venv/bin/pip",
    *(f"app/{name}" for name in (".env", ".git", ".venv", "tests", "var")),
)  # fmt: skip
A_JOB = """
import sys, time
from bindings.background import ask_for_report
job = ask_for_report(trigger="cli")
for _ in range(100):
    if job.state == "done":
        break
    time.sleep(0.2)
    job.refresh_from_db()
else:
    sys.exit(f"its job is {job.state}: {job.error}")
"""
Timed = Callable[[str], AbstractContextManager[None]]


def prove(root: Path, inspected: str, timed: Timed) -> None:
    """Raise `ImageFault` at the first thing that does not hold."""
    config = json.loads(inspected)["Docker"]["config"]
    for path in LEFT_OUT:
        demand(not (root / path).exists(), f"/{path} is in the image")
    refuses_without_a_key(Container(root, config, {}))
    port = spare_port()
    container = Container(root, config, settings(port))
    with timed("migrate"):
        succeeds(container, "migrate")
    with role(container, "worker", timed), role(container, "schedule", timed), role(container, "web", timed):
        login_page(f"http://localhost:{port}")
        with timed("a job is done"):
            succeeds(container, "shell", "--command", A_JOB)
    with role(container, "up", timed):
        login_page(f"http://localhost:{port}")


def settings(port: int) -> dict[str, str]:
    return {
        "AUREN_SECRET_KEY": secrets.token_urlsafe(64),
        "AUREN_ALLOWED_HOSTS": "localhost",
        "AUREN_HOST": "127.0.0.1",  # it shares our network
        "AUREN_BEHIND_PROXY": "true",
        "PORT": str(port),
    }


def demand(holds: object, otherwise: str) -> None:
    if not holds:
        raise ImageFault(otherwise)


def spare_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def ended(container: Container, *command: str) -> tuple[int, str]:
    """Exit code and output of a command that ends by itself."""
    started = container.start(*command)
    try:
        return started.wait(START_SECONDS), started.said()
    finally:
        started.kill()


def succeeds(container: Container, *command: str) -> None:
    code, said = ended(container, *command)
    demand(code == 0, f"{command[0]} ended with {code}:\n{said}")


def refuses_without_a_key(container: Container) -> None:
    code, said = ended(container, "web")
    demand(code == 1 and "AUREN_SECRET_KEY" in said, f"without a key, web ended with {code}:\n{said}")


@contextmanager
def role(container: Container, name: str, timed: Timed) -> Iterator[None]:
    """A role while it runs: healthy first, and afterwards stopped by SIGTERM, in time and with exit code 0."""
    started = container.start(name)
    try:
        with timed(f"{name} is healthy"):
            pid = healthy(name, container, started)
        yield
        with timed(f"{name} stops"):
            os.kill(pid, signal.SIGTERM)
            code = started.wait(STOP_SECONDS)
        demand(code == 0, f"{name} ended with {code} after SIGTERM")
    except ImageFault as fault:
        fault.add_note(f"--- {name} said:\n{started.said()}")
        raise
    finally:
        started.kill()


def healthy(name: str, container: Container, started: Running) -> int:
    """Its process 1, once it hears SIGTERM and the image's own health check is content; and it goes on running."""
    deadline = time.monotonic() + START_SECONDS
    while started.runs() and time.monotonic() < deadline:
        pid = started.pid()
        if pid is not None and container.check_health(pid) == 0:
            time.sleep(SETTLED_SECONDS)
            if started.runs():
                return pid
        time.sleep(0.1)
    raise ImageFault(f"{name} is not healthy or does not hear SIGTERM" if started.runs() else f"{name} ended")


def fetch(address: str) -> tuple[int, str]:
    """Status and body, asked as by a proxy that people reach over HTTPS."""
    question = Request(address, headers={"X-Forwarded-Proto": "https"})  # noqa: S310 - our own server
    with urlopen(question, timeout=5) as answer:  # noqa: S310
        return answer.status, answer.read().decode()


def login_page(site: str) -> None:
    """It comes with its form, and its style sheet was collected when the image was built."""
    try:
        demand(fetch(f"{site}/livez") == (200, "ok\n"), "/livez does not say ok")
        _, page = fetch(f"{site}/admin/login/")
        demand('name="csrfmiddlewaretoken"' in page, "the login page has no form")
        sheet = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
        demand(sheet and fetch(site + sheet[1])[0] == 200, "the login page has no style sheet")
    except URLError as error:
        raise ImageFault(f"a page is not answered: {error}") from error
