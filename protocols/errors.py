"""What cannot be done with a run, in words for whoever asked; each door gives it its own form."""

from __future__ import annotations


class RunError(Exception):
    """A request that goes against where a run stands. ``code`` is for programs, ``hint`` the way out."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


class NoSuchRun(RunError):
    """There is no such run, or step, or it is another agent's."""

    def __init__(self, message: str = "There is no such run.") -> None:
        super().__init__("not_found", message)
