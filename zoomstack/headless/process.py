"""A process of our own that works beside us: begun apart from the terminal, ended whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

STOP_SECONDS = 10.0


def begin(command: Sequence[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start ``command`` in ``folder``; all that it says goes to the file ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_clean_environment(),
            # Ctrl-C on the terminal reaches us alone: we stop it in good order.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """End it and its children, by force where they do not go by themselves."""
    if process.poll() is not None:
        return
    try:
        _signal(process, hard=False)
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:  # also where the user cannot wait
        if process.poll() is None:
            _signal(process, hard=True)
            process.wait()


def _clean_environment() -> dict[str, str]:
    """Ours without PYTHONPATH: whatever it names could shadow a module of ComfyUI."""
    # Threads that spin while they wait make a busy machine several times slower: sampling the demo
    # on 2 cores with 2 other programs running took 18 s instead of 90 s.
    waiting = {"OMP_WAIT_POLICY": "PASSIVE"}
    return {**waiting, **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}}


def _signal(process: subprocess.Popen[bytes], hard: bool) -> None:
    if sys.platform == "win32":
        process.kill() if hard else process.terminate()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL if hard else signal.SIGTERM)
    except ProcessLookupError:
        pass
