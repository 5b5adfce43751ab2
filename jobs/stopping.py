"""Is this worker asked to stop? A worker with several processes puts an event here that they share."""

import threading
from typing import Protocol


class Flag(Protocol):
    """What threading's and multiprocessing's events have in common."""

    def set(self) -> None:
        """Ask to stop."""

    def is_set(self) -> bool:
        """Whether it was asked."""


flag: Flag = threading.Event()
