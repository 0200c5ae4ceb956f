"""Operators fitted to the model's autoencoder, once a process and kind of picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ...scene.geometry import Geometry
from ...spaces.fitted.fit import fit_operators
from ...spaces.fitted.operators import FittedOperators
from ...spaces.fitted.space import FittedSpace
from ...spaces.fitting.leaves import dead_leaves
from ...spaces.space import Space
from ...spaces.twin.fit import fit_twin
from ...spaces.twin.space import LinearTwin, TwinSpace
from ..model.model import Model
from ..model.settings import RATIO

# As the library takes by itself: pictures, the blocks along their sides, a side for the twin.
COUNT, BLOCKS, TWIN_SIDE = 8, 9, 256
SEED, UNSEEN = 7000, 9000  # of pictures to fit on, and of others: far from those of photos


class Operators:
    """The spaces that must be fitted to ``model`` before they can be used.

    ``kind`` and ``count`` say which pictures to fit on, and how many: 0 is as many as the library
    takes by itself.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._fitted: dict[tuple[int, str, int], FittedOperators] = {}
        self._twins: dict[tuple[str, int], LinearTwin] = {}

    def space(self, name: str, geometry: Geometry, kind: str = "leaves", count: int = 0) -> Space:
        """The geometry of latents under operators of the ``name`` "fitted" or "twin"."""
        like = torch.empty(0, device=self._model.device)
        if name == "twin":
            return TwinSpace(geometry, self.twin(kind, count).to(like))
        zooms = sorted(set(geometry.zooms))
        return FittedSpace(geometry, {p: self.fitted(int(p), kind, count).to(like) for p in zooms})

    def fitted(self, zoom: int, kind: str = "leaves", count: int = 0) -> FittedOperators:
        key = (zoom, kind, count)
        if key not in self._fitted:
            shown = _shown(kind, count, RATIO * zoom * BLOCKS)
            self._fitted[key] = fit_operators(self.encode, zoom, RATIO, shown)
        return self._fitted[key]

    def twin(self, kind: str = "leaves", count: int = 0) -> LinearTwin:
        if (kind, count) not in self._twins:
            self._twins[kind, count] = fit_twin(self.encode, RATIO, _shown(kind, count, TWIN_SIDE))
        return self._twins[kind, count]

    def encode(self, pictures: Tensor) -> Tensor:
        return self._model.encode(pictures.to(self._model.device))


def _shown(kind: str, count: int, side: int) -> Tensor | None:
    """None for the library's own choice."""
    return None if (kind, count) == ("leaves", 0) else pictures(kind, count, side)


def pictures(kind: str, count: int, side: int, seed: int = SEED) -> Tensor:
    """(count, 3, side, side) in [0, 1] to fit on: "leaves", "noise" or views of the "world"."""
    return KINDS[kind](count or COUNT, side, seed)


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


KINDS: dict[str, Callable[[int, int, int], Tensor]] = {
    "leaves": _leaves,
    "noise": _noise,
    "world": _world,
}
