"""Any part of a picture turned by any angle: torch's cubic kernel, at places that are no grid.

``lens`` is separable and turns nothing. Here every pixel looks for itself, at sixteen others: on
pictures full of edges 46 dB from Lanczos' kernel, at every angle. (Shears, which would be the lens
twice, come to 34 dB near an eighth of a turn.) It is not widened: shrink a picture by the lens
first.

Places are complex numbers, x + iy in pixels, of which pixel k covers [k, k + 1): a turn that also
magnifies is one factor.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, pad

from .lens import Along, look_along

BENT = 0.048  # pixels
ROWS = 64  # that look at a time: their places stay in a processor's cache


def look_turned(picture: Tensor, size: tuple[int, int], middle: complex, step: complex) -> Tensor:
    """What ``size`` (rows, columns) pixels see of ``picture`` (C, H, W) around ``middle``.

    A pixel that lies at d from the middle of those that look sees ``middle + step * d``: ``step``
    is how far apart they are in the picture's pixels, 1 at most, and its angle is the turn. Beyond
    the picture its border goes on. Without a turn this is ``look_along``.
    """
    rows, columns = size
    if step.imag == 0 and step.real > 0:
        picture, middle = _continued(picture, size, middle, step.real)
        down, across = (
            Along(count, at - count * step.real / 2, step.real)
            for count, at in ((rows, middle.imag), (columns, middle.real))
        )
        return look_along(picture, down, across)
    down, across = (_from_middle(count, picture) for count in size)
    # From -1 at the picture's first border to 1 at its last.
    x = _Places(middle.real - step.imag * down, step.real * across, picture.shape[2], picture)
    y = _Places(middle.imag + step.real * down, step.imag * across, picture.shape[1], picture)
    seen = picture.new_empty(len(picture), rows, columns)
    places = picture.new_empty(1, min(ROWS, rows), columns, 2)
    for low in range(0, rows, ROWS):
        some = slice(low, min(low + ROWS, rows))
        here = places[:, : some.stop - low]
        here[0, ..., 0], here[0, ..., 1] = x.of(some), y.of(some)
        seen[:, some] = grid_sample(
            picture[None], here, mode="bicubic", padding_mode="border", align_corners=False
        )[0]
    return seen


def _continued(
    picture: Tensor, size: tuple[int, int], middle: complex, step: float
) -> tuple[Tensor, complex]:
    """The picture with as much beyond its border as is looked at, and where the middle is then."""
    edges = []
    for count, at, length in zip(
        size[::-1], (middle.real, middle.imag), (picture.shape[2], picture.shape[1]), strict=True
    ):
        reach = count * step / 2
        edges += [math.ceil(max(0.0, reach - at)), math.ceil(max(0.0, at + reach - length))]
    if not any(edges):
        return picture, middle
    wider = pad(picture[None], edges, mode="replicate")[0]
    return wider, middle + complex(edges[0], edges[2])


class _Places:
    """Where to look along one axis of ``length`` pixels, as a product of what rows and columns say.

    At ``down + across`` pixels, but straightened. A cubic kernel of -0.75 sees a slope
    bent: at a fraction s between two pixels it sees what lies at s + s (1 - s) (1 - 2 s) / 2, by up
    to 0.05 of a pixel off, and a film would tremble. A sine takes it back within 0.002, and the
    sine of a sum is a product too: sin(a + b) = sin a cos b + cos a sin b.
    """

    def __init__(self, down: Tensor, across: Tensor, length: int, like: Tensor) -> None:
        scale, one = 2 / length, torch.ones_like
        a, b, bent = 2 * math.pi * down, 2 * math.pi * across, BENT * scale
        rows = scale * down - 1, one(a), bent * a.sin(), bent * a.cos()
        columns = one(b), scale * across, b.cos(), b.sin()
        self._rows, self._columns = torch.stack(rows, 1).to(like), torch.stack(columns).to(like)

    def of(self, rows: slice) -> Tensor:
        """From -1 at the first border to 1 at the last: (rows, columns)."""
        return self._rows[rows] @ self._columns


def _from_middle(count: int, like: Tensor) -> Tensor:
    """How far the middles of so many pixels are from the middle of them all.

    In double precision, where the device has it.
    """
    kind = torch.float32 if like.device.type == "mps" else torch.float64
    return torch.arange(count, device=like.device, dtype=kind) + (1 - count) / 2
