"""How long to wait before a process that ended is started again: not at all at first, then ever longer."""

from __future__ import annotations


class Backoff:
    """Of one process: it doubles each time the process ends soon after its start, up to ``most`` seconds.

    ``usual`` is the wait after an end that is no sign of anything, such as a kill now and then; it lived for at
    least ``soon`` seconds by then.
    """

    def __init__(self, *, soon: float, usual: float, first: float, most: float) -> None:
        self._soon, self._usual, self._first, self._most = soon, usual, first, most
        self._in_a_row = 0

    def wait(self, lived: float) -> float:
        """The seconds to wait after an end, given for how long the process lived."""
        if lived >= self._soon:
            self._in_a_row = 0
            return self._usual
        self._in_a_row += 1
        return min(self._first * 2.0 ** min(self._in_a_row - 1, 30), self._most)
