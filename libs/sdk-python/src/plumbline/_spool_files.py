from __future__ import annotations

import os
import re
from typing import NamedTuple, Optional

_PATTERN = re.compile(r"(\d{13})-(\d+)\.([\w-]+)\.(\d+)-(\d+)\.([0-9a-f]+)\.(prediction|outcome)s\.ndjson", re.ASCII)

# Owners touch their files every minute; after three of silence they are gone, wherever they ran.
BEAT_S = 60.0
SILENCE_S = 3 * BEAT_S


class FileName(NamedTuple):
    """What the name of a spool file says, the same as in the TypeScript SDK: who writes it, since when, and what is in it."""

    born_ms: int
    sequence: int
    host: str
    pid: int
    thread: int
    #: Of one client: two in one process do not touch each other's files.
    owner: str
    kind: str

    def text(self) -> str:
        return (
            f"{self.born_ms:013d}-{self.sequence}.{self.host}.{self.pid}-{self.thread}.{self.owner}.{self.kind}s.ndjson"
        )


def parse_name(name: str) -> Optional[FileName]:
    match = _PATTERN.fullmatch(name)
    if not match:
        return None
    born, sequence, host, pid, thread, owner, kind = match.groups()
    return FileName(int(born), int(sequence), host, int(pid), int(thread), owner, kind)


def is_orphan(file: FileName, age_s: float, host: str, owners: set[str]) -> bool:
    """Whether the writer of a file is gone, so that another may deliver it.

    On the same host the process id tells at once; our own id under another owner is the run before us (in a container the
    process id is always the same). A wrong guess costs a repeated delivery, which the server recognises.
    """
    if file.owner in owners:
        return False
    if age_s > SILENCE_S:
        return True
    if file.host != host:
        return False
    return file.pid == os.getpid() or not _is_alive(file.pid)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # os.kill would end it; the age of the file decides there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OverflowError:
        return False
    except OSError:
        pass
    return True


def chunks_of(data: bytes, batch_size: int, batch_bytes: int) -> tuple[list[tuple[int, int, int]], int]:
    """Cuts a file into batches of whole lines, (offset, length, count), and counts those that are damaged, which are in no batch:
    a disk that lost power or space leaves zeros and halves. A last line without its end is what a crash left of it, and is
    not counted."""
    is_text = _is_utf8(data)
    chunks: list[tuple[int, int, int]] = []
    offset = start = count = damaged = 0
    end = data.find(b"\n")
    while end != -1:
        after = end + 1
        whole = data[start : start + 1] == b"{" and data[end - 1 : end] == b"}" and (is_text or _is_utf8(data[start:end]))
        if count and (not whole or count >= batch_size or after - offset > batch_bytes):
            chunks.append((offset, start - offset, count))
            offset, count = start, 0
        if whole:
            count += 1
        else:
            damaged += 1
            offset = after
        start = after
        end = data.find(b"\n", start)
    if count:
        chunks.append((offset, start - offset, count))
    return chunks, damaged


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
