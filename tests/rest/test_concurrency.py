"""Expensive requests: so many at a time, so many of them one caller's."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from rest import concurrency
from rest.concurrency import EACH, TooManyAtOnce, expensive, expensive_page


@pytest.fixture(autouse=True)
def four_threads(settings):
    settings.THREADS = 4


def test_a_caller_has_only_so_many_and_another_still_gets_one():
    with expensive("greedy"), expensive("greedy"):
        with pytest.raises(TooManyAtOnce), expensive("greedy"):
            pass
        with expensive("other"):
            pass
    assert not concurrency._running


def test_one_thread_is_left_for_what_is_quick():
    with (
        expensive("one"),
        expensive("two"),
        expensive("three"),
        pytest.raises(TooManyAtOnce),
        expensive("four"),
    ):
        pass


def test_with_a_single_thread_there_is_still_one(settings):
    settings.THREADS = 1
    with expensive("one"), pytest.raises(TooManyAtOnce), expensive("two"):
        pass


def test_a_place_is_given_back_whatever_happens():
    for _ in range(EACH + 1):
        with pytest.raises(ZeroDivisionError), expensive("unlucky"):
            raise ZeroDivisionError
    assert not concurrency._running


def test_a_page_says_that_it_is_too_much(editor):
    request = RequestFactory().get("/")
    request.user = editor
    page = expensive_page(lambda request: HttpResponse("here"))
    assert page(request).content == b"here"
    with expensive(f"person {editor.pk}"), expensive(f"person {editor.pk}"):
        answer = page(request)
    assert (answer.status_code, answer["Retry-After"]) == (429, "2")
    assert b"Too much at once" in answer.content
