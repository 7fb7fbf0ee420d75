from __future__ import annotations

import inspect
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional

from ._ids import uuid7
from ._times import NotATime, to_ms
from ._values import Note, clean_record, is_plain, reason_of, record_of, scalar_of, text_of

_OUTPUTS = ("score", "scores", "class", "value")


def _encoder() -> Callable[[Any, int], Iterable[str]]:
    """Text stays ASCII, so that its length is its size. What is given to it has no cycles; NaN and infinities it refuses."""
    encoder = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))
    try:
        # what encode() makes anew for every event
        made = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
            None, encoder.default, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False
        )
        if "".join(made({"a": [1.5, "é", None]}, 0)) == encoder.encode({"a": [1.5, "é", None]}):
            return made  # type: ignore[no-any-return]
    except Exception:
        pass  # another implementation of Python
    return lambda event, level: (encoder.encode(event),)


_parts = _encoder()


class InvalidEvent(Exception):
    """Inside the package only; its message tells the user what is wrong with the event."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def prediction_id_of(prediction_id: Any, ts: Any, now_ms: int) -> str:
    """The id given, else a new one that carries the time of the event: its ``ts``, else ``now_ms``, which must be what
    ``prediction_line`` gets, so that a time read from the id is right to the millisecond. Never raises."""
    ms = now_ms
    try:
        if prediction_id is not None:
            given = _given_id(prediction_id)
            if given is not None:
                return given
        if ts is not None:
            ms = to_ms(ts)
    except Exception:
        pass  # told by prediction_line, which reads the same fields again
    return uuid7(ms)


def prediction_line(
    id: str,
    now_ms: int,
    given: Any,
    model: Any,
    version: Any,
    features: Any,
    prediction: Any,
    ts: Any,
    tags: Any,
    latency_ms: Any,
    note: Note,
) -> str:
    """One line of NDJSON, without its end. Raises for input that cannot be sent."""
    if given is not None:
        _given_id(given)
    features = _features_of(features, note)
    prediction = record_of(prediction)
    if type(prediction) is not dict and not isinstance(prediction, Mapping) or not _says_something(prediction):
        raise InvalidEvent('prediction must be a dict with score, scores, class or value, such as {"score": 0.93}')
    event: dict[str, Any] = {
        "model": _model_of(model),
        "prediction_id": id,
        "ts": now_ms if ts is None else _ms_of(ts, "ts"),
    }
    if version is not None:
        event["version"] = text_of(version)
    event["features"] = features
    event["prediction"] = prediction if is_plain(prediction) else clean_record(prediction, note, "prediction.")
    if tags is not None:
        texts = _tags_of(tags, note)
        if texts is not None:
            event["tags"] = texts
    if latency_ms is not None:
        latency = scalar_of(latency_ms)
        if type(latency) in (int, float):
            event["latency_ms"] = latency
    try:
        return "".join(_parts(event, 0))
    except ValueError:  # a number that is not finite; to look for one in every event would cost more than all the rest
        event["features"] = clean_record(event["features"], note)
        event["prediction"] = clean_record(event["prediction"], note, "prediction.")
        return "".join(_parts(event, 0))


def _features_of(given: Any, note: Note) -> Mapping[Any, Any]:
    """If they cannot be read at all the prediction is kept without them."""
    if is_plain(given):
        return given  # type: ignore[no-any-return]
    if given is None:
        return {}
    try:
        features = record_of(given)
        if isinstance(features, Mapping):
            return features if is_plain(features) else clean_record(features, note)
    except Exception as error:
        note("unsupported_feature", "features", f"left out: {reason_of(error)}")
        return {}
    what = "a coroutine: await it" if inspect.iscoroutine(given) else f"a {type(given).__name__}"
    raise InvalidEvent(f"features must be a dict, not {what}")


def _says_something(prediction: Mapping[Any, Any]) -> bool:
    for name in _OUTPUTS:
        if prediction.get(name) is not None:
            return True
    return False


def outcome_line(now_ms: int, prediction_id: Any, label: Any, model: Any, ts: Any, prediction_ts: Any) -> str:
    id = _given_id(prediction_id)
    if id is None:
        raise InvalidEvent("an outcome needs the prediction_id that it belongs to")
    scalar = scalar_of(label)
    if scalar is None:
        raise InvalidEvent("label must be text, a finite number or a bool")
    known_ms = now_ms if ts is None else _ms_of(ts, "ts")
    event = {"model": _model_of(model), "prediction_id": id, "label": scalar, "ts": known_ms}
    if prediction_ts is not None:
        event["prediction_ts"] = _ms_of(prediction_ts, "prediction_ts")
    return "".join(_parts(event, 0))


def _given_id(id: Any) -> Optional[str]:
    if id is None or type(id) is str:
        return id or None
    scalar = scalar_of(id)
    if scalar is None or scalar == "":
        return None
    if type(scalar) is bool:
        raise InvalidEvent("prediction_id must be text")
    return text_of(scalar)


def _model_of(model: Any) -> str:
    if not isinstance(model, str) or not model:
        raise InvalidEvent("no model: name it in the event or in the client")
    return model if type(model) is str else str.__str__(model)


def _tags_of(given: Any, note: Note) -> Optional[dict[str, str]]:
    try:
        entries = list(record_of(given).items())
    except Exception:
        note("unsupported_feature", "tags", "left out: they are a dict of text")
        return None
    copy: dict[str, str] = {}
    for key, value in entries:
        if value is None:
            continue
        if type(key) is str and type(value) is str:
            copy[key] = value
            continue
        name = "?"
        try:
            name = text_of(key)
            scalar = scalar_of(value)
            if scalar is not None:
                copy[name] = text_of(scalar)
        except Exception:
            note("unsupported_feature", f"tags.{name}", "left out: a tag is text")
    return copy


def _ms_of(ts: Any, field: str) -> int:
    """Stamped here and not by the server: an event may wait for hours before it arrives."""
    try:
        return to_ms(ts)
    except NotATime as error:
        raise InvalidEvent(f"{field} is not a time") from error
