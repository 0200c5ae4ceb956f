import pytest
import torch

from zoomstack.linear.pyramid import merge, octaves, split, weighted

SIZES = [(253, 234), (1, 1), (1, 7), (2, 3), (64, 64), (17, 5)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_merging_the_split_is_the_picture(size):
    picture = torch.randn(2, *size, dtype=torch.float64)
    assert torch.allclose(merge(split(picture)), picture, atol=1e-12)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_bands_of_a_mirrored_picture_are_mirrored(size):
    picture = torch.randn(1, *size, dtype=torch.float64)
    for band, mirrored in zip(split(picture), split(picture.flip(-1)), strict=True):
        assert torch.allclose(band.flip(-1), mirrored, atol=1e-12)


def test_a_flat_picture_is_all_in_the_last_band():
    *bands, rest = split(torch.full((1, 37, 22), 0.4, dtype=torch.float64))
    assert all(band.abs().max() < 1e-12 for band in bands)
    assert rest.item() == pytest.approx(0.4)


def test_even_sizes_use_the_kernel_1_3_3_1():
    """[1 4 6 4 1] at even samples, the usual choice, slides the picture by half a pixel."""
    spike = torch.zeros(1, 1, 16, dtype=torch.float64)
    spike[..., 8] = 1
    coarse = spike - split(spike)[0]  # halved and doubled
    at = (coarse * (torch.arange(16) + 0.5)).sum() / coarse.sum()
    assert at == pytest.approx(8.5, abs=0.26)
    halved = merge(split(spike)[1:])
    assert torch.allclose(halved * 8, torch.tensor([0, 0, 0, 1, 3, 0, 0, 0.0]).double())
    beside = merge(split(spike.roll(-1, -1))[1:])
    assert torch.allclose(beside * 8, torch.tensor([0, 0, 0, 3, 1, 0, 0, 0.0]).double())
    pair = torch.zeros(1, 1, 16, dtype=torch.float64)
    pair[..., 7:9] = 1
    coarse = pair - split(pair)[0]
    assert (coarse * (torch.arange(16) + 0.5)).sum() / coarse.sum() == pytest.approx(8.0)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("distinct", [1, 2, 4, 20])
def test_weights_reach_the_bands_though_none_is_made(size, distinct):
    picture = torch.randn(2, *size, dtype=torch.float64)
    bands = split(picture)
    assert len(bands) == octaves(picture) + 1
    weights = [0.9 / (1 + min(octave, distinct - 1)) for octave in range(len(bands))]
    whole = merge([band * weight for band, weight in zip(bands, weights, strict=True)])
    assert torch.allclose(weighted(picture, weights), whole, atol=1e-12)


def test_a_weight_counts_though_those_around_it_are_alike():
    picture = torch.randn(2, 40, 33, dtype=torch.float64)
    weights = [1.0, 0.2, *[1.0] * (octaves(picture) - 1)]
    whole = merge([band * w for band, w in zip(split(picture), weights, strict=True)])
    assert torch.allclose(weighted(picture, weights), whole, atol=1e-12)
