"""The locked Python environment: made once by uv, known by the digest of its lock."""

from __future__ import annotations

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path

from .command import run
from .errors import BadInput
from .places import LOCKS
from .uv import UV_VARIABLES, find_uv

LOCK = LOCKS / "host.lock"
STAMP = "zoomstack.stamp"
OLDEST, NEWEST = (3, 10), (3, 13)
# Where these are ComfyUI is meant to run.
COMFYUI_NEEDS = ("torch", "aiohttp", "comfyui_frontend_package")
REMEDY = "check the network and the free disk space (6 GB), then start the command again"


def locked_environment(host: Path) -> Path:
    """The Python of the locked environment under ``host``; made where it is not there yet.

    Where its stamp tells that it was made from this lock, nothing is started and no network used.

    Raises ``BadInput`` for a Python that the lock has no packages for, ``CommandError`` where a
    step fails.
    """
    folder = host / f"env-{python_tag()}"
    python = python_in(folder)
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if is_stamped(folder, digest) and python.exists():
        return python
    uv = find_uv(host)
    if not python.exists():
        command = [uv, "venv", "--allow-existing", "--python", sys.executable, folder]
        run(command, "Making the environment", REMEDY, extra=UV_VARIABLES)
    command = [uv, "pip", "sync", "--require-hashes", "--python", python, LOCK]
    title = "Installing the environment (2.5 GB the first time)"
    run(command, title, REMEDY, extra=UV_VARIABLES, has_bars=True)
    (folder / STAMP).write_text(digest, "ascii")
    return python


def python_tag() -> str:
    """``cp311`` for Python 3.11; ``BadInput`` for one that the locks have no packages for."""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        raise BadInput(
            f"this is Python {_dotted(version)}, but the locked environment needs "
            f"{_dotted(OLDEST)} to {_dotted(NEWEST)}; start the command with one of those"
        )
    return f"cp{version[0]}{version[1]}"


def own_python(comfyui: Path) -> Path | None:
    """The environment that a user's ComfyUI usually has; None where none is found.

    A venv inside, the portable one, or the one that was activated before we were started.
    """
    folders = (comfyui / ".venv", comfyui / "venv", comfyui.parent / "python_embeded")
    candidates = [python_in(folder) for folder in folders]
    candidates.append(folders[-1] / "python.exe")
    if not (Path(sys.prefix) / STAMP).exists() and all(map(find_spec, COMFYUI_NEEDS)):
        candidates.append(Path(sys.executable))
    return next((python for python in candidates if python.exists()), None)


def python_in(folder: Path) -> Path:
    """Where the interpreter of the environment ``folder`` is."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def is_stamped(folder: Path, digest: str) -> bool:
    """Whether the environment ``folder`` was finished, from the lock with this digest."""
    try:
        return (folder / STAMP).read_text("ascii") == digest
    except (OSError, UnicodeDecodeError):
        return False


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
