from __future__ import annotations

import weakref
from types import TracebackType
from typing import Any, Callable, Optional, TypeVar, Union, overload

from ._config import Config, config_of
from ._event import InvalidEvent, now_ms, outcome_line, prediction_id_of, prediction_line
from ._frame import rows_of
from ._monitor import MonitorOptions, monitored
from ._report import Report
from ._sender import Sender
from ._spool import Spool
from ._transport import Transport
from ._types import Drop, FlushResult, PlumblineError, Rejection, Stats
from ._values import reason_of

F = TypeVar("F", bound=Callable[..., Any])

_READY_S = 30.0
_ROWS_AT_ONCE = 500


class Plumbline:
    """Sends predictions and outcomes to Plumbline in the background.

    No method raises, and only those that say so wait. What goes wrong is told to ``on_error``, ``on_drop`` and ``on_reject``
    and counted in ``stats()``. Make one and keep it for the life of the process; threads and forked children may use it.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        api_key: Optional[str] = None,
        model: Optional[str] = None,
        version: Optional[str] = None,
        batch_size: int = 500,
        batch_bytes: int = 1 << 20,
        flush_interval: float = 1.0,
        queue_max: int = 50_000,
        timeout: float = 10.0,
        gzip: bool = True,
        spool_dir: Optional[str] = None,
        on_error: Optional[Callable[[PlumblineError], Any]] = None,
        on_drop: Optional[Callable[[Drop], Any]] = None,
        on_reject: Optional[Callable[[Rejection], Any]] = None,
        dry_run: bool = False,
        *,
        queue_bytes_max: int = 128 << 20,
        retries_max: int = 100,
        retry_base: float = 0.5,
        retry_cap: float = 30.0,
        spool_bytes_max: int = 256 << 20,
    ) -> None:
        self._model = model
        self._version = version
        self._closed = False
        self._report = Report(on_error, on_drop, on_reject)
        numbers = {
            "batch_size": batch_size,
            "batch_bytes": batch_bytes,
            "flush_interval": flush_interval,
            "queue_max": queue_max,
            "timeout": timeout,
            "queue_bytes_max": queue_bytes_max,
            "retries_max": retries_max,
            "retry_base": retry_base,
            "retry_cap": retry_cap,
            "spool_bytes_max": spool_bytes_max,
        }
        self._config: Config = config_of(url, api_key, gzip, dry_run, numbers, self._report)
        self._sender = self._sender_for(spool_dir) if self._config.url else None
        if self._sender:
            weakref.finalize(self, self._sender.retire).atexit = False

    def log_prediction(
        self,
        *,
        features: Any,
        prediction: Any,
        model: Optional[str] = None,
        prediction_id: Any = None,
        ts: Any = None,
        version: Any = None,
        tags: Any = None,
        latency_ms: Optional[float] = None,
    ) -> str:
        """Takes a prediction in and returns its id, with which its outcome can be logged later.

        ``prediction`` is a dict with ``score`` (P(positive)), ``scores`` (by class), ``class`` or ``value``. ``ts`` is a datetime
        (without zone: UTC), epoch seconds or milliseconds, or ISO-8601 text; default: now. Everything is copied during the call.
        """
        now = now_ms()
        id = prediction_id_of(prediction_id, ts, now)
        try:
            line = prediction_line(
                id,
                now,
                prediction_id,
                self._model if model is None else model,
                self._version if version is None else version,
                features,
                prediction,
                ts,
                tags,
                latency_ms,
                self._report.once,
            )
        except Exception as error:
            self._invalid("prediction", error)
        else:
            self._push("prediction", line)
        return id

    def log_outcome(
        self, *, prediction_id: Any, label: Any, model: Optional[str] = None, ts: Any = None, prediction_ts: Any = None
    ) -> None:
        """``label`` is what turned out to be true, ``ts`` when it became known (default: now); ``prediction_ts`` makes the join faster."""
        try:
            line = outcome_line(now_ms(), prediction_id, label, self._model if model is None else model, ts, prediction_ts)
        except Exception as error:
            self._invalid("outcome", error)
        else:
            self._push("outcome", line)

    def log_dataframe(
        self,
        df: Any,
        *,
        features: Any = None,
        score: Any = None,
        scores: Any = None,
        cls: Any = None,
        value: Any = None,
        label: Any = None,
        prediction_id: Any = None,
        ts: Any = None,
        tags: Any = None,
        label_ts: Any = None,
        model: Optional[str] = None,
        version: Any = None,
    ) -> list[str]:
        """A prediction for every row, and an outcome where the ``label`` column has a value; returns the ids.

        All options but ``model`` and ``version`` name columns. ``features`` and ``tags`` are lists of columns, ``scores`` is a list
        (the columns are called as the classes) or ``{class: column}``. Without ``features`` every column that nothing else names is
        one. Missing values are sent as null. For bulk work: waits while the queue is more than half full, up to 30 s without
        progress, after which rows are dropped, and told.
        """
        ids: list[str] = []
        known_ms = now_ms()
        try:
            rows = rows_of(
                df,
                features=features,
                score=score,
                scores=scores,
                cls=cls,
                value=value,
                label=label,
                prediction_id=prediction_id,
                ts=ts,
                label_ts=label_ts,
                tags=tags,
            )
            patient = True
            for at, row in enumerate(rows):
                if at % _ROWS_AT_ONCE == 0 and patient:
                    patient = self.ready()
                outcome, outcome_ts = row.pop("label"), row.pop("label_ts")
                id = self.log_prediction(model=model, version=version, **row)
                ids.append(id)
                if outcome is not None:
                    known = known_ms if outcome_ts is None else outcome_ts
                    self.log_outcome(prediction_id=id, label=outcome, model=model, ts=known, prediction_ts=row["ts"])
        except Exception as error:
            self._invalid("prediction", error)
        return ids

    @overload
    def monitor(
        self,
        function: F,
        *,
        to_features: Optional[Callable[..., Any]] = None,
        to_prediction: Optional[Callable[..., Any]] = None,
        to_prediction_id: Optional[Callable[..., Any]] = None,
        tags: Any = None,
        model: Optional[str] = None,
        version: Any = None,
    ) -> F: ...
    @overload
    def monitor(
        self,
        function: None = None,
        *,
        to_features: Optional[Callable[..., Any]] = None,
        to_prediction: Optional[Callable[..., Any]] = None,
        to_prediction_id: Optional[Callable[..., Any]] = None,
        tags: Any = None,
        model: Optional[str] = None,
        version: Any = None,
    ) -> Callable[[F], F]: ...
    def monitor(
        self,
        function: Any = None,
        *,
        to_features: Optional[Callable[..., Any]] = None,
        to_prediction: Optional[Callable[..., Any]] = None,
        to_prediction_id: Optional[Callable[..., Any]] = None,
        tags: Any = None,
        model: Optional[str] = None,
        version: Any = None,
    ) -> Any:
        """The same function (also ``async``), which also logs its inputs, output and latency; as a decorator or around it.

        ``to_features(*args)`` is called before (default: the one dict argument, else all arguments by name), ``to_prediction(result,
        *args)`` after it (default: the result, if it is a dict; None: do not log). ``tags`` is a dict or a function of the arguments.
        """
        options = MonitorOptions(to_features, to_prediction, to_prediction_id, tags, model, version)

        def wrap(wrapped: Any) -> Any:
            try:
                return monitored(wrapped, options, self.log_prediction, lambda error: self._invalid("prediction", error))
            except Exception as error:
                self._report.error("internal", reason_of(error), error)
                return wrapped

        return wrap if function is None else wrap(function)

    def flush(self, timeout: float = 30.0) -> FlushResult:
        """Delivers all that was logged before, or as much as the time allows. Waits."""
        with self._report.lock:
            before = self._report.counts.copy()
        if self._sender:
            self._sender.flush(_seconds(timeout))
        return self._since(before)

    def close(self, timeout: float = 30.0) -> FlushResult:
        """``flush``, then the end: later events are dropped, and so are undelivered ones unless there is a spool. Waits."""
        with self._report.lock:
            before = self._report.counts.copy()
            again, self._closed = self._closed, True
        if self._sender and not again:
            self._sender.flush(_seconds(timeout))
        result = self._since(before)
        if self._sender:
            self._sender.close(0.0)
        return result

    def ready(self, timeout: float = _READY_S) -> bool:
        """Waits until the queue is below half: call it between events when sending faster than the network."""
        return self._sender.ready(_seconds(timeout)) if self._sender and not self._closed else True

    def stats(self) -> Stats:
        with self._report.lock:
            return self._report.counts.copy()

    def __enter__(self) -> Plumbline:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _sender_for(self, spool_dir: Any) -> Sender:
        spool = None
        if spool_dir is not None and spool_dir is not False:
            try:
                spool = Spool(spool_dir, self._config.spool_bytes_max, self._report)
            except Exception as error:
                self._report.error("spool", f"spool_dir: {reason_of(error)}; events are kept in memory only", error)
        return Sender(self._config, self._report, Transport(self._config), spool)

    def _push(self, kind: str, line: str) -> None:
        if self._config.dry_run:
            with self._report.lock:
                self._report.counts["sent"] += 1
            return
        try:
            if self._sender is None:
                self._report.drop(kind, "invalid_config", line)
            elif self._closed:
                self._report.drop(kind, "closed", line)
            else:
                self._sender.push(kind, line)
        except Exception as error:  # a mistake of ours must not become yours
            self._report.error("internal", reason_of(error), error)

    def _invalid(self, kind: str, error: BaseException) -> None:
        says = reason_of(error) if isinstance(error, InvalidEvent) else f"{type(error).__name__}: {reason_of(error)}"
        self._report.error("invalid_event", f"{kind} not sent: {says}", error)
        self._report.drop(kind, "invalid_event", None)

    def _since(self, before: Stats) -> FlushResult:
        with self._report.lock:
            now = self._report.counts
            delivered = now["accepted"] + now["duplicates"] - before["accepted"] - before["duplicates"]
            return FlushResult(delivered, now["rejected"] - before["rejected"], now["queued"])


def _seconds(timeout: Union[float, int, None]) -> float:
    try:
        return min(max(float(30.0 if timeout is None else timeout), 0.0), 1e6)
    except Exception:
        return 30.0
