"""Where a deeper picture lies in a wider one, to a fraction of a pixel.

Gauss-Newton (Lucas and Kanade, 1981) on the exact D, from coarse to fine: the wider picture's
pixels against the deeper one as that would show it, with a gain and an offset a colour. Where whole
neighbourhoods stay different, as under a watermark or where a tool has redrawn, they lose weight.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ...linear.sizes import Size, resized
from ...scene.geometry import TOUCH, Geometry
from ...spaces.pairs import patch as patch_of
from ...spaces.plain import PlainSpace
from .search import Place, grid_size
from .sure import alike

FEWEST = 16  # pixels of the frame's shorter side that the first octave has
ROUNDS = 10  # at most, an octave
BLIND = 3  # of the first octave's, in which every pixel counts: all is off while the frame is
# Pixels that a frame's edge moves in a round: below, it has arrived, or may go on a finer octave.
STILL, ROUGH = 3e-3, 3e-2
GLANCE = 24  # pixels of the frame's shorter side that show a stranger
FAR = 0.2  # of a frame: what moves farther from where it was found is lost
AROUND = 7  # pixels a side over which a difference is judged
TRUSTED = 0.4  # of the pixels are taken for right
DOUBT = 3.0  # times their difference, and a weight has fallen to a half


class Fit(NamedTuple):
    """Where the deeper picture lies, and how the two differ there.

    ``patch`` and ``shown`` are (C, h, w): the wider picture's pixels, and the deeper one as that
    would show it, in its colours. ``weight`` (h, w) is from 0 to 1.
    """

    place: Place
    patch: Tensor
    shown: Tensor
    weight: Tensor


def refine(wider: Tensor, deeper: Tensor, start: Place, octaves: int | None = None) -> Fit | None:
    """The place near ``start`` where ``deeper`` fits ``wider``, both (C, H, W); None: nowhere.

    From the coarsest octave that shows it, or, where ``start`` is good, the ``octaves`` finest.
    """
    place, fit = _inside(start), None
    known = octaves is not None
    sizes = _sizes(wider, start.zoom, octaves)
    for octave, size in enumerate(sizes):
        last = octave == len(sizes) - 1
        wide, deep = resized(wider, size), resized(deeper, size)
        for turn in range(ROUNDS):
            fit = _fit(wide, deep, place, doubting=known or octave > 0 or turn >= BLIND)
            if fit is None:
                return None
            step = _step(fit, place, wide)
            if step is None:
                return None
            place, moved = _moved(place, step, wide)
            if _lost(start, place):
                return None
            if moved < (STILL if last else ROUGH):
                break
        assert fit
        # Whoever is a stranger at a glance is one: most trials end here, before they are costly.
        if min(fit.patch.shape[-2:]) >= GLANCE and alike(fit.patch, fit.shown) <= 0:
            return None
    return fit


def _sizes(wider: Tensor, zoom: float, most: int | None) -> list[Size]:
    """The picture's size halved again and again, the smallest first; at most so many."""
    height, width = wider.shape[-2:]
    count = 1
    while count != most and min(height, width) / zoom / 2**count >= FEWEST:
        count += 1
    longer = max(height, width)
    return [grid_size(height, width, longer // 2**octave) for octave in range(count)][::-1]


def _fit(wide: Tensor, deep: Tensor, place: Place, doubting: bool) -> Fit | None:
    height, width = wide.shape[-2:]
    link = PlainSpace(Geometry(height, width, (place.zoom,), ((place.x, place.y),))).link(0, 1)
    if link is None:
        return None
    patch, shown = patch_of(wide, link), link.shrink(deep)
    if min(patch.shape[-2:]) < AROUND:
        return None
    weight = torch.ones_like(patch[0])
    told = _coloured(patch, shown, weight)
    if doubting:
        weight = _weight(patch, told)
        told = _coloured(patch, shown, weight)
    return Fit(place, patch, told, weight)


def _coloured(patch: Tensor, shown: Tensor, weight: Tensor) -> Tensor:
    """``shown`` with the gain and offset a colour that bring it nearest to ``patch``."""
    total = weight.sum()
    mean, aim = ((weight * each).sum((-2, -1), keepdim=True) / total for each in (shown, patch))
    off = shown - mean
    gain = (weight * off * (patch - aim)).sum((-2, -1), keepdim=True)
    gain = gain / ((weight * off * off).sum((-2, -1), keepdim=True) + 1e-6 * total)
    return aim + gain * off


def _weight(patch: Tensor, shown: Tensor) -> Tensor:
    """How much a pixel counts: little where its neighbourhood differs more than most do."""
    across, down = _slopes(shown)
    strength = _mean_around((across.square() + down.square()).mean(0))
    differs = _mean_around(_inner(patch - shown).square().mean(0))
    # Where there is more to see, the same shift makes more of a difference.
    differs = differs / (strength + 0.25 * strength.mean() + 1e-9)
    common = differs.flatten().kthvalue(max(1, int(TRUSTED * differs.numel())))[0]
    # The border has no slope of its own on both sides, and one made up would pull the frame wide.
    return functional.pad(1 / (1 + (differs / (DOUBT * common + 1e-12)).square()), (1, 1, 1, 1))


def _inner(values: Tensor) -> Tensor:
    return values[..., 1:-1, 1:-1]


def _mean_around(values: Tensor) -> Tensor:
    return functional.avg_pool2d(
        values[None, None], AROUND, 1, AROUND // 2, count_include_pad=False
    )[0, 0]


def _slopes(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Along x and y, (C, h - 2, w - 2) each, a pixel: of all but the border."""
    across = (picture[..., 1:-1, 2:] - picture[..., 1:-1, :-2]) / 2
    down = (picture[..., 2:, 1:-1] - picture[..., :-2, 1:-1]) / 2
    return across, down


def _step(fit: Fit, place: Place, wide: Tensor) -> Tensor | None:
    """(dx, dy, ds): pixels of ``wide`` and a share by which the frame moves and grows."""
    across, down = _slopes(fit.shown)
    rows, columns = _from_centre(place, wide)
    ways = torch.stack([-across, -down, -(across * columns + down * rows)])
    # Gain and offset a colour are free: what they can explain of a way does not count.
    flat, weight = ways.flatten(2), _inner(fit.weight).flatten()
    left = _inner(fit.patch - fit.shown).flatten(1)
    shown = _inner(fit.shown).flatten(1)
    level = shown - (weight * shown).sum(-1, keepdim=True) / weight.sum()
    size = (weight * level * level).sum(-1) + 1e-9
    flat = flat - (weight * flat).sum(-1, keepdim=True) / weight.sum()
    flat = flat - ((weight * flat * level).sum(-1) / size)[..., None] * level
    matrix = torch.einsum("acn,bcn,n->ab", flat, flat, weight).double()
    aim = torch.einsum("acn,cn,n->a", flat, left, weight).double()
    try:
        return torch.linalg.solve(matrix, aim)
    except RuntimeError:  # nothing to hold on to
        return None


def _from_centre(place: Place, wide: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (h - 2, 1) and columns (1, w - 2) of the patch, in pixels from the frame's centre."""
    height, width = wide.shape[-2:]
    rows, columns = Geometry(height, width, (place.zoom,), ((place.x, place.y),)).placement(0, 1)
    down, across = (
        torch.arange(window.start + 1, window.stop - 1).to(wide) + 0.5
        for window in (rows.window, columns.window)
    )
    return down[:, None] - place.y * height, across[None] - place.x * width


def _moved(place: Place, step: Tensor, wide: Tensor) -> tuple[Place, float]:
    """The place a step on, within the wider picture, and how far its edge has come, in pixels."""
    dx, dy, ds = step.tolist()
    height, width = wide.shape[-2:]
    ds = max(-0.05, min(0.05, ds))
    moved = max(abs(dx), abs(dy)) + abs(ds) * max(height, width) / (2 * place.zoom)
    x, y = place.x + dx / width, place.y + dy / height
    return _inside(Place(place.zoom / (1 + ds), x, y, place.score)), moved


def _inside(place: Place) -> Place:
    """The nearest place at which the frame is smaller than the wider picture and within it."""
    zoom = max(1 + TOUCH, place.zoom)
    reach = 0.5 / zoom
    x, y = (max(reach, min(1 - reach, centre)) for centre in (place.x, place.y))
    return Place(zoom, x, y, place.score)


def _lost(start: Place, place: Place) -> bool:
    reach = FAR / start.zoom
    away = max(abs(place.x - start.x), abs(place.y - start.y)) > reach
    return away or not 1 - FAR < place.zoom / start.zoom < 1 + FAR
