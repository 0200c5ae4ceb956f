"""``run`` and ``demo``: a workflow, on a server of ours or on one that is running."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..farm.rows import is_jobs_file
from ..headless.options import changed, server_of
from ..setup.client import client_packages
from ..setup.handover import become, module
from ..setup.host import demo_checkpoint, prepare
from ..setup.places import host_folder, packages


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Go on as ``zoomstack.headless`` with the same ``words``, where aiohttp and tqdm are.

    That is in the environment of the host, or, for a server that is running, here with a small
    folder of packages. A file of jobs is a farm's.
    """
    if is_jobs_file(options.workflow):
        from .farm import farm

        return farm(options, words)
    changed(options)  # refused before anything is fetched
    if server_of(options) is not None:
        host = host_folder()
        python, path = Path(sys.executable), [client_packages(host), packages(host)]
    else:
        ready = prepare(options.comfyui, options.python)
        demo_checkpoint(ready)
        python, path = ready.python, [ready.packages]
    command = module(python, "zoomstack.headless", words)
    return become(command, PYTHONPATH=os.pathsep.join(map(str, path)))
