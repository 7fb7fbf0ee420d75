"""What happens to senders when their process forks or ends. Installs no signal handlers."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._sender import Sender

# A program that is done should not seem to hang because its monitoring is away.
EXIT_S = 10.0

_senders: weakref.WeakSet[Sender] = weakref.WeakSet()
_hooked_pid = 0


def track(sender: Sender) -> None:
    _senders.add(sender)


def at_thread_start() -> None:
    """Children of multiprocessing end without atexit; they have a list of their own, which is emptied after the fork."""
    global _hooked_pid
    if _hooked_pid == os.getpid() or "multiprocessing.util" not in sys.modules:
        return
    _hooked_pid = os.getpid()
    from multiprocessing import process, util

    if process.parent_process() is not None:
        util.Finalize(None, _at_exit, exitpriority=0)


def _at_exit() -> None:
    try:
        # all at once, so that several clients do not wait one after the other
        for sender in list(_senders):
            sender.hurry()
        for sender in list(_senders):
            sender.close(EXIT_S)
    except KeyboardInterrupt:
        pass  # asked twice: at once


def _in_child() -> None:
    for sender in list(_senders):
        sender.reset()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
