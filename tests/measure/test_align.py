"""Pictures from elsewhere: where they lie in each other, and what is said of what does not."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from scenes import field, scene

from zoomstack import Geometry, align, parse_ladder

SIZE = 128
ZOOMS, FOCUS = (2.0, 2.3, 1.7), ((0.45, 0.55), (0.6, 0.4), (0.5, 0.5))


def jpeg(picture, quality=60):
    values = (picture.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(values).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1) / 255


@pytest.fixture(scope="module")
def levels():
    stack = scene(Geometry(SIZE, SIZE, ZOOMS, FOCUS), contrast=0.15)
    return [jpeg(level, 90) for level in stack.levels]


def check(found, order, zooms=ZOOMS, within=0.01):
    assert found.order == tuple(order) and found.found
    assert found.zooms == pytest.approx(zooms, rel=within)
    assert min(found.confidence) > 0.5 and min(found.agreement) > 20
    assert found.pictures.shape == (len(order), 3, SIZE, SIZE)


def test_the_ladder_is_found_to_a_fraction_of_a_pixel():
    """JPEG, a colour cast and a watermark, each of the deeper picture alone."""
    g = Geometry(256, 256, (1.83,), ((0.43, 0.56),))
    wide, deep = scene(g, contrast=0.15).levels
    deep = deep * torch.tensor([0.9, 1.0, 0.8])[:, None, None] + 0.02
    deep[:, 200:230, 20:200:8] = 1
    found = align([jpeg(wide), jpeg(deep)])
    assert found.zooms == pytest.approx((1.83,), rel=1e-3)
    assert np.abs(np.subtract(found.focus, g.focus)).max() * 256 < 0.1
    assert found.words == ()


def test_a_redrawn_middle_does_not_move_the_frame():
    g = Geometry(256, 256, (2.0,), ((0.5, 0.5),))
    wide, deep = scene(g, contrast=0.15).levels
    wide[:, 96:160, 96:160] = field(1, 64, 64, seed=9)[0]
    found = align([wide, deep])
    assert found.zooms == pytest.approx((2.0,), rel=1e-2)
    assert np.abs(np.subtract(found.focus, g.focus)).max() * 256 < 0.5


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_order_is_found(levels, order):
    found = align([levels[i] for i in order])
    check(found, [order.index(i) for i in range(4)])
    said = {(0, 1, 2, 3): "", (3, 2, 1, 0): "deepest first"}.get(order, "another order")
    assert said in "".join(found.words) and bool(said) == bool(found.words)


def test_a_large_factor_is_found():
    g = Geometry(384, 384, (9.0,), ((0.4, 0.6),))
    wide, deep = scene(g, contrast=0.15).levels
    assert align([wide, deep]).zooms == pytest.approx((9.0,), rel=2e-3)


def test_a_missing_picture_is_told_by_the_product():
    stack = scene(Geometry(SIZE, SIZE, (2.0,) * 5), contrast=0.15).levels
    found = align([*stack[:2], *stack[3:]])
    check(found, range(5), (2, 4, 2, 2))
    assert found.words == (
        "a picture is missing between picture 1 and picture 2: the factor is 4, where the others "
        "have 2",
    )


def test_a_doubled_picture_is_left_out(levels):
    found = align([*levels[:2], jpeg(levels[1], 50), *levels[2:]], names=[*"abcde"])
    check(found, [0, 1, 3, 4])
    assert found.words == ("c shows the same view as b: it was left out",)


@pytest.mark.parametrize(
    "spoilt, word",
    [
        (lambda picture: picture.rot90(1, (-2, -1)), "turned by 90 degrees against the clock"),
        (lambda picture: picture.rot90(2, (-2, -1)), "turned by 180 degrees"),
        (lambda picture: picture.flip(-1), "mirrored"),
    ],
)
def test_what_is_turned_or_mirrored_is_put_right(levels, spoilt, word):
    found = align([levels[0], spoilt(levels[1])])
    check(found, [0, 1], ZOOMS[:1])
    assert found.words == (f"picture 1 is {word} against the others: it was put right",)
    assert torch.equal(found.pictures[1], levels[1])


def test_of_another_aspect_the_middle_is_taken(levels):
    cut = levels[1][:, 16:-16]
    found = align([levels[0], cut, *levels[2:]])
    check(found, range(4), (2 * 4 / 3, 2.3 * 3 / 4, 1.7))
    assert found.words == ("picture 1 has another aspect, 1.33 instead of 1: its middle was taken",)


def test_what_was_squeezed_is_told_from_what_was_cut(levels):
    squeezed = torch.nn.functional.interpolate(levels[1][None], (96, 128), mode="bilinear")[0]
    found = align([levels[0], squeezed])
    check(found, [0, 1], ZOOMS[:1])
    assert "picture 1 is squeezed against the others" in found.words[0]


def test_other_sizes_come_to_the_common_one(levels):
    small = torch.nn.functional.interpolate(levels[1][None], (96, 96), mode="area")[0]
    check(align([levels[0], small, *levels[2:]]), range(4), within=0.02)


@pytest.mark.parametrize("seed", range(2))
def test_pictures_without_anything_in_common_are_no_zoom(seed):
    found = align(field(2, SIZE, SIZE, seed))
    assert (found.order, found.zooms, found.found) == ((0,), (), False)
    assert found.words[0].startswith("not a zoom: no picture was found in another one")


def test_a_stranger_and_a_flat_picture_are_left_out(levels):
    found = align([levels[0], field(1, SIZE, SIZE, 7)[0], 0 * levels[0] + 0.4, levels[1]])
    check(found, [0, 3], ZOOMS[:1])
    assert found.words == (
        "picture 2 is flat: nothing is seen in it, so it was left out",
        "picture 1 shows nothing of the others, nor they of it: it was left out",
    )


def test_one_picture_and_two_equal_ones_are_no_zoom(levels):
    one, two = align(levels[:1]), align([levels[0], levels[0]])
    assert not one.found and one.words == ("not a zoom: there is one picture",)
    assert not two.found and "picture 1 shows the same view as picture 0" in two.words[1]


def test_a_pattern_that_repeats_is_not_sure():
    """Stripes lie in stripes at many places: each is as good as the other."""
    wave = torch.sin(torch.arange(SIZE) * 2 * torch.pi / 16)
    stripes = 0.5 + 0.2 * (wave[:, None] + wave[None])
    found = align([stripes[None], stripes[None, ::2, ::2].repeat_interleave(2, -1)[..., :SIZE]])
    assert not found.found or max(found.confidence) < 0.6


def test_the_text_is_a_ladder_of_the_same_geometry(levels):
    found = align(levels)
    ladder = parse_ladder(found.text(["a", "b", "c", "d"]))
    assert ladder.prompts == tuple("abcd") and ladder.zooms == pytest.approx(found.zooms, rel=1e-6)
    assert np.allclose(ladder.focus, found.focus, atol=1e-7)
    assert found.geometry.zooms == found.zooms and found.ladder().levels == 4


@pytest.mark.parametrize(
    "pictures, words",
    [
        ([], "at least one"),
        ([torch.rand(3, 8, 64)], "64 x 8 pixels"),
        ([torch.full((3, 32, 32), torch.nan)], "NaN"),
        ([torch.rand(32, 32)], "colours, rows, columns"),
    ],
)
def test_what_is_no_picture_is_refused(pictures, words):
    with pytest.raises(ValueError, match=words):
        align(pictures)
