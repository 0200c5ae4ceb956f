"""What talks to a server, in a folder of its own: a run on a server elsewhere needs no more."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from .command import run
from .environment import STAMP, is_stamped, python_tag
from .places import LOCKS, check_writable
from .uv import UV_VARIABLES, uv_there

LOCK = LOCKS / "client.lock"


def client_packages(host: Path) -> Path:
    """A folder under ``host`` with aiohttp and tqdm for this Python; made once from the lock.

    Raises ``BadInput`` for a Python that the lock has no packages for, ``CommandError`` where
    they cannot be fetched.
    """
    folder = host / f"client-{python_tag()}"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not is_stamped(folder, digest):
        check_writable(host)
        shutil.rmtree(folder, ignore_errors=True)
        command = [*_installer(host), "--no-deps", "--target", folder]
        command += ["--require-hashes", "--requirement", LOCK]
        remedy = f"check the network and that `{sys.executable} -m pip --version` works"
        run(command, "Fetching aiohttp and tqdm (3 MB)", remedy, extra=UV_VARIABLES)
        (folder / STAMP).write_text(digest, "ascii")
    return folder


def _installer(host: Path) -> list[str | Path]:
    uv = uv_there(host)
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    # uv alone would be larger than all that it is to fetch.
    return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
