"""Keyframes: when the camera is how deep, and the smooth way between."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence

Key = tuple[float, float]
"""Seconds from the film's start, and a depth in levels: 2.5 is half of the way from level 2 to 3.
(In log magnification; between levels of one zoom factor and another it is what a path has.)"""

LIKE = 'such as "0: 0, 4: 2.5, 6: 2.5, 10: 7" (seconds: depth in levels)'
# Of a segment's mean speed, the most that a key may be passed at: more would overshoot.
FASTEST = 2.0


def parse_keyframes(text: str) -> tuple[Key, ...]:
    """The keys of a text such as "0: 0, 4: 2.5, 6: 2.5"; commas, semicolons or lines part them.

    None of an empty one. Raises ``ValueError`` for what is no key, and names it.
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        time, colon, depth = part.partition(":")
        try:
            found.append((float(time), float(depth)))
        except ValueError:
            lacks = "has no colon" if not colon else "is no pair of numbers"
            raise ValueError(
                f"keyframes: {part!r} {lacks}; write seconds and a depth, {LIKE}."
            ) from None
    return tuple(found)


def check_keyframes(keys: Sequence[Key], deepest: float) -> None:
    """Raise ``ValueError`` unless the keys begin at 0 s, go on in time, and stay in the zoom."""
    for time, depth in keys:
        if not (math.isfinite(time) and math.isfinite(depth)):
            raise ValueError(f"keyframes: {time:g}: {depth:g} is no time and depth; write {LIKE}.")
        if not 0 <= depth <= deepest:
            raise ValueError(
                f"keyframes: depth {depth:g} at {time:g} s is outside this zoom, whose depths go "
                f"from 0, the widest level, to {deepest:g}, the deepest."
            )
    if len(keys) < 2:
        raise ValueError(f"keyframes: one key is no way; give two or more, {LIKE}.")
    if keys[0][0] != 0:
        raise ValueError(
            f"keyframes: the first is at {keys[0][0]:g} s; a film starts at 0, so begin with "
            f'"0: {keys[0][1]:g}".'
        )
    for (before, _), (after, _) in zip(keys, keys[1:], strict=False):
        if after <= before:
            raise ValueError(
                f"keyframes: {after:g} s comes after {before:g} s; put the times in order, each "
                "once."
            )


class Eased:
    """The smooth way through ``values`` at ``times``: value, speed and acceleration go on (C2).

    It meets every key, without an acceleration there, never leaves the values on either side of it
    (so between two equal ones it rests), and starts and ends at rest. Where keys lie on a line it
    is that line. Speeds at keys are the harmonic means of Fritsch and Butland (1984); between
    keys it is the polynomial of degree 5 that they leave.
    """

    def __init__(self, times: Sequence[float], values: Sequence[float]) -> None:
        self.times, self.values = tuple(times), tuple(values)
        lengths = [b - a for a, b in zip(times, times[1:], strict=False)]
        slopes = [
            (b - a) / length for a, b, length in zip(values, values[1:], lengths, strict=False)
        ]
        inner = [
            _passing(*pair) for pair in zip(slopes, slopes[1:], lengths, lengths[1:], strict=False)
        ]
        self._speeds = (0.0, *inner, 0.0)

    def __call__(self, time: float) -> float:
        """The value at ``time``; before the first key and after the last, theirs."""
        i = min(max(bisect_right(self.times, time) - 1, 0), len(self.times) - 2)
        (start, end), (low, high) = self.times[i : i + 2], self.values[i : i + 2]
        t = min(max((time - start) / (end - start), 0.0), 1.0)
        before, after = (speed * (end - start) for speed in self._speeds[i : i + 2])
        step = t**3 * (10 - 15 * t + 6 * t * t)
        leaving = t - t**3 * (6 - 8 * t + 3 * t * t)
        coming = t**3 * (-4 + 7 * t - 3 * t * t)
        return low + (high - low) * step + before * leaving + after * coming


def _passing(before: float, after: float, first: float, second: float) -> float:
    """The speed at a key between two mean speeds, over segments of two lengths."""
    if before * after <= 0:
        return 0.0  # a rest, or a turn
    near, far = 2 * second + first, second + 2 * first
    mean = (near + far) / (near / before + far / after)
    return math.copysign(min(abs(mean), FASTEST * min(abs(before), abs(after))), mean)
