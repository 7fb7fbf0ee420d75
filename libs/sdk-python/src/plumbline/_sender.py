from __future__ import annotations

import threading
import time
from typing import Optional, Union

from . import _lifecycle
from ._alarm import Alarm
from ._batches import Batches, Flush
from ._config import Config
from ._delivery import Delivery
from ._keeper import Keeper
from ._report import Report
from ._spool import Spool
from ._transport import Transport

_STOP_S = 5.0


class Sender:
    """The way of events: queue, batch, (spool,) request, counted. Everything that waits, waits here.

    One thread sends. With a spool a second one, the keeper, makes the batches and stores them. User code is never called
    with the lock held.
    """

    def __init__(self, config: Config, report: Report, transport: Transport, spool: Optional[Spool]) -> None:
        self._config = config
        self._report = report
        self._transport = transport
        self._spool = spool
        self._fresh()
        _lifecycle.track(self)
        if spool:
            self._ensure_threads()  # what the last run has left is delivered even if nothing is logged

    def reset(self) -> None:
        """In a forked child: nothing of the parent is sent again, and no lock of it is waited for."""
        stopped, retired = self._batches.stopped, self._batches.retired
        self._report.reset()
        self._transport.reset()
        if self._spool:
            self._spool.reset()
        self._fresh()
        self._batches.stopped, self._batches.retired = stopped, retired

    def _fresh(self) -> None:
        self._batches = Batches(self._config, self._report, self._spool)
        self._full_told = False
        self._started = False
        self._threads: list[threading.Thread] = []

    # ---- called by everybody

    def push(self, kind: str, line: str) -> None:
        batches = self._batches
        size = len(line) + 1
        reason = ""
        tell = look = False
        with self._report.lock:
            if batches.stopped:
                reason = "closed"
            elif not batches.memory.fits(size):
                reason = "queue_full"
                tell = not self._full_told
                self._full_told = True
            else:
                if self._full_told and batches.memory.below_half:
                    self._full_told = False
                batches.memory.add(1, size)
                self._report.counts["queued"] += 1
                look = batches.queues[kind].push(line, size)
        if look or not (self._started or reason):
            self._ensure_threads()
            self._ring()
        if tell:
            most = f"{self._config.queue_max} events or {self._config.queue_bytes_max} bytes"
            self._report.error("queue_full", f"{most} wait already")
        if reason:
            self._report.drop(kind, reason, line)

    def ready(self, timeout: float) -> bool:
        """Waits until the memory is less than half full; False if it still is not after the time."""
        return self._batches.wait_for_room(0.0 if self._is_own_thread() else timeout)

    def hurry(self) -> None:
        """Begins to deliver what is there without the usual waiting, and does not wait for it."""
        self._batches.hurry()
        if self._started:
            self._ring()

    def flush(self, timeout: float) -> None:
        """Ends when all that was taken before it is settled, at the time limit, or when the settings turn out to be wrong."""
        batches = self._batches
        deadline = time.monotonic() + timeout
        if not self._started and batches.has_work():
            self._ensure_threads()
        with self._report.lock:
            if batches.stopped or not self._started or self._is_own_thread():
                return  # a handler of ours cannot wait for the thread that it runs in
            batches.seal_all()
            flush = Flush(batches.epoch)
            batches.epoch += 1
        if self._spool:
            batches.keeper_alarm.ring()
            batches.looked.wait(max(0.0, deadline - time.monotonic()))
        with self._report.lock:
            batches.flushes.append(flush)
            batches.look_at_flushes()
        self.hurry()
        flush.done.wait(max(0.0, deadline - time.monotonic()))
        with self._report.lock:
            if flush in batches.flushes:
                batches.flushes.remove(flush)

    def close(self, timeout: float) -> None:
        """Flush; after it nothing is sent, and what is not on disk is lost, and told."""
        self.flush(timeout)
        batches = self._batches
        owned = batches.concluding.acquire(timeout=_STOP_S)
        try:
            with self._report.lock:
                if batches.stopped:
                    return
                batches.seal_all()
                batches.stopped = True
                batches.end_flushes()
                batches.room.set()
        finally:
            if owned:
                batches.concluding.release()
        self._ring()
        keeper = self._threads[0] if self._spool and self._threads else None
        if keeper is not None and keeper is not threading.current_thread():
            keeper.join(_STOP_S)  # stores the rest
        batches.lose_unsaved()
        if self._spool:
            self._spool.close()

    def retire(self) -> None:
        """Its client is gone: deliver what is left and end. Called by the garbage collector, at any moment in any thread."""
        self._batches.retired = True
        self._ring()

    # ---- threads

    def _ring(self) -> None:
        self._batches.alarm.ring()
        if self._spool:
            self._batches.keeper_alarm.ring()

    def _is_own_thread(self) -> bool:
        return threading.current_thread() in self._threads

    def _ensure_threads(self) -> None:
        batches = self._batches
        try:
            with self._report.lock:
                if self._started or batches.stopped:
                    return
                self._started = True  # before: a signal handler that logs may come in between, and there must be one sender
                _lifecycle.at_thread_start()
                if self._spool and not batches.is_kept:  # else it is the second try
                    keeper = Keeper(self._config, batches, self._spool)
                    self._start("plumbline-spool", keeper, batches.keeper_alarm)
                    batches.is_kept = True
                self._start("plumbline-sender", Delivery(self._config, batches, self._transport), batches.alarm)
        except RuntimeError as error:  # no more threads, or the interpreter is ending
            self._started = False
            self._report.error("internal", f"the sender thread does not start: {error}", error)

    def _start(self, name: str, work: Union[Delivery, Keeper], alarm: Alarm) -> None:
        thread = threading.Thread(target=self._run, args=(work, alarm), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _run(self, work: Union[Delivery, Keeper], alarm: Alarm) -> None:
        """A method, so that the thread keeps the sender alive: the end of the process has to find it."""
        while True:
            try:
                wait_s = work.turn()
            except Exception as error:  # a mistake of ours must not end the work
                self._report.error("internal", f"{type(error).__name__}: {error}", error)
                wait_s = work.failed()
            if wait_s is None:
                work.end()
                return
            alarm.wait(wait_s)
