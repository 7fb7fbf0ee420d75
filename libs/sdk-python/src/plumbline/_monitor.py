from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Generator, Mapping
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


class _Call:
    """One call of a watched function: its features as they were before, and when it began."""

    __slots__ = ("watch", "args", "kwargs", "features", "ts", "began")

    def __init__(self, watch: _Watch, args: Any, kwargs: Any) -> None:
        self.watch, self.args, self.kwargs = watch, args, kwargs
        self.features = watch.features_of(args, kwargs)
        self.ts, self.began = time.time(), time.perf_counter()

    def came_to(self, result: Any) -> None:
        self.watch.log(self, result, (time.perf_counter() - self.began) * 1000)


class _Watch:
    def __init__(self, function: Any, options: MonitorOptions, log: Callable[..., Any], invalid: Callable[[BaseException], None]):
        self._options = options
        self._signature = _signature_of(function)
        self._log = log
        self._invalid = invalid

    def features_of(self, args: Any, kwargs: Any) -> Any:
        """A copy, because the function may change its arguments."""
        try:
            if self._options.to_features is not None:
                features = record_of(self._options.to_features(*args, **kwargs))
            else:
                features = _features_of(self._signature, args, kwargs)
            return dict(features) if isinstance(features, Mapping) else features
        except Exception as error:
            return error

    def log(self, call: _Call, result: Any, latency_ms: float) -> None:
        options, args, kwargs = self._options, call.args, call.kwargs
        try:
            if isinstance(call.features, Exception):
                raise call.features
            prediction = result if options.to_prediction is None else options.to_prediction(result, *args, **kwargs)
            if prediction is None:
                return
            make_id = options.to_prediction_id
            self._log(
                features=call.features,
                prediction=prediction,
                model=options.model,
                prediction_id=make_id(result, *args, **kwargs) if make_id else None,
                ts=call.ts,
                version=options.version,
                tags=options.tags(*args, **kwargs) if callable(options.tags) else options.tags,
                latency_ms=latency_ms,
            )
        except Exception as error:
            self._invalid(error)


def monitored(
    function: Any, options: MonitorOptions, log: Callable[..., Any], invalid: Callable[[BaseException], None]
) -> Any:
    """The same function, which also logs its input, output and latency: also a coroutine function or a generator.

    Result, exception and signature stay as they are; what raises is not logged, since no prediction was made.
    """
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(monitored(function.__func__, options, log, invalid))
    watch = _Watch(function, options, log, invalid)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waiting(*args: Any, **kwargs: Any) -> Any:
            call = _Call(watch, args, kwargs)
            result = await function(*args, **kwargs)
            call.came_to(result)
            return result

        return waiting

    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def streaming(*args: Any, **kwargs: Any) -> Any:
            tapped = _tapped_async(function(*args, **kwargs), _Call(watch, args, kwargs))
            try:
                async for item in tapped:
                    yield item
            finally:
                await tapped.aclose()  # at once, not when the garbage is collected

        return streaming

    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def yielding(*args: Any, **kwargs: Any) -> Any:
            call = _Call(watch, args, kwargs)
            return (yield from _tapped(function(*args, **kwargs), call))

        return yielding

    @functools.wraps(function)
    def calling(*args: Any, **kwargs: Any) -> Any:
        call = _Call(watch, args, kwargs)
        result = function(*args, **kwargs)
        if inspect.iscoroutine(result):  # of an object that is called, or a function that hands it on
            return _awaited(result, call)
        if inspect.isasyncgen(result):
            return _tapped_async(result, call)
        if inspect.isgenerator(result):
            return _tapped(result, call)
        call.came_to(result)
        return result

    return calling


async def _awaited(coroutine: Any, call: _Call) -> Any:
    result = await coroutine
    call.came_to(result)
    return result


def _tapped(generator: Generator[Any, Any, Any], call: _Call) -> Generator[Any, Any, Any]:
    """Passes everything on; the list of what was yielded is logged at the end, or when the consumer has had enough."""
    items: list[Any] = []
    try:
        sent = None
        item = next(generator)
        while True:
            items.append(item)
            try:
                sent = yield item
            except GeneratorExit:
                generator.close()
                raise
            except BaseException as error:
                item = generator.throw(error)
            else:
                item = next(generator) if sent is None else generator.send(sent)
    except StopIteration as end:
        call.came_to(items)
        return end.value
    except GeneratorExit:
        call.came_to(items)
        raise


async def _tapped_async(generator: Any, call: _Call) -> Any:
    items: list[Any] = []
    try:
        item = await generator.__anext__()
        while True:
            items.append(item)
            try:
                sent = yield item
            except GeneratorExit:
                await generator.aclose()
                raise
            except BaseException as error:
                item = await generator.athrow(error)
            else:
                item = await generator.asend(sent)
    except StopAsyncIteration:
        call.came_to(items)
    except GeneratorExit:
        call.came_to(items)
        raise


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
        for bound in ("self", "cls"):
            if next(iter(named), None) == bound:
                del named[bound]
    if len(named) == 1:
        only = record_of(next(iter(named.values())))
        if isinstance(only, Mapping):
            return only
    return named
