"""Words to the user: results on standard output, all else on standard error.

So a script can read the results alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


def say(text: str = "") -> None:
    """Write a result: one or more lines on standard output."""
    _write(sys.stdout, text + "\n")


def note(text: str) -> None:
    """Write a word on what is being done, on standard error."""
    _write(sys.stderr, text + "\n")


def complain(text: str) -> None:
    """Write an error on standard error."""
    note(f"error: {text}")


@contextmanager
def timed(title: str) -> Iterator[None]:
    """Say how long the block took; on a terminal also that it has begun."""
    if sys.stderr.isatty():
        note(f"{title} ...")
    start, verdict = time.monotonic(), "failed "
    try:
        yield
        verdict = ""
    finally:
        note(f"{title}: {verdict}{time.monotonic() - start:.1f} s")


def showable(text: str, stream: TextIO) -> str:
    """``text`` with a question mark for what a console cannot show: a prompt in Greek, cp1252."""
    encoding = stream.encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding)


def _write(stream: TextIO, text: str) -> None:
    stream.write(showable(text, stream))
    stream.flush()
