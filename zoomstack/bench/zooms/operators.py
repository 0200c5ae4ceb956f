"""Spaces fitted to the model's autoencoder, and the pictures that they are fitted on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ...scene.geometry import Geometry
from ...spaces.choose import Fits, Kind
from ...spaces.fitting.leaves import dead_leaves
from ...spaces.fitting.scenery import scenery
from ...spaces.space import Space
from ..model.model import Model
from ..model.settings import RATIO

COUNT = 8  # pictures to fit on, where a row says of what kind but not how many
SEED, UNSEEN = 7000, 9000  # of pictures to fit on, and of others: far from those of photos


class Operators:
    """The spaces that must be fitted to ``model`` before they can be used, fitted once.

    ``shown`` and ``count`` say which pictures to fit on, and how many: scenery, 0 of it, is what
    the library takes by itself.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._fits: dict[tuple[str, int], Fits] = {}

    def space(
        self, kind: Kind, geometry: Geometry, shown: str = "scenery", count: int = 0
    ) -> Space:
        """The geometry of latents under a fitted space."""
        if (shown, count) not in self._fits:
            own = (shown, count) != ("scenery", 0)
            self._fits[shown, count] = Fits(partial(pictures, shown, count) if own else None)
        like = torch.empty(0, device=self._model.device)
        return self._fits[shown, count].space(kind, geometry, self.encode, RATIO, like)

    def encode(self, pictures: Tensor) -> Tensor:
        return self._model.encode(pictures.to(self._model.device))


def pictures(shown: str, count: int, side: int, seed: int = SEED) -> Tensor:
    """(count, 3, side, side) in [0, 1] to fit on: "scenery", "leaves", "noise" or the "world"."""
    return SHOWN[shown](count or COUNT, side, seed)


def _scenery(count: int, side: int, seed: int) -> Tensor:
    return scenery(count, side, side, seed)


def _leaves(count: int, side: int, seed: int) -> Tensor:
    return dead_leaves(count, side, side, seed)


def _noise(count: int, side: int, seed: int) -> Tensor:
    """Coloured Gaussian noise of power f^-2, the spectrum of natural pictures."""
    random = np.random.RandomState(seed)
    y, x = np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij")
    amplitude = 1 / np.maximum(np.hypot(x, y), 1 / side)
    white = np.fft.rfft2(random.randn(count, 3, side, side))
    field = np.fft.irfft2(white * amplitude, s=(side, side))
    field /= field.std((-2, -1), keepdims=True)
    mixed = np.einsum("ij,njhw->nihw", _colours(), field)
    return torch.from_numpy(np.clip(0.5 + 0.2 * mixed, 0, 1).astype(np.float32))


def _colours() -> np.ndarray:
    """Natural pictures vary in brightness three times as much as in hue."""
    return np.array([[1, 0.3, 0.1], [1, -0.3, 0.1], [1, 0, -0.3]])


def _world(count: int, side: int, seed: int) -> Tensor:
    """Views of scenes that no photo shows, spread over all scales."""
    from ...demo.world import SCALES, Scene, view

    span = SCALES[-1].octave
    # The golden ratio spreads any number of octaves evenly.
    octaves = [span * ((index * 0.618034) % 1) for index in range(count)]
    drawn = [view(Scene(seed + index), octave, side) for index, octave in enumerate(octaves)]
    return torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).contiguous()


SHOWN: dict[str, Callable[[int, int, int], Tensor]] = {
    "scenery": _scenery,
    "leaves": _leaves,
    "noise": _noise,
    "world": _world,
}
