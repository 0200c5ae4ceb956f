"""A row's denoiser: the model, and the places where its levels meet."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...joint.anchor import PhotoAnchor
from ...joint.coupler import Couple, Coupler
from ...joint.denoise import Denoise
from ...joint.render import render_noise
from ...joint.through_pixels import ThroughPixels, through
from ...scene.geometry import Geometry
from ...spaces.choose import Kind
from ...spaces.codec import difference
from ...spaces.plain import as_space
from ...spaces.space import Space
from ..model.model import Model
from .operators import Operators
from .places import fitted, noise_space, pixel_grid
from .rows import Row


class Coupled:
    """``denoise(x, sigma) -> x0`` as ``row`` says; ``alone`` is what the model predicted last."""

    def __init__(
        self,
        row: Row,
        denoise: Denoise,
        geometry: Geometry,
        model: Model,
        operators: Operators,
        sigmas: Sequence[float],
        photo: Tensor | None = None,
    ) -> None:
        self._row, self._denoise, self._sigmas = row, denoise, sigmas
        self._geometry, self._model, self._operators = geometry, model, operators
        self._photo = photo
        self._spaces: dict[Kind, Space] = {}
        self._often = self._meeting(row.space, row.start, row.end)
        self._else = None if row.between == "none" else self._meeting(row.between, 0.0, 1.0)
        self._step = 0
        self.alone = torch.empty(0)

    def __call__(self, x: Tensor, sigma: Tensor) -> Tensor:
        self.alone = self._denoise(x, sigma)
        self._step += 1
        # Counted from the end, so that the last step is coupled whatever `every` is.
        due = (len(self._sigmas) - 1 - self._step) % self._row.every == 0
        coupler, couple = self._often
        if due and coupler.acts(sigma):
            return couple(self.alone, sigma)
        return self._else[1](self.alone, sigma) if self._else else self.alone

    def noise(self, white: Tensor) -> Tensor:
        """White noise (N, 16, h, w) as this row shares it."""
        if not self._row.shared_noise:
            return white
        return render_noise(white, self._space(noise_space(self._row, self._geometry)))

    def _space(self, name: str) -> Space:
        """A space of latents; the plain one where levels meet in pixels, as in the sampler node."""
        kind = fitted(name, self._geometry)
        if kind is None:
            return as_space(self._geometry)
        if kind not in self._spaces:
            row = self._row
            space = self._operators.space(kind, self._geometry, row.fitted_on, row.pictures)
            self._spaces[kind] = space
        return self._spaces[kind]

    def _meeting(self, name: str, start: float, end: float) -> tuple[Coupler, Couple]:
        in_pixels = name in ("pixel", "small")
        space = as_space(pixel_grid(self._geometry)) if in_pixels else self._space(name)
        coupler = Coupler(
            space,
            self._anchors(in_pixels),
            self._row.options(),
            start=start,
            end=end,
            sigmas=self._sigmas,
        )
        if not in_pixels:
            return coupler, coupler
        if name == "small":
            return coupler, through(coupler, self._model.small)
        change = difference(self._model.encode)
        return coupler, ThroughPixels(coupler, self._model.decode, change)

    def _anchors(self, in_pixels: bool) -> list[PhotoAnchor]:
        if self._photo is None or self._row.anchor == "none":
            return []
        photo = self._photo if in_pixels else self._model.encode(self._photo[None])[0]
        return [PhotoAnchor(photo, solver=self._row.anchor)]
