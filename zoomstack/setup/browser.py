"""The browser that the tests drive: the system's Chromium, and Playwright in a folder of its own.

Neither belongs to the locked environment: a demo has no use for them, and Playwright would bring
45 MB to everybody.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .command import run
from .environment import STAMP, is_stamped
from .errors import CommandError
from .places import LOCKS
from .uv import UV_VARIABLES, find_uv

LOCK = LOCKS / "browser.lock"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = "ZOOMSTACK_CHROMIUM"
# Set to "required" where a test that was skipped for want of a browser is a failure: in CI.
WISH = "ZOOMSTACK_BROWSER"
INSTALL = "install Chromium (on Debian: apt-get install chromium) or name it in " + PROGRAM


@dataclass(frozen=True)
class Browser:
    """A Chromium, and the folder that makes ``import playwright`` work."""

    program: Path
    packages: Path


def find_browser(host: Path, python: Path) -> Browser | None:
    """The browser to test in, with Playwright for ``python`` kept under ``host``; None without one.

    Raises ``CommandError`` where there is none but one is required, and where Playwright cannot be
    fetched.
    """
    program = find_chromium()
    if program is None:
        if is_required():
            raise CommandError(f"{WISH} is required, but no Chromium is there; {INSTALL}")
        return None
    return Browser(program, playwright(host, python))


def find_chromium() -> Path | None:
    """The program that ZOOMSTACK_CHROMIUM names, or the first Chromium on PATH."""
    named = os.environ.get(PROGRAM)
    if named:
        if not Path(named).is_file():
            raise CommandError(f"{PROGRAM} is {named}, which is not a file; name the program")
        return Path(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def is_required() -> bool:
    """Whether tests without a browser are worth nothing."""
    return os.environ.get(WISH) == "required"


def playwright(host: Path, python: Path) -> Path:
    """A folder with Playwright and nothing of the environment; made once from the lock."""
    folder = host / "browser"
    # It holds compiled modules: what was made for another Python is no use to this one.
    digest = hashlib.sha256(LOCK.read_bytes() + str(python).encode()).hexdigest()
    if not is_stamped(folder, digest):
        shutil.rmtree(folder, ignore_errors=True)
        command = [find_uv(host), "pip", "install", "--require-hashes", "--no-deps"]
        command += ["--python", python, "--target", folder, "--requirement", LOCK]
        remedy = "check the network, then start the command again"
        run(command, "Fetching Playwright (45 MB)", remedy, extra=UV_VARIABLES, has_bars=True)
        (folder / STAMP).write_text(digest, "ascii")
    return folder
