"""Operators between levels for latents, fitted to the autoencoder they come from.

A latent of a shrunk picture is not the shrunk latent: resampling the channels one by one explains
about half of it. Least squares on a few dozen pictures finds, once per autoencoder and factor,
operators that do: a block of ``zoom`` x ``zoom`` latents -> one latent of the shrunk picture, and
3 x 3 latents -> the block of the enlarged one. Blocks need a whole factor and frames on the grid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional

from .geometry import Geometry
from .leaves import dead_leaves
from .resample import PlainSpace, plain_space
from .space import Link, Window

Encode = Callable[[Tensor], Tensor]

LARGEST_ZOOM = 8  # beyond it a block has more unknowns than a few dozen pictures can settle
PICTURES, BLOCKS = 8, 9  # pictures to fit on, and blocks along their sides
OFFSET = 2  # latents from one cut of a picture into blocks to the next
RIDGE = 1e-4  # of the samples' mean power
UNUSED = 1e-4  # a latent direction with less than this of the strongest one's power is unused


class FittedOperators(NamedTuple):
    """Operators for one whole factor, of latents with C channels; see ``fit_operators``.

    ``explained`` is the share of the variance that (shrinking, enlarging) explain on pictures that
    the fit has not seen: 1 is perfect.
    """

    zoom: int
    shrink: Tensor  # (C, C, zoom, zoom)
    shrink_offset: Tensor  # (C,)
    inverse: Tensor  # (C, C, zoom, zoom), the pseudo-inverse of shrink
    noise: Tensor  # (C, C, zoom, zoom), orthonormal rows
    enlarge: Tensor  # (C zoom^2, C, 3, 3)
    enlarge_offset: Tensor  # (C zoom^2,)
    explained: tuple[float, float]

    def to(self, like: Tensor) -> FittedOperators:
        tensors = {k: v.to(like) for k, v in self._asdict().items() if isinstance(v, Tensor)}
        return self._replace(**tensors)


def fit_operators(
    encode: Encode, zoom: int, ratio: int = 8, pictures: Tensor | None = None
) -> FittedOperators:
    """Fit the operators for a whole factor ``zoom`` (2 to 8) to an encoder.

    ``encode`` takes pictures (B, 3, H, W) in [0, 1] to latents (B, C, H / ratio, W / ratio).
    ``pictures`` (B, 3, H, W) are what to fit on, H and W multiples of ``ratio * zoom``; dead
    leaves where none are given. A quarter of them is kept to measure ``explained``.
    """
    if not 2 <= zoom <= LARGEST_ZOOM:
        raise ValueError(f"Operators can be fitted for factors of 2 to {LARGEST_ZOOM}, not {zoom}.")
    if pictures is None:
        side = ratio * zoom * BLOCKS
        pictures = dead_leaves(PICTURES, side, side)
    with torch.inference_mode(False), torch.no_grad():
        smooth = functional.interpolate(
            _shrink(pictures, zoom), scale_factor=zoom, mode="bicubic"
        ).clamp(0, 1)
        blocks, coarse = _pairs(encode, pictures, zoom, ratio)
        k, k0, k_explained = _least_squares(blocks, coarse[..., 1:-1, 1:-1])
        into, coarse = _pairs(encode, smooth, zoom, ratio)
        h, w = into.shape[2:]
        around = rearrange(functional.unfold(coarse, 3), "b f (h w) -> b f h w", h=h, w=w)
        u, u0, u_explained = _least_squares(around, into)
    channels = coarse.shape[1]
    block = (channels, channels, zoom, zoom)
    k = _complete(k, zoom)
    value, vector = torch.linalg.eigh(k @ k.T)
    return FittedOperators(
        zoom,
        k.reshape(block).float(),
        k0.float(),
        torch.linalg.pinv(k).T.reshape(block).float(),
        ((vector * value.rsqrt()) @ vector.T @ k).reshape(block).float(),
        u.reshape(-1, channels, 3, 3).float(),
        u0.float(),
        (k_explained, u_explained),
    )


def _pairs(encode: Encode, pictures: Tensor, zoom: int, ratio: int) -> tuple[Tensor, Tensor]:
    """Blocks of the pictures' latents, and the latents of the shrunk pictures around them.

    (B, C zoom^2, h, w) and (B, C, h + 2, w + 2). The pictures are encoded once and the small ones,
    which cost next to nothing, at several offsets on the latent grid: so a few pictures are enough.
    """
    fine = _latents(encode, pictures)
    rows, columns = fine.shape[2] - zoom, fine.shape[3] - zoom
    blocks, coarse = [], []
    for top, left in product(range(0, zoom, OFFSET if zoom > 2 else 1), repeat=2):
        at = pictures[..., top * ratio :, left * ratio :]
        at = at[..., : rows * ratio, : columns * ratio]
        coarse.append(_latents(encode, _shrink(at, zoom)))
        inside = fine[..., top : top + rows, left : left + columns]
        cut = rearrange(inside, "b c (h p) (w q) -> b (c p q) h w", p=zoom, q=zoom)
        # The encoder pads at the border: what it makes there belongs to no neighbour.
        blocks.append(cut[..., 1:-1, 1:-1])
    # Offsets of one picture stay together, so that the pictures held out are unseen.
    return _by_picture(blocks), _by_picture(coarse)


def _by_picture(offsets: list[Tensor]) -> Tensor:
    return rearrange(torch.stack(offsets), "o b c h w -> (b o) c h w")


def _shrink(pictures: Tensor, zoom: int) -> Tensor:
    height, width = pictures.shape[2:]
    link = plain_space(Geometry(height, width, (float(zoom),))).link(0, 1)
    assert link is not None
    return link.shrink(pictures)


def _complete(k: Tensor, zoom: int) -> Tensor:
    """K with full rank: in directions that the encoder leaves unused, the mean of the block.

    Noise lives in those directions too, and a shrinking that loses them has no inverse.
    """
    value, vector = torch.linalg.eigh(k @ k.T)
    unused = vector[:, value < UNUSED * value.max()]
    mean = torch.eye(len(k), dtype=k.dtype).repeat_interleave(zoom * zoom, dim=1) / zoom**2
    return k + unused @ unused.T @ (mean - k)


def _latents(encode: Encode, pictures: Tensor) -> Tensor:
    return torch.cat([encode(batch).double().cpu() for batch in pictures.split(8)])


def _least_squares(known: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor, float]:
    """A and b of ``wanted = A known + b``, and the variance explained on the last quarter.

    Both (B, features, h, w).
    """
    known, wanted = (rearrange(x, "b f h w -> (b h w) f") for x in (known, wanted))
    seen = len(known) * 3 // 4
    x, y = known[:seen], wanted[:seen]
    x_mean, y_mean = x.mean(0), y.mean(0)
    x, y = x - x_mean, y - y_mean
    gram = x.T @ x
    gram.diagonal().add_(RIDGE * gram.diagonal().mean())
    matrix = torch.linalg.solve(gram, x.T @ y).T
    offset = y_mean - matrix @ x_mean
    held, target = known[seen:], wanted[seen:]
    error = (held @ matrix.T + offset - target).square().mean(0).sum()
    return matrix, offset, float(1 - error / target.var(0).sum())


@dataclass(frozen=True, eq=False)
class BlockLink:
    """``space.Link`` by fitted operators, between neighbouring levels."""

    operators: FittedOperators
    window: Window

    def shrink(self, picture: Tensor) -> Tensor:
        o = self.operators.to(picture)
        return _conv(picture, o.shrink, o.shrink_offset, stride=o.zoom)

    def enlarge(self, patch: Tensor) -> Tensor:
        o = self.operators.to(patch)
        return self._upscale(patch, o.enlarge, o.enlarge_offset)

    def spread(self, change: Tensor) -> Tensor:
        return self._upscale(change, self.operators.to(change).enlarge, None)

    def lift(self, change: Tensor) -> Tensor:
        """The smooth ``spread``, and the smallest change that makes up for what it misses."""
        o = self.operators.to(change)
        smooth = self.spread(change)
        missing = change - _conv(smooth, o.shrink, None, stride=o.zoom)
        return smooth + functional.conv_transpose2d(missing, o.inverse, stride=o.zoom)

    def shrink_noise(self, noise: Tensor) -> Tensor:
        o = self.operators.to(noise)
        return _conv(noise, o.noise, None, stride=o.zoom)

    def _upscale(self, x: Tensor, weight: Tensor, offset: Tensor | None) -> Tensor:
        padded = functional.pad(x, (1, 1, 1, 1), mode="replicate")
        return functional.pixel_shuffle(_conv(padded, weight, offset), self.operators.zoom)


def _conv(x: Tensor, weight: Tensor, offset: Tensor | None, stride: int = 1) -> Tensor:
    return functional.conv2d(x, weight, offset, stride=stride)


@dataclass(frozen=True, eq=False)
class ChainLink:
    """A link over several levels: ``outer`` of the blocks that ``inner``'s patch holds whole."""

    outer: BlockLink
    inner: Link
    blocks: Window  # of the outer link's patch, counted on its child's grid

    @property
    def window(self) -> Window:
        shifted = zip(self.outer.window, self.blocks, strict=True)
        rows, columns = (slice(o.start + b.start, o.start + b.stop) for o, b in shifted)
        return rows, columns

    @property
    def _whole(self) -> Window:
        """The part of the inner patch that those blocks cover."""
        zoom, pairs = self.outer.operators.zoom, zip(self.blocks, self.inner.window, strict=True)
        rows, columns = (slice(b.start * zoom - w.start, b.stop * zoom - w.start) for b, w in pairs)
        return rows, columns

    def shrink(self, picture: Tensor) -> Tensor:
        return self.outer.shrink(self.inner.shrink(picture)[(..., *self._whole)])

    def enlarge(self, patch: Tensor) -> Tensor:
        return self.inner.enlarge(self._inside(self.outer.enlarge(patch)))

    def spread(self, change: Tensor) -> Tensor:
        return self.inner.spread(self._inside(self.outer.spread(change)))

    def lift(self, change: Tensor) -> Tensor:
        return self.inner.lift(self._inside(self.outer.lift(change)))

    def shrink_noise(self, noise: Tensor) -> Tensor:
        return self.outer.shrink_noise(self.inner.shrink_noise(noise)[(..., *self._whole)])

    def _inside(self, whole: Tensor) -> Tensor:
        """The inner patch: its whole blocks, and their edge going on around them."""
        before_after: Iterator[int] = (
            n
            for cut, window in zip(reversed(self._whole), reversed(self.inner.window), strict=True)
            for n in (cut.start, window.stop - window.start - cut.stop)
        )
        return functional.pad(whole, tuple(before_after), mode="replicate")


class FittedSpace:
    """Latents under fitted operators, one set for each factor of the geometry.

    Raises ``ValueError`` where ``off_grid`` finds a reason, or a factor has no operators.
    """

    def __init__(self, geometry: Geometry, operators: Mapping[float, FittedOperators]) -> None:
        reason = off_grid(geometry)
        if reason:
            raise ValueError(reason)
        missing = sorted(set(geometry.zooms) - set(operators))
        if missing:
            raise ValueError(f"No operators were fitted for a zoom factor of {missing[0]:g}.")
        self.geometry = geometry
        self._operators = operators
        self._plain = PlainSpace(geometry)

    def link(self, parent: int, child: int) -> BlockLink | ChainLink | None:
        plain = self._plain.link(parent, parent + 1)
        if plain is None:
            return None
        outer = BlockLink(self._operators[self.geometry.zooms[parent]], plain.window)
        if child == parent + 1:
            return outer
        inner = self.link(parent + 1, child)
        if inner is None:
            return None
        zoom = outer.operators.zoom
        rows, columns = (slice(-(-w.start // zoom), w.stop // zoom) for w in inner.window)
        if rows.stop <= rows.start or columns.stop <= columns.start:
            return None
        return ChainLink(outer, inner, (rows, columns))


def off_grid(geometry: Geometry) -> str | None:
    """Why fitted operators do not apply to a geometry on its pixel grid, or None where they do."""
    for level, zoom in enumerate(geometry.zooms, start=1):
        if zoom != int(zoom) or zoom > LARGEST_ZOOM:
            return (
                f"level {level} has a zoom factor of {zoom:g}; fitted operators need a whole one "
                f"from 2 to {LARGEST_ZOOM}"
            )
        for name, placement in zip(
            ("height", "width"), geometry.placement(level - 1, level), strict=True
        ):
            if placement.size % int(zoom):
                return (
                    f"a {name} of {placement.size} latent pixels does not divide by level "
                    f"{level}'s zoom factor of {zoom:g}"
                )
            if abs(placement.left - round(placement.left)) > 1e-3:
                nearest = (round(placement.left) + placement.size / zoom / 2) / placement.size
                return (
                    f"level {level}'s frame does not lie on the latent grid; the nearest focus "
                    f"{'y' if name == 'height' else 'x'} that does is {nearest:g}"
                )
    return None
