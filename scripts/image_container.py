"""A container without an engine: the image's entry, as its user and as process 1, on its read-only root folder."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# As process 1 of its own process space a program never gets a signal that it does not handle.
SPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
ENTER = """
set -e
mount --bind "$1" "$1"
mount --bind "$1/data" "$1/data"
mount -t tmpfs tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -o remount,bind,ro "$1"
root=$1 user=$2
shift 2
exec chroot --userspec="$user" --groups= "$root" "$@"
"""
SIGTERM_CAUGHT = 1 << 14  # in the mask that proc(5) shows


class ImageFault(Exception):
    """The image cannot be made, or does not do what it must."""


class Running:
    """A container that was started."""

    def __init__(self, command: list[str]) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the container
        self._outer = subprocess.Popen(  # noqa: S603 - our own image
            command, stdin=subprocess.DEVNULL, stdout=self._said, stderr=subprocess.STDOUT
        )

    def wait(self, seconds: float) -> int:
        """Its exit code."""
        try:
            return self._outer.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise ImageFault(f"it still runs after {seconds:g} s:\n{self.said()}") from error

    def kill(self) -> None:
        self._outer.kill()
        self._outer.wait()

    def runs(self) -> bool:
        return self._outer.poll() is None

    def said(self) -> str:
        """What it printed so far, on either stream."""
        self._said.seek(0)
        return self._said.read()

    def pid(self) -> int | None:
        """Its process 1 as seen from here, once it hears SIGTERM."""
        outer = self._outer.pid
        for child in Path(f"/proc/{outer}/task/{outer}/children").read_text().split():
            status = dict(
                line.split(":\t", 1) for line in Path(f"/proc/{child}/status").read_text().splitlines()
            )
            if not status["Uid"].startswith("0\t") and int(status["SigCgt"], 16) & SIGTERM_CAUGHT:
                return int(child)
        return None


@dataclass(frozen=True)
class Container:
    """A root folder, what the image's configuration says of running in it, and settings on top."""

    root: Path
    config: dict[str, Any]
    settings: dict[str, str]

    def start(self, *args: str) -> Running:
        """Start a role or command; without one, the image's own."""
        entry = [*self.config["Entrypoint"], *(args or self.config["Cmd"])]
        return Running([*SPACES, "sh", "-c", ENTER, "sh", str(self.root), self.user(), *self._placed(entry)])

    def check_health(self, pid: int) -> int:
        """Exit code of the image's own health check, beside the container's process 1 as the engine runs it."""
        kind, *check = self.config["Healthcheck"]["Test"]
        if kind != "CMD":
            raise ImageFault(f"its health check is of the kind {kind}")
        beside = ["nsenter", f"--target={pid}", "--mount", "--pid", "--root"]
        command = [*beside, *self._placed(check)]
        return subprocess.run(command, capture_output=True).returncode  # noqa: S603 - our own image

    def user(self) -> str:
        """The image's user, with the group that its own list of users gives it."""
        for line in (self.root / "etc" / "passwd").read_text(encoding="utf-8").splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if self.config["User"] in (name, uid) and uid != "0":
                return f"{uid}:{gid}"
        raise ImageFault(f"its user {self.config['User']!r} is root, or unknown to it")

    def _placed(self, command: list[str]) -> list[str]:
        settings = [f"{name}={value}" for name, value in self.settings.items()]
        folder = f"--chdir={self.config['WorkingDir']}"
        return ["env", "--ignore-environment", folder, *self.config["Env"], *settings, *command]
