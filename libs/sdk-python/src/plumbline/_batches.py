from __future__ import annotations

import threading
import time
from collections import deque
from typing import Optional

from ._alarm import Alarm
from ._config import Config
from ._queue import Batch, EventQueue, Memory, text_of_lines
from ._report import Report
from ._retry import Gate
from ._spool import Found, Spool
from ._types import KINDS


class Flush:
    def __init__(self, epoch: int) -> None:
        # Batches of this epoch and before are waited for.
        self.epoch = epoch
        self.done = threading.Event()


class Batches:
    """Where every event is: in a queue, in a batch that waits, under way, on disk; and what it counts for.

    One is shared by the callers, the thread that delivers and the one that keeps the spool. Everything here is guarded by the
    lock of the report; methods take it themselves unless they say that their caller holds it.
    """

    def __init__(self, config: Config, report: Report, spool: Optional[Spool]) -> None:
        self.report = report
        self.spool = spool
        self.queues = {kind: EventQueue(config.batch_size, config.batch_bytes, config.flush_interval) for kind in KINDS}
        self.memory = Memory(config.queue_max, config.queue_bytes_max)
        # Batches that wait for their turn, oldest first.
        self.line: deque[Batch] = deque()
        self.to_store: deque[Batch] = deque()
        self.flying: Optional[Batch] = None
        self.gate = Gate()
        self.flushes: list[Flush] = []
        self.epoch = 0
        self.room = threading.Event()
        # Of the thread that delivers, and of the one that keeps the spool.
        self.alarm = Alarm()
        self.keeper_alarm = Alarm()
        # Set when the keeper has looked for what dead processes left; a flush includes that.
        self.looked = threading.Event()
        # A keeper runs, so that batches have to be stored before they leave.
        self.is_kept = False
        # Nothing is sent any more.
        self.stopped = False
        # The client is gone: deliver what is left, then end.
        self.retired = False
        # Held while an answer is taken to the books, so that the end does not come in between.
        self.concluding = threading.RLock()

    # ---- with the lock held

    def has_work(self) -> bool:
        return self.flying is not None or len(self.line) > 0 or any(len(queue) for queue in self.queues.values())

    def seal(self, kind: str) -> None:
        lines, size = self.queues[kind].take()
        batch = Batch(kind, lines, len(lines), size, self.epoch)
        self.line.append(batch)
        if self.is_kept:
            batch.storing = True
            self.to_store.append(batch)

    def seal_all(self) -> None:
        for kind in KINDS:
            while len(self.queues[kind]):
                self.seal(kind)

    def seal_due(self, now: float) -> None:
        for kind in KINDS:
            while len(self.queues[kind]) and self.queues[kind].due_at <= now:
                self.seal(kind)

    def next(self, now: float) -> Optional[Batch]:
        """The one that may leave now."""
        if self.gate.opens_at > now:
            return None
        for at, batch in enumerate(self.line):
            if not batch.storing and batch.retry_at <= now:
                del self.line[at]
                return batch
        if self.spool:
            return None
        due = [kind for kind in KINDS if len(self.queues[kind]) and self.queues[kind].due_at <= now]
        if not due:
            return None
        self.seal(min(due, key=lambda kind: self.queues[kind].due_at))
        return self.line.pop()

    def next_look(self) -> float:
        """When there may be something to send."""
        at = float("inf")
        if not self.spool:
            at = min([queue.due_at for queue in self.queues.values() if len(queue)], default=at)
        for batch in self.line:
            if not batch.storing:
                at = min(at, batch.retry_at)
                if at <= self.gate.opens_at:
                    break
        return max(at, self.gate.opens_at)

    def look_at_flushes(self) -> None:
        """Ends those whose batches are all settled."""
        for flush in self.flushes:
            flying = self.flying is not None and self.flying.epoch <= flush.epoch
            if not flying and not any(batch.epoch <= flush.epoch for batch in self.line):
                flush.done.set()

    def end_flushes(self) -> None:
        for flush in self.flushes:
            flush.done.set()

    def back(self, batch: Batch) -> None:
        self.flying = None
        self.line.appendleft(batch)

    def forget_stored(self) -> None:
        """What is on disk too need not be in memory when that is half full."""
        if not self.memory.below_half:
            for batch in self.line:
                if batch.ref:
                    self._forget(batch)

    def _forget(self, batch: Batch) -> None:
        if batch.lines is None:
            return
        batch.lines = batch.body = None
        self.memory.add(-batch.count, -batch.size)
        if self.memory.below_half:
            self.room.set()

    # ---- without

    def hurry(self) -> None:
        """Everything may leave now, whatever it would wait for else."""
        with self.report.lock:
            self.seal_all()
            self.gate.hurry()
            for batch in self.line:
                batch.retry_at = 0.0

    def welcome(self, found: Found) -> None:
        """Left on disk by others, and ours now."""
        with self.report.lock:
            self.line.append(Batch(found.kind, None, found.events, found.ref.length, -1, found.ref))
            self.report.counts["queued"] += found.events
            self.report.counts["spooled"] += found.events

    def halve(self, batch: Batch, lines: list[str]) -> None:
        """For a server that finds the batch too large; on disk they stay where they are."""
        middle = (len(lines) + 1) // 2
        size = len(text_of_lines(lines[:middle]))
        with self.report.lock:
            refs = self.spool.split(batch.ref, size) if batch.ref and self.spool else (None, None)
            self.report.counts["sent"] -= batch.count  # the halves are sent, not the whole
            first = Batch(batch.kind, lines[:middle], middle, size, batch.epoch, refs[0])
            second = Batch(batch.kind, lines[middle:], len(lines) - middle, batch.size - size, batch.epoch, refs[1])
            self.flying = None
            self.line.extendleft((second, first))

    def recall(self, batch: Batch) -> Optional[list[str]]:
        """Back from the disk; None when there is nothing to send any more."""
        lines = None
        try:
            if batch.ref and self.spool:
                lines = self.spool.read(batch.ref)
        except OSError as error:
            self.report.error("spool", f"a batch cannot be read back: {error}", error)
            self.lose(batch, "spool")
            return None
        if lines is None:
            self.finish(batch)  # another process has taken the file over and delivers it
            return None
        with self.report.lock:
            batch.lines = lines
            self.memory.add(batch.count, batch.size)
        return lines

    def finish(self, batch: Batch) -> None:
        """Settled: off the disk and out of all books."""
        if batch.ref and self.spool:
            self.spool.release(batch.ref)
        with self.report.lock:
            self._forget(batch)
            if self.flying is batch:
                self.flying = None
            self.report.counts["queued"] -= batch.count
            if batch.ref:
                self.report.counts["spooled"] -= batch.count
            self.look_at_flushes()
            if self.retired:
                self.keeper_alarm.ring()

    def lose(self, batch: Batch, reason: str) -> None:
        lines: list[Optional[str]] = list(batch.lines) if batch.lines is not None else [None] * batch.count
        for line in lines:
            self.report.drop(batch.kind, reason, line)
        self.finish(batch)

    def lose_unsaved(self) -> None:
        """Nothing more will be sent: what is not on disk is lost, and told."""
        with self.report.lock:
            flying, self.flying = self.flying, None
            lost = [batch for batch in (flying, *self.line) if batch is not None and not batch.ref]
            self.line.clear()
        if lost:
            self.report.error("closed", f"{sum(b.count for b in lost)} events were not delivered before the end")
        for batch in lost:
            self.lose(batch, "closed")

    def wait_for_room(self, seconds: float) -> bool:
        """True when the memory is less than half full."""
        deadline = time.monotonic() + seconds
        while True:
            with self.report.lock:
                if self.stopped or self.memory.below_half:
                    return True
                self.room.clear()
            if not self.room.wait(max(0.0, deadline - time.monotonic())):
                return False
