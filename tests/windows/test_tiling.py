"""Windows cover every picture, their weights sum to 1, and MultiDiffusion is its paper's."""

import pytest
import torch

from zoomstack import MultiDiffusion, Tiling

SIZES = [(253, 234), (64, 64), (33, 100), (7, 250), (1, 1)]
TILINGS = [
    Tiling(64), Tiling(64, 17), Tiling(64, 64), Tiling(37, 5, "average"), Tiling(64, wrap=True),
    Tiling(50, 49, wrap=True), Tiling(1), Tiling(0),
]  # fmt: skip


def randn(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def smear(x, sigma):
    """A toy denoiser whose answer at a pixel depends on its whole window."""
    s = sigma.view(-1, *(1,) * (x.ndim - 1))
    return torch.tanh((x + x.roll(1, -1) * x.flip(-2) + x.mean((-2, -1), keepdim=True)) / (1 + s))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tiling", TILINGS)
def test_weights_sum_to_one_everywhere(size, tiling):
    windows = tiling.over(*size)
    whole = torch.zeros(2, 3, *size, dtype=torch.float64)
    for batch in windows.batches(3):
        windows.add(whole, batch, torch.ones(2 * len(batch), 3, *windows.tile).double())
    assert (whole - 1).abs().max() < 1e-12


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tiling", TILINGS)
def test_what_is_cut_and_merged_is_the_picture(size, tiling):
    x = randn(2, 3, *size)
    windows = tiling.over(*size)
    whole = windows.blank(x, 1)
    for batch in windows.batches(4):
        windows.add(whole, batch, windows.cut(x, batch))
    assert (whole - x).abs().max() < 1e-12


def test_windows_are_clamped_at_the_borders_and_never_too_long():
    windows = Tiling(64, 32).over(253, 40)
    assert windows.tile == (64, 40)
    assert [at[0] for at in windows.all] == [0, 32, 64, 96, 128, 160, 189]
    assert {at[1] for at in windows.all} == {0}


def test_the_windows_of_the_paper():
    """128 x 512 latents, windows of 64 at a stride of 32: 45, and 7 over the half of it."""
    assert len(Tiling(64, 32).over(128, 512).all) == 45
    assert len(Tiling(64, 32).over(64, 256).all) == 7


def test_smooth_weights_fade_towards_an_edge_that_another_window_covers():
    windows = Tiling(64, 32).over(64, 96)
    whole = windows.blank(torch.ones(1, 1, 64, 64).double(), 1)
    windows.add(whole, windows.all[:1], torch.ones(1, 1, 64, 64).double())
    row = whole[0, 0, 10]
    assert (row[:32] == 1).all() and (row[64:] == 0).all()
    assert (row[31:64].diff() < 0).all() and row[63] < 1e-3 and row[32] > 1 - 1e-3


def test_a_panorama_all_around_may_start_anywhere():
    """With wrap and a stride that divides the width, a turned input gives a turned output."""
    denoise = MultiDiffusion(smear, Tiling(32, 16, wrap=True))
    x, sigma = randn(1, 3, 32, 96), torch.ones(1).double()
    assert torch.allclose(denoise(x.roll(16, -1), sigma), denoise(x, sigma).roll(16, -1))
    flat = MultiDiffusion(smear, Tiling(32, 16))
    assert not torch.allclose(flat(x.roll(16, -1), sigma), flat(x, sigma).roll(16, -1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_one_window_is_the_denoiser_itself_bit_for_bit(dtype):
    x, sigma = randn(2, 3, 50, 60).to(dtype), torch.full((2,), 1.5, dtype=dtype)
    for tiling in (Tiling(0), Tiling(60), Tiling(80)):
        assert torch.equal(MultiDiffusion(smear, tiling)(x, sigma), smear(x, sigma))


def multidiffusion_literally(denoise, x, sigma, tile, stride):
    """Bar-Tal et al. (2023), eq. 5: a sum over windows over a count of windows, pixel by pixel."""
    _, _, height, width = x.shape
    total, count = torch.zeros_like(x), torch.zeros_like(x)
    for top in range(0, height - tile + 1, stride):
        for left in range(0, width - tile + 1, stride):
            answer = denoise(x[:, :, top : top + tile, left : left + tile], sigma)
            for row in range(tile):
                for column in range(tile):
                    total[:, :, top + row, left + column] += answer[:, :, row, column]
                    count[:, :, top + row, left + column] += 1
    return total / count


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_multidiffusion_with_plain_averages_is_the_papers(most):
    x, sigma = randn(2, 3, 24, 40), torch.tensor([2.0, 2.0]).double()
    ours = MultiDiffusion(smear, Tiling(16, 8, "average"), most)(x, sigma)
    assert torch.allclose(ours, multidiffusion_literally(smear, x, sigma, 16, 8), atol=1e-12)


def test_averaging_predictions_is_averaging_steps():
    """The paper averages the next noisy pictures, after an Euler step of each window."""
    x, sigma, later = randn(1, 3, 24, 40), torch.tensor([2.0]).double(), 1.3

    def step(part, sigma):
        return part + (later - 2.0) * (part - smear(part, sigma)) / 2.0

    theirs = multidiffusion_literally(step, x, sigma, 16, 8)
    x0 = MultiDiffusion(smear, Tiling(16, 8, "average"))(x, sigma)
    assert torch.allclose(x + (later - 2.0) * (x - x0) / 2.0, theirs, atol=1e-12)


def test_windows_go_in_batches_of_bounded_size():
    rows = []

    def denoise(x, sigma):
        assert len(sigma) == len(x) and x.shape[-2:] == (16, 16)
        rows.append(len(x))
        return x

    x = randn(2, 3, 48, 253)
    whole = MultiDiffusion(denoise, Tiling(16), most=7)(x, torch.ones(2))
    assert max(rows) == 14 and sum(rows) == 2 * len(Tiling(16).over(48, 253).all)
    assert torch.allclose(whole, x)


def test_films_and_lines_of_pixels_have_windows_too():
    x, sigma = randn(2, 4, 3, 40, 30), torch.ones(2).double()
    ours = MultiDiffusion(smear, Tiling(16))(x, sigma)
    frames = [MultiDiffusion(smear, Tiling(16))(x[:, :, t], sigma) for t in range(3)]
    assert torch.allclose(ours, torch.stack(frames, 2))


def test_a_picture_a_whole_multiple_as_large_is_cut_at_the_same_places():
    windows = Tiling(16, 7, wrap=True).over(33, 50)
    x = randn(1, 2, 33, 50)
    large = x.repeat_interleave(8, -1).repeat_interleave(8, -2)
    assert torch.equal(windows.cut(large, windows.all)[..., ::8, ::8], windows.cut(x, windows.all))


@pytest.mark.parametrize("tiling", [Tiling(24, 12), Tiling(30), Tiling(24, wrap=True)])
def test_a_picture_on_a_coarser_grid_is_cut_at_the_same_places(tiling):
    windows = tiling.over(60, 96)
    assert windows.grid in (3, 6, 12)
    x = randn(2, 3, 60 // windows.grid, 96 // windows.grid)

    def fine(picture):
        return picture.repeat_interleave(windows.grid, -1).repeat_interleave(windows.grid, -2)

    assert torch.equal(fine(windows.cut(x, windows.all)), windows.cut(fine(x), windows.all))


def test_half_precision_is_merged_in_single():
    x = randn(1, 3, 50, 60).half()
    merged = MultiDiffusion(lambda x, sigma: x, Tiling(16, 3))(x, torch.ones(1).half())
    assert merged.dtype == torch.float16 and (merged - x).abs().max() < 2e-3


def test_gaps_between_windows_are_refused():
    with pytest.raises(ValueError, match="stride of 65 leaves gaps between windows of 64"):
        Tiling(64, 65)
    with pytest.raises(ValueError, match="must be 0 or more"):
        Tiling(-1)
    with pytest.raises(ValueError, match="weights"):
        Tiling(64, weights="gaussian")
