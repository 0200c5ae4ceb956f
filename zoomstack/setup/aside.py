"""Packages in folders of their own, made once from a lock: what the environment must not hold."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from .command import run
from .environment import STAMP, is_stamped
from .uv import UV_VARIABLES, find_uv

REMEDY = "check the network, then start the command again"


def aside(host: Path, name: str, lock: Path, python: Path, title: str) -> Path:
    """The folder ``name`` under ``host`` with the packages of ``lock`` for ``python``.

    ``title`` is what is said while they are fetched. Raises ``CommandError`` where they cannot be.
    """
    folder = host / name
    # It may hold compiled modules: what was made for another Python is no use to this one.
    digest = hashlib.sha256(lock.read_bytes() + str(python).encode()).hexdigest()
    if not is_stamped(folder, digest):
        shutil.rmtree(folder, ignore_errors=True)
        command = [find_uv(host), "pip", "install", "--require-hashes", "--no-deps"]
        command += ["--python", python, "--target", folder, "--requirement", lock]
        run(command, title, REMEDY, extra=UV_VARIABLES, has_bars=True)
        (folder / STAMP).write_text(digest, "ascii")
    return folder
