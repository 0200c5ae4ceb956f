"""A picture and the same picture at half its size, by the axis matrices of ``spaces.plain``."""

from __future__ import annotations

from functools import cached_property, lru_cache

import torch
from torch import Tensor

from ..linear.matrix import Matrix
from ..scene.geometry import Placement
from ..spaces.plain import AxisLink, PlainLink, axis_link, shrink_matrix


class Smaller(PlainLink):
    """The operators between a picture and its half: ``shrink``, ``lift``.

    As ``space.Link``, with the half as the wider level and its whole as the patch. ``size`` is the
    half's, rounded up; ``noise`` the standard deviation that is left of white noise of 1.
    """

    def __init__(self, rows: AxisLink, columns: AxisLink) -> None:
        super().__init__(rows, columns)
        self.size = (rows.window.stop, columns.window.stop)
        self.noise = _left_of_noise(rows) * _left_of_noise(columns)

    def part(self, top: int, left: int, tile: tuple[int, int]) -> PlainLink:
        """The operators of a window of the picture; its ``window`` cuts out of the half.

        Where the window goes over the right edge its ``window`` goes over the half's.
        """
        rows, columns = (
            axis_link((Placement(length, axis.placement.zoom, start / axis.placement.zoom),))
            for axis, start, length in zip(
                (self._rows, self._columns), (top, left), tile, strict=True
            )
        )
        if rows is None or columns is None:
            raise ValueError(
                f"A window of {tile[0]} x {tile[1]} pixels (rows x columns) holds no whole pixel "
                "of the picture's half; give larger windows."
            )
        return PlainLink(rows, columns)


@lru_cache(maxsize=64)
def smaller(height: int, width: int, multiple: int = 1, wrap: bool = False) -> Smaller:
    """Half of ``height`` x ``width``, its sides a multiple of ``multiple``.

    With ``wrap`` the right edge goes on at the left one.
    """
    # Kept between runs: an inference tensor among the matrices would break autograd.
    with torch.inference_mode(False):
        axes = []
        for size, ring in ((height, False), (width, wrap)):
            half = -(-size // (2 * multiple)) * multiple
            placement = Placement(size, size / half, 0.0)
            kind = _Ring if ring else AxisLink
            axes.append(kind(slice(0, half), shrink_matrix(placement), placement))
        return Smaller(*axes)


class _Ring(AxisLink):
    """An axis whose end goes on at its beginning."""

    @cached_property
    def enlarge(self) -> Matrix:
        half = self.window.stop
        fine = torch.arange(self.placement.size, dtype=torch.float64)
        at = (fine + 0.5) / self.placement.zoom - 0.5
        away = (at[:, None] - torch.arange(half, dtype=torch.float64)[None]).remainder(half)
        return Matrix((1 - torch.minimum(away, half - away)).clamp_min(0))


def _left_of_noise(axis: AxisLink) -> float:
    return float(axis.shrink.values.square().sum(1).mean().sqrt())


def crop(half: Tensor, link: PlainLink) -> Tensor:
    """The part of a half that ``Smaller.part`` speaks of; over the right edge it goes on left."""
    rows, columns = link.window
    if columns.stop > half.shape[-1]:
        half = torch.cat([half, half[..., : columns.stop - half.shape[-1]]], -1)
    return half[..., rows, columns]
