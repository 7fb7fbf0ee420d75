from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional

from ._values import record_of


@dataclass(frozen=True)
class MonitorOptions:
    to_features: Optional[Callable[..., Any]]
    to_prediction: Optional[Callable[..., Any]]
    to_prediction_id: Optional[Callable[..., Any]]
    tags: Any
    model: Any
    version: Any


def monitored(
    function: Callable[..., Any], options: MonitorOptions, log: Callable[..., Any], invalid: Callable[[BaseException], None]
) -> Callable[..., Any]:
    """The same function, which also logs its input, output and latency.

    Result, exception and signature stay as they are; what raises is not logged, since no prediction was made.
    """
    signature = _signature_of(function)

    def before(args: Any, kwargs: Any) -> Any:
        """A copy, because the function may change its arguments."""
        try:
            if options.to_features is not None:
                features = record_of(options.to_features(*args, **kwargs))
            else:
                features = _features_of(signature, args, kwargs)
            return dict(features) if isinstance(features, Mapping) else features
        except Exception as error:
            return error

    def after(features: Any, ts: float, latency_s: float, result: Any, args: Any, kwargs: Any) -> None:
        try:
            if isinstance(features, Exception):
                raise features
            prediction = result if options.to_prediction is None else options.to_prediction(result, *args, **kwargs)
            if prediction is None:
                return
            make_id = options.to_prediction_id
            log(
                features=features,
                prediction=prediction,
                model=options.model,
                prediction_id=make_id(result, *args, **kwargs) if make_id else None,
                ts=ts,
                version=options.version,
                tags=options.tags(*args, **kwargs) if callable(options.tags) else options.tags,
                latency_ms=latency_s * 1000,
            )
        except Exception as error:
            invalid(error)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waiting(*args: Any, **kwargs: Any) -> Any:
            features, ts, begin = before(args, kwargs), time.time(), time.perf_counter()
            result = await function(*args, **kwargs)
            after(features, ts, time.perf_counter() - begin, result, args, kwargs)
            return result

        return waiting

    @functools.wraps(function)
    def calling(*args: Any, **kwargs: Any) -> Any:
        features, ts, begin = before(args, kwargs), time.time(), time.perf_counter()
        result = function(*args, **kwargs)
        after(features, ts, time.perf_counter() - begin, result, args, kwargs)
        return result

    return calling


def _signature_of(function: Callable[..., Any]) -> Optional[inspect.Signature]:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _features_of(signature: Optional[inspect.Signature], args: Any, kwargs: Any) -> Any:
    """The one argument if it is a dict or a row; else all arguments by their names."""
    if signature is None:
        named = {str(at): arg for at, arg in enumerate(args)}
        named.update(kwargs)
    else:
        named = dict(signature.bind(*args, **kwargs).arguments)
        named.pop("self", None)
    if len(named) == 1:
        only = record_of(next(iter(named.values())))
        if isinstance(only, Mapping):
            return only
    return named
