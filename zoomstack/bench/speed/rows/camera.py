"""What roll and motion blur cost, how evenly a rolling camera moves, how true the blur is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from ....film.film import Film
from ....film.frames import FrameRenderer
from ....film.path import Path
from ....film.roll import rolled
from ....film.shot import Moment, Shot
from ....scene.geometry import Geometry
from ..line import Line
from ..settings import Bench
from ..turns import Spread, in_turns, ratio, spread
from .film import FPS, LEVELS, zoom

ROLL, SHUTTER = 1.0, 180.0
ROLL_BAR, BLUR_BAR, PARTS = 1.6, 45.0, 64
SIDE, ACCELERATION = 480, 0.02
# Half a turn in, with a rest on the way.
KEYS, TURNS = ((0.0, 0.0), (3.0, 1.0), (3.5, 1.0), (6.0, 2.0)), 0.5


@torch.inference_mode()
def camera(bench: Bench) -> Iterator[Line]:
    """Rendering with roll, with an open shutter and with both over plain; then the motion."""
    stack, geometry = zoom()
    width, height = bench.sizes.film
    plain = Film(stack.to(bench.device), geometry, Path(geometry.zooms, 30.0), height, width)
    films = {
        "plain": plain,
        "roll": replace(plain, roll=ROLL),
        "motion blur": replace(plain, shutter=SHUTTER),
        "roll and motion blur": replace(plain, roll=ROLL, shutter=SHUTTER),
    }
    # Evenly over the way between two levels, in the middle of the film.
    numbers = [round(len(plain) * (3 + k / 4) / (LEVELS - 1)) for k in range(4)]

    def rendered(film: Film) -> None:
        for number in numbers:
            film.planes(number)

    works = {name: (lambda film=film: rendered(film)) for name, film in films.items()}
    found = in_turns(works, max(1, bench.sizes.turns // 2), bench.device)
    for name in [*films][1:]:
        each = spread([1000 * s.wall / len(numbers) for s in found[name]]).written(0)
        yield Line(
            "camera", f"film of {width} x {height}: rendering with {name} over without",
            ratio(found[name], found["plain"]), most=ROLL_BAR if name == "roll" else None,
            details=f"30 frames a second, 2 s a level, {ROLL:g} turn, {SHUTTER:g}°: {each} ms a "
            "frame",
        )  # fmt: skip
        if "blur" in name:
            value = likeness(films[name], numbers[1])
            yield Line(
                "camera", f"{name} against the mean of {PARTS} sub-frames",
                Spread(value, value, value), "dB", least=BLUR_BAR, digits=1,
            )  # fmt: skip
    yield from turning()


def likeness(film: Film, number: int) -> float:
    """PSNR, in dB, of a frame against the mean of ``PARTS`` that no shutter is open for."""
    frames = FrameRenderer(film.levels, film.geometry, film.height, film.width)
    total: Tensor | float = 0.0
    for k in range(PARTS):
        at = number + film.shutter / 720 * ((2 * k + 1) / PARTS - 1)
        moment = Moment(film.path.at(at), rolled(film.path, film.roll, at))
        shot = Shot(moment, moment, moment) if film.roll else moment.depth
        total = total + frames.taken(shot).double()
    error = film.picture(number).double() - total / PARTS
    return float(-10 * error.square().mean().log10())


def turning() -> Iterator[Line]:
    """Frozen frames and acceleration noise while the picture turns, by keyframes with a rest."""
    geometry = Geometry(SIDE, SIDE, (2.0, 2.0))
    path = Path(geometry.zooms, FPS, keyframes=KEYS)
    for where, away, sigma in (("the middle", 36 + 0j, 6.0), ("the corners", 60 + 60j, 3.0)):
        film = Film(spot(geometry, away, sigma), geometry, path, roll=TURNS)
        frozen, noise = moved(film, away, sigma)
        details = f"{SIDE}², {len(film)} frames at {FPS:g} a second, {TURNS:g} turns, a rest"
        for what, value, unit, bar, digits in (
            ("frozen frames", float(frozen), "", 0.0, 0),
            ("acceleration noise", noise, "px/frame²", ACCELERATION, 4),
        ):
            yield Line(
                "camera", f"motion with roll and keyframes, near {where}: {what}",
                Spread(value, value, value), unit, most=bar, digits=digits, details=details,
            )  # fmt: skip


def spot(geometry: Geometry, away: complex, sigma: float) -> Tensor:
    """A blob at ``away`` from the middle of level 0, of ``sigma``, in pixels, as levels see it."""
    pixels = torch.arange(geometry.height, dtype=torch.float64) + 0.5 - geometry.height / 2
    views = []
    for level in range(geometry.levels):
        scale = 2.0**level
        down, across = (
            torch.exp(-((pixels - at * scale) ** 2) / (2 * (sigma * scale) ** 2))
            for at in (away.imag, away.real)
        )
        views.append(down[:, None] * across)
    return torch.stack(views)[:, None].float()


def moved(film: Film, away: complex, sigma: float) -> tuple[int, float]:
    """Frames that stand still though the camera moves, and what is left of the acceleration of the
    blob's centre when a perfect camera's is taken away: pixels per frame squared, RMS.

    Of frames that show the blob whole."""
    places: list[complex | None] = []
    truth, frames, path = [], [], film.path
    for number in range(len(film)):
        level, offset = path[number]
        scale = 2.0 ** (level + offset)
        turned = np.exp(2j * math.pi * rolled(path, film.roll, number))
        truth.append(complex(away * scale * turned))
        reach = max(abs(truth[-1].real), abs(truth[-1].imag)) + 4.5 * sigma * scale
        frames.append(film.picture(number)[0].numpy())
        places.append(centre(frames[-1]) if reach < SIDE / 2 else None)
    frozen = sum(
        np.array_equal(a, b)
        for (a, b), (x, y) in zip(pairwise(frames), pairwise(truth), strict=True)
        if abs(x - y) > 1e-3
    )
    off = [None if p is None else p - t for p, t in zip(places, truth, strict=True)]
    bent = [
        abs(a - 2 * b + c)
        for a, b, c in zip(off, off[1:], off[2:], strict=False)
        if a is not None and b is not None and c is not None
    ]
    return frozen, float(np.sqrt(np.mean(np.square(bent))))


def centre(frame: np.ndarray) -> complex:
    """How far the middle of the frame's mass is from its own, x + iy, in pixels."""
    weight = frame.astype(np.float64)
    down, across = (np.arange(size) + 0.5 - size / 2 for size in weight.shape)
    return complex(
        float(weight.sum(0) @ across / weight.sum()), float(weight.sum(1) @ down / weight.sum())
    )
