"""What a picture of the world is called."""

from __future__ import annotations

import numpy as np

from .scales import SCALES, neighbours
from .scene import LEAVES, SEAS, SEASONS, STAINS, STARS, STYLES, SUNS, Scene

BETWEEN = 0.25  # of the way from one name to the next: from here on a picture has both names
STYLE = ", {} colours"


def named(octave: float) -> tuple[int, ...]:
    """The scales that a picture at ``octave`` is called by, indices into SCALES: one, or two."""
    wider, deeper, way = neighbours(octave)
    if way < BETWEEN:
        return (wider,)
    return (deeper,) if way > 1 - BETWEEN else (wider, deeper)


def caption(scene: Scene, octave: float, rng: np.random.Generator) -> str:
    """One of the captions that fit ``view(scene, octave)``; between two names it has both.

    A style, where the scene has one, is always said; season and colours only sometimes.
    """
    parts = [str(rng.choice(SCALES[index].captions)) for index in named(octave)]
    style = scene.words["style"]
    return ", ".join(parts).format(**scene.words) + (STYLE.format(style) if style else "")


def prompt(octave: float, scene: Scene | None = None) -> str:
    """The plainest prompt for a level at ``octave``, or the one that says most of ``scene``."""
    which = 0 if scene is None else 2
    text = ", ".join(SCALES[index].captions[which] for index in named(octave))
    return text if scene is None else text.format(**scene.words)


def vocabulary() -> list[str]:
    """Every word that a caption can have, sorted."""
    choices = (SEASONS, SEAS, STAINS, STARS, STYLES, SUNS, *LEAVES.values())
    texts = [text for scale in SCALES for text in scale.captions]
    texts += [word for choice in choices for word in choice] + [STYLE]
    plain = " ".join(texts).replace(",", " ")
    return sorted({word for word in plain.split() if "{" not in word})
