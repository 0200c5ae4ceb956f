"""Go on as another program: in the environment that a command needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# `python -m` would put the working directory, with our nodes/, before ComfyUI's modules; -P, which
# keeps it away, is not in Python 3.10.
RUN = (
    "import runpy, sys; sys.path[:] = filter(None, sys.path); del sys.argv[0]; "
    "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


def module(python: Path, name: str, words: Sequence[str | Path] = ()) -> list[str]:
    """The command ``python -m name words``, without the working directory among its modules."""
    return [str(python), "-c", RUN, name, *map(str, words)]


def become(command: Sequence[str], **variables: str | Path) -> int:
    """Go on as ``command``, and end with its exit code.

    ``variables`` are added to its environment. Where the system can, this process turns into it,
    so that nobody stands between it and a signal. On Windows this one waits, and leaves Ctrl-C,
    which reaches both, to it.
    """
    added = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform != "win32":
        os.execve(command[0], [*command], added)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.call(command, env=added)
    finally:
        signal.signal(signal.SIGINT, before)
