"""The zooms that are sampled: which scales of the world each level shows, and in which words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice

from ...demo.world import SCALES, named, prompt
from ...scene.geometry import Geometry

DEEPEST = SCALES[-1].octave
STRIDES = (5, 7)  # from one seed's first scale to the next one's; one of them shares no factor


@dataclass(frozen=True)
class Pattern:
    """Zoom factors, and where each child lies in its parent; repeated for more levels.

    ``closed``, the deepest level shows the widest, whatever that is in the world.
    """

    zooms: tuple[float, ...]
    focus: tuple[tuple[float, float], ...] = ((0.5, 0.5),)
    closed: bool = False


PATTERNS = {
    "p2": Pattern((2.0,)),
    "p4": Pattern((4.0,)),
    "loop": Pattern((2.0,), closed=True),
    "mixed": Pattern((2.0, 3.2, 2.5, 2.8), ((0.5, 0.5), (0.46, 0.55), (0.53, 0.44), (0.52, 0.53))),
}


@dataclass(frozen=True)
class BenchLadder:
    """The levels of one job: a pattern of zooms, begun at a scale that the seed chooses."""

    pattern: str
    levels: int
    seed: int

    @cached_property
    def zooms(self) -> tuple[float, ...]:
        return tuple(islice(cycle(PATTERNS[self.pattern].zooms), self._steps))

    @property
    def _steps(self) -> int:
        return self.levels - (not PATTERNS[self.pattern].closed)

    @cached_property
    def octaves(self) -> tuple[float, ...]:
        """The magnification of each level in the world. The first one has a name of its own.

        Sixteen seeds in a row begin at every scale from which the world is deep enough.
        """
        depths = self.geometry(8, 8).octaves
        starts = int((DEEPEST - depths[-1]) // 2) + 1
        if starts < 1:
            raise ValueError(
                f"{self.levels} levels of {self.pattern} span {depths[-1]:.1f} octaves but the "
                f"world has {DEEPEST:g}; take fewer levels."
            )
        stride = next(stride for stride in STRIDES if math.gcd(stride, starts) == 1)
        first = SCALES[self.seed * stride % starts].octave
        return tuple(first + depth for depth in depths)

    @cached_property
    def names(self) -> tuple[tuple[int, ...], ...]:
        """The one or two scales that each level lies at or between, by number, wider first."""
        return tuple(named(octave) for octave in self.octaves)

    @cached_property
    def prompts(self) -> tuple[str, ...]:
        """The benchmark's one wording for each level: its scale's plainest caption, or both's."""
        return tuple(prompt(octave) for octave in self.octaves)

    def geometry(self, height: int, width: int) -> Geometry:
        focus = tuple(islice(cycle(PATTERNS[self.pattern].focus), self._steps))
        return Geometry(height, width, self.zooms, focus, PATTERNS[self.pattern].closed)


def wordings() -> dict[str, str]:
    """Every scale's name and its prompt."""
    return {scale.name: prompt(scale.octave) for scale in SCALES}
