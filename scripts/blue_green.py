"""Leads nginx from one AUREN Admin to another, and back where the new one is not well: docs/deploy/blue-green.md.

It needs nothing but Python: ``python3 scripts/blue_green.py --upstream FILE --to 127.0.0.1:8001``
"""

from __future__ import annotations

import argparse
import fcntl
import http.client
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SWITCHED, REFUSED, ROLLED_BACK = 0, 1, 3
STEADY = 3
"""Answers in a row that tell a server that is ready from one that was so for a moment."""
PATIENCE = 3
"""Answers in a row that may be missed while the new server is watched: its database may have paused."""
EVERY = 0.5
TIMEOUT = 3.0
UPSTREAM = """\
# Written by scripts/blue_green.py; `--to` another address rewrites it.
upstream auren {{
  server {to};
{backup}  keepalive 32;
}}
"""
_SERVER = re.compile(r"^\s*server\s+([^\s;]+)\s*;", re.MULTILINE)
Say = Callable[[str], None]


class Failed(Exception):
    """Why the new server does not get the traffic, as a sentence."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """nginx, the file that says where it leads, and how it is told to read that again."""

    upstream: Path
    check: Sequence[str]
    reload: Sequence[str]

    def now(self) -> str:
        """Where it leads."""
        found = _SERVER.findall(self.upstream.read_text(encoding="utf-8"))
        if len(found) != 1:
            raise Failed(f"{self.upstream} should name one server that is no backup, and names {len(found)}")
        return str(found[0])

    def lead(self, to: str, backup: str = "") -> None:
        """Lead there, and to ``backup`` while nobody answers there. Raises `Failed`, and changes nothing then."""
        before = self.upstream.read_text(encoding="utf-8")
        spare = f"  server {backup} backup;\n" if backup else ""
        self._write(UPSTREAM.format(to=to, backup=spare))
        try:
            run(self.check)
            run(self.reload)
        except Failed:
            self._write(before)
            raise

    def _write(self, text: str) -> None:
        beside = self.upstream.with_name(f".{self.upstream.name}.new")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, self.upstream)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else switches meanwhile. Raises `Failed` where somebody does."""
        with self.upstream.with_name(f".{self.upstream.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Failed("another switch is under way") from error
            yield


def run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - the operator's
    if done.returncode:
        raise Failed(f"{shlex.join(command)} ended with {done.returncode}: {done.stderr.strip()}")


def trouble(address: str) -> str:
    """What is the matter with a server, "" where it can do its work."""
    caller = http.client.HTTPConnection(address, timeout=TIMEOUT)
    try:
        caller.request("GET", "/readyz")
        answer = caller.getresponse()
        body = answer.read(500).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return f"{address} does not answer ({error})"
    finally:
        caller.close()
    return "" if answer.status == 200 else f"{address} answers /readyz by {answer.status}: {body}"


def wait_until_steady(address: str, seconds: float) -> None:
    """Wait until it was ready some times in a row. Raises `Failed` with what was the matter last."""
    end, good = time.monotonic() + seconds, 0
    while good < STEADY:
        said = trouble(address)
        good = 0 if said else good + 1
        if said and time.monotonic() > end:
            raise Failed(f"{said}, for {seconds:g} s")
        time.sleep(EVERY)


def watch(address: str, seconds: float) -> None:
    """Look on for so long. Raises `Failed` when it misses too much."""
    end, missed = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        said = trouble(address)
        missed = missed + 1 if said else 0
        if missed >= PATIENCE:
            raise Failed(said)
        time.sleep(EVERY)


def switch(proxy: Proxy, to: str, *, wait: float, watched: float, say: Say) -> int:
    """Lead the traffic to another server, if it is well and stays so; the exit code."""
    try:
        with proxy.alone():
            old = proxy.now()
            if old == to:
                raise Failed(f"{to} has the traffic already")
            say(f"Waiting for {to} to be ready …")
            wait_until_steady(to, wait)
            proxy.lead(to, backup=old)
            return _settle(proxy, to, old, watched, say)
    except (Failed, OSError, subprocess.TimeoutExpired) as error:
        say(f"Refused, and nothing has changed: {error}.")
        return REFUSED


def _settle(proxy: Proxy, to: str, old: str, watched: float, say: Say) -> int:
    """The new server has the traffic; whatever happens before it has settled gives that back to the old one."""
    say(f"{to} has the traffic; {old} stands by for {watched:g} s.")
    try:
        watch(to, watched)
        proxy.lead(to)
    except BaseException as error:
        proxy.lead(old)
        say(f"Rolled back to {old}: {error or type(error).__name__}.")
        if not isinstance(error, (Failed, KeyboardInterrupt)):
            raise
        return ROLLED_BACK
    say(f"Done. {old} may be stopped once it has answered what it was asked before.")
    return SWITCHED


def address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Lead nginx from one AUREN Admin to another, or leave it as it is."
    )
    parser.add_argument(
        "--upstream", type=Path, required=True, help="the file with the upstream, which nginx includes"
    )
    parser.add_argument("--to", type=address, required=True, help="HOST:PORT of the new server")
    parser.add_argument("--wait", type=float, default=60, help="seconds until it must be ready (60)")
    parser.add_argument("--watch", type=float, default=15, help="seconds that the old one stands by (15)")
    parser.add_argument("--check", default="nginx -t -q", help="the command that reads nginx's configuration")
    parser.add_argument(
        "--reload", default="nginx -s reload", help="the command that has nginx read it again"
    )
    told = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: roll back
    proxy = Proxy(told.upstream, shlex.split(told.check), shlex.split(told.reload))
    try:
        return switch(
            proxy, told.to, wait=told.wait, watched=told.watch, say=lambda text: print(text, flush=True)
        )
    except KeyboardInterrupt:
        print("Stopped, and nothing has changed.", flush=True)
        return REFUSED


if __name__ == "__main__":
    sys.exit(main())
