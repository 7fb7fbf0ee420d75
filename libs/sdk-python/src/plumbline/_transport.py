from __future__ import annotations

import encodings.idna  # noqa: F401  sockets import it at first use, which a fork in that moment would break in the child
import gzip
import http.client
import io
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Optional
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

from ._config import Config
from ._queue import Batch, text_of_lines
from ._retry import fate_of, retry_after_s
from ._values import reason_of
from ._version import VERSION

# Servers and balancers close idle connections after 5 s and more; a request on a closed one is a request lost.
_IDLE_S = 4.0
# 10,000 refusals, the most that a server names, are a fraction of it.
_ANSWER_BYTES_MAX = 16 << 20
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass
class Verdict:
    fate: str
    code: str = ""
    message: str = ""
    after_s: Optional[float] = None
    cause: Optional[BaseException] = None
    accepted: int = 0
    duplicates: int = 0
    rejected: list[Any] = field(default_factory=list)


class Transport:
    """Sends one batch once and says what became of it. Never raises. Used by one thread at a time."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._gzip = config.gzip
        self._connection: Any = None
        self._used_at = 0.0

    def reset(self) -> None:
        """For a forked child: the connection is the parent's, and is let go without a word to the server."""
        self._connection = None

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:
                pass

    def send(self, batch: Batch, lines: list[str]) -> Verdict:
        url = f"{self._config.url}/v1/{batch.kind}s"
        try:
            if batch.body is None:
                self._encode(batch, lines)
            status, headers, body = self._exchange(url, batch)
        except Exception as error:
            self.close()
            return Verdict("retry", "unreachable", f"POST {url}: {_why(error, self._config.timeout)}", cause=error)
        verdict = _verdict_of(url, status, headers, body, batch.count)
        if verdict.fate == "plain":
            # 415: something between here and there does not take gzip. Once without tells whether that was it.
            if batch.encoding is None:
                verdict.fate = "refuse"
            else:
                self._gzip = False
                batch.body = None
        return verdict

    def _encode(self, batch: Batch, lines: list[str]) -> None:
        text = text_of_lines(lines)
        batch.encoding = "gzip" if self._gzip else None
        batch.body = gzip.compress(text, 1, mtime=0) if self._gzip else text

    def _exchange(self, url: str, batch: Batch) -> tuple[int, Any, bytes]:
        if time.monotonic() - self._used_at > _IDLE_S:
            self.close()
        if self._connection is not None:
            try:
                return self._once(url, batch)
            except (ConnectionError, http.client.BadStatusLine):
                self.close()  # the server had closed it meanwhile
        return self._once(url, batch)

    def _once(self, url: str, batch: Batch) -> tuple[int, Any, bytes]:
        deadline = time.monotonic() + self._config.timeout
        headers = {"Content-Type": "application/x-ndjson", "User-Agent": f"plumbline-sdk-python/{VERSION}"}
        if self._config.api_key:
            headers["Authorization"] = f"Bearer {self._config.api_key}"
        if batch.encoding:
            headers["Content-Encoding"] = batch.encoding
        connection, target = self._open(url)
        connection.deadline = deadline
        connection.request("POST", target, body=batch.body, headers=headers)
        answer = connection.getresponse()
        chunks: list[bytes] = []
        size = 0
        while True:
            chunk = answer.read1(1 << 16)
            if not chunk:
                break
            size += len(chunk)
            if size > _ANSWER_BYTES_MAX:
                raise http.client.HTTPException("an answer without end")
            chunks.append(chunk)
        answer.close()  # read1 leaves it open, and with it the connection busy
        if answer.will_close:
            self.close()
        elif connection.sock is not None:
            connection.sock.settimeout(self._config.timeout)
        self._used_at = time.monotonic()
        return answer.status, answer.headers, b"".join(chunks)

    def _open(self, url: str) -> tuple[Any, str]:
        parts = urlsplit(url)
        # of the environment only: asking macOS for its settings crashes forked children
        direct = parts.hostname in _LOOPBACK or proxy_bypass_environment(parts.netloc)
        proxy = None if direct else getproxies_environment().get(parts.scheme)
        target = url if proxy and parts.scheme == "http" else parts.path
        if self._connection is None:
            self._connection = _connect(parts, proxy, self._config.timeout)
            self._used_at = time.monotonic()
        return self._connection, target


class _InTime(io.RawIOBase):
    """Reads from a socket until the deadline of its connection. The timeout of a socket begins anew with every byte, so that
    a server that drips would hold the thread for ever."""

    def __init__(self, sock: Any, connection: Any) -> None:
        self._sock = sock
        self._connection = connection
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open while the answer is read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        left = self._connection.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def _connect(parts: Any, proxy: Optional[str], timeout: float) -> Any:
    connection = _connection_to(parts, proxy, timeout)
    connection.deadline = time.monotonic() + timeout

    def answer_of(sock: Any, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        answer = http.client.HTTPResponse(sock, *args, **kwargs)
        answer.fp.close()
        answer.fp = io.BufferedReader(_InTime(sock, connection))
        return answer

    connection.response_class = answer_of
    return connection


def _connection_to(parts: Any, proxy: Optional[str], timeout: float) -> Any:
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    if not proxy:
        return make(parts.hostname, parts.port, timeout=timeout)
    via = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    connection = make(via.hostname or "", via.port or 80, timeout=timeout)
    if parts.scheme == "https":
        connection.set_tunnel(parts.hostname, parts.port or 443)
    return connection


def _verdict_of(url: str, status: int, headers: Any, body: bytes, count: int) -> Verdict:
    fate, code = fate_of(status)
    document = _parse(body)
    if fate == "done":
        receipt = _receipt_of(document, count)
        if receipt:
            return receipt
        message = f"POST {url}: answered {status} without a receipt; is this the address of Plumbline?"
        return Verdict("retry", code, message)
    # problem details (RFC 9457), else the beginning of whatever came
    detail = document.get("detail") or document.get("title") or body[:200].decode("utf-8", "replace").strip()
    message = f"POST {url}: {status} {detail or headers.get('Location') or ''}".strip()
    after_s = retry_after_s(headers.get("Retry-After"), time.time()) if fate == "retry" else None
    return Verdict(fate, code, message, after_s=after_s)


def _receipt_of(document: dict[str, Any], count: int) -> Optional[Verdict]:
    """Only what accounts for every event of the batch: anything else may have been said by somebody who did not read it."""
    accepted: Any = document.get("accepted")
    duplicates: Any = document.get("duplicates")
    rejected: Any = document.get("rejected")
    if not (_is_count(accepted) and _is_count(duplicates) and isinstance(rejected, list)):
        return None
    refusals = [entry for entry in rejected if isinstance(entry, dict)]
    left = count - accepted - duplicates
    # a long list is cut by the server
    if left < len(refusals) or (left > 0 and not refusals):
        return None
    return Verdict("done", accepted=accepted, duplicates=duplicates, rejected=refusals)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _parse(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except Exception:
        return {}
    return document if isinstance(document, dict) else {}


def _why(error: BaseException, timeout: float) -> str:
    # two classes before Python 3.10
    return f"no answer within {timeout:g} s" if isinstance(error, (TimeoutError, socket.timeout)) else reason_of(error)
