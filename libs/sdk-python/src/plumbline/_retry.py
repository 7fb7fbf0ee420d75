from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Optional

_RETRY_AFTER_MAX_S = 600.0


def backoff_s(failures: int, base_s: float, cap_s: float, random: float) -> float:
    """Full jitter: uniform in [0, min(cap, base * 2^(n-1))) after the n-th failure; ``random`` in [0, 1)."""
    return random * min(cap_s, base_s * 2.0 ** min(failures - 1, 30))


def retry_after_s(header: Optional[str], now_s: float) -> Optional[float]:
    """``Retry-After`` in seconds, from seconds or a date; None if absent or unreadable. At most ten minutes."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - now_s
        except Exception:
            return None
    return None if seconds != seconds else min(max(seconds, 0.0), _RETRY_AFTER_MAX_S)


def fate_of(status: int) -> tuple[str, str]:
    """What an HTTP status means for a batch, and its error code.

    ``retry``: the server is in trouble; ``settings``: the address or the key is wrong, not the events; ``split``: the batch is
    too large; ``plain``: compression is not understood; ``refuse``: this batch will never be taken.
    """
    if 200 <= status < 300:
        return "done", "bad_answer"
    if status == 429:
        return "retry", "rate_limited"
    if status in (408, 425) or status >= 500:
        return "retry", "server_error"
    if status in (401, 403):
        return "settings", "unauthorized"
    if status == 413:
        return "split", "too_large"
    if status == 415:
        return "plain", "refused"
    if status < 400 or status in (404, 405):
        return "settings", "wrong_address"
    return "refuse", "refused"


class Gate:
    """When the server may be asked, as seen from all answers so far. Times are of ``time.monotonic``."""

    def __init__(self) -> None:
        self.failures = 0
        self.opens_at = 0.0
        # The server has asked for silence until then; nobody may hurry past it.
        self._asked_until = 0.0

    def answered(self) -> None:
        self.failures = 0
        self.opens_at = self._asked_until

    def failed(self, at: float, wait_s: float, asked: bool) -> None:
        self.failures += 1
        self.opens_at = max(self.opens_at, at + wait_s)
        if asked:
            self._asked_until = max(self._asked_until, at + wait_s)

    def hurry(self) -> None:
        """One try at once, whatever the back-off says: somebody waits for a flush."""
        self.opens_at = self._asked_until
