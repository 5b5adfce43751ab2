"""The product's web server over a few lines: `python -m tests.auren_admin.gateway.tiny_server PORT`."""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from granian.constants import HTTPModes, Interfaces  # noqa: E402
from granian.log import LogLevels  # noqa: E402

from auren_admin.gateway import request_body  # noqa: E402
from auren_admin.server import Server  # noqa: E402

request_body.GRACE = 0.3


def application(environ, start_response):
    """The body again, after a while where the address says so."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


if __name__ == "__main__":
    server = Server(
        f"{__spec__.name}:application",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        blocking_threads=4,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=10,
    )
    server.serve()
