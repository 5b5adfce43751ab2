"""The demo as a person starts it: a server with its companions in processes of their own, on an empty database."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from faults.servers import spare_port, wait_until

UNWANTED = ("DATABASE_URL", "CELERY_BROKER_URL", "AUREN_SECRET_KEY")


@dataclass
class Demo:
    """A running one. ``log`` is what a person sees."""

    folder: Path
    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]

    def asked(self, question: str) -> Any:
        """The only value that the database answers."""
        with closing(sqlite3.connect(self.folder / "auren.sqlite3")) as database:
            return database.execute(question).fetchone()[0]

    def run(self, code: str) -> str:
        """What a piece of Python prints inside the project."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


@contextmanager
def running_demo(folder: Path, *options: str) -> Iterator[Demo]:
    """Runs until this is left; entered once history is told."""
    port, log = spare_port(), folder / "log"
    environment = {name: value for name, value in os.environ.items() if name not in UNWANTED} | {
        "PORT": str(port),
        "AUREN_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    command: Sequence[str] = [sys.executable, "manage.py", "demo", *options]
    with log.open("wb") as output, subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output
    ) as process:  # fmt: skip
        demo = Demo(folder, port, environment, log, process)
        try:
            wait_until(
                lambda: "History of" in log.read_text() or process.poll() is not None,
                240,
                "history",
                every=0.1,
            )
            yield demo
        finally:
            if process.poll() is None:
                demo.stop()


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
