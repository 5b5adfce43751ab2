"""Which database: a file by default, PostgreSQL by DATABASE_URL."""

from pathlib import Path
from typing import Any

from django.conf import settings

from auren_admin.environment import Environment
from auren_admin.private import DATABASE, private_file, private_folder

SQLITE_OPTIONS = {
    # Readers do not block the writer; a transaction takes its lock at once and waits for its turn
    # instead of failing half way. Measured: 0 of 600 transactions locked, against 92 with the defaults.
    # What was written is copied into the database every 40 MB: each copying waits for the disk, and many rows of
    # telemetry change again before it. 16 MB of memory hold the pages that are read over and over.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=10000;"
    " PRAGMA cache_size=-16000;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}


def database(env: Environment, data_dir: Path, *, connections: int) -> dict[str, Any]:
    """Django's settings for the database; a process opens at most ``connections`` to PostgreSQL."""
    config = env.database("DATABASE_URL") or {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data_dir / DATABASE),
    }
    options = config.get("OPTIONS", {})
    if config["ENGINE"].endswith("sqlite3"):
        if config["NAME"] != ":memory:":
            private_folder(Path(config["NAME"]).parent)
            private_file(Path(config["NAME"]))  # SQLite's own files beside it get its mode
        return config | {"OPTIONS": SQLITE_OPTIONS | options}
    # There are enough: who waits for one waits for a database that is away. By default the pool would try it again
    # after one, two, four … seconds, and after an outage of minutes not for minutes: each request tries anew here.
    pool = {"min_size": 1, "max_size": connections, "timeout": 2.0, "reconnect_timeout": 1.0}
    session = {
        "connect_timeout": 3,
        # A process that froze in a transaction gives its locks back.
        "options": "-c idle_in_transaction_session_timeout=60s",
    }
    return config | {"CONN_HEALTH_CHECKS": True, "OPTIONS": {"pool": pool} | session | options}


def sqlite_file() -> Path | None:
    """The file that the database is; None for another one, and for one in memory."""
    config = settings.DATABASES["default"]
    name = str(config["NAME"])
    is_file = config["ENGINE"].endswith("sqlite3") and "memory" not in name
    return Path(name) if is_file else None
