from __future__ import annotations

import time
from typing import Optional

from ._batches import Batches
from ._config import Config
from ._queue import Batch, text_of_lines
from ._spool import Spool
from ._spool_files import BEAT_S


class Keeper:
    """What the spool's thread does: makes the batches and stores them, so that a server that hangs does not keep events off
    the disk, and takes over what dead processes left."""

    def __init__(self, config: Config, batches: Batches, spool: Spool) -> None:
        self._config = config
        self._batches = batches
        self._report = batches.report
        self._spool = spool
        self._beat_at = 0.0

    def turn(self) -> Optional[float]:
        """Stores the batches that are due; how long to wait for the next look; None at the end."""
        batches = self._batches
        now = time.monotonic()
        if now >= self._beat_at and not batches.stopped:
            self._beat_at = now + BEAT_S
            self._adopt()
        with self._report.lock:
            batches.seal_due(now)
            todo = list(batches.to_store)
            batches.to_store.clear()
        for batch in todo:
            self._store(batch)
        if todo:
            batches.alarm.ring()
        with self._report.lock:
            batches.forget_stored()
            if batches.stopped and not batches.to_store:
                return None
            if batches.retired and not batches.has_work():
                self._spool.close()
                return None
            due = [queue.due_at for queue in batches.queues.values() if len(queue)]
            return 0.0 if batches.to_store else min([self._beat_at, *due]) - time.monotonic()

    def failed(self) -> float:
        """After a mistake of ours."""
        return 1.0

    def end(self) -> None:
        pass

    def _adopt(self) -> None:
        try:
            self._spool.beat()
            for found in self._spool.adopt(self._config.batch_size, self._config.batch_bytes):
                self._batches.welcome(found)
        except Exception as error:
            self._report.error("spool", str(error), error)
        self._batches.looked.set()
        self._batches.alarm.ring()

    def _store(self, batch: Batch) -> None:
        ref = None
        try:
            ref = self._spool.append(batch.kind, text_of_lines(batch.lines or []))
        except Exception as error:
            self._report.error("spool", str(error), error)
        with self._report.lock:
            batch.storing = False
            batch.ref = ref
            if ref:
                self._report.counts["spooled"] += batch.count
