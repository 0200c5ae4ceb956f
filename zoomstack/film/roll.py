"""A picture that turns as the camera goes in, and where the widest level still covers it."""

from __future__ import annotations

import math
from dataclasses import replace

from ..scene.span import SLACK
from .camera import Camera, cropped
from .path import Path
from .ways import EASINGS

CHECKS = 24  # looks, between two levels, at whether the widest one covers the view
CLOSE = 1e-3  # of the way, to which the place is found where it does


def rolled(path: Path, turns: float, moment: float) -> float:
    """How far the picture has turned at ``moment`` (in frames), in turns, clockwise.

    It is upright at the widest view and has made all ``turns`` at the deepest, with a soft start
    and stop: the angle belongs to the depth, so where the camera rests nothing turns, and the way
    back is the way there. A loop turns at one speed.
    """
    return _eased(path, turns, path.share(moment))


def _eased(path: Path, turns: float, share: float) -> float:
    return turns * (share if path.loops else EASINGS["smooth"](share))


def check_roll(path: Path, turns: float) -> None:
    """Raise ``ValueError`` for no number, and in a loop for what does not end as it began."""
    if not math.isfinite(turns):
        raise ValueError(f"roll is {turns:g} turns; it must be a number such as 1 or -0.25.")
    if path.loops and turns != round(turns):
        raise ValueError(
            f"roll is {turns:g} turns, but a loop ends as it began: it takes whole turns. Set it "
            f"to {math.floor(turns)} or {math.ceil(turns)}, or direction to in, out or in-out."
        )


def covered_path(
    path: Path, camera: Camera, size: tuple[int, int], turns: float
) -> tuple[Path, float]:
    """``path``, begun as deep as the turning picture needs to stay inside the widest level.

    And the share of the widest view's area that is lost by that, 0 to 1. Keyframes that are wider
    than that are moved there. ``size`` is the frames', (rows, columns). In a ring there always is
    a wider level. Raises ``ValueError`` where the camera stays at the widest level's border.
    """
    check_roll(path, turns)
    if not turns or path.closed or not path.zooms:
        return path, 0.0
    widest, deepest = path.ends
    low, high = widest, deepest - CLOSE
    if _covered(path, camera, size, turns):
        return path, 0.0
    if not _covered(_begun(path, high), camera, size, turns):
        raise ValueError(
            f"The picture turns by {turns:g}, but its camera stays at the border of the widest "
            "level, which covers the corners at no depth. Move the focus of the levels inwards, or "
            "set roll to 0."
        )
    while high - low > CLOSE:
        half = (low + high) / 2
        covered = _covered(_begun(path, half), camera, size, turns)
        low, high = (low, half) if covered else (half, high)
    return _begun(path, high), 1 - math.exp(2 * (path.log(widest) - path.log(high)))


def _begun(path: Path, start: float) -> Path:
    """The path from that depth on, in levels."""
    if path.keyframes:
        return replace(path, keyframes=tuple((t, max(d, start)) for t, d in path.keyframes))
    return replace(path, start=start)


def _covered(path: Path, camera: Camera, size: tuple[int, int], turns: float) -> bool:
    """Whether the widest level covers all of what is seen on the way."""
    (widest, deepest), aspect = path.ends, size[1] / size[0]
    looks = max(8, math.ceil((deepest - widest) * CHECKS))
    for look in range(looks + 1):
        depth = path.depth(look / looks)
        angle = 2 * math.pi * _eased(path, turns, look / looks)
        sine, cosine = abs(math.sin(angle)), abs(math.cos(angle))
        # The upright rectangle around a turned one, in heights and in widths of that.
        around = cosine + sine * aspect, cosine + sine / aspect
        seen = cropped(camera.geometry, camera.view(depth), size)
        for span, grown, level in zip(seen, around, camera.widest(depth.level), strict=True):
            part = span.middle(grown)
            if part.first < level.first - SLACK or part.last > level.last + SLACK:
                return False
    return True
