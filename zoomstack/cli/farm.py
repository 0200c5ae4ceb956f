"""``farm``, and ``run`` of a jobs file: many zooms, on servers of ours or on running ones."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from ..farm.options import RUN, checked, film_words, node_words
from ..farm.rows import NoToml
from ..setup.handover import become, module
from ..setup.host import prepare
from ..setup.ray import ray_packages
from .place import beside, go_on, inside
from .render import render


def farm(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Go on as ``zoomstack.farm`` with the same ``words``.

    That is in the environment of the host, or, for servers that are running, here with a small
    folder of packages.
    """
    if getattr(options, "node", None) is not None:
        return _node(options)
    if getattr(options, "describe", None):
        own = {"comfyui": options.comfyui, "python": options.python}
        return render(film_words(options), in_parts=True, **own)
    for name, value in RUN.items():
        if not hasattr(options, name):
            setattr(options, name, value)
    try:
        checked(options)  # refused before anything is fetched
    except NoToml:
        if options.server:  # with whose packages comes no reader
            raise
    place = beside() if options.server else inside(options.comfyui, options.python)
    ray = [] if options.ray is None else [ray_packages(place.folder, place.python)]
    return go_on(place, "zoomstack.farm", words, *ray)


def _node(options: argparse.Namespace) -> int:
    """Go on as Ray's own command line, where the workers that it starts find all that they need."""
    words = node_words(options)
    ready = prepare(options.comfyui, options.python)
    path = [ready.packages, ray_packages(ready.folder, ready.python)]
    command = module(ready.python, "ray.scripts.scripts", words)
    wanted = os.environ.get("RAY_AUTH_MODE", "token")
    return become(command, PYTHONPATH=os.pathsep.join(map(str, path)), RAY_AUTH_MODE=wanted)
