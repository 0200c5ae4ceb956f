"""ComfyUI servers for the tests, and the front ends that they hand to a browser.

``FRONT_ENDS`` says which are tested: the one that ComfyUI pins, and the newest that people have.
Both come from locks in ``zoomstack/setup/locks``.
"""

import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from checkout import TREE

from zoomstack.setup.places import FRONT_END, LOCKS


def _version(lock):
    """The front end that a folder of requirements asks for, as "1.58"."""
    found = re.search(r"^comfyui-frontend-package==(\d+\.\d+)", (LOCKS / lock).read_text(), re.M)
    return found.group(1)


PINNED, NEWEST = _version("host.in"), _version("front_end.in")
FRONT_ENDS = (PINNED, NEWEST)


class Server(NamedTuple):
    """A running ComfyUI with the pack among its custom nodes."""

    url: str
    base: Path
    output: Path
    log: Path
    pid: int


@contextmanager
def resting(server):
    """The server stands still meanwhile: a page has all the time it needs to show what it got."""
    psutil = pytest.importorskip("psutil")
    process = psutil.Process(server.pid)
    process.suspend()
    try:
        yield
    finally:
        process.resume()


@contextmanager
def serving(tmp_path_factory, demo_checkpoint, front_end=PINNED, prepare=lambda base: None):
    """A real ComfyUI on a free port, with a base directory of its own and the demo model.

    ``prepare`` puts there what a test wants besides, before the server looks.
    """
    from zoomstack.demo import parts
    from zoomstack.headless.server import ComfyServer
    from zoomstack.setup.host import base_directory

    arguments = () if front_end == PINNED else ("--front-end-root", str(_newest()))
    base = base_directory(tmp_path_factory.mktemp("comfyui"))
    (base / "models" / "checkpoints" / parts.CHECKPOINT).symlink_to(demo_checkpoint.resolve())
    prepare(base)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OMP_NUM_THREADS", "1")
        with ComfyServer(TREE, Path(sys.executable), base, arguments=arguments) as comfy:
            yield Server(comfy.url, base, base / "output", comfy.log, comfy.process.pid)


def _newest():
    folder = os.environ.get(FRONT_END)
    if not folder:
        # The runner fetches it; who starts pytest by hand may do without.
        pytest.skip(
            f"{FRONT_END} names no front end {NEWEST}; python3 -m zoomstack test fetches it"
        )
    return Path(folder)
