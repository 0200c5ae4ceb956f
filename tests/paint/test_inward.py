"""Zooming in by enlarging: the frame is cut out at its exact place."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from zoomstack import Geometry
from zoomstack.paint.inward import CONTEXT, closer, inward

GEOMETRY = Geometry(63, 90, (2.5, 2.0, 3.3), ((0.37, 0.55), (0.5, 0.5), (0.2, 0.8)))


def smooth(seed=0, size=(63, 90)):
    small = torch.rand(1, 3, 6, 8, generator=torch.Generator().manual_seed(seed))
    return functional.interpolate(small, size, mode="bicubic")[0].clamp(0, 1)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_frame_is_what_pillow_cuts_out_and_resizes(level):
    """A second implementation, with the same kernel and a box of floating-point edges."""
    picture = smooth()
    rows, columns = GEOMETRY.placement(level - 1, level)
    box = (
        columns.left, rows.left,
        columns.left + columns.size / columns.zoom, rows.left + rows.size / rows.zoom,
    )  # fmt: skip
    theirs = [
        np.array(Image.fromarray(plane.numpy()).resize((90, 63), Image.Resampling.LANCZOS, box))
        for plane in picture
    ]
    ours = closer(picture, (rows, columns))
    assert np.abs(ours.numpy() - np.clip(theirs, 0, 1)).max() < 1e-4


def test_an_upscale_model_sees_the_frame_and_a_little_around_it():
    seen = []

    def twice(picture):
        seen.append(tuple(picture.shape))
        return functional.interpolate(picture[None], scale_factor=4, mode="bicubic")[0]

    picture, placements = smooth(), GEOMETRY.placement(0, 1)
    ours = closer(picture, placements, twice)
    rows, columns = (round(p.size / p.zoom) for p in placements)
    ((_, height, width),) = seen
    assert rows + CONTEXT <= height <= rows + 2 * CONTEXT + 2
    assert columns + CONTEXT <= width <= columns + 2 * CONTEXT + 2
    assert (ours - closer(picture, placements)).abs().max() < 0.03


def test_levels_come_one_at_a_time_each_from_the_one_above():
    asked = []

    def redraw(picture, level):
        asked.append(level)
        return picture * 0.5

    levels = inward(smooth(), GEOMETRY, redraw)
    assert asked == []
    first = next(levels)
    assert asked == [1] and first.shape == (3, 63, 90)
    second = next(levels)
    assert torch.allclose(second, closer(first, GEOMETRY.placement(1, 2)) * 0.5)
    assert len(list(levels)) == 1 and asked == [1, 2, 3]


def test_mirrored_pictures_and_frames_give_mirrored_levels():
    mirrored = Geometry(63, 90, (2.5,), ((0.63, 0.55),))
    given = Geometry(63, 90, (2.5,), ((0.37, 0.55),))
    picture = smooth()
    there = closer(picture.flip(-1), mirrored.placement(0, 1))
    assert torch.allclose(there.flip(-1), closer(picture, given.placement(0, 1)), atol=1e-5)
