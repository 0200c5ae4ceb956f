"""Blended diffusion without a host is what the host's noise mask does."""

import pytest
import torch
from tiny_conds import toy_cond
from tiny_models import import_comfy, randn, toy_model

from zoomstack import sample
from zoomstack.joint.denoise import Mix
from zoomstack.paint.grid import on_grid, to_cells
from zoomstack.paint.masked import MaskedDenoiser


def test_a_picture_grows_to_its_grid_by_its_own_mirror_image():
    picture = randn(1, 3, 13, 16)
    grown = on_grid(picture, 8)
    assert grown.shape == (3, 16, 16)
    assert torch.equal(grown[:, :13], picture)
    assert torch.equal(grown[:, 13:], picture[:, 10:].flip(1))
    assert torch.equal(on_grid(picture[:, :8], 8), picture[:, :8])


def test_a_latent_is_marked_where_any_of_its_pixels_is():
    mask = torch.zeros(16, 24)
    mask[7, 8] = 0.5
    assert to_cells(mask, 8).tolist() == [[0, 0.5, 0], [0, 0, 0]]


def test_a_mask_of_ones_is_the_denoiser_and_of_zeros_the_picture():
    clean, x = randn(1, 2, 4, 8, 8), randn(2, 2, 4, 8, 8)
    seen = []

    def denoise(x, sigma):
        seen.append(x)
        return x * 0.5

    for value in (1.0, 0.0):
        masked = MaskedDenoiser(denoise, clean, torch.full((8, 8), value), randn(3, 2, 4, 8, 8))
        answer = masked(x, torch.full((2,), 0.7))
        assert torch.equal(answer, x * 0.5 if value else clean)
    assert torch.equal(seen[0], x) and torch.allclose(seen[1], clean + 0.7 * randn(3, 2, 4, 8, 8))


@pytest.mark.parametrize("kind", ["flow", "eps"])
def test_it_samples_as_the_stock_ksampler_with_a_noise_mask(comfy_host, kind):
    import_comfy()
    from comfy.samplers import calculate_sigmas

    import nodes

    model = toy_model(kind)
    respond, process = model.model.diffusion_model.respond, model.model.process_latent_in
    cond = toy_cond(1)
    latent, mask = randn(5, 1, 4, 16, 16), torch.zeros(1, 16, 16)
    mask[:, 4:12, 3:9] = 1
    with torch.inference_mode():
        (out,) = nodes.KSampler().sample(
            model, 7, 5, 1.0, "euler", "simple", cond, cond,
            {"samples": latent, "noise_mask": mask}, 1.0,
        )  # fmt: skip
        stock = process(out["samples"])
        noise = randn(7, 1, 4, 16, 16)
        sigmas = calculate_sigmas(model.get_model_object("model_sampling"), "simple", 5)
        clean = process(latent)
        masked = MaskedDenoiser(
            lambda x, sigma: respond(x, sigma, cond[0][0]),
            clean,
            mask,
            noise,
            Mix.straight if kind == "flow" else Mix.exploding,
        )
        start = noise
        if kind == "eps":  # the host begins at the schedule's variance, with the latent in it
            start = noise * (1 + sigmas[0] ** -2) ** 0.5 + clean / sigmas[0]
        *_, last = sample(masked, start, sigmas)
    assert torch.allclose(last.x, stock, atol=1e-3 * float(stock.std()))
