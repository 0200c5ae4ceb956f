"""Ray, which deals a farm's jobs to many machines: in a folder of its own, for who asks for it."""

from __future__ import annotations

from pathlib import Path

from .aside import aside
from .places import LOCKS

LOCK = LOCKS / "ray.lock"


def ray_packages(host: Path, python: Path) -> Path:
    """The folder under ``host`` that makes ``import ray`` work for ``python``.

    Raises ``CommandError`` where it cannot be fetched.
    """
    return aside(host, "ray", LOCK, python, "Fetching Ray (75 MB)")
