"""The web server in this process: granian, over the WSGI application."""

import resource
import socket
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connections
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels, logger
from granian.server import mp

from auren_admin.gateway.dispatch import Gateway
from auren_admin.gateway.request_body import PLACES
from auren_admin.respawning import PatientServer
from telemetry.exposition.process import share_counts
from tracing import spans

CONNECTIONS = 10_000
"""That a worker process keeps open at most, as many agents do between their polls."""
POLLING = 4
"""Threads of a worker process that no body can take."""


class PortInUse(Exception):
    """Something else listens on the port already."""


def ensure_port_free(host: str, port: int) -> None:
    """Raise `PortInUse`, or `OSError` when the host is not this machine's.

    Asked before anything is started: the server itself would share the port and take every other request.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except PermissionError:
            raise
        except OSError as error:
            if isinstance(error, socket.gaierror) or not _listening(family, host, port):
                raise
            raise PortInUse from error


def _listening(family: socket.AddressFamily, host: str, port: int) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        caller.settimeout(1)
        return caller.connect_ex((host, port)) == 0


class Server(PatientServer):
    """granian, whose worker processes hand each request to a `Gateway` instead of waiting for its answer."""

    @staticmethod
    @mp.WorkerProcess.wrap_target  # type: ignore[untyped-decorator]  # granian's own
    def _spawn_wsgi_worker(worker_id: int, application: Any, *more: Any) -> None:
        # In this worker's process alone. granian's own way calls the application, and sends what it returns.
        vars(mp)["_wsgi_call_wrap"] = lambda callback, *_: callback
        gateway = Gateway(application, threads=settings.THREADS)
        try:
            mp.MPServer._spawn_wsgi_worker.__wrapped__(worker_id, gateway, *more)
        finally:
            spans.tracer().stop()


def serve(host: str, port: int, on_listening: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then return once running requests are answered."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):  # its threads would not live on in the worker processes
            connection.close_pool()
    allow_open_files(CONNECTIONS + 200)
    share_counts(settings.DATA_DIR / "metrics")
    # It advises as many threads as processors; ours wait for callers, and hardly ever run.
    logger.addFilter(lambda record: "Python threads" not in record.getMessage())
    server = Server(
        "auren_admin.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # without TLS nobody speaks HTTP/2 here, and a proxy does that for browsers
        workers=settings.WORKERS,
        blocking_threads=PLACES + POLLING,  # as many as may read a body, and some that never do
        backpressure=CONNECTIONS,  # what it holds back are connections, used or not
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    )
    server.respawned_wrks = Respawned(server.wrks)
    server.on_startup(on_listening)
    server.serve()


def allow_open_files(count: int) -> None:
    """Raise this process's own limit as far as the system lets it: each connection is a file."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if most == resource.RLIM_INFINITY else min(count, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


class Respawned(dict[int, float]):
    """When the server started each worker anew.

    It gives up where a worker ends soon after that. One that was killed is no reason to: only one that ends by
    itself, most likely because it cannot start, goes on doing so.
    """

    def __init__(self, workers: list[Any]) -> None:
        super().__init__()
        self._workers = workers

    def get(self, index: int, default: Any = None) -> Any:
        """The time, by `time.monotonic()`; ``default`` where the worker was killed by a signal."""
        code = self._workers[index].inner.exitcode
        return default if code is not None and code < 0 else super().get(index, default)
