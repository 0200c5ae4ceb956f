"""Outpainting: padding, masks, the order of the sides, and the zoom that is made of it."""

import pytest
import torch
from torch.nn import functional

from zoomstack import Geometry, Path, agreement, frames
from zoomstack.paint.canvas import Margins, mask_around, outpaint, pad, sides
from zoomstack.paint.outward import Outpainting, grown_by, outward

PICTURE = torch.rand(3, 21, 34, generator=torch.Generator().manual_seed(0))
AROUND = Margins(left=5, top=3, right=8, bottom=2)


def marker(picture, mask):
    """Paints what it is asked to with a value that no picture has, and spoils the rest."""
    return torch.full_like(picture, 7.0)


# --- padding and masks ----------------------------------------------------------------------------


def literal_mirror(picture, margins, twice):
    """Pixel by pixel, bouncing between the borders."""
    _, height, width = picture.shape

    def bounce(at, size):
        while not 0 <= at < size:
            at = (-at - 1 if twice else -at) if at < 0 else 2 * size - at - (1 if twice else 2)
        return at

    rows = range(-margins.top, height + margins.bottom)
    columns = range(-margins.left, width + margins.right)
    return torch.stack(
        [
            torch.stack([picture[:, bounce(y, height), bounce(x, width)] for x in columns], 1)
            for y in rows
        ],
        1,
    )


@pytest.mark.parametrize("margins", [AROUND, Margins(70, 0, 3, 95)])
def test_padding_mirrors_to_any_width(margins):
    for padding, twice in (("symmetric", True), ("reflect", False)):
        assert torch.equal(pad(PICTURE, margins, padding), literal_mirror(PICTURE, margins, twice))


def test_reflect_is_what_torch_calls_reflect():
    left, top, right, bottom = AROUND
    torchs = functional.pad(PICTURE[None], (left, right, top, bottom), mode="reflect")[0]
    assert torch.equal(pad(PICTURE, AROUND, "reflect"), torchs)


def test_a_colour_fills_the_margins_alone():
    padded = pad(PICTURE, AROUND, "colour", (0.25, 0.5, 1.0))
    mask = mask_around(21, 34, AROUND)
    assert torch.equal(padded[:, 3:24, 5:39], PICTURE)
    assert torch.equal(padded[:, mask == 1].unique(dim=1), torch.tensor([[0.25], [0.5], [1.0]]))


def test_the_mask_is_the_margins_and_nothing_else():
    mask = mask_around(21, 34, AROUND)
    assert mask.shape == (26, 47) and not mask[3:24, 5:39].any()
    assert int(mask.sum()) == 26 * 47 - 21 * 34


def test_a_feathered_mask_falls_only_along_sides_that_grow():
    mask = mask_around(21, 34, Margins(left=5), feather=4)
    assert mask[:, :5].eq(1).all() and mask[:, 9:].eq(0).all()
    assert mask[7, 5:9].tolist() == pytest.approx([0.875, 0.625, 0.375, 0.125])


# --- one picture ----------------------------------------------------------------------------------


def test_sequential_paints_left_top_right_bottom():
    assert sides(AROUND, "sequential") == [
        Margins(left=5), Margins(top=3), Margins(right=8), Margins(bottom=2),
    ]  # fmt: skip
    assert sides(AROUND._replace(top=0), "direct") == [AROUND._replace(top=0)]
    assert sides(Margins(right=2), "sequential") == [Margins(right=2)]


def test_sequential_covers_what_direct_covers():
    direct, sequential = (
        outpaint(PICTURE, AROUND, marker, method) for method in ("direct", "sequential")
    )
    assert torch.equal(direct, sequential)
    assert torch.equal(direct == 7, mask_around(21, 34, AROUND).bool().expand_as(direct))


@pytest.mark.parametrize("method", ["direct", "sequential"])
def test_the_inner_picture_stays_bit_for_bit(method):
    grown = outpaint(PICTURE, AROUND, lambda x, mask: torch.full_like(x, torch.nan), method)
    assert torch.equal(grown[:, 3:24, 5:39], PICTURE)


def test_no_margins_are_no_work():
    def refuse(picture, mask):
        raise AssertionError

    assert torch.equal(outpaint(PICTURE, Margins(), refuse), PICTURE)


def test_sequential_against_the_posts_own_code():
    """Its four transforms and masks, one after the other, by a painter that looks around."""

    def generator(image, mask):
        blurred = functional.avg_pool2d(
            functional.pad(image[None], (3,) * 4, mode="replicate"), 7, 1
        )
        return torch.where(mask.bool(), blurred[0] + 0.1, image)

    size, image = 6, PICTURE
    for side in range(4):
        pads = [(size, 0, 0, 0), (0, size, 0, 0), (0, 0, size, 0), (0, 0, 0, size)][side]
        padded = literal_mirror(image, Margins(*pads), True)
        xs, ys = torch.arange(padded.shape[2]), torch.arange(padded.shape[1])
        mask = torch.zeros_like(padded[0])
        # The post's right and lower masks begin at index > width + size, a pixel late.
        if side == 0:
            mask[:, xs < size] = 1
        elif side == 1:
            mask[ys < size] = 1
        elif side == 2:
            mask[:, xs >= PICTURE.shape[2] + size] = 1
        else:
            mask[ys >= PICTURE.shape[1] + size] = 1
        image = generator(padded, mask)
    ours = outpaint(PICTURE, Margins(6, 6, 6, 6), generator, "sequential")
    assert torch.allclose(ours, image, atol=1e-6)


# --- a zoom ---------------------------------------------------------------------------------------

GEOMETRY = Geometry(63, 90, (2.5, 2.0, 3.3), ((0.37, 0.55), (0.5, 0.5), (0.2, 0.8)))
HOWS = [
    Outpainting(method, canvas=canvas)
    for method in ("direct", "sequential")
    for canvas in ("grown", "level")
]


def echo(picture, mask, level):
    """A painter that keeps the padding, a little brighter."""
    return (picture * 0.9 + 0.05).clamp(0, 1)


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.method}-{how.canvas}")
def test_every_level_shows_the_next_one_exactly_where_the_geometry_says(how):
    inner = torch.rand(3, 63, 90, generator=torch.Generator().manual_seed(1))
    levels = [inner, *outward(inner, GEOMETRY, echo, how)][::-1]
    assert len(levels) == 4 and all(level.shape == (3, 63, 90) for level in levels)
    assert agreement(torch.stack(levels), GEOMETRY) == (float("inf"),) * 3
    assert all(0 <= float(level.min()) and float(level.max()) <= 1 for level in levels)


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.method}-{how.canvas}")
def test_a_scene_that_is_known_everywhere_comes_back(how):
    """A painter that knows the scene, a slope: each level must show it in its own place."""

    def slope(level):
        """Level ``level``'s view of the scene, whose value is where a pixel is in level 0."""
        rows, columns = GEOMETRY.placement(0, level) if level else (None, None)
        y, x = torch.arange(63.0) + 0.5, torch.arange(90.0) + 0.5
        if level:
            y, x = rows.left + y / rows.zoom, columns.left + x / columns.zoom
        down, across = y[:, None].expand(63, 90) / 63, x[None].expand(63, 90) / 90
        return torch.stack([down, across, torch.full((63, 90), 0.5)])

    levels = [slope(level) for level in range(4)]

    def knows(picture, mask, level):
        """Goes on with the slopes that it sees where the mask is 0."""
        known = (mask == 0).nonzero()
        (top, left), (bottom, right) = known.min(0).values, known.max(0).values
        y, x = torch.arange(mask.shape[0]), torch.arange(mask.shape[1])
        down = (picture[0, bottom, left] - picture[0, top, left]) / (bottom - top)
        over = (picture[1, top, right] - picture[1, top, left]) / (right - left)
        return torch.stack(
            [
                (picture[0, top, left] + (y - top) * down)[:, None].expand(mask.shape),
                (picture[1, top, left] + (x - left) * over)[None].expand(mask.shape),
                torch.full(mask.shape, 0.5),
            ]
        )

    made = [levels[-1], *outward(levels[-1], GEOMETRY, knows, how)][::-1]
    for level, (ours, truth) in enumerate(zip(made, levels, strict=True)):
        # Near the border the shrinking sees one side only; and deep slopes are thin.
        inside = (ours - truth)[:, 4:-4, 4:-4].abs().max()
        assert inside < 0.02, (level, float(inside))


def test_the_canvas_grows_to_the_next_whole_pixel():
    rows, columns = GEOMETRY.placement(0, 1)
    assert sum(grown_by(columns)) >= 90 * 1.5 - 1e-6
    assert grown_by(Geometry(64, 64, (2.0,)).placement(0, 1)[0]) == (32, 32)
    at_the_border = Geometry(64, 64, (2.0,), ((0.25, 0.75),)).placement(0, 1)
    assert [grown_by(placement) for placement in at_the_border] == [(64, 0), (0, 64)]


def test_a_side_without_room_is_not_painted():
    asked = []

    def paint(picture, mask, level):
        asked.append(tuple(mask.shape))
        return picture

    corner = Geometry(64, 64, (2.0,), ((0.25, 0.25),))
    list(outward(torch.rand(3, 64, 64), corner, paint))
    assert asked == [(64, 128), (128, 128)]


def test_a_zoom_that_shows_no_pixel_is_refused():
    with pytest.raises(ValueError, match="Level 1 is smaller than a pixel of level 0"):
        next(outward(torch.rand(3, 8, 8), Geometry(8, 8, (16.0,)), echo))


# --- the film -------------------------------------------------------------------------------------


def literal_interp(src, dst, step, num_interps):
    """The post's interpolation between a picture and the one outpainted around it, at its size."""
    width = src.shape[-1]
    inner_step = (step / (width + 2 * step)) * width
    made = []
    for i in range(num_interps):
        padding_src = round(i * (inner_step / num_interps))
        padding_dst = step - round(i * (step / num_interps))
        src_s, dst_s = width - 2 * padding_src, width + 2 * padding_dst

        def scaled(picture, size):
            return functional.interpolate(picture[None], (size, size), mode="bicubic")[0]

        canvas = scaled(dst, dst_s)[
            :, padding_dst : padding_dst + width, padding_dst : padding_dst + width
        ]
        canvas = canvas.clone()
        canvas[:, padding_src : padding_src + src_s, padding_src : padding_src + src_s] = scaled(
            src, src_s
        )
        made.append(canvas)
    return made


def test_the_film_has_no_jump_of_speed_where_the_posts_has_one():
    """The scene's value is the logarithm of the distance from its middle: a zoom by z takes log z
    off every pixel, so the change from frame to frame is the speed that is seen."""
    size, zoom, steps, levels = 128, 2.0, 16, 3
    at = (torch.arange(size) + 0.5) / size - 0.5
    radius = (at[:, None] ** 2 + at[None] ** 2).sqrt().log2()
    span = 16.0
    stack = torch.stack([(radius - level + 12) / span for level in range(levels)])[:, None]
    stack = stack.expand(-1, 3, -1, -1)

    def speeds(film):
        ring = (radius > -1.6) & (radius < -0.8)  # away from the pole and the border
        means = [float(frame[0][ring].mean()) * span for frame in film]
        return [after - before for before, after in zip(means[:-1], means[1:], strict=True)]

    geometry = Geometry(size, size, (zoom,) * (levels - 1))
    # The post goes out: from a picture to the one around it.
    step = size // 2  # of p = 2
    theirs = speeds(
        [
            frame
            for level in (2, 1)
            for frame in literal_interp(stack[level], stack[level - 1], step, steps)
        ]
    )
    path = Path(geometry.zooms, fps=steps, seconds_per_level=1.0, direction="out")
    ours = speeds(list(frames(stack, geometry, path)))

    def jump(speed):
        """The ratio of the speeds just before and just after the border of a level."""
        before = sum(speed[steps - 3 : steps - 1]) / 2
        after = sum(speed[steps + 1 : steps + 3]) / 2
        return max(before / after, after / before)

    assert jump(theirs) > 1.6  # p = 2 right at the border
    assert jump(ours) < 1.02
