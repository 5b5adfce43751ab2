"""The client for programs with threads, or without any of their own."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from auren_client.bindings import Bindings
from auren_client.desk import Desk, Options
from auren_client.errors import NoRun, NotDelivered
from auren_client.inbox import Inbox
from auren_client.outbox import Answer
from auren_client.runs import Run
from auren_client.wire import Call, Reply, unreachable

_log = logging.getLogger("auren_client")


class Client(Desk):
    """Follows an agent's bindings in a thread of its own, and delivers what the agent observes.

    It asks the server once when it is started, by ``with`` or by the first question to it, and goes on in the
    background. Make one for each process, after forking. It may be shared between threads.
    """

    def __init__(
        self,
        url: str = "",
        *,
        timeout: float = 10.0,
        http: httpx.Client | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(url, options)
        self._timeout = timeout
        self._http = http or httpx.Client(timeout=timeout)
        self._starting = threading.RLock()
        self._started = self._stopped = False
        self._running = threading.Lock()
        self._wake = threading.Event()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Ask once, now, and go on in the background. The second time it does nothing."""
        with self._starting:
            if not self._started and not self._closed:
                self._started = True  # before its listeners are called, who may ask it
                self.step()
                self._thread = threading.Thread(target=self._run, name="auren-client", daemon=True)
                self._thread.start()
                atexit.register(self.close)
        return self

    def bindings(self) -> Bindings:
        """What the agent watches, from memory. Raises NoBindings before there are any, and says why."""
        if self._thread is None:
            self.start()
        return super().bindings()

    def inbox(self) -> Inbox:
        """What is the agent's to do now, from memory. Raises NoInbox before there is one, and says why.

        Asked for the first time it waits for the server's answer; from then on the background keeps it fresh.
        """
        if self._thread is None:
            self.start()
        runs = self._engine.runs
        if runs.follow():
            self._wake.set()
        if self._thread and threading.current_thread() is not self._thread:
            self._wait_for(lambda: runs.tried, self._timeout)
        return runs.inbox()

    def run(self, number: int) -> Run:
        """One run of the agent's, from the server itself, also when it is over. Raises NoRun."""
        try:
            reply = self._send(self._address.run(number))
        except Exception as error:
            raise NoRun(number, unreachable(error)) from error
        return self._engine.runs.read(number, reply)

    def flush(self, timeout: float = 10.0) -> list[Answer]:
        """Deliver what was observed and reported until now; the server's answers since the last time.

        Raises NotDelivered where that takes longer; nothing is lost then. Not to be called by a listener.
        """
        self.start()
        engine, goal = self._engine, self._engine.taken
        engine.hurry()
        self._wake.set()
        self._wait_for(lambda: not any(engine.undelivered(goal)), timeout)
        answers = engine.outbox.take_answers()
        if any(left := engine.undelivered(goal)):
            raise engine.not_delivered(left, answers)
        return answers

    def close(self, timeout: float = 5.0) -> None:
        """Deliver what waits, as far as that is possible in the time, and stop. Bindings stay readable."""
        with self._starting:
            closed, self._closed = self._closed, True
        if closed:
            return
        if self._thread:
            try:
                self.flush(timeout)
            except NotDelivered as error:
                _log.warning("Closed with %s.", error)
            self._stopped = True
            self._wake.set()
            self._thread.join(timeout)
            atexit.unregister(self.close)
        self._http.close()

    def _wait_for(self, happened: Callable[[], bool], timeout: float) -> None:
        with self._news:
            self._news.wait_for(happened, timeout)

    def step(self) -> float:
        """Do everything that is due, here and now; the seconds until something will be due again."""
        with self._running:
            while errand := self._engine.due():
                try:
                    reply = self._send(errand.call)
                except Exception as error:  # whatever it is, there is no answer
                    errand.failed(error)
                else:
                    errand.answered(reply)
                self._tell()
            self._tell()  # also of what failed before it was sent
            return self._engine.wait()

    def _send(self, call: Call) -> Reply:
        response = self._http.request(call.method, call.url, headers=call.headers, content=call.body or None)
        return Reply(response.status_code, response.headers, response.content)

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()
        for event in self._engine.take_events():
            for called in self._called(event):
                _call(called)

    def _run(self) -> None:
        while not self._stopped:
            try:
                wait = self.step()
            except Exception:
                _log.exception("This should not have happened; going on in a minute.")
                wait = 60.0
            self._wake.wait(wait)
            self._wake.clear()

    def _woken(self) -> None:
        self._wake.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _call(listener: Callable[[], Any]) -> None:
    """A listener's mistake is the agent's own, and no reason to stop following."""
    try:
        listener()
    except Exception:
        _log.exception("A listener failed.")
