"""uv, which makes environments: from PATH, or fetched to a folder of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from .command import run
from .errors import CommandError
from .places import LOCKS

UV_LOCK = LOCKS / "uv.txt"
OLDEST = (0, 5, 0)
# uv would fetch a Python of its own; the one that runs us is the one that was asked for.
UV_VARIABLES = {"UV_PYTHON_DOWNLOADS": "never"}


def find_uv(host: Path) -> Path:
    """The uv that is there, or fetched by pip under ``host``: the user's Python stays as it is."""
    there = uv_there(host)
    if there:
        return there
    uv = _fetched(host)
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--upgrade", "--target", str(host / "uv")]
    command += ["--require-hashes", "--requirement", str(UV_LOCK)]
    remedy = f"check the network and that `{sys.executable} -m pip --version` works"
    run(command, "Fetching uv", remedy)
    if not uv.exists():
        raise CommandError(f"pip installed uv to {host / 'uv'}, but {uv} is not there; install uv")
    return uv


def uv_there(host: Path) -> Path | None:
    """uv from PATH, or the one that was fetched before; None where a fetch would be needed."""
    found = shutil.which("uv")
    if found and _version(Path(found)) >= OLDEST:
        return Path(found)
    uv = _fetched(host)
    return uv if uv.exists() else None


def _fetched(host: Path) -> Path:
    return host / "uv" / "bin" / ("uv.exe" if sys.platform == "win32" else "uv")


def _version(uv: Path) -> tuple[int, ...]:
    """(0, 5, 0) for ``uv 0.5.0 (...)``; (0,) for something that does not answer."""
    try:
        answer = subprocess.run(
            [uv, "--version"], capture_output=True, text=True, timeout=20
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", answer)
    return tuple(map(int, found.groups())) if found else (0,)
