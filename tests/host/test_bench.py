"""The benchmark's sampler against ComfyUI's own."""

from types import SimpleNamespace

import torch

from zoomstack.bench.model.flow import euler_ancestral
from zoomstack.demo.networks.flow import sigmas

SHAPE = (2, 16, 8, 8)


def test_the_sampler_is_comfyuis(comfy_host):
    from comfy.k_diffusion.sampling import sample_euler_ancestral_RF

    levels = sigmas(7)
    noise, *fresh = torch.randn(9, *SHAPE, generator=torch.Generator().manual_seed(3)).double()

    def denoise(x, sigma):
        return torch.tanh(x * (1 - sigma.view(-1, 1, 1, 1)) + 0.1)

    class Model:
        inner_model = SimpleNamespace(
            model_patcher=SimpleNamespace(get_model_object=lambda name: SimpleNamespace())
        )

        def __call__(self, x, sigma, **options):
            return denoise(x, sigma)

    draws = iter(fresh)
    theirs = sample_euler_ancestral_RF(
        Model(),
        noise.clone(),
        torch.tensor(levels, dtype=torch.float64),
        disable=True,
        noise_sampler=lambda sigma, following: next(draws),
    )
    draws = iter(fresh)
    ours = list(euler_ancestral(denoise, noise, levels, lambda: next(draws)))[-1].x
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)
