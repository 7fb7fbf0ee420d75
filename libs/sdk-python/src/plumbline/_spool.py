from __future__ import annotations

import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple, Optional

from ._report import Report
from ._spool_files import FileName, chunks_of, is_orphan, parse_name

# What a small file takes on most file systems.
_BLOCK_BYTES = 4096

# Of the clients alive in this process.
_owners: set[str] = set()


class _File:
    __slots__ = ("path", "size", "refs")

    def __init__(self, path: str, size: int, refs: int) -> None:
        self.path = path
        self.size = size
        # Batches of it that are not acknowledged; at none it is deleted.
        self.refs = refs


class Ref(NamedTuple):
    """Where a batch is on disk."""

    file: _File
    offset: int
    length: int


class Found(NamedTuple):
    kind: str
    ref: Ref
    events: int


class Spool:
    """Batches on disk from before their first try until the acknowledgement, one NDJSON file each.

    Not synced: it survives the death of the process, not the loss of power. Calls may come from several threads.
    """

    def __init__(self, dir: str, bytes_max: int, report: Report) -> None:
        self._dir = os.fspath(dir)
        self._bytes_max = bytes_max
        self._report = report
        self._owner = ""
        self._host = re.sub(r"[^\w-]", "_", socket.gethostname(), flags=re.ASCII) or "_"
        self.reset()

    def reset(self) -> None:
        """Also for a forked child: the files of the parent stay the parent's."""
        _owners.discard(self._owner)
        self._lock = threading.Lock()
        self._owner = secrets.token_hex(6)
        self._files: set[_File] = set()
        self._total = 0
        self._sequence = 0
        self._full_told = False
        self._broken_told = False
        _owners.add(self._owner)

    def append(self, kind: str, text: bytes) -> Optional[Ref]:
        """None: not stored, disk full or bound reached; the batch stays in memory only."""
        size = max(len(text), _BLOCK_BYTES)
        with self._lock:
            full = self._total + size > self._bytes_max
            tell = full and not self._full_told
            self._full_told = full
        if full:
            if tell:
                self._report.error(
                    "spool_full", f"{self._dir} holds {self._bytes_max} bytes; more events are kept in memory only"
                )
            return None
        path = self._path_for(kind, time.time_ns() // 1_000_000)
        try:
            os.makedirs(self._dir, mode=0o700, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            try:
                rest = memoryview(text)
                while rest:
                    rest = rest[os.write(handle, rest) :]
            finally:
                os.close(handle)
        except OSError as error:
            _unlink(path)
            self._broken(error)
            return None
        self._broken_told = False
        return Ref(self._own(path, len(text), 1), 0, len(text))

    def read(self, ref: Ref) -> Optional[list[str]]:
        """The lines of a batch; None when another process has taken the file over. Raises OSError if the disk does."""
        try:
            with open(ref.file.path, "rb") as file:
                file.seek(ref.offset)
                data = file.read(ref.length)
        except FileNotFoundError:
            return None
        if len(data) < ref.length:
            raise OSError("shorter than it was")
        return data.decode("utf-8", "surrogateescape")[:-1].split("\n")

    def split(self, ref: Ref, length: int) -> tuple[Ref, Ref]:
        """Two parts, of which the first has ``length`` bytes; both must be released."""
        with self._lock:
            ref.file.refs += 1
        return Ref(ref.file, ref.offset, length), Ref(ref.file, ref.offset + length, ref.length - length)

    def release(self, ref: Ref) -> None:
        """Acknowledged or given up: not to be delivered again."""
        with self._lock:
            ref.file.refs -= 1
            if ref.file.refs > 0 or ref.file not in self._files:
                return
            self._files.discard(ref.file)
            self._total -= max(ref.file.size, _BLOCK_BYTES)
            self._full_told = False
        _unlink(ref.file.path)

    def beat(self) -> None:
        """Says that we live, to those who share the directory."""
        with self._lock:
            paths = [file.path for file in self._files]
        for path in paths:
            try:
                os.utime(path)
            except OSError:
                pass

    def adopt(self, batch_size: int, batch_bytes: int) -> Iterator[Found]:
        """What dead writers left, cut into batches, oldest first."""
        try:
            os.makedirs(self._dir, mode=0o700, exist_ok=True)
            names = sorted(os.listdir(self._dir))
        except OSError as error:
            self._broken(error)
            return
        for name in names:
            file = parse_name(name)
            if file is None:
                continue
            path = os.path.join(self._dir, name)
            try:
                if not is_orphan(file, time.time() - os.stat(path).st_mtime, self._host, _owners):
                    continue
                mine = self._path_for(file.kind, file.born_ms)
                os.rename(path, mine)  # of two that try, one succeeds
                os.utime(mine)
                with open(mine, "rb") as opened:
                    chunks, damaged = chunks_of(opened.read(), batch_size, batch_bytes)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._report.error("spool", f"{path}: {error}", error)
                continue
            if damaged:
                self._report.error("spool", f"{mine}: {damaged} damaged lines are left out")
            if not chunks:
                _unlink(mine)
                continue
            owned = self._own(mine, chunks[-1][0] + chunks[-1][1], len(chunks))
            for offset, length, count in chunks:
                yield Found(file.kind, Ref(owned, offset, length), count)

    def close(self) -> None:
        """What is still on disk is for the next one."""
        _owners.discard(self._owner)

    def _broken(self, error: OSError) -> None:
        """Told once, until something can be written again: every batch will find it so."""
        if self._broken_told:
            return
        self._broken_told = True
        says = f"{self._dir}: {error}; events are kept in memory only while that lasts"
        self._report.error("spool", says, error)

    def _own(self, path: str, size: int, refs: int) -> _File:
        file = _File(path, size, refs)
        with self._lock:
            self._files.add(file)
            self._total += max(size, _BLOCK_BYTES)
        return file

    def _path_for(self, kind: str, born_ms: int) -> str:
        with self._lock:
            self._sequence += 1
            sequence = self._sequence
        return os.path.join(self._dir, FileName(born_ms, sequence, self._host, os.getpid(), 0, self._owner, kind).text())


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
