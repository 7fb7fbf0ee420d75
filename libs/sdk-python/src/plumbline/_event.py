from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Optional

from ._ids import uuid7
from ._times import NotATime, to_ms
from ._values import Note, clean_record, record_of, scalar_of, text_of

_OUTPUTS = ("score", "scores", "class", "value")
# Text stays ASCII, so that its length is its size. Everything given to it is clean, and has no cycles.
_encode = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode


class InvalidEvent(Exception):
    """Inside the package only; its message tells the user what is wrong with the event."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def prediction_id_of(prediction_id: Any, ts: Any) -> str:
    """The id given, else a new one that carries the event's time. Never raises."""
    ms = now_ms()
    try:
        given = _given_id(prediction_id)
        if given is not None:
            return given
        if ts is not None:
            ms = to_ms(ts)
    except Exception:
        pass  # told by prediction_line, which reads the same fields again
    return uuid7(ms)


def prediction_line(
    id: str, given: Any, model: Any, version: Any, features: Any, prediction: Any, ts: Any, tags: Any, latency_ms: Any, note: Note
) -> str:
    """One line of NDJSON, without its end. Raises for input that cannot be sent."""
    _given_id(given)
    features = {} if features is None else record_of(features)
    if not isinstance(features, Mapping):
        raise InvalidEvent("features must be a dict")
    prediction = record_of(prediction)
    if not isinstance(prediction, Mapping) or all(prediction.get(name) is None for name in _OUTPUTS):
        raise InvalidEvent('prediction must be a dict with score, scores, class or value, such as {"score": 0.93}')
    event: dict[str, Any] = {"model": _model_of(model), "prediction_id": id, "ts": _ms_of(ts, "ts")}
    if version is not None:
        event["version"] = text_of(version)
    event["features"] = clean_record(features, note)
    event["prediction"] = clean_record(prediction, note, "prediction.")
    if tags is not None:
        event["tags"] = _tags_of(tags, note)
    if latency_ms is not None:
        latency = scalar_of(latency_ms)
        if type(latency) in (int, float):
            event["latency_ms"] = latency
    return _encode(event)


def outcome_line(prediction_id: Any, label: Any, model: Any, ts: Any, prediction_ts: Any) -> str:
    id = _given_id(prediction_id)
    if id is None:
        raise InvalidEvent("an outcome needs the prediction_id that it belongs to")
    scalar = scalar_of(label)
    if scalar is None:
        raise InvalidEvent("label must be text, a finite number or a bool")
    event = {"model": _model_of(model), "prediction_id": id, "label": scalar, "ts": _ms_of(ts, "ts")}
    if prediction_ts is not None:
        event["prediction_ts"] = _ms_of(prediction_ts, "prediction_ts")
    return _encode(event)


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
    return str.__str__(model)


def _tags_of(tags: Any, note: Note) -> dict[str, str]:
    tags = record_of(tags)
    if not isinstance(tags, Mapping):
        raise InvalidEvent("tags must be a dict")
    copy: dict[str, str] = {}
    for key, value in tags.items():
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
    if ts is None:
        return now_ms()
    try:
        return to_ms(ts)
    except NotATime as error:
        raise InvalidEvent(f"{field} is not a time") from error
