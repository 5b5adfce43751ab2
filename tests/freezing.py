"""A way to PostgreSQL that freezes on demand: what is sent still arrives at a kernel, and nothing ever comes back."""

import select
import socket
from threading import Event, Thread


class Freezing:
    """Hands on what two sides say, for as long as it is not ``frozen``."""

    def __init__(self, host: str, port: int) -> None:
        self._behind = host, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.frozen = Event()
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take nobody any more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._hand_on, args=(caller,), daemon=True).start()

    def _hand_on(self, caller: socket.socket) -> None:
        with caller, socket.create_connection(self._behind) as server:
            other = {caller: server, server: caller}
            while True:
                ready, _, _ = select.select(list(other), [], [], 0.05)
                if self.frozen.is_set():
                    continue
                for one in ready:
                    if not (data := one.recv(65536)):
                        return
                    other[one].sendall(data)
