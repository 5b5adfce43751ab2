"""The web server in this process: granian, over the WSGI application."""

import socket
from collections.abc import Callable

from django.conf import settings
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


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


def serve(host: str, port: int, on_listening: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then return once running requests are answered."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):  # its threads would not live on in the worker processes
            connection.close_pool()
    server = Granian(
        "auren_admin.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=settings.THREADS,  # not pinned, each could open its own database connection
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    )
    server.on_startup(on_listening)
    server.serve()
