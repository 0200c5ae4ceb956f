"""Run another program, with the time it takes and its last words when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from .console import timed
from .errors import CommandError

TAIL_LINES = 15


def run(
    command: Sequence[str | Path],
    title: str,
    remedy: str,
    *,
    extra: Mapping[str, str] | None = None,
    folder: Path | None = None,
    has_bars: bool = False,
) -> None:
    """Run ``command`` to its end under the heading ``title``.

    ``extra`` is added to the process's environment. A program that draws its own bars
    (``has_bars``) may do so where there is a terminal to draw on.

    Raises ``CommandError`` with the exit code, the last lines of its output and ``remedy``.
    """
    words = [str(word) for word in command]
    variables = {**os.environ, **(extra or {})}
    shown = has_bars and sys.stderr.isatty()
    with tempfile.TemporaryFile() as output, timed(title):
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else output,
            stderr=None if shown else subprocess.STDOUT,
            env=variables,
            cwd=folder,
        )
        try:
            process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        output.seek(0)
        last_words = tail(output.read().decode("utf-8", "replace"))
        if process.returncode:
            raise CommandError(
                f"{title}: {Path(words[0]).name} ended with exit code {process.returncode}; "
                f"{remedy}\n{last_words}".rstrip()
            )


def tail(text: str) -> str:
    """The last lines of ``text``, indented: enough to see why, not all of it."""
    return "\n".join(f"  | {line}" for line in text.strip().splitlines()[-TAIL_LINES:])
