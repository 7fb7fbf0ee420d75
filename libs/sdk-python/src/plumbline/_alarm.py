from __future__ import annotations

from queue import Empty, SimpleQueue

_NAP_S = 3600.0


class Alarm:
    """Wakes one thread. A SimpleQueue, because only its put may be called from a signal handler at any moment."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[None] = SimpleQueue()

    def ring(self) -> None:
        self._queue.put(None)

    def wait(self, seconds: float) -> None:
        try:
            if seconds > 0:
                self._queue.get(timeout=min(seconds, _NAP_S))
            while True:
                self._queue.get_nowait()
        except Empty:
            pass
