from __future__ import annotations

from typing import Any, NamedTuple, Optional, TypedDict

KINDS = ("prediction", "outcome")

# Closed list; docs/sdk-python.md says what to do about each.
ERROR_CODES = (
    "invalid_config",
    "invalid_event",
    "non_finite_feature",
    "unsupported_feature",
    "queue_full",
    "unreachable",
    "rate_limited",
    "server_error",
    "bad_answer",
    "unauthorized",
    "wrong_address",
    "refused",
    "too_large",
    "rejected",
    "retries_exhausted",
    "closed",
    "spool",
    "spool_full",
    "internal",
)

# Why events were lost.
DROP_REASONS = (
    "invalid_event",
    "invalid_config",
    "queue_full",
    "refused",
    "too_large",
    "retries_exhausted",
    "closed",
    "spool",
    "internal",
)


class PlumblineError(Exception):
    """Never raised into your code, only given to ``on_error``. What caused it is in ``__cause__``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Drop(NamedTuple):
    """One event that is lost."""

    kind: str
    reason: str
    #: As it would have been sent; None when it could not even be built.
    event: Optional[dict[str, Any]]


class Rejection(NamedTuple):
    """One event that the server refused. It is also in the quarantine of the server."""

    kind: str
    code: str
    message: str
    prediction_id: Optional[str]
    event: Optional[dict[str, Any]]


class FlushResult(NamedTuple):
    #: Acknowledged by the server meanwhile; events that it knew already count too.
    delivered: int
    #: Refused one by one by the server meanwhile.
    rejected: int
    #: Not acknowledged yet, in memory or in the spool.
    pending: int


class Stats(TypedDict):
    """Counts of events, except ``retried`` (requests) and ``errors`` (occurrences)."""

    queued: int
    sent: int
    accepted: int
    duplicates: int
    rejected: int
    dropped: int
    retried: int
    errors: int
    spooled: int
