"""The zooms that are sampled: which scales of the world each level shows, and in which words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from typing import Literal

from ...demo.networks.text import Mixed
from ...demo.world import SCALES, named, prompt
from ...scene.between.bridges import bridged
from ...scene.between.written import lines, ways
from ...scene.geometry import Geometry
from ...scene.ladder import Ladder

DEEPEST = SCALES[-1].octave
STRIDES = (5, 7)  # from one seed's first scale to the next one's; one of them shares no factor


@dataclass(frozen=True)
class Pattern:
    """Zoom factors, and where each child lies in its parent; repeated for more levels.

    ``closed``, the deepest level shows the widest, whatever that is in the world. ``span``, in
    octaves, is how deep it goes, whatever number of levels is asked for; 0 for so many levels.
    ``bridge`` puts levels between, p = 2 at most, with prompts of ``both`` lines, or a ``blend`` of
    them.
    """

    zooms: tuple[float, ...]
    focus: tuple[tuple[float, float], ...] = ((0.5, 0.5),)
    closed: bool = False
    span: float = 0.0
    bridge: Literal["none", "both", "blend"] = "none"


LARGEST = 2.0  # of bridged patterns' steps
PATTERNS = {
    "p2": Pattern((2.0,)),
    "p4": Pattern((4.0,)),
    "loop": Pattern((2.0,), closed=True),
    "mixed": Pattern((2.0, 3.2, 2.5, 2.8), ((0.5, 0.5), (0.46, 0.55), (0.53, 0.44), (0.52, 0.53))),
    # Lines that lie far from each other, all as deep: 4 and 3 of them, and 7 levels where bridged.
    "far2": Pattern((2.0,), span=6),
    "far4": Pattern((4.0,), span=6),
    "far4-both": Pattern((4.0,), span=6, bridge="both"),
    "far4-blend": Pattern((4.0,), span=6, bridge="blend"),
    "far8": Pattern((8.0,), span=6),
    "far8-both": Pattern((8.0,), span=6, bridge="both"),
    "far8-blend": Pattern((8.0,), span=6, bridge="blend"),
}


@dataclass(frozen=True)
class BenchLadder:
    """The levels of one job: a pattern of zooms, begun at a scale that the seed chooses."""

    pattern: str
    levels: int
    seed: int

    @cached_property
    def zooms(self) -> tuple[float, ...]:
        return self._ladder.zooms

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
    def lines(self) -> tuple[int, ...]:
        """The levels that are no bridges."""
        return lines(self._ladder.bridges, self._ladder.levels)

    @cached_property
    def prompts(self) -> tuple[str | Mixed, ...]:
        """The benchmark's one wording for each level: its scale's plainest caption, or both's.

        Of bridges as the pattern says.
        """
        own = tuple(prompt(octave) for octave in self.octaves)
        kind, ladder = PATTERNS[self.pattern].bridge, self._ladder
        if kind == "none":
            return own
        if kind == "both":
            written = self._lines._replace(prompts=tuple(own[line] for line in self.lines))
            return bridged(written, LARGEST).prompts
        places = ways(ladder.zooms, ladder.bridges, ladder.closed)
        return tuple(
            text if at is None else Mixed(own[at.wider], own[at.deeper], at.share)
            for text, at in zip(own, places, strict=True)
        )

    def geometry(self, height: int, width: int) -> Geometry:
        return self._ladder.geometry(height, width)

    @cached_property
    def _lines(self) -> Ladder:
        """How the lines lie; without their prompts, which hang on where in the world they are."""
        pattern = PATTERNS[self.pattern]
        count = self.levels - (not pattern.closed)
        if pattern.span:
            count = round(pattern.span / math.log2(pattern.zooms[0]))
        zooms = tuple(islice(cycle(pattern.zooms), count))
        focus = tuple(islice(cycle(pattern.focus), count))
        blank = ("",) * (count + (not pattern.closed))
        return Ladder(blank, blank, zooms, focus, pattern.closed)

    @cached_property
    def _ladder(self) -> Ladder:
        return bridged(self._lines, LARGEST if PATTERNS[self.pattern].bridge != "none" else 0.0)


def wordings() -> dict[str, str]:
    """Every scale's name and its prompt."""
    return {scale.name: prompt(scale.octave) for scale in SCALES}
