from __future__ import annotations

import random
import threading
import time
from collections import deque
from queue import Empty, SimpleQueue
from typing import Optional

from . import _lifecycle
from ._config import Config
from ._queue import Batch, EventQueue, Memory, text_of_lines
from ._report import Report
from ._retry import Gate, backoff_s
from ._spool import Spool
from ._spool_files import BEAT_S
from ._transport import Transport, Verdict
from ._types import KINDS

# With a wrong key or address: long enough to be harmless, short enough for a key that is repaired on the server.
_SETTINGS_PAUSE_S = 60.0
_NAP_S = 3600.0
_STOP_S = 5.0


class _Flush:
    def __init__(self, epoch: int) -> None:
        # Batches of this epoch and before are waited for.
        self.epoch = epoch
        self.done = threading.Event()


class _Alarm:
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


class Sender:
    """The way of events: queue, batch, (spool,) request, counted. Everything that waits, waits here.

    One thread sends. With a spool a second one, the keeper, makes the batches and stores them, so that a server that hangs
    does not keep events off the disk. User code is never called with the lock held.
    """

    def __init__(self, config: Config, report: Report, transport: Transport, spool: Optional[Spool]) -> None:
        self._config = config
        self._report = report
        self._transport = transport
        self._spool = spool
        self._stopped = False
        self._retired = False
        self._fresh()
        _lifecycle.track(self)
        if spool:
            self._ensure_threads()  # what the last run has left is delivered even if nothing is logged

    def reset(self) -> None:
        """In a forked child: nothing of the parent is sent again, and no lock of it is waited for."""
        self._report.reset()
        self._transport.reset()
        if self._spool:
            self._spool.reset()
        self._fresh()

    def _fresh(self) -> None:
        config = self._config
        self._queues = {kind: EventQueue(config.batch_size, config.batch_bytes, config.flush_interval) for kind in KINDS}
        self._memory = Memory(config.queue_max, config.queue_bytes_max)
        # Batches that wait for their turn, oldest first.
        self._line: deque[Batch] = deque()
        self._to_store: deque[Batch] = deque()
        self._flying: Optional[Batch] = None
        self._gate = Gate()
        self._flushes: list[_Flush] = []
        self._epoch = 0
        self._full_told = False
        self._room = threading.Event()
        self._alarm = _Alarm()
        self._keeper_alarm = _Alarm()
        # Set when the keeper has looked for what dead processes left; a flush includes that.
        self._looked = threading.Event()
        self._started = False
        self._threads: list[threading.Thread] = []
        # Held while an answer is taken to the books, so that the end does not come in between.
        self._concluding = threading.RLock()

    # ---- called by everybody

    def push(self, kind: str, line: str) -> None:
        size = len(line) + 1
        reason = ""
        tell = look = False
        with self._report.lock:
            if self._stopped:
                reason = "closed"
            elif not self._memory.fits(size):
                reason = "queue_full"
                tell = not self._full_told
                self._full_told = True
            else:
                if self._full_told and self._memory.below_half:
                    self._full_told = False
                self._memory.add(1, size)
                self._report.counts["queued"] += 1
                look = self._queues[kind].push(line, size)
        if look or not (self._started or reason):
            self._ensure_threads()
            self._alarm.ring()
            if self._spool:
                self._keeper_alarm.ring()
        if tell:
            most = f"{self._config.queue_max} events or {self._config.queue_bytes_max} bytes"
            self._report.error("queue_full", f"{most} wait already")
        if reason:
            self._report.drop(kind, reason, line)

    def ready(self, timeout: float) -> bool:
        """Waits until the memory is less than half full; False if it still is not after the time."""
        deadline = time.monotonic() + timeout
        while True:
            with self._report.lock:
                if self._stopped or self._memory.below_half:
                    return True
                if threading.current_thread() in self._threads:
                    return False
                self._room.clear()
            if not self._room.wait(max(0.0, deadline - time.monotonic())):
                return False

    def hurry(self) -> None:
        """Begins to deliver what is there without the usual waiting, and does not wait for it."""
        with self._report.lock:
            self._seal_all()
            self._gate.hurry()
            for batch in self._line:
                batch.retry_at = 0.0
        if self._started:
            self._alarm.ring()
            self._keeper_alarm.ring()

    def flush(self, timeout: float) -> None:
        """Ends when all that was taken before it is settled, at the time limit, or when the settings turn out to be wrong."""
        deadline = time.monotonic() + timeout
        if not self._started and self._has_work():
            self._ensure_threads()
        with self._report.lock:
            if self._stopped or not self._started or threading.current_thread() in self._threads:
                return  # a handler of ours cannot wait for the thread that it runs in
            self._seal_all()
            flush = _Flush(self._epoch)
            self._epoch += 1
        if self._spool:
            self._keeper_alarm.ring()
            self._looked.wait(max(0.0, deadline - time.monotonic()))
        with self._report.lock:
            self._flushes.append(flush)
            self._look_at_flushes()
        self.hurry()
        flush.done.wait(max(0.0, deadline - time.monotonic()))
        with self._report.lock:
            if flush in self._flushes:
                self._flushes.remove(flush)

    def close(self, timeout: float) -> None:
        """Flush; after it nothing is sent, and what is not on disk is lost, and told."""
        self.flush(timeout)
        owned = self._concluding.acquire(timeout=_STOP_S)
        try:
            with self._report.lock:
                if self._stopped:
                    return
                self._seal_all()
                self._stopped = True
                for flush in self._flushes:
                    flush.done.set()
                self._room.set()
        finally:
            if owned:
                self._concluding.release()
        self._alarm.ring()
        self._keeper_alarm.ring()
        keeper = self._threads[0] if self._spool and self._threads else None
        if keeper is not None and keeper is not threading.current_thread():
            keeper.join(_STOP_S)  # stores the rest
        with self._report.lock:
            flying, self._flying = self._flying, None
            lost = [batch for batch in (flying, *self._line) if batch is not None and not batch.ref]
            self._line.clear()
        if lost:
            self._report.error("closed", f"{sum(b.count for b in lost)} events were not delivered before the end")
        for batch in lost:
            self._lose(batch, "closed")
        if self._spool:
            self._spool.close()

    def retire(self) -> None:
        """Its client is gone: deliver what is left and end. Called by the garbage collector, at any moment in any thread."""
        self._retired = True
        self._alarm.ring()
        self._keeper_alarm.ring()

    # ---- threads

    def _ensure_threads(self) -> None:
        try:
            with self._report.lock:
                if self._started or self._stopped:
                    return
                self._started = True  # before: a signal handler that logs may come in between, and there must be one sender
                _lifecycle.at_thread_start()
                if self._spool and not self._threads:  # else it is the second try
                    keeper = threading.Thread(target=self._keep, args=(self._spool,), name="plumbline-spool", daemon=True)
                    keeper.start()
                    self._threads.append(keeper)
                sender = threading.Thread(target=self._run, name="plumbline-sender", daemon=True)
                sender.start()
                self._threads.append(sender)
        except RuntimeError as error:  # no more threads, or the interpreter is ending
            self._started = False
            self._report.error("internal", f"the sender thread does not start: {error}", error)

    def _run(self) -> None:
        while True:
            try:
                wait_s = self._turn()
            except Exception as error:  # a mistake of ours must not end the delivery
                self._report.error("internal", f"{type(error).__name__}: {error}", error)
                with self._report.lock:
                    batch = self._flying
                if batch is not None:
                    self._lose(batch, "internal")
                wait_s = 1.0
            if wait_s is None:
                self._transport.close()
                return
            self._alarm.wait(wait_s)

    def _turn(self) -> Optional[float]:
        """Sends the next batch if there is one; how long to wait for the next look; None at the end."""
        with self._report.lock:
            if self._stopped:
                return None
            now = time.monotonic()
            batch = self._flying = self._next(now)
            if batch is None:
                if self._retired and not self._has_work():
                    return None
                return max(0.0, self._next_look() - now)
        self._send(batch)
        return 0.0

    def _keep(self, spool: Spool) -> None:
        beat_at = 0.0
        while True:
            now = time.monotonic()
            if now >= beat_at and not self._stopped:
                beat_at = now + BEAT_S
                self._adopt(spool)
            try:
                wait_s = self._keep_turn(spool, now, beat_at)
            except Exception as error:  # a mistake of ours must not end the keeping
                self._report.error("internal", f"{type(error).__name__}: {error}", error)
                wait_s = 1.0
            if wait_s is None:
                return
            self._keeper_alarm.wait(wait_s)

    def _keep_turn(self, spool: Spool, now: float, beat_at: float) -> Optional[float]:
        """Makes and stores the batches that are due; how long to wait for the next look; None at the end."""
        with self._report.lock:
            for kind in KINDS:
                while len(self._queues[kind]) and self._queues[kind].due_at <= now:
                    self._seal(kind)
            todo = list(self._to_store)
            self._to_store.clear()
        for batch in todo:
            self._store(batch, spool)
        if todo:
            self._alarm.ring()
        with self._report.lock:
            if not self._memory.below_half:
                for batch in self._line:
                    if batch.ref:
                        self._forget(batch)
            if self._stopped and not self._to_store:
                return None
            if self._retired and not self._has_work():
                spool.close()
                return None
            due = [queue.due_at for queue in self._queues.values() if len(queue)]
            return 0.0 if self._to_store else min([beat_at, *due]) - time.monotonic()

    # ---- the keeper's work

    def _adopt(self, spool: Spool) -> None:
        try:
            spool.beat()
            for kind, ref, count in spool.adopt(self._config.batch_size, self._config.batch_bytes):
                with self._report.lock:
                    self._line.append(Batch(kind, None, count, ref.length, -1, ref))
                    self._report.counts["queued"] += count
                    self._report.counts["spooled"] += count
        except Exception as error:
            self._report.error("spool", str(error), error)
        self._looked.set()
        self._alarm.ring()

    def _store(self, batch: Batch, spool: Spool) -> None:
        ref = None
        try:
            ref = spool.append(batch.kind, text_of_lines(batch.lines or []))
        except Exception as error:
            self._report.error("spool", str(error), error)
        with self._report.lock:
            batch.storing = False
            batch.ref = ref
            if ref:
                self._report.counts["spooled"] += batch.count

    # ---- with the lock held

    def _seal(self, kind: str) -> None:
        lines, size = self._queues[kind].take()
        batch = Batch(kind, lines, len(lines), size, self._epoch)
        self._line.append(batch)
        if self._spool and self._threads:
            batch.storing = True
            self._to_store.append(batch)

    def _has_work(self) -> bool:
        return self._flying is not None or len(self._line) > 0 or any(len(queue) for queue in self._queues.values())

    def _seal_all(self) -> None:
        for kind in KINDS:
            while len(self._queues[kind]):
                self._seal(kind)

    def _next(self, now: float) -> Optional[Batch]:
        if self._gate.opens_at > now:
            return None
        for at, batch in enumerate(self._line):
            if not batch.storing and batch.retry_at <= now:
                del self._line[at]
                return batch
        if self._spool:
            return None
        due = [kind for kind in KINDS if len(self._queues[kind]) and self._queues[kind].due_at <= now]
        if not due:
            return None
        self._seal(min(due, key=lambda kind: self._queues[kind].due_at))
        return self._line.pop()

    def _next_look(self) -> float:
        at = float("inf")
        if not self._spool:
            at = min([queue.due_at for queue in self._queues.values() if len(queue)], default=at)
        for batch in self._line:
            if not batch.storing:
                at = min(at, batch.retry_at)
                if at <= self._gate.opens_at:
                    break
        return max(at, self._gate.opens_at)

    def _look_at_flushes(self) -> None:
        """Ends those whose batches are all settled."""
        for flush in self._flushes:
            flying = self._flying is not None and self._flying.epoch <= flush.epoch
            if not flying and not any(batch.epoch <= flush.epoch for batch in self._line):
                flush.done.set()

    def _forget(self, batch: Batch) -> None:
        if batch.lines is None:
            return
        batch.lines = batch.body = None
        self._memory.add(-batch.count, -batch.size)
        if self._memory.below_half:
            self._room.set()

    # ---- the sender thread's work

    def _send(self, batch: Batch) -> None:
        lines = batch.lines if batch.lines is not None else self._recall(batch)
        if lines is None:
            return
        with self._report.lock:
            self._report.counts["retried" if batch.requests else "sent"] += 1 if batch.requests else batch.count
            batch.requests += 1
        verdict = self._transport.send(batch, lines)
        with self._concluding:
            if not self._stopped:  # else its events are counted as lost already, or in the spool
                self._conclude(batch, lines, verdict)

    def _conclude(self, batch: Batch, lines: list[str], verdict: Verdict) -> None:
        if verdict.fate == "retry":
            self._retry_later(batch, verdict)
        elif verdict.fate == "settings":
            with self._report.lock:
                self._gate.failed(time.monotonic(), _SETTINGS_PAUSE_S, False)
                self._back(batch)
                for flush in self._flushes:
                    flush.done.set()
                waiting = self._report.counts["queued"]
            self._report.error(verdict.code, f"{verdict.message}; {waiting} events wait")
        else:
            with self._report.lock:
                self._gate.answered()
            if verdict.fate == "done":
                with self._report.lock:
                    self._report.counts["accepted"] += verdict.accepted
                    self._report.counts["duplicates"] += verdict.duplicates
                self._report.rejections(batch.kind, verdict.rejected, lines)
                self._finish(batch)
            elif verdict.fate == "plain":
                with self._report.lock:
                    self._back(batch)
            elif verdict.fate == "split" and batch.count > 1:
                self._halve(batch, lines)
            else:
                self._report.error(verdict.code, verdict.message)
                self._lose(batch, "too_large" if verdict.fate == "split" else "refused")

    def _retry_later(self, batch: Batch, verdict: Verdict) -> None:
        config = self._config

        def wait_s(failures: int) -> float:
            return (verdict.after_s or 0.0) + backoff_s(failures, config.retry_base, config.retry_cap, random.random())

        asked = verdict.after_s is not None
        with self._report.lock:
            batch.failures += 1
            now = time.monotonic()
            pause_s = wait_s(1 if asked else self._gate.failures + 1)
            self._gate.failed(now, pause_s, asked)
            batch.retry_at = now + wait_s(batch.failures)
            exhausted = batch.failures > config.retries_max and not batch.ref
            if not exhausted:
                self._back(batch)
        self._report.error(verdict.code, f"{verdict.message}; next try in {pause_s:.1f} s", verdict.cause)
        if exhausted:
            self._report.error("retries_exhausted", f"{batch.count} events given up after {batch.failures} tries")
            self._lose(batch, "retries_exhausted")

    def _halve(self, batch: Batch, lines: list[str]) -> None:
        """For a server that finds the batch too large; on disk they stay where they are."""
        middle = (len(lines) + 1) // 2
        size = len(text_of_lines(lines[:middle]))
        with self._report.lock:
            refs = self._spool.split(batch.ref, size) if batch.ref and self._spool else (None, None)
            self._report.counts["sent"] -= batch.count  # the halves are sent, not the whole
            first = Batch(batch.kind, lines[:middle], middle, size, batch.epoch, refs[0])
            second = Batch(batch.kind, lines[middle:], len(lines) - middle, batch.size - size, batch.epoch, refs[1])
            self._flying = None
            self._line.extendleft((second, first))

    def _back(self, batch: Batch) -> None:
        self._flying = None
        self._line.appendleft(batch)

    def _recall(self, batch: Batch) -> Optional[list[str]]:
        """Back from the disk; None when there is nothing to send any more."""
        lines = None
        try:
            if batch.ref and self._spool:
                lines = self._spool.read(batch.ref)
        except OSError as error:
            self._report.error("spool", f"a batch cannot be read back: {error}", error)
            self._lose(batch, "spool")
            return None
        if lines is None:
            self._finish(batch)  # another process has taken the file over and delivers it
            return None
        with self._report.lock:
            batch.lines = lines
            self._memory.add(batch.count, batch.size)
        return lines

    def _finish(self, batch: Batch) -> None:
        """Settled: off the disk and out of all books."""
        if batch.ref and self._spool:
            self._spool.release(batch.ref)
        with self._report.lock:
            self._forget(batch)
            if self._flying is batch:
                self._flying = None
            self._report.counts["queued"] -= batch.count
            if batch.ref:
                self._report.counts["spooled"] -= batch.count
            self._look_at_flushes()
            if self._retired:
                self._keeper_alarm.ring()

    def _lose(self, batch: Batch, reason: str) -> None:
        lines: list[Optional[str]] = list(batch.lines) if batch.lines is not None else [None] * batch.count
        for line in lines:
            self._report.drop(batch.kind, reason, line)
        self._finish(batch)
