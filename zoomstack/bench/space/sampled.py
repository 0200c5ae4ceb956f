"""The third table: levels that an ideal denoiser samples together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ...joint.blend import agreement
from ...joint.coupler import Couple
from ...joint.denoise import Denoise
from ...joint.render import render_noise
from ...joint.sample import sample
from ...measure.detail import detail
from ...scene.geometry import Geometry
from ...spaces.space import Space
from .autoencoder import Autoencoder
from .couples import INDEPENDENT, Couples, Way
from .ideal import PatchDenoiser, schedule
from .line import Line
from .settings import HIGH, LOW
from .unharmed import mean

SAMPLERS = {"Euler": 0.0, "ancestral": 1.0}  # the share of noise that is drawn anew
AGREE, WORST, RESULT, DETAIL = "agree, dB", "worst", "result, dB", "detail"


class Drawn(NamedTuple):
    """What one sampling leaves: latents (N, C, h, w)."""

    alone: Tensor  # the last predictions, before they meet
    final: Tensor


def draw(
    denoise: Denoise,
    couple: Couple,
    space: Space | None,
    like: Tensor,
    sigmas: Sequence[float],
    eta: float,
    seed: int,
) -> Drawn:
    """Levels from noise that they share in ``space`` (None: they do not), each step coupled.

    ``like`` is levels of that shape, on the device to work on. What is random follows from the
    seed, on any machine, for all couples alike.
    """
    random = torch.Generator().manual_seed(seed)
    alone = torch.empty(0)

    def noise(*_: float) -> Tensor:
        white = torch.randn(like.shape, generator=random).to(like)
        return white if space is None else render_noise(white, space)

    def coupled(x: Tensor, sigma: Tensor) -> Tensor:
        nonlocal alone
        alone = denoise(x, sigma)
        return couple(alone, float(sigma[0]))

    *_, last = sample(coupled, noise(), sigmas, eta, noise)
    return Drawn(alone, last.x)


@dataclass(frozen=True)
class Mosaic:
    """A ladder with its ideal denoiser, in the latents of an autoencoder."""

    ladder: str
    pixels: Geometry
    own: Autoencoder
    couples: Couples
    denoise: PatchDenoiser
    sigmas: tuple[float, ...]

    def pictures(self, way: Way, eta: float, seed: int) -> tuple[Tensor, Tensor]:
        """The decoded levels of one sampling: the last predictions, and the result."""
        geometry = self.own.latents(self.pixels)
        space = None if way == INDEPENDENT else self.couples.space(way, geometry)
        couple = self.couples.couple(way, self.pixels, self.sigmas)
        like = self.denoise.scenes[0]
        drawn = draw(self.denoise, couple, space, like, self.sigmas, eta, seed)
        alone = self.own.decode(drawn.alone)
        same = torch.equal(drawn.alone, drawn.final)
        return alone, alone if same else self.own.decode(drawn.final)


def mosaic(
    ladder: str,
    scenes: Sequence[Tensor],
    pixels: Geometry,
    own: Autoencoder,
    couples: Couples,
    steps: int,
) -> Mosaic:
    """A mosaic whose denoiser knows ``scenes``, each levels (N, 3, H, W) of ``pixels``."""
    latents = torch.stack([own.encode(scene) for scene in scenes])
    scale = float(latents.std())
    sigmas = tuple(schedule(steps, HIGH * scale, LOW * scale))
    return Mosaic(ladder, pixels, own, couples, PatchDenoiser(latents), sigmas)


class Sampled(NamedTuple):
    """A line of the table, and the result of its first seed, (N, 3, H, W)."""

    line: Line
    views: Tensor


def sampled(on: Mosaic, ways: Sequence[Way], seeds: int) -> Iterator[Sampled]:
    """Each way with each sampler; ``ways`` begin with ``INDEPENDENT``, whose detail is 1."""
    for name, eta in SAMPLERS.items():
        reference = math.nan
        for way in ways:
            if on.couples.refused(way, on.own.latents(on.pixels)):
                continue
            drawn = [on.pictures(way, eta, seed) for seed in range(seeds)]
            fine = mean([value for alone, _ in drawn for value in detail(alone)])
            reference = fine if way == INDEPENDENT else reference
            agree = [value for alone, _ in drawn for value in agreement(alone, on.pixels)]
            result = [value for _, final in drawn for value in agreement(final, on.pixels)]
            numbers = {
                AGREE: mean(agree),
                WORST: min(agree),
                RESULT: mean(result),
                DETAIL: fine / reference,
            }
            yield Sampled(Line(name, on.ladder, way.name, numbers), drawn[0][1])
