"""Python values as JSON says them, without importing numpy or pandas: their values are known by what they can do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Callable
from uuid import UUID

#: Told (code, name, detail) what had to be changed in a feature; at most one word a name goes on to ``on_error``.
Note = Callable[[str, str, str], None]

_DEPTH_MAX = 16
_SAFE = 2**53 - 1
_PLAIN = frozenset((str, bool, type(None)))
_SIMPLE = _PLAIN | {int, float}
_NAMES = frozenset((str,))


class Unsupported(Exception):
    """A value that JSON cannot carry."""


def clean_record(record: Mapping[Any, Any], note: Note, prefix: str = "") -> Mapping[Any, Any]:
    """A copy of the mapping that JSON can carry.

    NaN and infinities become None, integers beyond 2^53 text, times ISO text, arrays lists, numpy scalars numbers. What
    cannot be carried is left out. Both are told to ``note``.
    """
    copy: dict[str, Any] = {}
    for key, value in record.items():
        name = "?"
        try:
            name = text_of(key)

            def non_finite(name: str = name) -> None:
                note("non_finite_feature", prefix + name, "is not finite; sent as null")

            copy[name] = clean(value, non_finite)
        except Exception as error:
            note("unsupported_feature", prefix + name, f"left out: {reason_of(error)}")
    return copy


def is_plain(record: Mapping[Any, Any]) -> bool:
    """JSON says it as it is, if its floats are finite: the common case, and the fast one."""
    if type(record) is not dict:
        return False
    kinds = {*map(type, record.values())}
    if not kinds <= _SIMPLE or not {*map(type, record)} <= _NAMES:
        return False
    return int not in kinds or all(-_SAFE <= value <= _SAFE for value in record.values() if type(value) is int)


def clean(value: Any, non_finite: Callable[[], None], path: tuple[int, ...] = ()) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        if value - value == 0.0:
            return value
        non_finite()
        return None
    if kind is int:
        return value if -_SAFE <= value <= _SAFE else str(value)
    if isinstance(value, Enum):
        return clean(value.value, non_finite, path)
    if isinstance(value, float):
        return clean(float(value), non_finite, path)
    if isinstance(value, int):
        return clean(int(value), non_finite, path)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return None if value != value else value.isoformat()  # NaT is a datetime too
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return clean(value.total_seconds(), non_finite, path)
    if isinstance(value, Decimal):
        return clean(float(value) if not value.is_snan() else math.nan, non_finite, path)
    if isinstance(value, UUID):
        return str(value)
    return _clean_container(value, non_finite, path)


def _clean_container(value: Any, non_finite: Callable[[], None], path: tuple[int, ...]) -> Any:
    if id(value) in path:
        raise Unsupported("it refers to itself")
    if len(path) > _DEPTH_MAX:
        raise Unsupported(f"nested deeper than {_DEPTH_MAX}")
    inner = (*path, id(value))
    if isinstance(value, Mapping):
        return {text_of(key): clean(item, non_finite, inner) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item, non_finite, inner) for item in value]
    name = type(value).__name__
    if name == "NAType":
        return None
    if name == "datetime64":
        return clean(value.astype("datetime64[us]").tolist(), non_finite, inner)
    if name == "timedelta64":
        return clean(value.astype("timedelta64[us]").tolist(), non_finite, inner)
    if isinstance(value, type):
        raise Unsupported("a type")
    for method in ("tolist", "to_list"):  # arrays and scalars of numpy, pandas, torch, pyarrow, polars
        if callable(getattr(value, method, None)):
            return clean(getattr(value, method)(), non_finite, inner)
    if hasattr(type(value), "__float__"):
        return clean(float(value), non_finite, inner)
    raise Unsupported(f"a {name}")


def scalar_of(value: Any) -> Any:
    """A str, int, float or bool that says the same, None if the value is missing. Raises Unsupported."""
    kind = type(value)
    if kind is str or (kind is float and value - value == 0.0):
        return value
    cleaned = clean(value, lambda: None)
    if isinstance(cleaned, (dict, list)):
        raise Unsupported(f"a {type(value).__name__}")
    return cleaned


def text_of(value: Any) -> str:
    """As the server compares classes and labels: 1, 1.0 and "1" are the same, True is "true"."""
    scalar = scalar_of(value)
    if type(scalar) is str:
        return scalar
    if scalar is None:
        raise Unsupported("a missing value as text")
    if type(scalar) is bool:
        return "true" if scalar else "false"
    if type(scalar) is float and scalar.is_integer():
        return str(int(scalar))
    return str(scalar)


def record_of(value: Any) -> Any:
    """The mapping that a row of pandas, a pydantic model or a named tuple stands for; anything else as it is."""
    if type(value) is dict or isinstance(value, (Mapping, type)):
        return value
    if hasattr(value, "columns") and hasattr(value, "__len__") and hasattr(value, "__getitem__"):
        return _only_row_of(value)
    for method in ("to_dict", "model_dump", "_asdict"):
        if callable(getattr(value, method, None)):
            return getattr(value, method)()
    return value


def _only_row_of(frame: Any) -> dict[Any, Any]:
    """What is given to ``predict`` is often a data frame of one row."""
    if len(frame) != 1:
        raise Unsupported(f"a data frame of {len(frame)} rows; log_dataframe takes those")
    return {name: list(frame[name])[0] for name in frame.columns}


def reason_of(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except Exception:
        return "unreadable"
