from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Optional
from urllib.parse import urlsplit

from ._report import Report

_MIB = 1 << 20


@dataclass(frozen=True)
class Config:
    #: Without a slash at the end; None: nowhere to send, everything is dropped and told.
    url: Optional[str]
    api_key: Optional[str]
    gzip: bool
    dry_run: bool
    batch_size: int
    batch_bytes: int
    flush_interval: float
    queue_max: int
    queue_bytes_max: int
    timeout: float
    retries_max: int
    retry_base: float
    retry_cap: float
    spool_bytes_max: int


_DEFAULTS: dict[str, Any] = {
    "batch_size": 500,
    "batch_bytes": _MIB,
    "flush_interval": 1.0,
    "queue_max": 50_000,
    "queue_bytes_max": 128 * _MIB,
    "timeout": 10.0,
    "retries_max": 100,
    "retry_base": 0.5,
    "retry_cap": 30.0,
    "spool_bytes_max": 256 * _MIB,
}
_ZERO_ALLOWED = {"flush_interval", "retries_max", "retry_base", "retry_cap"}


def config_of(url: Any, api_key: Any, gzip: Any, dry_run: Any, numbers: dict[str, Any], report: Report) -> Config:
    """Options, environment and defaults in one; mistakes are told and replaced by the default, never raised."""
    used = {name: _number_of(name, numbers.get(name), default, report) for name, default in _DEFAULTS.items()}
    dry = _truth_of(dry_run, False)
    address = None if dry else _url_of(url, report)
    key = _key_of(api_key, report)
    if not key and address:
        report.error("invalid_config", "no api_key: set it or PLUMBLINE_API_KEY")
    return Config(url=address, api_key=key, gzip=_truth_of(gzip, True), dry_run=dry, **used)


def _number_of(name: str, given: Any, default: Any, report: Report) -> Any:
    if given is None:
        return default
    try:
        number = float(given)
        least = 0.0 if name in _ZERO_ALLOWED else 1.0 if isinstance(default, int) else 1e-3
        if number >= least and not isinstance(given, (str, bool)):
            return number if isinstance(default, float) else int(min(number, 1e18))
    except Exception:
        pass
    report.error("invalid_config", f"{name}: {_repr(given)} is not a usable number; {default} is used")
    return default


def _truth_of(given: Any, default: bool) -> bool:
    try:
        return bool(given)
    except Exception:
        return default


def _key_of(given: Any, report: Report) -> Optional[str]:
    key = given if given is not None else os.environ.get("PLUMBLINE_API_KEY")
    if key is None:
        return None
    text = str(key).strip() if isinstance(key, str) else ""
    if text and all(33 <= ord(c) < 127 for c in text):
        return text
    if text or not isinstance(key, str):
        report.error("invalid_config", "the api_key is not one: it has characters that no key has")
    return None


def _url_of(given: Any, report: Report) -> Optional[str]:
    says = "nothing is sent"
    text = given if given is not None else os.environ.get("PLUMBLINE_URL")
    if text is None or isinstance(text, str) and not text.strip():
        report.error("invalid_config", f"no url: set it or PLUMBLINE_URL; {says}")
        return None
    try:
        url = urlsplit(str(text).strip())
        if url.scheme not in ("http", "https") or not url.hostname or not url.netloc.isascii():
            raise ValueError("not http")
        url.port  # raises when it is no number
        if any(ord(c) <= 32 for c in url.netloc + url.path):
            raise ValueError("white space")
    except Exception:
        report.error("invalid_config", f"{_repr(text)} is not an http(s) URL; {says}")
        return None
    if "@" in url.netloc:
        report.error("invalid_config", f"the url must not contain a user or password; use api_key; {says}")
        return None
    return f"{url.scheme}://{url.netloc}{url.path}".rstrip("/")


def _repr(value: Any) -> str:
    try:
        return repr(value)[:100]
    except Exception:
        return "it"
