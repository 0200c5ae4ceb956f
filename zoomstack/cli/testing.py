"""``test``: all tests in the locked environment, against a real ComfyUI and in a real browser."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..setup.aside import aside
from ..setup.browser import INSTALL, PROGRAM, find_browser
from ..setup.console import note
from ..setup.handover import module
from ..setup.host import demo_checkpoint, prepare
from ..setup.places import CHECKPOINT, FARM, FRONT_END, LOCKS, OPENJD, RAY, REPOSITORY, TREE
from ..setup.ray import ray_packages

ONE_PROCESS = ("-n", "--dist", "-p", "--pdb", "--co", "-s")
MOST_WORKERS = 4  # each imports ComfyUI, and starts one where a test asks for a server


def test(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Run pytest with ``arguments``; its exit code.

    Tests find ComfyUI's tree by the environment variable ZOOMSTACK_COMFYUI and the demo model by
    ZOOMSTACK_CHECKPOINT, and ``import zoomstack`` finds this checkout's. Without a Chromium the
    tests in the browser are skipped, and one line at the end says so. What a farm needs is fetched
    where ZOOMSTACK_FARM asks for it; its tests are skipped elsewhere.
    """
    host = prepare(comfyui, python)
    browser = find_browser(host.folder, host.python)
    packages = [host.packages, *([browser.packages] if browser else [])]
    variables = {
        **os.environ,
        TREE: str(host.comfyui),
        CHECKPOINT: str(demo_checkpoint(host)),
        "PYTHONPATH": os.pathsep.join(map(str, packages)),
    }
    if os.environ.get(FARM) == "required":
        variables[RAY] = str(ray_packages(host.folder, host.python))
        lock = LOCKS / "openjd.lock"
        folder = aside(host.folder, "openjd", lock, host.python, "Fetching openjd (6 MB)")
        variables[OPENJD] = str(folder)
    if browser:
        variables[PROGRAM] = str(browser.program)
        variables[FRONT_END] = str(browser.front_end)
    # An environment of the user's own may not have what spreads tests.
    spread = workers(arguments) if host.cpu else []
    command = module(host.python, "pytest", [*spread, *arguments])
    code = subprocess.call(command, cwd=REPOSITORY, env=variables)
    if not browser:
        note(f"the tests in a browser were skipped: no Chromium was found; {INSTALL}")
    return code


def workers(arguments: Sequence[str]) -> list[str]:
    """pytest's words for a process a core, file by file; none where it is told what to run, or how.

    A part of the tests is done before the second process has started.
    """
    cores = min(os.cpu_count() or 1, MOST_WORKERS)
    told = any(not word.startswith("-") or word.startswith(ONE_PROCESS) for word in arguments)
    return [] if told or cores < 2 else ["-n", str(cores), "--dist", "loadfile"]
