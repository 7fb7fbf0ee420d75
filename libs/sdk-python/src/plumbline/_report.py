from __future__ import annotations

import functools
import json
import logging
import threading
import time
from typing import Any, Callable, Optional

from ._types import Drop, PlumblineError, Rejection, Stats

_NAMES_MAX = 1000
_REPEAT_S = 60.0

log = logging.getLogger("plumbline")


class Report:
    """The counters, their lock, and the only place that calls the user's functions: whatever they do, it stays with them.

    The lock is re-entrant, because a signal handler may log an event in the middle of another one's critical section.
    """

    def __init__(self, on_error: Any = None, on_drop: Any = None, on_reject: Any = None) -> None:
        self._on_error: Optional[Callable[[PlumblineError], Any]] = on_error
        self._on_drop: Optional[Callable[[Drop], Any]] = on_drop
        self._on_reject: Optional[Callable[[Rejection], Any]] = on_reject
        self._logged_at: dict[str, float] = {}
        self._told: set[str] = set()
        self.reset()

    def reset(self) -> None:
        """For a forked child: the lock may be held by a thread that does not exist here, and the counts are the parent's."""
        self.lock = threading.RLock()
        self._calling = threading.local()
        self.counts: Stats = {
            "queued": 0,
            "sent": 0,
            "accepted": 0,
            "duplicates": 0,
            "rejected": 0,
            "dropped": 0,
            "retried": 0,
            "errors": 0,
            "spooled": 0,
        }

    def error(self, code: str, message: str, cause: Optional[BaseException] = None) -> None:
        with self.lock:
            self.counts["errors"] += 1

        def make() -> PlumblineError:
            error = PlumblineError(code, message)
            error.__cause__ = cause
            return error

        self._call(self._on_error or self._log, make)

    def once(self, code: str, name: str, detail: str) -> None:
        """Counted always, told once for each name: a broken feature is broken in every event."""
        key = f"{code} {name}"
        if key in self._told or len(self._told) >= _NAMES_MAX:
            with self.lock:
                self.counts["errors"] += 1
            return
        self._told.add(key)
        self.error(code, f"{name} {detail}")

    def drop(self, kind: str, reason: str, line: Optional[str]) -> None:
        with self.lock:
            self.counts["dropped"] += 1
        self._call(self._on_drop, lambda: Drop(kind, reason, _parse(line)))

    def rejections(self, kind: str, rejected: list[Any], count: int, lines: list[str]) -> None:
        """``lines``: the batch that was sent. ``count``: of refused events, of which a server names 10,000 at most."""
        if not rejected:
            return
        with self.lock:
            self.counts["rejected"] += count
        if not self._on_reject:
            first = rejected[0]
            self.error(
                "rejected",
                f"{count} of {len(lines)} {kind}s refused; the first: {first.get('code')}: {first.get('message')}",
            )
            return
        for entry in rejected:
            self._call(self._on_reject, functools.partial(_rejection, kind, entry, lines))

    def _call(self, handler: Optional[Callable[[Any], Any]], make: Callable[[], Any]) -> None:
        if handler is None or getattr(self._calling, "now", False):
            return  # a handler that causes what it is told of would never come back
        self._calling.now = True
        try:
            handler(make())
        except Exception:
            pass  # a broken handler must not break the user's request
        finally:
            self._calling.now = False

    def _log(self, error: PlumblineError) -> None:
        now = time.monotonic()
        if now - self._logged_at.get(error.code, -_REPEAT_S) < _REPEAT_S:
            return
        self._logged_at[error.code] = now
        log.warning("%s: %s", error.code, error.message)


def _rejection(kind: str, entry: dict[str, Any], lines: list[str]) -> Rejection:
    index = entry.get("index")
    event = _parse(lines[index]) if isinstance(index, int) and 0 <= index < len(lines) else None
    id = event.get("prediction_id") if event else entry.get("prediction_id")
    return Rejection(kind, str(entry.get("code")), str(entry.get("message")), id, event)


def _parse(line: Optional[str]) -> Optional[dict[str, Any]]:
    try:
        return None if line is None else json.loads(line)
    except ValueError:
        return None
