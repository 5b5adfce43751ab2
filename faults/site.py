"""A site in an environment of its own, beside the one the faults run in: its database, its folder, its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults.fault_polls import web
from faults.servers import Server, spare_port
from faults.stage import ROOT, Stage


@dataclass(slots=True)
class Site:
    """A web server with two workers on a database; everything else is asked of processes of their own."""

    stage: Stage
    folder: Path
    database: str
    port: int = field(default_factory=spare_port)
    server: Server | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What every process here is told."""
        own = {"DATABASE_URL": self.database, "AUREN_DATA_DIR": str(self.folder)}
        return {**os.environ, **own, "PYTHONPATH": str(ROOT)}

    def start(self) -> None:
        """Have the web server answer."""
        own = {"DATABASE_URL": self.database, "AUREN_DATA_DIR": str(self.folder)}
        self.server = web(self.stage, self.port, **own)

    def restart(self) -> None:
        """End it as it should be, and start it again."""
        if self.server:
            self.server.stop()
        self.start()

    def ask(self, *words: str) -> Any:
        """What :mod:`faults.at_site` says. Raises CalledProcessError."""
        return json.loads(self._run("-m", "faults.at_site", *words))

    def manage(self, *words: str) -> str:
        """What a command of ``manage.py`` prints. Raises CalledProcessError."""
        return self._run(str(ROOT / "manage.py"), *words)

    def _run(self, *words: str) -> str:
        with self.stage.log.open("ab") as log:
            ran = subprocess.run(  # noqa: S603 - commands are ours
                [sys.executable, *words], env=self.environment, stdout=subprocess.PIPE, stderr=log, check=True
            )
        return ran.stdout.decode()
