"""What a process started goes with it, however it ends: killed by force, nobody tidies up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

# Its standard input is a pipe from whom it watches over. A letter says that all ended well; that
# the pipe ends without one, that nobody is there any more.
_WATCH = """
import os, shutil, signal, sys, time
group, folder, owner = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if not sys.stdin.buffer.read(1):
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
    for _ in range(300):  # it may still write while it ends
        if os.getppid() != owner:
            break
        time.sleep(0.1)
shutil.rmtree(folder, ignore_errors=True)
"""


class Guard:
    """As long as the block lasts: if this process dies, the group of processes ``group`` is killed.

    ``folder`` is removed then, and at the end of the block.
    """

    def __init__(self, group: int, folder: Path) -> None:
        self._command = [sys.executable, "-I", "-c", _WATCH, str(group), str(folder)]
        self._command.append(str(os.getpid()))

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
