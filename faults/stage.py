"""Where faults happen: a database and a Redis of our own, and the product's own processes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from faults.servers import Missing, Postgres, Redis, Server

FROZEN = "-c%20idle_in_transaction_session_timeout%3D3s"  # as short as a lease here; a minute in the product
ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Stage:
    """The servers, the folder, and every process of the product that was started here."""

    folder: Path
    redis: Redis
    postgres: Postgres | None
    seed: int
    long: bool
    started: list[Server] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What the product's processes say."""
        return self.folder / "processes.log"

    def run(self, *command: str, **environment: str) -> Server:
        """Start a command of ``manage.py``, with more environment if wanted."""
        program = [sys.executable, str(ROOT / "manage.py"), *command]
        server = Server(program, self.log, {**os.environ, **environment})
        server.start()
        self.started.append(server)
        return server

    def worker(self, **environment: str) -> Server:
        return self.run("worker", "--at-once", "4", **environment)

    def schedule(self, **environment: str) -> Server:
        return self.run("schedule", **environment)

    def clear(self) -> None:
        """Stop what was started here."""
        while self.started:
            with suppress(ProcessLookupError):
                self.started.pop().stop()


@contextmanager
def staged(seed: int, long: bool) -> Iterator[Stage]:
    """Set the stage, and the environment with it: Django is set up after this, and never before."""
    with TemporaryDirectory(prefix="auren-faults-") as name:
        folder = Path(name)
        (folder / "postgres").mkdir()
        redis = Redis(folder)
        try:
            postgres: Postgres | None = Postgres(folder / "postgres")
        except Missing:
            if os.environ.get("CI") == "true":
                raise  # nobody would notice that it was SQLite
            postgres = None
        stage = Stage(folder, redis, postgres, seed, long)
        try:
            redis.start()
            if postgres:
                postgres.start()
            os.environ.update(environment(folder, redis, postgres))
            yield stage
        finally:
            stage.clear()
            redis.stop()
            if postgres:
                postgres.stop()


def environment(folder: Path, redis: Redis, postgres: Postgres | None) -> dict[str, str]:
    """What every process here is told. No setting of this machine reaches it."""
    for name in [name for name in os.environ if name.startswith("AUREN_")]:
        del os.environ[name]
    return {
        "DJANGO_SETTINGS_MODULE": "faults.settings",
        "AUREN_ENV_FILE": os.devnull,
        "AUREN_DATA_DIR": str(folder),
        "AUREN_LOG_LEVEL": "ERROR",
        "DATABASE_URL": f"{postgres.url}?options={FROZEN}" if postgres else "",
        "CELERY_BROKER_URL": redis.url,
    }
