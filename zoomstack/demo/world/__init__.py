"""A world drawn at every scale, from a galaxy to the nucleus of a cell in one of its leaves."""

from .captions import caption, named, prompt, vocabulary
from .scales import NAMES, SCALES, Scale, neighbours
from .scene import Scene
from .view import view

__all__ = [
    "NAMES",
    "SCALES",
    "Scale",
    "Scene",
    "caption",
    "named",
    "neighbours",
    "prompt",
    "view",
    "vocabulary",
]
