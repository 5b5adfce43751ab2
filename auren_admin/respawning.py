"""Worker processes that end are started again: at once as a rule, ever later where one cannot live."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from granian import Granian

from auren_admin.backoff import Backoff
from auren_admin.processes import ending

logger = logging.getLogger(__name__)


class PatientServer(Granian):  # type: ignore[misc, valid-type]  # a choice between two classes, made at run time
    """Granian, which starts a worker anew each time later that ends again and again soon after its start."""

    LOOK_EVERY = 0.05

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._backoffs: dict[int, Backoff] = defaultdict(
            lambda: Backoff(soon=1.5, usual=0.0, first=0.5, most=30.0)
        )

    def _respawn_workers(
        self, workers: Iterable[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        """Start these anew, each when its time has come, and whichever others are killed meanwhile."""
        due = {index: self._due(index) for index in workers}
        while due and not self.interrupt_signal:
            for index in [index for index, moment in due.items() if moment <= time.monotonic()]:
                del due[index]
                super()._respawn_workers([index], spawn_target, target_loader, delay)
            while due and self.interrupt_children and self._was_killed(self.interrupt_children[0]):
                index = self.interrupt_children.pop(0)
                due[index] = self._due(index)
            if due:
                time.sleep(self.LOOK_EVERY)

    def _due(self, index: int) -> float:
        """When to start a worker anew, by `time.monotonic()`; at once where it is alive, and only to be replaced."""
        worker, now = self.wrks[index], time.monotonic()
        code: int | None = worker.inner.exitcode
        if code is None:
            return now
        lived: float = now - worker.birth
        wait = self._backoffs[index].wait(lived)
        when = f"in {wait:.1f} s" if wait else "now"
        logger.warning("Worker %d %s. It is started again %s.", index + 1, ending(code), when)
        return now + wait

    def _was_killed(self, index: int) -> bool:
        code = self.wrks[index].inner.exitcode
        return code is not None and code < 0
