"""The client for programs that run on asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from auren_client.desk import Desk, Options
from auren_client.errors import NoRun, NotDelivered
from auren_client.inbox import Inbox
from auren_client.outbox import Answer
from auren_client.runs import Run
from auren_client.wire import Call, Reply, unreachable

_log = logging.getLogger("auren_client")


class AsyncClient(Desk):
    """Follows an agent's bindings in a task of its own, and delivers what the agent observes.

    What needs no waiting is asked as of :class:`auren_client.Client`; ``start``, ``inbox``, ``run``, ``flush``
    and ``close`` are awaited. Listeners may be coroutine functions.
    """

    def __init__(
        self,
        url: str = "",
        *,
        timeout: float = 10.0,
        http: httpx.AsyncClient | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(url, options)
        self._timeout = timeout
        self._http = http or httpx.AsyncClient(timeout=timeout)
        self._running = asyncio.Lock()
        self._wake = asyncio.Event()
        self._news = asyncio.Condition()
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> Self:
        """Ask once, now, and go on in the background. The second time it does nothing."""
        if self._loop is None and not self._closed:
            self._loop = asyncio.get_running_loop()
            await self.step()
            self._task = asyncio.create_task(self._run(), name="auren-client")
        return self

    async def inbox(self) -> Inbox:
        """What is the agent's to do now, from memory. Raises NoInbox before there is one, and says why.

        Asked for the first time it waits for the server's answer; from then on the background keeps it fresh.
        """
        await self.start()
        runs = self._engine.runs
        if runs.follow():
            self._wake.set()
        if self._task and asyncio.current_task() is not self._task:
            await self._wait_for(lambda: runs.tried, self._timeout)
        return runs.inbox()

    async def run(self, number: int) -> Run:
        """One run of the agent's, from the server itself, also when it is over. Raises NoRun."""
        try:
            reply = await self._send(self._address.run(number))
        except Exception as error:
            raise NoRun(number, unreachable(error)) from error
        return self._engine.runs.read(number, reply)

    async def flush(self, timeout: float = 10.0) -> list[Answer]:
        """Deliver what was observed and reported until now; the server's answers since the last time.

        Raises NotDelivered where that takes longer; nothing is lost then. Not to be called by a listener.
        """
        await self.start()
        engine, goal = self._engine, self._engine.taken
        engine.hurry()
        self._wake.set()
        await self._wait_for(lambda: not any(engine.undelivered(goal)), timeout)
        answers = engine.outbox.take_answers()
        if any(left := engine.undelivered(goal)):
            raise engine.not_delivered(left, answers)
        return answers

    async def close(self, timeout: float = 5.0) -> None:
        """Deliver what waits, as far as that is possible in the time, and stop. Bindings stay readable."""
        closed, self._closed = self._closed, True
        if closed:
            return
        if self._task:
            try:
                await self.flush(timeout)
            except NotDelivered as error:
                _log.warning("Closed with %s.", error)
            self._stopped = True
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._http.aclose()

    async def _wait_for(self, happened: Callable[[], bool], timeout: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._news:
                await self._news.wait_for(happened)

    async def step(self) -> float:
        """Do everything that is due, here and now; the seconds until something will be due again."""
        async with self._running:
            while errand := self._engine.due():
                try:
                    reply = await self._send(errand.call)
                except Exception as error:  # whatever it is, there is no answer
                    errand.failed(error)
                else:
                    # Bindings are kept in a file, which the loop need not wait for.
                    await asyncio.to_thread(errand.answered, reply)
                await self._tell()
            await self._tell()  # also of what failed before it was sent
            return self._engine.wait()

    async def _send(self, call: Call) -> Reply:
        response = await self._http.request(
            call.method, call.url, headers=call.headers, content=call.body or None
        )
        return Reply(response.status_code, response.headers, response.content)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()
        for event in self._engine.take_events():
            for called in self._called(event):
                await _call(called)

    async def _run(self) -> None:
        while not self._stopped:
            try:
                wait = await self.step()
            except Exception:
                _log.exception("This should not have happened; going on in a minute.")
                wait = 60.0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):  # not wait_for, which may swallow a cancellation
                    await self._wake.wait()
            self._wake.clear()

    def _woken(self) -> None:
        if self._loop:  # an observation may come from another thread
            self._loop.call_soon_threadsafe(self._wake.set)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def _call(listener: Callable[[], Any]) -> None:
    """A listener's mistake is the agent's own, and no reason to stop following."""
    try:
        answer = listener()
        if inspect.isawaitable(answer):
            await answer
    except Exception:
        _log.exception("A listener failed.")
