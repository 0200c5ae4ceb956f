"""Who deals jobs into a folder, and whether that one still lives.

A driver holds a lock on its own file as long as it lives, and writes another number into it every
few seconds. On the same machine the lock tells at once that it is dead; from elsewhere, where a
lock may mean nothing, a number that stays the same for long enough does: no clocks are compared.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from pathlib import Path

from ..files.whole import explained

BEAT_SECONDS, STALE_SECONDS = 5.0, 60.0


class Driver:
    """This process among the drivers of ``folder``: ``with Driver(folder) as me: me.token``.

    ``stale`` seconds without a beat mean that a driver on another machine is dead.
    """

    def __init__(
        self, folder: Path, beat: float = BEAT_SECONDS, stale: float = STALE_SECONDS
    ) -> None:
        self.token = f"{_machine()}-{uuid.uuid4().hex[:12]}"
        self._folder, self._beat, self._stale = folder, beat, stale
        self._file = folder / self.token
        self._seen: dict[str, tuple[bytes, float]] = {}
        self._over = threading.Event()

    def __enter__(self) -> Driver:
        self._folder.mkdir(parents=True, exist_ok=True)
        with explained(self._file):
            self._handle = os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        _lock(self._handle)
        self._write(0)
        self._thread = threading.Thread(target=self._beats, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        os.close(self._handle)
        self._file.unlink(missing_ok=True)

    def lives(self, token: str) -> bool:
        """Whether the driver with that token may still be at work."""
        if token == self.token:
            return True
        try:
            if token.startswith(f"{_machine()}-") and _is_free(self._folder / token):
                return False
            beat = (self._folder / token).read_bytes()
        except (OSError, ValueError):  # it ended in good order; or no driver is called so
            return False
        return not self.still(token, beat)

    def still(self, name: str, beat: bytes) -> bool:
        """Whether what was seen of ``name`` has been this and nothing else for too long."""
        now = time.monotonic()
        before, since = self._seen.get(name, (None, now))
        if before != beat:
            self._seen[name] = beat, now
            return False
        return now - since > self._stale

    def _beats(self) -> None:
        count = 0
        while not self._over.wait(self._beat):
            count += 1
            try:
                self._write(count)
            except OSError:  # a disk that is away for a while
                continue

    def _write(self, count: int) -> None:
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, b"%012d" % count)
        os.fsync(self._handle)  # a shared disk keeps it back until then


def _machine() -> str:
    """This machine's name, as part of a file's, another one after each start of the system."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:8]
    except OSError:
        boot = "0"
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in socket.gethostname())
    return f"{name[:40]}-{boot}"


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by another, or a disk without locks
        return False
    return True


def _is_free(file: Path) -> bool:
    """Whether nobody on this machine holds the lock of ``file``."""
    handle = os.open(file, os.O_RDWR)
    try:
        return _lock(handle)
    finally:
        os.close(handle)
