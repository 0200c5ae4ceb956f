"""Lines and progress bars on a terminal, plain lines elsewhere.

Progress goes to standard error and results to standard output, so that a script can read the
results alone. This is the one module that writes to either.
"""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import TextIO

FILLED, EMPTY = "#", "."
BAR_WIDTH = 24
REDRAW_SECONDS = 0.1


def say(text: str = "") -> None:
    """Write a result: one or more lines on standard output."""
    _write(sys.stdout, text + "\n")


def note(text: str) -> None:
    """Write a word on what is being done, on standard error."""
    _write(sys.stderr, text + "\n")


def complain(text: str) -> None:
    """Write an error on standard error."""
    note(f"error: {text}")


class Bar:
    """A piece of work, its share done and the seconds it took.

    On a terminal one line is redrawn in place; elsewhere there is a line at the end, and one at
    each quarter of work that is counted, because a log has no use for more. Used as a context
    manager; a block that raises leaves the word "failed".
    """

    def __init__(self, title: str, total: int | None = None) -> None:
        self.title = title
        self.total = total
        self.done = 0
        self._live = sys.stderr.isatty()
        self._start = time.monotonic()
        self._drawn = -1.0
        self._quarter = 0

    def __enter__(self) -> Bar:
        self._draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close("" if kind is None else "failed")

    def update(self, done: int = 0, total: int | None = None) -> None:
        """Say how much is done; call it without a number to keep the clock moving."""
        self.done = max(self.done, done)
        self.total = total or self.total
        if self._live:
            if time.monotonic() - self._drawn >= REDRAW_SECONDS or self.done == self.total:
                self._draw()
        elif self.total and 4 * self.done // self.total > self._quarter:
            self._quarter = 4 * self.done // self.total
            if self.done < self.total:
                note(f"{self.title}: {self.done}/{self.total}")

    def close(self, verdict: str = "") -> None:
        """End the line with the time it took, and ``verdict`` where there is more to say."""
        words = [f"{self.title}:", verdict, f"{self._seconds():.1f} s"]
        if not verdict and self.total:
            words.insert(1, f"{max(self.done, self.total)}/{self.total}")
        line = " ".join(word for word in words if word)
        _write(sys.stderr, f"\r{_fit(line)}\n" if self._live else f"{line}\n")

    def _seconds(self) -> float:
        return time.monotonic() - self._start

    def _draw(self) -> None:
        if not self._live:
            return
        self._drawn = time.monotonic()
        line = f"{self.title}  {self._seconds():.0f} s"
        if self.total:
            filled = min(BAR_WIDTH, BAR_WIDTH * self.done // self.total)
            picture = FILLED * filled + EMPTY * (BAR_WIDTH - filled)
            line = f"{self.title} [{picture}] {self.done}/{self.total}  {self._seconds():.0f} s"
        _write(sys.stderr, "\r" + _fit(line))


def _fit(line: str) -> str:
    """Cut and padded to the terminal, one column short: a full line would wrap."""
    width = max(20, shutil.get_terminal_size().columns - 1)
    return line[:width].ljust(width)


def _write(stream: TextIO, text: str) -> None:
    # A console that cannot show a character (a prompt in Greek, cp1252) shows a question mark.
    encoding = stream.encoding or "ascii"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
