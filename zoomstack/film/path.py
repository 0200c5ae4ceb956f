"""Time to zoom: which depth each frame of a video looks from.

The magnification along a path is ``p^t``: its logarithm grows at a constant speed over the whole
path, whatever the zoom factors of the levels it passes; easing bends that speed over the whole
path too. A ring has a path that never ends: a loop, whose speed never changes.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from ..scene.between.written import Flags, check_flags, lines, merged
from ..scene.depth import SNAP, Depth
from ..scene.geometry import Geometry
from .keyframes import Eased, Key, check_keyframes, parse_keyframes
from .ways import EASINGS, LOOPS, TRIPS, check_loop, check_way

HOLDS = ("hold_start", "hold_end", "hold_turn")
MOST_FRAMES = 10**15  # of more, numbers of frames are not whole any longer


@dataclass(frozen=True)
class Path:
    """The depths of a video, frame by frame: ``len(path)``, ``path[k]``, ``for depth in path``.

    ``zooms`` are the geometry's, and so is ``closed``: ``Path.through`` takes both from it. Levels
    that were put between two (``bridges``, a stack's) count for nothing but how frames are made:
    seconds and depths are those of the levels that somebody wrote, and a film takes the same way
    in the same time with and without the others. The movement takes ``duration`` seconds, or, where
    that is 0, ``seconds_per_level`` for each level it passes (of mixed zooms: on average). The
    camera rests ``hold_start`` seconds on the first view, ``hold_end`` on the last and
    ``hold_turn`` where a round trip turns. There are ``round(seconds * fps)`` frames, at least one.

    ``in`` and ``out`` show the start view first and the end view last. A round trip (``in-out``,
    ``out-in``) comes back: it shows the turn's view once (and for ``hold_turn``), its way back is
    its way there reversed (an odd number of frames shifts it by a part of one), and the frame
    after its last would be its first again.

    A ring (``closed``) has one way for each of its levels, the last one back to level 0: ``in``
    ends on level 0 as it began. ``loop`` (inwards) and ``loop-out`` go round it once at one speed,
    and frame ``len(path)`` is frame 0, to the bit: a loop has a frame for every number, of which
    a film takes the first ``len(path)``. Its easing is linear, and it rests nowhere.

    ``start`` and ``end`` are the widest and the deepest depth of the way, in levels (2.5: half of
    the way from level 2 to 3); an ``end`` of 0 is the deepest level. ``keyframes`` say instead when
    the camera is how deep, as pairs of seconds and depth or as ``parse_keyframes`` reads them: what
    else tells of the way must then be as it is by default (but ``seconds_per_level``). In a ring
    they go on over its end: a depth of twice its levels is two turns.

    ``easing``: ``linear``; ``smooth`` (constant speed but for a soft start and stop); ``ease-in``,
    ``ease-out``, ``ease-in-out``. Raises ``ValueError`` for any other, for times that are negative
    or not finite, for depths that the zoom has not, and for a loop through a ladder that is not
    closed, or with holds, an easing or ends.
    """

    zooms: tuple[float, ...]
    fps: float = 30.0
    seconds_per_level: float = 2.0
    duration: float = 0.0
    direction: str = "in"
    easing: str = "linear"
    hold_start: float = 0.0
    hold_end: float = 0.0
    hold_turn: float = 0.0
    closed: bool = False
    start: float = 0.0
    end: float = 0.0
    keyframes: str | Sequence[Key] = ""
    bridges: Flags = ()

    @classmethod
    def through(cls, geometry: Geometry, **timing: Any) -> Path:
        """The path of a geometry; ``timing`` are the fields besides ``zooms`` and ``closed``."""
        return cls(geometry.zooms, closed=geometry.closed, **timing)

    def __post_init__(self) -> None:
        object.__setattr__(self, "zooms", tuple(float(p) for p in self.zooms))
        if not all(math.isfinite(p) and p > 1 for p in self.zooms):
            raise ValueError(f"zooms are {self.zooms}; each must be a number over 1, such as 2.")
        check_flags(self.bridges, len(self.zooms) + (not self.closed))
        check_way(self.direction, self.easing)
        if not (math.isfinite(self.fps) and self.fps > 0):
            raise ValueError(f"fps is {self.fps:g}; it must be over 0, such as 30.")
        for name in ("seconds_per_level", "duration", *HOLDS):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} is {value:g} seconds; it must be 0 or more.")
        if self.loops:
            holds = {name: getattr(self, name) for name in HOLDS}
            check_loop(self.direction, self.easing, holds, self.closed)
        self._check_ends()
        if not self.seconds * self.fps < MOST_FRAMES:
            raise ValueError(
                f"A film of {self.seconds:g} seconds at {self.fps:g} fps has more frames than can "
                f"be counted ({MOST_FRAMES:.0e}); give a shorter duration, or fewer fps."
            )

    def _check_ends(self) -> None:
        deepest = len(self._steps)
        start, end = self.start, self.end or deepest
        if not (0 <= start <= end <= deepest) or (start == end and deepest):
            raise ValueError(
                f"start is depth {self.start:g} and end {self.end:g}; they must be two depths of "
                f"this zoom, from 0 to {deepest}, start the wider one (an end of 0 is the deepest)."
            )
        if self.loops and (start > 0 or end < deepest):
            raise ValueError(
                "A loop goes all the way round: it has no start and end. Set both to 0, or "
                "direction to in, out or in-out."
            )
        given = self.keyframes
        keys = parse_keyframes(given) if isinstance(given, str) else given
        object.__setattr__(self, "keyframes", tuple((float(t), float(d)) for t, d in keys))
        if not keys:
            return
        check_keyframes(keys, math.inf if self.closed else deepest)
        for name in ("duration", "direction", "easing", *HOLDS, "start", "end"):
            usual = type(self).__dataclass_fields__[name].default
            if getattr(self, name) != usual:
                raise ValueError(
                    f"keyframes say when the camera is how deep, so {name} has nothing to say; "
                    f"set it to {usual}, or leave keyframes empty."
                )

    @property
    def loops(self) -> bool:
        """Whether the path goes round a ring and has no end."""
        return self.direction in LOOPS

    @property
    def _returns(self) -> bool:
        """Whether the path turns and comes back the way it went."""
        return self.direction in TRIPS

    @property
    def seconds(self) -> float:
        """The length of the video that was asked for."""
        if self.keyframes:
            return self._keys.times[-1]
        trips = 2 if self._returns else 1
        wide, deep = self.ends
        moving = self.duration or self.seconds_per_level * (deep - wide) * trips
        return self.hold_start + moving + self.hold_end + self._returns * self.hold_turn

    def __len__(self) -> int:
        return max(1, round(self.seconds * self.fps))

    def __iter__(self) -> Iterator[Depth]:
        return (self[frame] for frame in range(len(self)))

    def __getitem__(self, frame: int) -> Depth:
        """The depth that frame ``frame`` looks from; negative frames count from the end.

        Raises ``IndexError`` for a frame that is not there; a loop has every one.
        """
        number = frame + len(self) if frame < 0 and not self.loops else frame
        if not (self.loops or 0 <= number < len(self)):
            raise IndexError(f"Frame {frame} of a path of {len(self)} frames.")
        return self.at(number)

    def at(self, moment: float) -> Depth:
        """The depth at any ``moment``, in frames: 2.5 is between frames 2 and 3.

        Before the first frame the camera rests on that, after the last on the last; a loop goes on.
        """
        return self.depth(self.share(moment))

    def share(self, moment: float) -> float:
        """How far in the camera is at ``moment``, in frames: 0 at the widest, 1 at the deepest."""
        if self.loops:
            share = moment % len(self) / len(self)
            return 1 - share if self.direction == "loop-out" else share
        number = min(max(moment, 0), len(self) - 1)
        if self.keyframes:
            wide, deep = self._logarithms
            log = self._keys(self._keys.times[-1] * number / max(1, len(self) - 1))
            return min(max((log - wide) / (deep - wide), 0.0), 1.0) if deep > wide else 0.0
        share = EASINGS[self.easing](self._way(number))
        return 1 - share if self.direction.startswith("out") else share

    def _way(self, number: float) -> float:
        """The share of the way from the start view to the far one, before easing."""
        start, end = round(self.hold_start * self.fps), round(self.hold_end * self.fps)
        rest = round(self.hold_turn * self.fps) if self._returns else 0
        moving = max(0, len(self) - start - rest - end)
        step = number - start
        if step <= 0:
            return 0.0
        if not self._returns:
            return min(1.0, step / max(1, moving - 1))
        turn = moving // 2
        if step <= turn:
            return step / turn
        return max(0, min(moving - turn, moving - step + rest)) / max(1, moving - turn)

    @cached_property
    def _logs(self) -> tuple[float, ...]:
        """The logarithm of each level's magnification over level 0."""
        return tuple(accumulate(map(math.log, self.zooms), initial=0.0))

    @cached_property
    def _steps(self) -> tuple[float, ...]:
        """The zoom factors from each level that somebody wrote to the next."""
        return merged(self.zooms, self.bridges, self.closed)

    @cached_property
    def _lines(self) -> tuple[float, ...]:
        """Of ``_logs`` those of the levels that somebody wrote, and a ring's whole turn."""
        levels = len(self.zooms) + (not self.closed)
        turn = self._logs[-1:] if self.closed else ()
        return (*(self._logs[level] for level in lines(self.bridges, levels)), *turn)

    @cached_property
    def _keys(self) -> Eased:
        """The logarithm of the magnification by the keyframes' seconds."""
        times, depths = zip(*self.keyframes, strict=True)
        return Eased(times, [self.log(depth) for depth in depths])

    @property
    def ends(self) -> tuple[float, float]:
        """The widest and the deepest depth on the way, in levels."""
        if self.keyframes:
            depths = [float(depth) for _, depth in self.keyframes]
            return min(depths), max(depths)
        return self.start, self.end or len(self._steps)

    @cached_property
    def _logarithms(self) -> tuple[float, float]:
        """The logarithm of the least and of the largest magnification on the way."""
        wide, deep = self.ends
        return self.log(wide), self.log(deep)

    def log(self, depth: float) -> float:
        """The logarithm of the magnification over level 0 at ``depth``, in levels.

        In a ring that of depths over its levels is of more than a turn.
        """
        turns, within = divmod(depth, len(self._steps) or 1) if self.closed else (0.0, depth)
        level = min(int(within), len(self._steps))
        rest = (within - level) * math.log(self._steps[level]) if within > level else 0.0
        return turns * self._logs[-1] + self._lines[level] + rest

    def among_lines(self, depth: Depth) -> Depth:
        """A depth as it is counted in levels that somebody wrote, of the same magnification."""
        if not any(self.bridges):
            return depth
        level, offset = depth
        within = offset * math.log(self.zooms[level]) if offset else 0.0
        log = self._logs[level] + within
        line = min(bisect_right(self._lines, self._logs[level]), len(self._lines)) - 1
        if line >= len(self._steps):
            return Depth(line)
        share = (log - self._lines[line]) / math.log(self._steps[line])
        return Depth(line, share) if share >= SNAP else Depth(line)

    def depth(self, share: float) -> Depth:
        """The depth at a ``share`` of the way in, 0 at its widest view to 1 at its deepest."""
        wide, deep = self._logarithms
        log = wide + share * (deep - wide)
        if self.closed and log > self._logs[-1]:
            log %= self._logs[-1]
        level = min(bisect_right(self._logs, log), len(self.zooms)) - 1
        if level < 0 or not self.zooms:
            return Depth(0)
        offset = (log - self._logs[level]) / math.log(self.zooms[level])
        if SNAP <= offset <= 1 - SNAP:
            return Depth(level, offset)
        level += offset > 1 - SNAP
        return Depth(level % len(self.zooms) if self.closed else level)
