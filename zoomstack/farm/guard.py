"""What a process started goes with it, however it ends: killed by force, nobody tidies up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType

# Its standard input is a pipe from whom it watches over. A letter says that all ended well; that
# the pipe ends without one, that nobody is there any more.
_WATCH = """
import os, shutil, signal, sys
if not sys.stdin.buffer.read(1):
    for end in (signal.SIGKILL,):
        try:
            os.killpg(int(sys.argv[1]), end)
        except OSError:
            pass
shutil.rmtree(sys.argv[2], ignore_errors=True)
"""


class Guard:
    """As long as the block lasts: if this process dies, the group of processes ``group`` is killed.

    ``folder`` is removed then, and at the end of the block.
    """

    def __init__(self, group: int, folder: Path) -> None:
        self._command = [sys.executable, "-I", "-c", _WATCH, str(group), str(folder)]

    def __enter__(self) -> Guard:
        self._watch = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch.communicate(b".")
