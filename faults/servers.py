"""A Redis and a PostgreSQL of our own, on spare ports, which may be killed, frozen and emptied."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class Missing(Exception):
    """A program that the faults need is not installed."""


def spare_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], seconds: float, what: str, every: float = 0.05) -> float:
    """Wait for something; the seconds it took. Raises `TimeoutError`, which says what did not come."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(every)
    return time.monotonic() - start


def answers(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(0.5)
        return caller.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A program in a session of its own: signals go to it and to what it started, and to nothing else."""

    def __init__(self, command: Sequence[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.command = list(command)
        self.log = log
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - commands are ours
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError("it was not started")
        return self.process.pid

    def signal_all(self, number: signal.Signals) -> None:
        """To it and all it started."""
        os.killpg(self.pid, number)

    def footprint(self) -> tuple[int, int]:
        """Its memory in MB and its open files."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        memory = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(memory.split()[1]) // 1024, len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def kill(self) -> None:
        """As a power cut would."""
        self.signal_all(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def stop(self) -> None:
        """As it should be: SIGTERM to the main process; by force only if it does not follow."""
        if self.process is None or self.process.poll() is not None:
            return
        self.signal_all(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


class Redis(Server):
    """Keeps nothing on disk: killed, it has forgotten everything."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise Missing("redis-server is not installed (Debian, Ubuntu: apt install redis-server)")
        self.port = spare_port()
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        super().__init__([program, "--port", str(self.port), *options], folder / "redis.log")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        super().start()
        wait_until(lambda: answers(self.port), 10, "Redis")


class Postgres(Server):
    """A throwaway cluster. Its safety against power cuts is off: nothing here outlives the run."""

    def __init__(self, folder: Path) -> None:
        found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
        if on_path := shutil.which("initdb"):
            found.append(Path(on_path).resolve().parent)
        if not found:
            raise Missing("PostgreSQL's server is not installed (Debian, Ubuntu: apt install postgresql)")
        self.port, data = spare_port(), folder / "data"
        # PostgreSQL refuses to run as root.
        as_other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if as_other:
            folder.parent.chmod(0o711)
            shutil.chown(folder, "postgres")
        initdb = [str(found[-1] / "initdb"), "-D", str(data), "-U", "auren", "-A", "trust"]
        options = ["-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*as_other, *initdb, *options], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        # Off is what guards against the machine's end, not against that of a process: what is committed is with the
        # system by then, and must be there after ``cut``.
        quick = [f"-c{name}=off" for name in ("fsync", "full_page_writes")]
        where = ["-D", str(data), "-p", str(self.port), "-clisten_addresses=127.0.0.1"]
        postgres = [str(found[-1] / "postgres"), *where, "-cunix_socket_directories=", *quick]
        super().__init__([*as_other, *postgres], folder.parent / "postgres.log")
        self.pid_file = data / "postmaster.pid"

    @property
    def url(self) -> str:
        return f"postgres://auren@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        super().start()
        wait_until(lambda: self.pid_file.exists() and answers(self.port), 20, "PostgreSQL")

    def stop(self) -> None:
        """A fast end, asked of the server itself: ``runuser`` stands between."""
        if self.process is not None and self.process.poll() is None:
            os.kill(int(self.pid_file.read_text().split()[0]), signal.SIGINT)
            self.process.wait(10)

    def cut(self) -> None:
        """As ``pg_ctl stop -m immediate``: at once, in the middle of whatever it does."""
        os.kill(int(self.pid_file.read_text().split()[0]), signal.SIGQUIT)
        if self.process is not None:
            self.process.wait(10)

    def signal_every(self, number: signal.Signals) -> None:
        """To its main process and to each that serves a connection: they are in sessions of their own."""
        main = int(self.pid_file.read_text().split()[0])
        if number != signal.SIGCONT:
            os.kill(main, number)  # first, so that it starts no more
        for child in Path(f"/proc/{main}/task/{main}/children").read_text().split():
            os.kill(int(child), number)
        if number == signal.SIGCONT:
            os.kill(main, number)
            self.signal_all(number)  # ``runuser`` stands still along with what it started
