"""Which database, and how long anybody waits for it: a file by default, PostgreSQL by DATABASE_URL."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from auren_admin.environment import Environment
from auren_admin.private import DATABASE, private_file, private_folder
from rest.patience import set_longest

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
PLANNING = "-c random_page_cost=1.1"
"""PostgreSQL's default has a page fetched at random cost four times as much as the next one, as on a spinning disk. It
then reads a whole table of 100,000 series to find the thousand of a batch; what is asked most is in memory here."""

PREPARED_AFTER = 5
"""Times after which a connection to PostgreSQL has a statement with parameters of its own prepared: those by which
observations are stored. To read and plan them takes a third of what they cost. Django's own statements have none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, in seconds, one kind of process waits: for a statement, for a lock, for somebody who holds locks
    and does nothing, and for a machine that does not even confirm what it is sent."""

    statement: int
    lock: int
    idle: int
    unconfirmed: int

    @property
    def session(self) -> str:
        """As a session of PostgreSQL is told."""
        limits = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return " ".join([*(f"-c {name}={seconds}s" for name, seconds in limits.items()), PLANNING])

    @property
    def network(self) -> dict[str, int]:
        """As libpq is: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS."""
        return {
            "connect_timeout": 3,
            "keepalives_idle": self.unconfirmed,
            "keepalives_interval": max(self.unconfirmed // 3, 1),
            "keepalives_count": 3,
            "tcp_user_timeout": self.unconfirmed * 1000,
        }


def of_jobs(seconds: int) -> Limits:
    """Of jobs, commands and migrations: nobody sits in front of them."""
    return Limits(statement=seconds, lock=min(60, seconds), idle=60, unconfirmed=30)


def of_requests(seconds: int) -> Limits:
    """Of the web, where a thread that waits is one that answers nobody else. A node that froze in a transaction
    gives its locks back, so that the others can go on."""
    return Limits(statement=seconds, lock=seconds, idle=15, unconfirmed=5)


def database(env: Environment, data_dir: Path, *, connections: int, limits: Limits) -> dict[str, Any]:
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
        return config | {"CONN_HEALTH_CHECKS": True, "OPTIONS": SQLITE_OPTIONS | options}
    from auren_admin import postgresql  # with SQLite nobody needs the driver

    # There are enough: who waits for one waits for a database that is away. By default the pool would try it again
    # after one, two, four … seconds, and after an outage of minutes not for minutes: each request tries anew here.
    pool = {
        "min_size": 1,
        "max_size": connections,
        "timeout": 2.0,
        "reconnect_timeout": 1.0,
        "connection_class": postgresql.BoundedConnection,
    }
    # Of what is said twice, PostgreSQL takes the last: what the address says counts.
    session = {"options": f"{limits.session} {options.get('options', '')}".strip()}
    return config | {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": pool, "prepare_threshold": PREPARED_AFTER} | limits.network | options | session,
    }


def hurry(config: dict[str, Any], *, before: Limits, limits: Limits) -> None:
    """Have this process wait as a web server may, whatever it was told before; before any connection is opened."""
    options = config["OPTIONS"]
    if "pool" not in options:
        return
    for name, value in before.network.items():
        if options[name] == value:  # what the address says stays
            options[name] = limits.network[name]
    options["options"] = limits.session + options["options"].removeprefix(before.session)
    options["pool"]["timeout"] = 1.0
    set_longest(limits.statement)


def sqlite_file() -> Path | None:
    """The file that the database is; None for another one, and for one in memory."""
    config = settings.DATABASES["default"]
    name = str(config["NAME"])
    is_file = config["ENGINE"].endswith("sqlite3") and "memory" not in name
    return Path(name) if is_file else None
