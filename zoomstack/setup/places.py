"""Where the commands keep what they fetch and make: one folder that git ignores."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from .errors import CommandError

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = Path(__file__).parent / "locks"
API_WORKFLOWS = REPOSITORY / "workflows" / "api"
# A second set of everything, beside the one in use: for trying the set-up itself.
OVERRIDE = "ZOOMSTACK_HOST_DIR"
# Where tests and benchmarks find ComfyUI's tree and the demo model.
TREE = "ZOOMSTACK_COMFYUI"
CHECKPOINT = "ZOOMSTACK_CHECKPOINT"
# And a second front end, for tests in a browser.
FRONT_END = "ZOOMSTACK_FRONT_END"
# Of a farm: Ray, and what reads and runs the jobs of render farms; tests have both where FARM asks.
RAY = "ZOOMSTACK_RAY"
OPENJD = "ZOOMSTACK_OPENJD"
FARM = "ZOOMSTACK_FARM"


def host_folder() -> Path:
    """``.host`` in the checkout, or what the environment variable says."""
    return Path(os.environ.get(OVERRIDE) or REPOSITORY / ".host").resolve()


def check_writable(host: Path) -> None:
    """``CommandError`` where nothing can be made under ``host``: a clone that is read-only."""
    try:
        host.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=host):
            pass
    except OSError as error:
        raise CommandError(
            f"{host} cannot be written to ({error.strerror}); all that is fetched and made goes "
            f"there: name another folder in the environment variable {OVERRIDE}"
        ) from None


def packages(host: Path) -> Path:
    """The folder under ``host`` that on PYTHONPATH makes ``import zoomstack`` work, and no more.

    Not the repository itself: its nodes/ would shadow ComfyUI's nodes.py.
    """
    folder = host / "path"
    link(REPOSITORY / "zoomstack", folder / "zoomstack")
    return folder


def link(target: Path, at: Path) -> None:
    """Make ``at`` lead to the folder ``target``; a link that leads elsewhere is moved.

    Raises ``CommandError`` where ``at`` is something that is not a link.
    """
    at.parent.mkdir(parents=True, exist_ok=True)
    if at.exists() and at.resolve() == target.resolve():
        return
    if at.exists() and not at.is_symlink():
        raise CommandError(f"{at} is in the way of a link to {target}; move it elsewhere")
    if sys.platform == "win32":
        # A symbolic link wants administrator rights there; a junction does not.
        import _winapi

        at.unlink(missing_ok=True)
        _winapi.CreateJunction(str(target), str(at))
        return
    fresh = at.with_name(f".{at.name}.{os.getpid()}")
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(at)
