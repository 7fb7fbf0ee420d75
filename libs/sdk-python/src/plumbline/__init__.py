"""Plumbline watches models in production; this package sends it predictions and outcomes. See docs/sdk-python.md."""

from ._types import DROP_REASONS, ERROR_CODES, Drop, FlushResult, PlumblineError, Rejection, Stats
from ._version import VERSION as __version__
from .client import Plumbline

__all__ = [
    "DROP_REASONS",
    "ERROR_CODES",
    "Drop",
    "FlushResult",
    "Plumbline",
    "PlumblineError",
    "Rejection",
    "Stats",
    "__version__",
]
