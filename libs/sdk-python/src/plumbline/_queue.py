from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._spool import Ref


class Batch:
    """Events that travel together. Every try sends the same bytes, so that the server can tell a repetition."""

    __slots__ = ("kind", "lines", "count", "size", "epoch", "ref", "requests", "failures", "retry_at", "storing", "body", "encoding")

    def __init__(self, kind: str, lines: Optional[list[str]], count: int, size: int, epoch: int, ref: Optional[Ref] = None):
        self.kind = kind
        # None: only on disk at the moment
        self.lines = lines
        self.count = count
        self.size = size
        # The number of flushes begun when it was made: a flush waits for its own and older ones.
        self.epoch = epoch
        self.ref = ref
        self.requests = 0
        self.failures = 0
        self.retry_at = 0.0
        # Waits to be written to the spool.
        self.storing = False
        self.body: Optional[bytes] = None
        self.encoding: Optional[str] = None


def text_of_lines(lines: list[str]) -> bytes:
    """NDJSON: every event one line, and the last one ended too. Ours are ASCII; those of a shared spool are as they were written."""
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


class EventQueue:
    """Serialised events of one kind that are not in a batch yet, oldest first. Its user holds the lock."""

    def __init__(self, batch_size: int, batch_bytes: int, interval_s: float) -> None:
        self._batch_size = batch_size
        self._batch_bytes = batch_bytes
        self._interval_s = interval_s
        self._lines: deque[str] = deque()
        self._size = 0
        self._since = 0.0

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def due_at(self) -> float:
        """When the oldest has waited long enough; at once if a batch is full."""
        return 0.0 if self._is_full() else self._since + self._interval_s

    def push(self, line: str, size: int) -> bool:
        """True when somebody has to look at the clock: the first event, or the one that fills a batch."""
        was_full = self._is_full()
        if not self._lines:
            self._since = time.monotonic()
        self._lines.append(line)
        self._size += size
        return len(self._lines) == 1 or (not was_full and self._is_full())

    def take(self) -> tuple[list[str], int]:
        """The next batch in the order of arrival; at least one event, whatever its size."""
        size = 0
        lines: list[str] = []
        while self._lines and len(lines) < self._batch_size:
            more = len(self._lines[0]) + 1
            if lines and size + more > self._batch_bytes:
                break
            size += more
            lines.append(self._lines.popleft())
        self._size -= size
        self._since = time.monotonic()
        return lines, size

    def _is_full(self) -> bool:
        return len(self._lines) >= self._batch_size or self._size >= self._batch_bytes


class Memory:
    """Counts what is held in memory against its two bounds."""

    def __init__(self, events_max: int, bytes_max: int) -> None:
        self._events_max = events_max
        self._bytes_max = bytes_max
        self._events = 0
        self._bytes = 0

    def fits(self, size: int) -> bool:
        """One event always fits, however large."""
        return self._events == 0 or (self._events < self._events_max and self._bytes + size <= self._bytes_max)

    @property
    def below_half(self) -> bool:
        return self._events * 2 < self._events_max and self._bytes * 2 < self._bytes_max

    def add(self, events: int, size: int) -> None:
        self._events += events
        self._bytes += size
