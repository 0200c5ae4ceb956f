"""What talks to a server, in a folder of its own: a run on a server elsewhere needs no more.

Fetched by pip, which is there already: uv alone is larger than all of it.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from .command import run
from .environment import LOCKS, STAMP, is_stamped, python_tag

LOCK = LOCKS / "client.lock"


def client_packages(host: Path) -> Path:
    """A folder under ``host`` with aiohttp and tqdm for this Python; made once from the lock.

    Raises ``BadInput`` for a Python that the lock has no packages for, ``CommandError`` where
    they cannot be fetched.
    """
    folder = host / f"client-{python_tag()}"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not is_stamped(folder, digest):
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-input", "--no-deps", "--target", str(folder)]
        command += ["--require-hashes", "--requirement", str(LOCK)]
        remedy = f"check the network and that `{sys.executable} -m pip --version` works"
        run(command, "Fetching aiohttp and tqdm (3 MB)", remedy)
        (folder / STAMP).write_text(digest, "ascii")
    return folder
