"""Wake-up calls as files, for those who have no Redis: Celery's own file transport, made safe against halves.

Celery's writes a message under its final name, so that a reader can take it before it is whole, and moves
it through the system's temporary folder. Nothing here must be kept: the jobs are in the database.
"""

import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

from auren_admin.private import write_private


class Channel(filesystem.Channel):
    """A folder with one file a message, oldest first."""

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        """In memory is enough: whoever sends or listens has declared the queue. In a file, one that was cut off by a
        full disk would end every worker at its start, for ever after."""

    def get_table(self, exchange: str) -> Any:
        return virtual.Channel.get_table(self, exchange)

    # The two classes above disagree on this argument's name.
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020}_{uuid4().hex}.{queue}"
        draft = folder / f"{name}.draft"
        try:
            write_private(draft, dumps(payload))
            draft.rename(folder / f"{name}.msg")
        except BaseException:  # on a full disk, say: the job is in the database and will be looked for there
            draft.unlink(missing_ok=True)
            raise

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")):
            try:
                text = path.read_text(encoding="utf-8")
                path.unlink()
            except FileNotFoundError:  # another worker took it
                continue
            return loads(text)
        raise Empty


class Transport(filesystem.Transport):
    """What Celery is pointed at."""

    Channel = Channel
