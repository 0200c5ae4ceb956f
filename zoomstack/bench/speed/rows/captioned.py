"""What a film's captions cost beside rendering its frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from ....film.captions.captions import Captions, Look
from ....film.film import Film
from ....film.path import Path
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, ratio, spread
from .film import FPS, LEVELS, zoom

LIMIT = 1.05
WORDS = "level {}: a coast line with a village, seen from the air on a clear day in autumn"


@torch.inference_mode()
def captioned(bench: Bench) -> Iterator[Line]:
    """Prompts, the width of the view and a scale bar over a film, over the same film without."""
    stack, geometry = zoom()
    width, height = bench.sizes.film
    # From the middle of the first level's words to the middle of the next one's.
    path = Path(geometry.zooms, FPS)
    step = int(path.seconds_per_level * FPS / bench.sizes.frames) or 1
    numbers = range(0, int(path.seconds_per_level * FPS), step)
    plain = Film(stack.to(bench.device), geometry, path, height, width)
    look = Look(tuple(map(WORDS.format, range(LEVELS))), True, 1e7, True)
    films = {"plain": plain, "captions": replace(plain, overlay=Captions(plain, look))}

    def rendered(film: Film) -> None:
        for number in numbers:
            film.planes(number)

    works = {name: (lambda film=film: rendered(film)) for name, film in films.items()}
    count = len(numbers)
    found = in_turns(works, max(3, bench.sizes.turns), bench.device)
    speed = {n: spread([count / s.wall for s in times]).written(1) for n, times in found.items()}
    yield Line(
        "captions",
        f"film of {width} x {height}: rendering with captions over without",
        ratio(found["captions"], found["plain"]),
        most=LIMIT,
        details=f"{count} frames: {speed['captions']} against {speed['plain']} a second",
    )
