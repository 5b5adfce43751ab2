"""The contract in force, while nobody can be asked what it is."""

from threading import Event, Thread
from time import sleep

from django.db import OperationalError

from telemetry import contracts_now


def test_who_waits_for_one_that_looks_in_vain_does_not_look_again(monkeypatch):
    looks, told = [], []
    begun, go = Event(), Event()

    def look():
        looks.append(1)
        begun.set()
        go.wait(10)
        raise OperationalError("away")

    def ask():
        try:
            contracts_now.current()
        except OperationalError as error:
            told.append(str(error))

    monkeypatch.setattr(contracts_now, "_look", look)
    contracts_now.forget()
    threads = [Thread(target=ask) for _ in range(3)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    sleep(0.2)  # until they wait
    go.set()
    for thread in threads:
        thread.join(10)
    assert sorted(told) == ["another thread was not answered"] * 2 + ["away"]
    assert len(looks) == 1
