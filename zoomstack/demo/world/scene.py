"""A scene: one world's free choices, all from its seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .scales import NAMES, STEP

# What a scene may choose, and how often.
SEASONS = {"summer": 0.46, "spring": 0.16, "autumn": 0.22, "winter": 0.16}
STARS = {"blue": 0.4, "golden": 0.35, "violet": 0.25}
SUNS = {"yellow": 0.5, "red": 0.25, "white": 0.25}
SEAS = {"blue": 0.5, "turquoise": 0.3, "dark": 0.2}
STAINS = {"violet": 0.6, "pink": 0.4}
STYLES = {"": 0.7, "vivid": 0.1, "pastel": 0.1, "sepia": 0.1}
LEAVES = {
    "summer": {"green": 1.0},
    "spring": {"green": 1.0},
    "autumn": {"red": 0.4, "orange": 0.35, "yellow": 0.25},
    "winter": {"frosted": 1.0},
}
# Sides of its picture: how far from the middle of a scale's own picture the next one may lie.
WANDER = {"galaxy": 0.03, "core": 0.04, "planet": 0.05, "leaf": 0.05}
ANYWHERE = 0.07


@dataclass(frozen=True)
class Scene:
    """One world. Equal seeds give equal worlds, on every machine."""

    seed: int

    def draw(self, name: str) -> np.random.RandomState:
        """A stream of numbers for one part of the scene."""
        letters = sum(ord(letter) * 131**place for place, letter in enumerate(name))
        # RandomState's stream is frozen by numpy's policy; default_rng's may change.
        return np.random.RandomState((self.seed * 7919 + letters) % 2**31)

    @cached_property
    def words(self) -> dict[str, str]:
        """What this scene's captions say for the words in braces, and its style."""
        draw = self.draw("words")
        season = _choose(draw, SEASONS)
        return {
            "season": season,
            "stars": _choose(draw, STARS),
            "sun": _choose(draw, SUNS),
            "sea": _choose(draw, SEAS),
            "stain": _choose(draw, STAINS),
            "leaf": _choose(draw, LEAVES[season]),
            "style": _choose(draw, STYLES),
        }

    @cached_property
    def focus(self) -> dict[str, tuple[float, float]]:
        """Where the scene's deepest point lies in each scale's own picture, sides from its middle.

        A scale's picture is drawn round its subject; the next subject lies a little off.
        """
        draw = self.draw("focus")
        x = y = 0.0
        places = {NAMES[-1]: (x, y)}
        for name in reversed(NAMES[:-1]):
            reach = WANDER.get(name, ANYWHERE)
            dx, dy = draw.uniform(-reach, reach, 2)
            x, y = x / 2**STEP + dx, y / 2**STEP + dy
            places[name] = (x, y)
        return places


def _choose(draw: np.random.RandomState, chances: dict[str, float]) -> str:
    return str(draw.choice(list(chances), p=list(chances.values())))
