from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MS = timedelta(milliseconds=1)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
# As seconds this is the year 5138, as milliseconds March 1973: nothing that is logged lies on the wrong side.
_SECONDS_BELOW = 1e11


class NotATime(Exception):
    pass


def to_ms(time: Any) -> int:
    """Epoch milliseconds of a datetime, a date, ISO-8601 text, epoch seconds (``time.time()``) or epoch milliseconds.

    What has no zone is UTC. Times of numpy and pandas are understood without importing them. Raises NotATime.
    """
    try:
        return _to_ms(time)
    except NotATime:
        raise
    except Exception as error:
        raise NotATime(str(error)) from error


def _to_ms(time: Any) -> int:
    if isinstance(time, datetime):
        if time.utcoffset() is None:
            time = time.replace(tzinfo=timezone.utc)
        return int((time - _EPOCH) // _MS)  # NaT is a datetime too, and fails here
    if isinstance(time, str):
        return _parse(time.strip())
    if isinstance(time, date):
        return (datetime(time.year, time.month, time.day, tzinfo=timezone.utc) - _EPOCH) // _MS
    if isinstance(time, (bool, bytes, bytearray)):
        raise NotATime("neither a number nor text")
    if type(time).__name__ == "datetime64":
        return _to_ms(time.astype("datetime64[us]").tolist())
    number = float(time)
    return int(number * 1000) if abs(number) < _SECONDS_BELOW else int(number)


def _parse(text: str) -> int:
    match = _ISO.fullmatch(text)
    if not match:
        raise NotATime("not ISO-8601")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    time = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=timezone.utc)
    ms = (time - _EPOCH) // _MS + int((fraction or "0").ljust(3, "0")[:3])
    if zone and zone not in "Zz":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        ms -= (minutes if zone[0] == "+" else -minutes) * 60_000
    return ms
