"""``run`` and ``demo``: a workflow, on a server of ours or on one that is running."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..farm.rows import is_jobs_file
from ..headless.options import changed, server_of
from .place import beside, go_on, inside


def run(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Go on as ``zoomstack.headless`` with the same ``words``, where aiohttp and tqdm are.

    That is in the environment of the host, or, for a server that is running, here with a small
    folder of packages. A file of jobs is a farm's.
    """
    if is_jobs_file(options.workflow):
        from .farm import farm

        return farm(options, words)
    changed(options)  # refused before anything is fetched
    running = server_of(options) is not None
    place = beside() if running else inside(options.comfyui, options.python)
    return go_on(place, "zoomstack.headless", words)
