"""Bodies whose length nobody told are read no further than the limit."""

from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from rest.middleware import body_limit

MIB = 1024 * 1024


class Endless:
    """A stream that never ends, and counts what was read of it."""

    read_so_far = 0

    def read(self, size: int) -> bytes:
        self.read_so_far += size
        return b"x" * size


def send(stream, path: str = "/api/v1/kpis/"):
    request = RequestFactory().post(path)
    del request.META["CONTENT_LENGTH"]
    request.META |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": stream}
    return body_limit(lambda request: HttpResponse(request.read()))(request)


def test_a_body_in_chunks_arrives():
    assert send(BytesIO(b'{"code": "furlongs"}')).content == b'{"code": "furlongs"}'


def test_an_endless_body_is_refused_at_the_limit():
    stream = Endless()
    answer = send(stream)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert stream.read_so_far < 9 * MIB


def test_a_body_that_says_it_is_too_long_is_not_read_at_all():
    request = RequestFactory().post("/api/v1/kpis/", CONTENT_LENGTH=str(100 * MIB))
    stream = Endless()
    request.META["wsgi.input"] = stream
    assert body_limit(lambda request: HttpResponse())(request).status_code == 413
    assert stream.read_so_far == 0


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "१२"])
def test_a_length_that_is_no_number_is_refused(length):
    request = RequestFactory().post("/api/v1/kpis/", CONTENT_LENGTH=length)
    assert body_limit(lambda request: HttpResponse())(request).status_code == 400


def test_pages_for_people_are_left_alone():
    assert send(BytesIO(b"x"), "/admin/").status_code == 200
