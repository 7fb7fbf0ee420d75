"""Rows of a data frame as events. pandas is not imported: whatever has ``columns`` and ``frame[name]`` is a frame,
and so is a dict of columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from ._event import InvalidEvent
from ._values import clean


def rows_of(
    frame: Any,
    *,
    features: Any,
    score: Any,
    scores: Any,
    cls: Any,
    value: Any,
    label: Any,
    prediction_id: Any,
    ts: Any,
    label_ts: Any,
    tags: Any,
) -> Iterator[dict[str, Any]]:
    """One dict a row: features, prediction, prediction_id, ts, tags, label, label_ts. Raises InvalidEvent, at the first row."""
    columns = _columns_of(frame)
    by_class = _names_of("scores", scores)
    by_tag = _names_of("tags", tags)
    outputs = {"score": score, "class": cls, "value": value}
    if not by_class and all(name is None for name in outputs.values()):
        raise InvalidEvent("log_dataframe needs the column of the prediction: score=, scores=, cls= or value=")
    taken = {*by_class.values(), *by_tag.values(), *outputs.values(), label, prediction_id, ts, label_ts}
    inputs = _names_of("features", features if features is not None else [c for c in columns if c not in taken])
    missing = [name for name in (*inputs.values(), *taken) if name is not None and name not in columns]
    if missing:
        raise InvalidEvent(f"the data frame has no column {missing[0]!r}; it has {', '.join(map(repr, columns[:20]))}")

    def column(name: Any) -> Optional[list[Any]]:
        return None if name is None else _values_of(frame[name])

    feature_columns = {name: _values_of(frame[source]) for name, source in inputs.items()}
    class_columns = {name: _values_of(frame[source]) for name, source in by_class.items()}
    tag_columns = {name: _values_of(frame[source]) for name, source in by_tag.items()}
    output_columns = {name: _values_of(frame[source]) for name, source in outputs.items() if source is not None}
    singles = {"prediction_id": column(prediction_id), "ts": column(ts), "label": column(label), "label_ts": column(label_ts)}
    count = len(next(iter((class_columns or output_columns).values())))
    for at in range(count):
        prediction: dict[str, Any] = _row(output_columns, at)
        if class_columns:
            prediction["scores"] = _row(class_columns, at)
        row = {name: None if values is None else _present(values[at]) for name, values in singles.items()}
        yield {"features": _row(feature_columns, at), "prediction": prediction, "tags": _row(tag_columns, at) or None, **row}


def _columns_of(frame: Any) -> list[Any]:
    if hasattr(frame, "columns") and hasattr(frame, "__getitem__"):
        return list(frame.columns)
    if not isinstance(frame, Mapping):
        raise InvalidEvent(
            "log_dataframe needs a data frame (pandas, polars, any object with .columns and frame[name]) or a dict of columns, "
            f"not a {type(frame).__name__}"
        )
    lengths = {len(column) if isinstance(column, (list, tuple)) else -1 for column in frame.values()}
    if len(lengths) != 1 or -1 in lengths:
        raise InvalidEvent("a dict for log_dataframe has lists of one length, a column each; log_prediction takes one row")
    return list(frame)


def _names_of(option: str, given: Any) -> dict[Any, Any]:
    """Name by name, or name by column."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, str):
        raise InvalidEvent(f"{option} is a list of columns: [{given!r}]")
    return {name: name for name in given}


def _values_of(column: Any) -> list[Any]:
    for method in ("tolist", "to_list"):
        if callable(getattr(column, method, None)):
            return list(getattr(column, method)())
    return list(column)


def _row(columns: dict[Any, list[Any]], at: int) -> dict[Any, Any]:
    return {name: _present(values[at]) for name, values in columns.items()}


def _present(value: Any) -> Any:
    """None for what a frame says when a value is missing: NaN, NaT, NA."""
    if isinstance(value, float):
        return None if value != value else value
    kind = type(value).__name__
    return clean(value, lambda: None) if kind in ("NaTType", "NAType") else value
