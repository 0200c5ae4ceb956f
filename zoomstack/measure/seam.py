"""How visible a child's frame is in its parent: the step across its border, against its like.

A frame shows where the picture changes across the child's border, and does so along it; texture
changes at every line, but not the same way. So the step is taken between means: along the border
over a few pixels, and across it over a few on each side, a pixel off it, because a decoder smears
what was an edge between latents.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ..linear.precision import working
from ..scene.geometry import Geometry
from ..spaces.space import Window

DEEP, GAP = 3, 1  # pixels on each side of a line that count, and those next to it that do not
ALONG = 17  # pixels along a line that count as one
NEAR, FAR = 8, 24  # pixels from the border to the lines that it is compared with
SMALLEST = 1 / 255  # a step that no screen shows


def visible(views: Tensor, borders: list[list[Window]]) -> list[float]:
    """For each parent, of views (N, 3, H, W) in [0, 1]: 1 is no visible frame, 2 twice the usual.

    ``borders`` says where each parent's child may begin (see ``seams``): the worst counts. NaN
    where no pixel shows a child.
    """
    pairs = zip(views[: len(borders)], borders, strict=True)
    return [
        max((visibility(view, window) for window in windows), default=float("nan"))
        for view, windows in pairs
    ]


def seams(geometry: Geometry, ratio: int) -> list[list[Window]]:
    """For each parent, the pixels that its child covers, of a ``geometry`` of latents.

    Levels that meet in latents are joined on the latents' grid, others on that of the pixels: the
    two are the same where a frame lies on the latents' grid.
    """
    pixels = geometry.resized(geometry.height * ratio, geometry.width * ratio)
    borders = []
    for parent, child in geometry.neighbours:
        found: list[Window] = []
        for grid, scale in ((pixels, 1), (geometry, ratio)):
            rows, columns = (p.window for p in grid.placement(parent, child))
            window = (_scaled(rows, scale), _scaled(columns, scale))
            if rows.stop > rows.start and columns.stop > columns.start and window not in found:
                found.append(window)
        borders.append(found)
    return borders


def _scaled(window: slice, scale: int) -> slice:
    return slice(window.start * scale, window.stop * scale)


def visibility(picture: Tensor, window: Window) -> float:
    """The mean step across the border of ``window`` (rows, columns), by that across its like.

    ``picture`` is (3, H, W) in [0, 1]. The lines that the border is compared with are parallel to
    it and as long, ``NEAR`` to ``FAR`` pixels off on both sides, up to half the window inside.
    On the world's own pictures at 256 px the mean is 0.96, and from one to the next it varies by a
    quarter; a middle half that is brighter by 0.03 makes it 1.16, one by 0.1 makes it 2.1.
    """
    rows, columns = window
    border = usual = 0.0
    for picture_, along, across in (
        (picture, rows, columns),  # the left and the right edge
        (picture.transpose(-1, -2), columns, rows),  # the upper and the lower one
    ):
        steps = _steps(picture_[:, along])
        reach = min((across.stop - across.start) // 2, FAR)
        for edge in (across.start, across.stop):
            lines = [
                edge + side * offset
                for offset in range(NEAR, max(reach, NEAR + 1))
                for side in (-1, 1)
            ]
            like = [steps[line] for line in lines if _inside(line, len(steps))]
            if _inside(edge, len(steps)) and like:
                border += float(steps[edge])
                usual += float(torch.stack(like).mean())
    return (border + 4 * SMALLEST) / (usual + 4 * SMALLEST)


def _steps(strip: Tensor) -> Tensor:
    """The mean step across each column edge of a strip (3, L, W): (W + 1,), edge k is left of k."""
    box = min(ALONG, strip.shape[1]), min(DEEP, strip.shape[2])
    mean = functional.avg_pool2d(working(strip)[None], box, stride=1)[0]  # of columns k to k + DEEP
    # Edge k compares the columns before k - GAP with those from k + GAP on.
    step = mean[..., DEEP + 2 * GAP :] - mean[..., : -(DEEP + 2 * GAP)]
    ends = DEEP + GAP
    return functional.pad(step.square().sum(0).sqrt().mean(0), (ends, ends))


def _inside(line: int, count: int) -> bool:
    return DEEP + GAP <= line < count - DEEP - GAP
