"""The processes beside the web server: started with it, started again when they die, stopped with it."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from types import TracebackType

from django.conf import settings

from auren_admin.backoff import Backoff

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds
BEFORE_RESTART, SOON, AT_MOST = 1.0, 10.0, 60.0
"""Seconds before a start anew: as a rule, and at most where one ends again and again so soon after its start."""
GRACE = 10.0  # for running jobs to be put back


class Companions:
    """Commands of ``manage.py``, with their options, that run while this is entered, each in its own session.

    Ctrl-C in the terminal thus reaches this process alone, which then asks the others to stop by one signal to
    the main process of each: a signal to Celery's whole group would kill running jobs.
    """

    def __init__(self, commands: Sequence[str]) -> None:
        self.commands = commands
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._born: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._backoffs = {
            command: Backoff(soon=SOON, usual=BEFORE_RESTART, first=BEFORE_RESTART, most=AT_MOST)
            for command in commands
        }
        self._stop = Event()
        self._watcher = Thread(target=self._watch, name="companions", daemon=True)

    def __enter__(self) -> "Companions":
        for command in self.commands:
            self.running[command] = self._start(command)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._watcher.join()
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in self.running.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, command: str) -> subprocess.Popen[bytes]:
        self._born[command] = time.monotonic()
        return subprocess.Popen(  # noqa: S603 - our own program
            [
                sys.executable,
                str(settings.BASE_DIR / "manage.py"),
                *command.split(),
                "--parent",
                str(os.getpid()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # Celery's greetings; what matters is on stderr
            start_new_session=True,
        )

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            for command, process in self.running.items():
                if process.poll() is not None:
                    self._revive(command, process.returncode)

    def _revive(self, command: str, code: int) -> None:
        """Start one that ended again, once its time has come."""
        now = time.monotonic()
        if command not in self._due:
            wait = self._backoffs[command].wait(now - self._born[command])
            self._due[command] = now + wait
            logger.warning(
                "The %s %s. It is started again in %.0f s.", command.split()[0], ending(code), wait
            )
        elif now >= self._due[command]:
            del self._due[command]
            try:
                self.running[command] = self._start(command)
            except OSError as error:  # no memory or no process to be had just now
                self._due[command] = now + AT_MOST
                logger.error("The %s cannot be started: %s", command.split()[0], error)


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[None]:
    """Have SIGTERM end what runs inside in the way that Ctrl-C does, at whatever moment it comes."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def stop_with(parent: int | None) -> None:
    """Stop this process, as SIGTERM does, once its parent is gone: nobody else would."""
    if parent is not None:
        Thread(target=_wait_for_end_of, args=(parent,), name="parent", daemon=True).start()


def _wait_for_end_of(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
