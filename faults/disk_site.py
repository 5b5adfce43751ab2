"""An installation of its own, on SQLite, on a disk of its own that may be full: a tmpfs, which needs root."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

from faults.servers import Missing, Server
from faults.stage import ROOT, Stage

PASSWORD = "made-up-2718"  # noqa: S105 - of a person that there is for a minute  # pragma: allowlist secret
SETUP = """
from django.contrib.auth import get_user_model
from bindings.models import Agent
from faults.publishing import new_token, prepare
call_command("migrate", verbosity=0)
polls = prepare(ANYWHERE)
reports = new_token("reporters", Agent.objects.get(name="NEUROS"), "observations:write")
get_user_model().objects.create_superuser("fault", password=PASSWORD)
call_command("registry", "export", "--out", EXPORT, verbosity=0)
say({"polls": polls, "reports": reports})
"""
PUBLISH = "from faults.publishing import publish; say(publish(ANYWHERE, 1))"
WRITE = """
from django.core.management import CommandError
from faults.publishing import publish
said = {}
for name, act in (
    ("publish", lambda: publish(ANYWHERE, 1)),
    ("export", lambda: call_command("registry", "export", "--out", EXPORT, verbosity=0)),
):
    try:
        act()
        said[name] = "done"
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
say(said)
"""
FOUND = """
from faults.publishing import turns
from telemetry.models import Observation
rows = Observation.objects.filter(series__source=SOURCE)
stored = list(rows.values_list("series__subject__user_id", "at", "value"))
say({"turns": list(turns().items()), "stored": stored})
"""


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of this size, mounted at the folder for as long as this is entered. Raises Missing."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or not mount or not unmount:
        raise Missing("a small disk can only be mounted by root")
    folder.mkdir(parents=True, exist_ok=True)
    command = [mount, "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    if done.returncode:
        raise Missing(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([unmount, "--lazy", str(folder)], check=True)  # noqa: S603 - ours


class Ballast:
    """Fills a disk, and goes on filling it while this is entered: what others free is gone at once."""

    def __init__(self, disk: Path) -> None:
        self._file, self._stop = disk / "ballast", Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._fill()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._file.unlink()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self._fill()

    def _fill(self) -> None:
        with suppress(OSError), self._file.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096):
                with suppress(OSError):
                    while file.write(b"\0" * size) == size:
                        pass


class Site:
    """Its commands and its web server."""

    def __init__(self, stage: Stage, data: Path, port: int) -> None:
        self.stage, self.data, self.port = stage, data, port
        self.environment = {
            "AUREN_DATA_DIR": str(data),
            "DATABASE_URL": "",
            "CELERY_BROKER_URL": "",
            "AUREN_WORKERS": "2",
        }

    def serve(self) -> Server:
        return self.stage.run("up", "--port", str(self.port), **self.environment)

    def python(self, code: str, **names: Any) -> Any:
        """What some lines say; None where they ended in an error, which is in the log."""
        begin = (
            "import json, django; django.setup()\n"
            "from types import SimpleNamespace\n"
            "ANYWHERE = SimpleNamespace(seed=0)\n"
            "from django.core.management import call_command\n"
            "def say(found): print('\\nsaid', json.dumps(found))\n"
        )
        known = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        done = subprocess.run(  # noqa: S603 - ours
            [sys.executable, "-c", begin + known + code],
            env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
        with self.stage.log.open("a") as log:
            log.write(done.stderr)
        said = re.search(r"^said (.*)$", done.stdout, re.MULTILINE)
        return json.loads(said[1]) if said and not done.returncode else None

    def sign_in(self) -> tuple[int, str]:
        """The status and the body of a sign-in: 302 where it is done."""
        address = "/admin/login/"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", address)
            form = connection.getresponse()
            form.read()
            cookie = (form.headers["Set-Cookie"] or "").partition(";")[0]
            fields = {
                "csrfmiddlewaretoken": cookie.partition("=")[2],
                "username": "fault",
                "password": PASSWORD,
            }
            headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", address, urlencode(fields), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)
        finally:
            connection.close()
