from __future__ import annotations

import itertools
import os
import random

# A generator of our own: programs seed the global one, and equal seeds in two processes would be equal ids.
_random = random.Random()
_counter = itertools.count(_random.getrandbits(31))


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
    count = next(_counter)
    time = min(max(ms, 0), (1 << 48) - 1)
    bits = (
        time << 80
        | (0x7000 | (count >> 20) & 0xFFF) << 64
        | (0x8000 | (count >> 6) & 0x3FFF) << 48
        | (count & 0x3F) << 42
        | _random.getrandbits(42)
    )
    text = "%032x" % bits
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def ms_of_id(id: str) -> int:
    """The millisecond that is written in a UUIDv7."""
    return int(id[:8] + id[9:13], 16)
