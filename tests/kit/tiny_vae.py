"""Small autoencoders that are real ``comfy.sd.VAE`` objects.

`mosaic_vae` needs no weights: written into TAESD's layers, its encoder takes the mean colour of
each 8 x 8 block and its decoder paints the block in it. So encoding a decoded latent gives the
latent back, and decoding an encoded picture gives its mosaic: both can be checked in closed form.
`demo_vae` is the trained one of the demo model: 16 channels, about 30 dB on its own pictures.
"""

from typing import Any

import torch
from tiny_models import import_comfy

_GAIN = 0.5  # keeps latents small, where TAESD's tanh clamp is a straight line
NODE_STD = {4: 5.5, 16: 0.65, 128: 1.0}  # typical size of the latents that nodes hand around


def colour_axes(channels: int) -> torch.Tensor:
    """``[channels, 3]``, orthonormal columns: where red, green and blue lie in the latent."""
    noise = torch.randn(channels, 3, generator=torch.Generator().manual_seed(channels))
    return torch.linalg.qr(noise)[0]


def mosaic_vae(latent_channels: int = 4, whole: bool = False) -> Any:
    """4 (as SD1.5), 16 (as SD3 and Flux) or 128 channels (as Flux2: 32 in squares of 2 x 2).

    ``whole``: with the layers that do nothing, as a file of it must have them.
    """
    import_comfy()
    import comfy.sd

    inner = 32 if latent_channels == 128 else latent_channels
    axes, rgb, middle = colour_axes(inner), range(3), slice(1, 2)
    sd = _blank_taesd(latent_channels)
    for c in rgb:
        sd["taesd_encoder.0.weight"][c, c, middle, middle] = 1
        for layer in (2, 6, 10):  # stride 2: the mean of four pixels
            sd[f"taesd_encoder.{layer}.weight"][c, c, 1:, 1:] = 0.25
        for layer in (7, 12, 17, 19):  # after doubling: as it is
            sd[f"taesd_decoder.{layer}.weight"][c, c, middle, middle] = 1
    sd["taesd_encoder.14.weight"][:, :3, 1, 1] = axes * _GAIN
    sd["taesd_encoder.14.bias"][:] = -0.5 * _GAIN * axes.sum(1)
    sd["taesd_decoder.1.weight"][:3, :, 1, 1] = axes.T / _GAIN
    sd["taesd_decoder.1.bias"][:3] = 0.5
    # A picture's colours spread by about 0.25; three axes share that among the channels.
    sd["vae_scale"].fill_(0.25 * _GAIN * (3 / inner) ** 0.5 / NODE_STD[latent_channels])
    vae = comfy.sd.VAE(sd=sd, metadata={"tae_latent_channels": latent_channels})
    if not whole:
        leave_out_blank_blocks(vae)
    return vae


def leave_out_blank_blocks(vae: Any) -> None:
    """Of all zeros, TAESD's residual blocks pass on what is positive: so does a ReLU, at once."""
    from comfy.taesd.taesd import Block

    network = vae.first_stage_model
    for half in (network.taesd_encoder, network.taesd_decoder):
        for number, layer in enumerate(half):
            if isinstance(layer, Block) and not any(p.any() for p in layer.parameters()):
                half[number] = torch.nn.ReLU()


def bent(vae: Any) -> Any:
    """``vae`` with an encoder that nothing linear stands in for."""
    straight = vae.encode
    vae.encode = lambda pictures: straight((20 * pictures).sin())
    return vae


def mosaic_video_vae() -> Any:
    """The mosaic again, in the autoencoder of Wan and Qwen-Image: 16 channels, 5-D latents.

    As with the real one, ``encode`` takes N pictures for one film of N frames.
    """
    import_comfy()
    import comfy.ldm.wan.vae
    import comfy.sd

    layout = {"dim_mult": [1, 2, 4, 4], "num_res_blocks": 2, "attn_scales": []}
    shapes = comfy.ldm.wan.vae.WanVAE(
        dim=8, z_dim=16, temperal_downsample=[False, True, True], **layout
    ).state_dict()
    sd = {key: torch.zeros_like(value) for key, value in shapes.items()}
    # A norm and a SiLU stand before the last layer of each half. Beside a fourth channel of 1000
    # the norm changes nothing, and at colours raised by 10 SiLU is a straight line.
    raised, anchor, now = 10.0, 1000.0, (2, 1, 1)  # of a causal kernel, the last tap is the present
    for key, value in sd.items():
        for c in range(4):
            if key.endswith("shortcut.weight"):
                value[c, c, 0, 0, 0] = 1
            elif key.endswith("resample.1.weight") and key.startswith("encoder"):
                value[c, c, :2, :2] = 0.25
            elif key.endswith("resample.1.weight"):
                value[c, c, 1, 1] = 1
    axes, gain = colour_axes(16), 9.2  # so that latents come out with Wan's spread, about 2
    for half in ("encoder", "decoder"):
        gamma = sd[f"{half}.head.0.gamma"]
        gamma.fill_(anchor / len(gamma) ** 0.5)
        sd[f"{half}.conv1.bias"][:4] = torch.tensor([raised] * 3 + [anchor])
        sd[f"{half}.head.2.weight"][(range(3), range(3), *now)] = 1
        sd[f"{half}.head.2.bias"][:3] = -raised
    sd["encoder.conv1.weight"][(range(3), range(3), *now)] = 1
    sd["conv1.weight"][:16, :3, 0, 0, 0] = axes * gain
    sd["conv2.weight"][..., 0, 0, 0] = torch.eye(16)
    sd["decoder.conv1.weight"][(slice(3), slice(16), *now)] = axes.T / gain
    return comfy.sd.VAE(sd=sd)


def taehv() -> Any:
    """A video family's small autoencoder (Wan 2.1, Qwen-Image) of random weights."""
    import_comfy()
    import comfy.sd
    import comfy.taesd.taehv

    random = torch.Generator().manual_seed(0)
    shapes = comfy.taesd.taehv.TAEHV(latent_channels=16).state_dict()
    sd = {
        key: torch.randn(value.shape, generator=random) / value[0].numel() ** 0.5
        for key, value in shapes.items()
    }
    return comfy.sd.VAE(sd=sd)


def pixel_vae() -> Any:
    """What pixel-space models use: pictures 0..1 to latents -1..1 and back."""
    import_comfy()
    import comfy.sd

    return comfy.sd.VAE(sd={"pixel_space_vae": torch.tensor(1.0)})


def demo_vae() -> Any:
    """The demo's autoencoder, from the parts that ship."""
    import_comfy()
    import comfy.sd
    from safetensors.numpy import load_file

    from zoomstack.demo.parts import DECODER, ENCODER
    from zoomstack.demo.taesd import PREFIX, taesd_layout

    layers = taesd_layout(load_file(ENCODER), load_file(DECODER)).items()
    return comfy.sd.VAE(sd={k.removeprefix(PREFIX): torch.from_numpy(v).float() for k, v in layers})


def _blank_taesd(latent_channels: int) -> dict[str, torch.Tensor]:
    """All zero."""
    import comfy.taesd.taesd

    shapes = comfy.taesd.taesd.TAESD(latent_channels=latent_channels).state_dict()
    blank = {key: torch.zeros_like(value) for key, value in shapes.items()}
    blank["vae_scale"].fill_(1)
    return blank
