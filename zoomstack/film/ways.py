"""The ways through a zoom by name: directions and easings, and which of them go together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..linear.smooth import smoothstep
from ..scene.checks import check_choice

# "smooth": the share of the path over which the camera gathers speed, and again loses it.
RAMP = 0.15


def _smooth(u: float) -> float:
    if u > 0.5:
        return 1 - _smooth(1 - u)
    return (u * u / (2 * RAMP) if u < RAMP else u - RAMP / 2) / (1 - RAMP)


EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda u: u,
    "smooth": _smooth,
    "ease-in": lambda u: u * u,
    "ease-out": lambda u: u * (2 - u),
    "ease-in-out": smoothstep,
}
TRIPS = ("in-out", "out-in")
LOOPS = ("loop", "loop-out")
OPEN = ("in", "out", *TRIPS)  # those of a ladder with an end
DIRECTIONS = (*OPEN, *LOOPS)


def check_way(direction: str, easing: str) -> None:
    """Raise ``ValueError`` unless there are a direction and an easing of these names."""
    check_choice("direction", direction, DIRECTIONS)
    check_choice("easing", easing, tuple(EASINGS))


def check_loop(direction: str, easing: str, holds: Mapping[str, float], closed: bool) -> None:
    """Raise ``ValueError`` unless a loop may go so: round a ring, without an end or a rest.

    ``holds`` are the seconds to rest, by the names of the fields that ask for them.
    """
    if not closed:
        raise ValueError(
            f"direction is {direction!r}, but this zoom has an end: its deepest level does not "
            "show the widest one again. Close its ladder (loop in PromptLadder, closed in a "
            f"Geometry), or choose one of {', '.join(OPEN)}."
        )
    if easing != "linear":
        raise ValueError(
            f"easing is {easing!r}, but a loop neither starts nor stops: its speed is the same all "
            "along. Set easing to linear, or direction to in, out or in-out."
        )
    for name, seconds in holds.items():
        if seconds > 0:
            raise ValueError(
                f"{name} is {seconds:g} seconds, but a loop rests nowhere. Set it to 0, or "
                "direction to in, out or in-out."
            )
