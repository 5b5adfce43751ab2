"""What polls are compared with: a Django view that answers from memory, served as ``bench.plain_view:application``.

No middleware, no token, no database: the least that a Django view can do for a poll.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"])
django.setup()

BODY = Path(os.environ["BENCH_FILE"]).read_bytes()
ETAG = f'"{hashlib.sha256(BODY).hexdigest()}"'
HEADERS = {"ETag": ETAG, "Content-Length": str(len(BODY))}


def poll(request: HttpRequest) -> HttpResponse:
    """The body, or that it has not changed."""
    if request.headers.get("If-None-Match") == ETAG:
        return HttpResponse(status=304, headers={"ETag": ETAG})
    return HttpResponse(BODY, content_type="application/json", headers=HEADERS)


urlpatterns = [path("body", poll)]
application = WSGIHandler()
