"""The autoencoder is ComfyUI's own TAESD: the same names, the same numbers."""

import torch

from zoomstack.demo.networks.autoencoder import Autoencoder, load_autoencoder


def host_twin(net):
    import comfy.taesd.taesd

    twin = comfy.taesd.taesd.TAESD(latent_channels=16)
    halves = {"taesd_encoder": net.encoder, "taesd_decoder": net.decoder}
    state = {
        f"{name}.{key}": value
        for name, half in halves.items()
        for key, value in half.state_dict().items()
    }
    twin.load_state_dict(state | {"vae_scale": torch.tensor(1.0), "vae_shift": torch.tensor(0.0)})
    return twin


def check(net, tolerance):
    twin = host_twin(net)
    pictures = torch.rand(2, 3, 40, 72, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        latents = net.encoder(pictures)
        assert torch.allclose(twin.encode(2 * pictures - 1), latents, atol=tolerance)
        theirs = twin.decode(latents) / 2 + 0.5
        assert torch.allclose(theirs, net.decoder(latents), atol=tolerance)


def test_any_weights_give_the_hosts_numbers(comfy_host):
    torch.manual_seed(0)
    check(Autoencoder(), 1e-4)


def test_the_shipped_weights_give_the_hosts_numbers(comfy_host):
    check(load_autoencoder(), 1e-3)
