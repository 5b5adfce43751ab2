"""Memory is given back where the C library can, and nothing breaks where it cannot."""

import ctypes

from releases.serving import memory


def test_giving_back_works_here():
    memory.give_back()


def test_a_c_library_without_it_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert memory._trim() is None
