"""A zoom stack with all that is known about it, in one immutable value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from .geometry import Geometry
    from .history import Event


class ZoomStack(NamedTuple):
    """The levels of one scene, widest first, and where each sits in the one above.

    ``levels`` is (N, C, H, W) in [0, 1]; ``geometry`` has N levels of H x W. ``prompts`` holds
    one text a level, or none; ``seed`` is the one it was sampled with, where that is known;
    ``history`` what was done to it since, the oldest first. ``bridges`` holds a mark a level, True
    for one that was put between two that somebody wrote, or none (``scene/written``).
    """

    levels: Tensor
    geometry: Geometry
    prompts: tuple[str, ...] = ()
    seed: int | None = None
    history: tuple[Event, ...] = ()
    bridges: tuple[bool, ...] = ()
