"""A photograph that a level must show, and that the others must agree with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from ..linear.precision import working
from ..scene.checks import check_choice, check_levels
from ..scene.geometry import Geometry
from ..spaces.pairs import patch
from ..spaces.plain import as_space
from ..spaces.space import Link, Space

Solver = Literal["exact", "adam"]


@dataclass(frozen=True, eq=False)
class PhotoAnchor:
    """Pulls views towards a photo: ``anchor(views, geometry) -> views``.

    ``photo`` (C, H, W) is what level ``level`` should show, in the views' own space and size.
    ``strength`` is the share of the way, 0 (nothing changes) to 1. It acts from ``start`` to
    ``end`` of the sampling, as fractions of the steps.

    The loss is Wang et al. (2023), eq. 1: the squared difference between the photo and what each
    deeper view shrinks to. ``exact`` goes to its minimum along a smooth change, in closed form
    (differs from the paper: the loss is quadratic). ``adam`` is the paper's: ``steps`` steps of
    Adam at ``learning_rate``.

    Wider views than the anchored one are given the photo where they show it.
    """

    photo: Tensor
    level: int = 0
    strength: float = 1.0
    solver: Solver = "exact"
    steps: int = 5
    learning_rate: float = 0.1
    start: float = 0.0
    end: float = 1.0

    def __post_init__(self) -> None:
        check_choice("solver", self.solver, get_args(Solver))
        if not 0 <= self.strength <= 1:
            raise ValueError(f"An anchor's strength is from 0 to 1, not {self.strength:g}.")
        if not 0 <= self.start <= self.end <= 1:
            raise ValueError(
                f"An anchor acts from start to end, 0 <= start <= end <= 1, not from "
                f"{self.start:g} to {self.end:g}."
            )

    def __call__(self, views: Tensor, geometry: Geometry | Space) -> Tensor:
        """(N, C, H, W) views, anchored. Raises ``ValueError`` where the photo does not fit."""
        space = as_space(geometry)
        check_levels(views, space.geometry)
        check_photo(self.photo, self.level, views)
        if self.strength == 0:
            return views
        # One copy, changed in place: a stack of new levels costs more than the solution does.
        pictures = working(views).clone()
        photo = self.photo.to(pictures)
        for level, picture in enumerate(pictures):
            if space.geometry.wider(level, self.level):
                self._show(picture, photo, space.link(level, self.level))
            elif level == self.level:
                picture.lerp_(photo, self.strength)
            else:
                self._fit(picture, photo, space.link(self.level, level))
        return pictures.to(views.dtype)

    def _show(self, picture: Tensor, photo: Tensor, link: Link | None) -> None:
        """Lay the photo into a wider view, where it shows it."""
        if link is not None:
            patch(picture, link).lerp_(link.shrink(photo), self.strength)

    def _fit(self, picture: Tensor, photo: Tensor, link: Link | None) -> None:
        """Move a deeper view so that it shrinks to the photo's part."""
        if link is None:
            return
        target = patch(photo, link)
        if self.solver == "exact":
            picture.add_(link.lift(target - link.shrink(picture)), alpha=self.strength)
        else:
            picture.lerp_(self._descend(picture, target, link), self.strength)

    def _descend(self, picture: Tensor, target: Tensor, link: Link) -> Tensor:
        # ComfyUI runs nodes in inference mode, whose tensors autograd refuses: hence the clones.
        with torch.inference_mode(False), torch.enable_grad():
            moving = picture.detach().clone().requires_grad_()
            fixed = target.detach().clone()
            adam = torch.optim.Adam([moving], lr=self.learning_rate)
            for _ in range(self.steps):
                adam.zero_grad()
                (link.shrink(moving) - fixed).square().sum().backward()
                adam.step()
            return moving.detach()


def check_photo(photo: Tensor, level: int, views: Tensor) -> None:
    """Raise ``ValueError`` unless ``photo`` can be level ``level`` of ``views``."""
    if not 0 <= level < len(views):
        raise ValueError(
            f"The anchor is for level {level} but there are {len(views)} levels; "
            f"set its level from 0 to {len(views) - 1}."
        )
    if photo.shape != views.shape[1:]:
        raise ValueError(
            f"The anchor's photo is {tuple(photo.shape)} (channels, rows, columns) but a "
            f"level is {tuple(views.shape[1:])}; resize the photo to the level's size."
        )
