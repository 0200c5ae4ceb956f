"""How large ``bench space`` is, and the ladders that it measures on."""

from __future__ import annotations

from typing import NamedTuple

from ...scene.geometry import Geometry


class Zooms(NamedTuple):
    """The zooms of a ladder without its size."""

    title: str
    zooms: tuple[float, ...]
    focus: tuple[tuple[float, float], ...] = ()

    def geometry(self, side: int) -> Geometry:
        return Geometry(side, side, self.zooms, self.focus)


LADDERS = {
    "p2": Zooms("p = 2", (2.0, 2.0)),
    "p4": Zooms("p = 4", (4.0,)),
    "mixed": Zooms("mixed (3, 2.5, moved)", (3.0, 2.5), ((0.42, 0.55), (0.56, 0.47))),
}


class Sizes(NamedTuple):
    """What is measured, and on how much."""

    side: int = 256  # of a level, pixels
    steps: int = 24
    scenes: int = 10  # pictures that the ideal denoiser knows, before they are mirrored
    unharmed: int = 4  # pictures that are coupled once
    explained: int = 8  # pictures that operators are tried on, of twice the side
    seeds: int = 1  # that a way is sampled with


FULL = Sizes()
QUICK = Sizes(side=128, steps=8, scenes=6, unharmed=2, explained=4)
LEAST = 4  # photographs: an ideal denoiser of two scenes has little to choose
HIGH, LOW = 15.0, 0.0625  # noise levels, over the latents' standard deviation
