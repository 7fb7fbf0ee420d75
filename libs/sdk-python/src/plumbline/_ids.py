from __future__ import annotations

import itertools
import os
import random

# A generator of our own: programs seed the global one, and equal seeds in two processes would be equal ids.
_random = random.Random()
_counter = itertools.count(_random.getrandbits(31))
# The millisecond of the last id and how it is written; one object, so that no thread sees half of it.
_last: tuple[int, str] = (0, "00000000-0000")


def _fresh() -> None:
    """After a fork both processes would continue the same sequence."""
    global _counter
    _random.seed()
    _counter = itertools.count(_random.getrandbits(31))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_fresh)


def uuid7(ms: int) -> str:
    """UUIDv7 (RFC 9562, 6.2, method 1) of a time in epoch milliseconds.

    Ids of one process ascend within a millisecond: 32 bits after the time are a counter with a random start; 42 are random.
    Takes no lock, so that it may be called from anywhere.
    """
    global _last
    made_ms, prefix = _last
    if made_ms != ms:
        text = f"{min(max(ms, 0), (1 << 48) - 1):012x}"
        prefix = f"{text[:8]}-{text[8:]}"
        _last = (ms, prefix)
    count = next(_counter)
    return "%s-%04x-%04x-%012x" % (
        prefix,
        0x7000 | (count >> 20) & 0xFFF,
        0x8000 | (count >> 6) & 0x3FFF,
        (count & 0x3F) << 42 | _random.getrandbits(42),
    )


def ms_of_id(id: str) -> int:
    """The millisecond that is written in a UUIDv7."""
    return int(id[:8] + id[9:13], 16)
