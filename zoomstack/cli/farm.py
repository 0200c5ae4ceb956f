"""``farm``, and ``run`` of a jobs file: many zooms, on servers of ours or on running ones."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..farm.options import checked
from ..farm.rows import NoToml
from ..setup.client import client_packages
from ..setup.handover import become, module
from ..setup.host import demo_checkpoint, prepare
from ..setup.places import host_folder, packages


def farm(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Go on as ``zoomstack.farm`` with the same ``words``.

    That is in the environment of the host, or, for servers that are running, here with a small
    folder of packages.
    """
    try:
        checked(options)  # refused before anything is fetched
    except NoToml:
        if options.server:  # with whose packages comes no reader
            raise
    if options.server:
        host = host_folder()
        python, path = Path(sys.executable), [client_packages(host), packages(host)]
    else:
        ready = prepare(options.comfyui, options.python)
        demo_checkpoint(ready)
        python, path = ready.python, [ready.packages]
    command = module(python, "zoomstack.farm", words)
    return become(command, PYTHONPATH=os.pathsep.join(map(str, path)))
