"""Multi-stage blended diffusion: crops, stages, segments, RePaint, the decoder; and the whole,
against a slow and literal copy of the paper's algorithm."""

import math

import pytest
import torch
from torch.nn import functional

from zoomstack.joint.denoise import Mix
from zoomstack.linear.sizes import resized, resized_mask
from zoomstack.paint.edit.decoder import PRESERVE, Piece, tune
from zoomstack.paint.edit.multistage import MultiStage, edit
from zoomstack.paint.edit.repaint import renoise, repaint
from zoomstack.paint.edit.segments import lay, segments
from zoomstack.paint.edit.stages import crop_around, low_pass, stage_input, stage_sizes


def randn(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def marked(height, width, rows, columns):
    mask = torch.zeros(height, width)
    mask[rows, columns] = 1
    return mask


# --- crops and sizes ------------------------------------------------------------------------------


def test_the_crop_is_a_square_with_the_mask_in_its_middle():
    rows, columns = crop_around(marked(253, 234, slice(100, 120), slice(90, 130)), 0.25)
    assert (rows, columns) == (slice(80, 140), slice(80, 140))


def test_the_crop_moves_into_the_picture():
    rows, columns = crop_around(marked(253, 234, slice(0, 10), slice(214, 234)), 0.5)
    assert (rows, columns) == (slice(0, 40), slice(194, 234))


def test_a_region_as_large_as_the_picture_takes_what_there_is():
    assert crop_around(torch.ones(253, 234), 0.25) == (slice(0, 253), slice(0, 234))


def test_nothing_marked_is_no_crop():
    assert crop_around(torch.zeros(253, 234), 0.25) is None


@pytest.mark.parametrize(
    "size, sizes",
    [
        ((400, 400), [(512, 512)]),
        ((512, 512), [(512, 512)]),
        ((700, 700), [(512, 512), (700, 700)]),
        ((768, 600), [(512, 400), (768, 600)]),
        ((2297, 1166), [(512, 260), (768, 390), (2297, 1166)]),
    ],
)
def test_stages_are_the_papers(size, sizes):
    assert stage_sizes(size, 512, 768) == sizes


def test_a_shrunk_mask_loses_no_stroke():
    mask = torch.zeros(253, 234)
    mask[101] = 1
    assert resized_mask(mask, (25, 23)).amax(0).eq(1).all()


def test_the_low_pass_leaves_no_detail_that_the_edit_cannot_have():
    """The finest checks are gone, a slope stays."""
    checks = (torch.arange(96)[:, None] + torch.arange(96)) % 2.0
    slope = torch.linspace(0, 1, 96).expand(96, 96)
    soft = low_pass(torch.stack([checks, slope]), (32, 32))
    assert soft[0, 8:-8, 8:-8].std() < 0.02 < checks.std()
    assert (soft[1] - slope)[:, 4:-4].abs().max() < 0.01


# --- segments -------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 767, 768, 769, 1408, 1409, 3001])
def test_segments_cover_the_picture_and_overlap_enough(length):
    tiles = segments(length, 100, 768, 128)
    spans = [tile.rows for tile in tiles]
    assert spans[0].start == 0 and spans[-1].stop == length
    assert all(span.stop - span.start == min(768, length) for span in spans)
    shared = [a.stop - b.start for a, b in zip(spans[:-1], spans[1:], strict=True)]
    assert all(128 <= n < 768 for n in shared)
    assert [tile.above for tile in tiles] == [0, *shared]


def test_as_few_segments_as_the_overlap_allows():
    assert len(segments(768 + 640, 768, 768, 128)) == 2
    assert len(segments(768 + 641, 768, 768, 128)) == 3


def test_segments_that_only_overlap_are_refused():
    with pytest.raises(
        ValueError, match="64 pixels overlap by 64; the overlap must be from 0 to 63"
    ):
        segments(100, 100, 64, 64)


def test_compositing_against_porter_and_duff_pixel_by_pixel():
    tiles = segments(53, 34, 20, 7)
    pieces = [randn(k, 2, 20, 20) for k in range(len(tiles))]
    canvas, literal = torch.zeros(2, 53, 34), torch.zeros(2, 53, 34)
    for tile, piece in zip(tiles, pieces, strict=True):
        lay(canvas, piece, tile)
        for y in range(20):
            for x in range(20):
                alpha = min(1.0, (y + 0.5) / tile.above) if tile.above else 1.0
                alpha *= min(1.0, (x + 0.5) / tile.left) if tile.left else 1.0
                at = (slice(None), tile.rows.start + y, tile.columns.start + x)
                literal[at] = alpha * piece[:, y, x] + (1 - alpha) * literal[at]
    assert torch.allclose(canvas, literal, atol=1e-5)


def test_segments_of_one_picture_make_that_picture():
    picture, canvas = randn(3, 3, 90, 70), torch.zeros(3, 90, 70)
    for tile in segments(90, 70, 32, 9):
        lay(canvas, picture[(..., *tile.window)], tile)
    assert torch.allclose(canvas, picture, atol=1e-6)


# --- RePaint --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mix", [lambda s: Mix(1.0, s), lambda s: Mix(1 - s, s)], ids=["ve", "flow"]
)
def test_taking_a_step_back_gives_the_noise_of_where_it_began(mix):
    clean, at, to = 3.0, mix(0.3), mix(0.8)
    x = at.signal * clean + at.noise * randn(1, 200_000)
    back = renoise(x, randn(2, 200_000), at, to)
    assert float(back.mean()) == pytest.approx(to.signal * clean, abs=0.01)
    assert float(back.std()) == pytest.approx(to.noise, rel=0.01)


def test_a_flow_goes_back_to_pure_noise():
    fresh = randn(2, 5)
    assert torch.equal(renoise(randn(1, 5), fresh, Mix(0.2, 0.8), Mix(0.0, 1.0)), fresh)


def test_each_step_is_repeated_but_the_last():
    done = []
    repaint(
        torch.zeros(1), 3, 2,
        lambda x, step: (done.append(step), x)[1],
        lambda x, step: (done.append(f"back {step}"), x)[1],
    )  # fmt: skip
    once_more = ["back 0", 0, "back 0", 0]
    assert done == [0, *once_more, 1, "back 1", 1, "back 1", 1, 2]


def test_repaint_joins_both_sides_of_a_mask():
    """A model that knows that neighbours are alike, and a background it has not seen before: the
    more often a step is repeated, the closer the edit comes to its surroundings."""
    correlation = torch.exp(-(torch.arange(64.0)[:, None] - torch.arange(64.0)).abs() / 20)
    mask, truth = torch.zeros(64), torch.full((64,), 3.0)
    mask[20:44] = 1
    sigmas = [10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.0]
    value, vector = torch.linalg.eigh(correlation)

    def denoise(x, sigma):
        return (x @ vector * (value / (value + sigma**2))) @ vector.T

    def error(resamplings):
        generator = torch.Generator().manual_seed(7)

        def noise():
            return torch.randn(256, 64, generator=generator)

        def advance(x, step):
            sigma, following = sigmas[step], sigmas[step + 1]
            x0 = denoise(x, sigma)
            x = x0 + (x - x0) * following / sigma
            return mask * x + (1 - mask) * (truth + following * noise())

        def back(x, step):
            return renoise(x, noise(), Mix(1, sigmas[step + 1]), Mix(1, sigmas[step]))

        x = repaint(truth + sigmas[0] * noise(), len(sigmas) - 1, resamplings, advance, back)
        return float((x - truth)[:, [20, 43]].square().mean().sqrt())

    assert error(5) < 0.8 * error(0)


# --- the decoder ----------------------------------------------------------------------------------


def test_a_tuned_decoder_meets_the_picture_outside_and_the_edit_inside():
    decoder = torch.nn.Conv2d(4, 3, 3, padding=1)
    latent, original = randn(1, 1, 4, 24, 20), randn(2, 1, 3, 24, 20) * 0.1
    mask = marked(24, 20, slice(8, 16), slice(5, 12))
    edited = decoder(latent).detach()

    def errors():
        difference = decoder(latent).detach()
        inside = (mask * (difference - edited)).square().sum()
        outside = ((1 - mask) * (difference - original)).square().sum()
        return float(inside), float(outside)

    before = errors()
    losses = list(
        tune(decoder, list(decoder.parameters()), [Piece(latent, edited, original, mask)], 60, 1e-2)
    )
    after = errors()
    assert len(losses) == 60 and losses[-1] < losses[0]
    assert losses[0] == pytest.approx(before[0] + PRESERVE * before[1], rel=1e-4)
    assert after[1] < before[1]


def test_the_decoder_is_tuned_inside_inference_mode_and_leaves_it_on():
    decoder = torch.nn.Conv2d(4, 3, 1)
    with torch.inference_mode():
        latent = randn(1, 1, 4, 8, 8)
        piece = Piece(latent, randn(2, 1, 3, 8, 8), randn(3, 1, 3, 8, 8), torch.ones(8, 8))
        for _ in tune(decoder, list(decoder.parameters()), [piece], 2):
            assert torch.is_inference_mode_enabled() and not torch.is_grad_enabled()


# --- the whole ------------------------------------------------------------------------------------

SIGMAS = [8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.0]


class Painted:
    def __init__(self, picture):
        self.picture = picture


def toy(x, sigma):
    """A denoiser that prefers a soft grid of its own, and otherwise what it sees."""
    h, w = x.shape[-2:]
    grid = torch.sin(torch.arange(h)[:, None] * 0.4) * torch.sin(torch.arange(w) * 0.3) * 0.3 + 0.5
    seen = functional.avg_pool2d(functional.pad(x[None], (1,) * 4, mode="replicate"), 3, 1)[0]
    return (seen + sigma**2 * grid) / (1 + sigma**2)


def blended(x0, mask, strength, resamplings, generator):
    """Lines 5 to 16, or 25 to 31, of the paper's algorithm, for x = x0 + sigma n."""

    def noise():
        return torch.randn(x0.shape, generator=generator)

    steps = max(1, round((len(SIGMAS) - 1) * strength))
    sigmas = SIGMAS[len(SIGMAS) - 1 - steps :]
    x = x0 + sigmas[0] * noise()
    for i in range(steps):
        rounds = 1 + (resamplings if i < steps - 1 else 0)
        for r in range(rounds):
            if r:
                x = x + (sigmas[i] ** 2 - sigmas[i + 1] ** 2) ** 0.5 * noise()
            predicted = toy(x, sigmas[i])
            x = predicted + (x - predicted) * sigmas[i + 1] / sigmas[i]
            background = x0 + sigmas[i + 1] * noise()
            x = mask * x + (1 - mask) * background
    return x


def paint(picture, mask, stroke):
    generator = torch.Generator().manual_seed(100 + stroke.number)
    return Painted(blended(picture, mask, stroke.strength, stroke.resamplings, generator))


def literal_edit(picture, mask, native, segment, overlap, score):
    """The paper's algorithm, stage by stage, for a square mask in the middle."""
    ys, xs = mask.nonzero(as_tuple=True)
    side = math.ceil(max(int(ys.max() - ys.min()), int(xs.max() - xs.min())) + 1) * 1.5
    side = math.ceil(side)
    top = (int(ys.min()) + int(ys.max()) + 1 - side) // 2
    left = (int(xs.min()) + int(xs.max()) + 1 - side) // 2
    crop = picture[:, top : top + side, left : left + side]
    m = mask[top : top + side, left : left + side]

    def bilinear(p, n):
        return functional.interpolate(p[None], (n, n), mode="bilinear", antialias=True)[0]

    def lanczos(p, n):
        from zoomstack.linear.lens import axis, look

        bands = axis(n, p.shape[-1], 0.0, p.shape[-1] / n)
        return look(p, bands, bands).clamp(0, 1)

    best = None
    small, small_mask = bilinear(crop, native), functional.adaptive_max_pool2d(m[None], native)[0]
    for k in range(3):
        x = blended(small, small_mask, 1.0, 5, torch.Generator().manual_seed(100 + k))
        x = small_mask * x + (1 - small_mask) * small
        if best is None or score(x[None])[0] > score(best[None])[0]:
            best = x
    # One intermediate stage, in one piece.
    middle, m2 = bilinear(crop, segment), functional.adaptive_max_pool2d(m[None], segment)[0]
    start = m2 * lanczos(best, segment) + (1 - m2) * bilinear(bilinear(middle, native), segment)
    x = blended(start, m2, 0.4, 0, torch.Generator().manual_seed(103))
    x = m2 * x + (1 - m2) * start
    # The last one, in segments.
    start = m * lanczos(x, side) + (1 - m) * bilinear(bilinear(crop, segment), side)
    canvas = start.clone()
    stride = side - segment
    number = 104
    for y in (0, stride):
        for x_ in (0, stride):
            at = (slice(None), slice(y, y + segment), slice(x_, x_ + segment))
            piece = blended(start[at], m[at[1:]], 0.25, 0, torch.Generator().manual_seed(number))
            ramp = ((torch.arange(segment) + 0.5) / (segment - stride)).clamp_max(1)
            alpha = (ramp if y else torch.ones(segment))[:, None] * (
                ramp if x_ else torch.ones(segment)
            )
            canvas[at] = alpha * piece + (1 - alpha) * canvas[at]
            number += 1
    final = canvas.clamp(0, 1)
    out = picture.clone()
    out[:, top : top + side, left : left + side] = m * final + (1 - m) * crop
    return out


PICTURE = (randn(5, 3, 120, 110) * 0.1 + 0.5).clamp(0, 1)
MASK = marked(120, 110, slice(40, 80), slice(35, 75))
HOW = MultiStage(24, 0.25, 3, 5, 0.4, 0.25, 40, 12)


def contrast(pictures):
    return pictures.flatten(1).std(1)


def test_the_whole_edit_against_the_papers_algorithm():
    ours = edit(PICTURE, MASK, paint, HOW, score=contrast)
    literal = literal_edit(PICTURE, MASK, 24, 40, 12, contrast)
    assert ours.candidates.shape == (3, 3, 24, 24)
    assert (ours.picture - PICTURE).abs().max() > 0.05
    assert torch.allclose(ours.picture, literal, atol=1e-5)


def test_outside_of_the_mask_nothing_changes_bit_for_bit():
    result = edit(PICTURE, MASK, paint, HOW).picture
    assert torch.equal(result[:, MASK == 0], PICTURE[:, MASK == 0])
    assert not torch.equal(result[:, MASK == 1], PICTURE[:, MASK == 1])


def test_a_painter_that_spoils_everything_spoils_the_mask_alone():
    spoil = lambda picture, mask, stroke: Painted(torch.full_like(picture, torch.nan))  # noqa: E731
    result = edit(PICTURE, MASK, spoil, HOW).picture
    assert torch.equal(result[:, MASK == 0], PICTURE[:, MASK == 0])


def test_an_empty_mask_gives_the_picture_without_painting():
    def refuse(*args):
        raise AssertionError

    assert edit(PICTURE, torch.zeros(120, 110), refuse, HOW).picture is PICTURE


def test_without_a_score_one_candidate_is_made():
    strokes = []

    def note(picture, mask, stroke):
        strokes.append(stroke)
        return Painted(picture)

    assert edit(PICTURE, MASK, note, HOW).candidates.shape[0] == 1
    assert [stroke.strength for stroke in strokes] == [1.0, 0.4, *[0.25] * 4]
    assert [stroke.resamplings for stroke in strokes] == [5, 0, 0, 0, 0, 0]
    assert [stroke.number for stroke in strokes] == list(range(6))


def test_the_best_candidate_goes_on():
    def shade(picture, mask, stroke):
        return Painted(
            torch.full_like(picture, 0.1 * stroke.number) if stroke.strength == 1 else picture
        )

    darkest = edit(PICTURE, MASK, shade, HOW, score=lambda p: -p.flatten(1).mean(1)).picture
    assert darkest[:, 50:70, 45:65].max() < 0.05
    second = edit(PICTURE, MASK, shade, HOW, score=lambda p: torch.tensor([0.0, 2.0, 1.0])).picture
    assert torch.allclose(second[:, 55:65, 50:60], torch.tensor(0.1), atol=0.02)


def focus(picture, mask, stroke):
    """A painter with a lens: it takes a part that is softer than the sharpest one for out of focus,
    and leaves it so; a picture that is equally soft all over it takes for small, and sharpens."""
    if stroke.strength == 1:
        return Painted(picture)
    soft = functional.avg_pool2d(functional.pad(picture[None], (1,) * 4, mode="replicate"), 3, 1)[0]
    detail = picture - soft
    sharp = functional.avg_pool2d(detail.square().sum(0)[None], 9, 1, 4)[0]
    in_focus = (sharp / sharp.max()).clamp(0.01, 1)
    gain = torch.where(in_focus > 0.2, 3.0, 0.2)
    return Painted(torch.lerp(picture, soft + gain * detail, mask.expand_as(picture)))


def test_a_sharp_background_leaves_the_edit_blurred():
    """The reason for the low-pass, on a painter that does what the paper supposes models do."""
    picture = torch.rand(3, 120, 110, generator=torch.Generator().manual_seed(1))

    def sharpness(filtered):
        how = MultiStage(24, 0.25, 1, 0, 0.4, 0.25, 64, 12, filtered)
        result = edit(picture, MASK, focus, how).picture[:, 45:75, 40:70]
        return float((result[:, :, 1:] - result[:, :, :-1]).abs().mean())

    assert sharpness(filtered=True) > 2 * sharpness(filtered=False)


def test_the_background_of_a_stage_is_as_soft_as_its_edit():
    picture = torch.rand(3, 96, 96, generator=torch.Generator().manual_seed(2))
    small = resized(picture, (32, 32))
    enlarged = resized(small, (96, 96))
    mask = marked(96, 96, slice(30, 60), slice(30, 60))
    start = stage_input(enlarged, picture, mask, (32, 32))
    assert torch.allclose(start, enlarged, atol=1e-6)
    sharp = stage_input(enlarged, picture, mask, (32, 32), filtered=False)
    assert torch.equal(sharp[:, mask == 0], picture[:, mask == 0])


@pytest.mark.parametrize(
    "options, words",
    [
        ({"segment": 256}, "Segments of 256 pixels are smaller than the first stage of 512"),
        ({"overlap": 768}, "Segments of 768 pixels overlap by 768"),
        ({"margin": -0.1}, "share of the masked region, 0 or more, not -0.1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        edit(PICTURE, MASK, paint, MultiStage(**options))
