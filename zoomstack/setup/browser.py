"""The browser that the tests drive: the system's Chromium, Playwright, and a second front end.

None belongs to the locked environment: a demo has no use for them, and they would bring 75 MB to
everybody. ComfyUI's front end in the environment is the one that ComfyUI pins; the second one, in
``locks/front_end.in``, is the newest that the pack is tested with.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .aside import aside
from .errors import CommandError
from .places import LOCKS

LOCK, FRONT_END = LOCKS / "browser.lock", LOCKS / "front_end.lock"
STATIC = Path("comfyui_frontend_package", "static")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = "ZOOMSTACK_CHROMIUM"
# Set to "required" where a test that was skipped for want of a browser is a failure: in CI.
WISH = "ZOOMSTACK_BROWSER"
INSTALL = "install Chromium (on Debian: apt-get install chromium) or name it in " + PROGRAM


@dataclass(frozen=True)
class Browser:
    """A Chromium, the folder that makes ``import playwright`` work, and a second front end."""

    program: Path
    packages: Path
    front_end: Path  # ComfyUI's newest, beside the pinned one: what a server's page is made of


def find_browser(host: Path, python: Path) -> Browser | None:
    """The browser to test in, with Playwright for ``python`` kept under ``host``; None without one.

    Raises ``CommandError`` where there is none but one is required, and where what belongs to it
    cannot be fetched.
    """
    program = find_chromium()
    if program is None:
        if is_required():
            raise CommandError(f"{WISH} is required, but no Chromium is there; {INSTALL}")
        return None
    packages = aside(host, "browser", LOCK, python, "Fetching Playwright (45 MB)")
    front_end = aside(host, "front-end", FRONT_END, python, "Fetching a front end (30 MB)")
    return Browser(program, packages, front_end / STATIC)


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
