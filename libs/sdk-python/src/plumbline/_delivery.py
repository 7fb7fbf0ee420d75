from __future__ import annotations

import random
import time
from typing import Optional

from ._batches import Batches
from ._config import Config
from ._queue import Batch
from ._retry import backoff_s
from ._transport import Transport, Verdict

# With a wrong key or address: long enough to be harmless, short enough for a key that is repaired on the server.
_SETTINGS_PAUSE_S = 60.0


class Delivery:
    """What the sending thread does: one batch after the other to the server, and its answer to the books."""

    def __init__(self, config: Config, batches: Batches, transport: Transport) -> None:
        self._config = config
        self._batches = batches
        self._report = batches.report
        self._transport = transport

    def turn(self) -> Optional[float]:
        """Sends the next batch if there is one; how long to wait for the next look; None at the end."""
        batches = self._batches
        with self._report.lock:
            if batches.stopped:
                return None
            now = time.monotonic()
            batch = batches.flying = batches.next(now)
            if batch is None:
                if batches.retired and not batches.has_work():
                    return None
                return max(0.0, batches.next_look() - now)
        self._send(batch)
        return 0.0

    def failed(self) -> float:
        """After a mistake of ours: what was under way is given up."""
        with self._report.lock:
            batch = self._batches.flying
        if batch is not None:
            self._batches.lose(batch, "internal")
        return 1.0

    def end(self) -> None:
        self._transport.close()

    def _send(self, batch: Batch) -> None:
        lines = batch.lines if batch.lines is not None else self._batches.recall(batch)
        if lines is None:
            return
        with self._report.lock:
            self._report.counts["retried" if batch.requests else "sent"] += 1 if batch.requests else batch.count
            batch.requests += 1
        verdict = self._transport.send(batch, lines)
        with self._batches.concluding:
            if not self._batches.stopped:  # else its events are counted as lost already, or in the spool
                self._conclude(batch, lines, verdict)

    def _conclude(self, batch: Batch, lines: list[str], verdict: Verdict) -> None:
        batches = self._batches
        if verdict.fate == "retry":
            self._retry_later(batch, verdict)
        elif verdict.fate == "settings":
            with self._report.lock:
                batches.gate.failed(time.monotonic(), _SETTINGS_PAUSE_S, False)
                batches.back(batch)
                batches.end_flushes()
                waiting = self._report.counts["queued"]
            self._report.error(verdict.code, f"{verdict.message}; {waiting} events wait")
        else:
            with self._report.lock:
                batches.gate.answered()
            if verdict.fate == "done":
                with self._report.lock:
                    self._report.counts["accepted"] += verdict.accepted
                    self._report.counts["duplicates"] += verdict.duplicates
                refused = batch.count - verdict.accepted - verdict.duplicates
                self._report.rejections(batch.kind, verdict.rejected, refused, lines)
                batches.finish(batch)
            elif verdict.fate == "plain":
                with self._report.lock:
                    batches.back(batch)
            elif verdict.fate == "split" and batch.count > 1:
                batches.halve(batch, lines)
            else:
                self._report.error(verdict.code, verdict.message)
                batches.lose(batch, "too_large" if verdict.fate == "split" else "refused")

    def _retry_later(self, batch: Batch, verdict: Verdict) -> None:
        config, gate = self._config, self._batches.gate

        def wait_s(failures: int) -> float:
            return (verdict.after_s or 0.0) + backoff_s(failures, config.retry_base, config.retry_cap, random.random())

        asked = verdict.after_s is not None
        with self._report.lock:
            batch.failures += 1
            now = time.monotonic()
            pause_s = wait_s(1 if asked else gate.failures + 1)
            gate.failed(now, pause_s, asked)
            batch.retry_at = now + wait_s(batch.failures)
            exhausted = batch.failures > config.retries_max and not batch.ref
            if not exhausted:
                self._batches.back(batch)
        self._report.error(verdict.code, f"{verdict.message}; next try in {pause_s:.1f} s", verdict.cause)
        if exhausted:
            self._report.error("retries_exhausted", f"{batch.count} events given up after {batch.failures} tries")
            self._batches.lose(batch, "retries_exhausted")
