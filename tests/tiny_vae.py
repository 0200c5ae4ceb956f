"""Small autoencoders that are real ``comfy.sd.VAE`` objects.

`mosaic_vae` needs no weights: written into TAESD's layers, its encoder takes the mean colour of
each 8 x 8 block and its decoder paints the block in it. So encoding a decoded latent gives the
latent back, and decoding an encoded picture gives its mosaic: both can be checked in closed form.
`demo_vae` is the trained one of the demo model: 16 channels, about 30 dB on its own pictures.
"""

from pathlib import Path
from typing import Any

import torch
from tiny_models import REPO, import_comfy

_GAIN = 0.5  # keeps latents small, where TAESD's tanh clamp is a straight line
NODE_STD = {4: 5.5, 16: 0.65, 128: 1.0}  # typical size of the latents that nodes hand around
_WEIGHTS = ("zoomstack/demo/weights", "../shared/demo_model", "shared/demo_model")


def colour_axes(channels: int) -> torch.Tensor:
    """``[channels, 3]``, orthonormal columns: where red, green and blue lie in the latent."""
    noise = torch.randn(channels, 3, generator=torch.Generator().manual_seed(channels))
    return torch.linalg.qr(noise)[0]


def mosaic_vae(latent_channels: int = 4) -> Any:
    """4 (as SD1.5), 16 (as SD3 and Flux) or 128 channels (as Flux2: 32 in squares of 2 x 2)."""
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
    return comfy.sd.VAE(sd=sd, metadata={"tae_latent_channels": latent_channels})


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


def pixel_vae() -> Any:
    """What pixel-space models use: pictures 0..1 to latents -1..1 and back."""
    import_comfy()
    import comfy.sd

    return comfy.sd.VAE(sd={"pixel_space_vae": torch.tensor(1.0)})


def demo_vae() -> Any:
    """The demo's autoencoder. FileNotFoundError where its weights are not at hand."""
    import_comfy()
    import comfy.sd
    from safetensors.torch import load_file

    decoder = load_file(_weights("taesd16_decoder_fp16.safetensors"))
    pca = load_file(_weights("pca_encoder.safetensors"))
    sd = _blank_taesd(16)
    sd.update({f"taesd_decoder.{key}": value.float() for key, value in decoder.items()})
    sd.update({f"taesd_encoder.{key}": value for key, value in _pca_encoder(sd, pca).items()})
    sd["vae_scale"], sd["vae_shift"] = torch.tensor(1.5305), torch.tensor(0.0609)
    return comfy.sd.VAE(sd=sd)


def _pca_encoder(sd: dict[str, torch.Tensor], pca: dict[str, torch.Tensor]) -> dict:
    """8 x 8 patches onto 16 axes: three strided layers gather pixels into channels, the third also
    projects. Its rows come in pairs of both signs, since what follows cuts off below zero."""
    keys = ("0.weight", "2.weight", "6.weight", "10.weight", "14.weight", "14.bias")
    out = {key: torch.zeros_like(sd[f"taesd_encoder.{key}"]) for key in keys}
    for c in range(3):
        out["0.weight"][c, c, 1, 1] = 1
    for layer, channels in (("2.weight", 3), ("6.weight", 12)):
        for c in range(channels):
            for bit in range(4):
                out[layer][c * 4 + bit, c, 1 + bit // 2, 1 + bit % 2] = 1
    axes = pca["W"].float().reshape(16, 3, 8, 8)
    for y in range(8):
        for x in range(8):
            # The first layer holds the lowest bits of y and x, the second the next ones.
            low, mid = (y & 1) * 2 + (x & 1), (y >> 1 & 1) * 2 + (x >> 1 & 1)
            for c in range(3):
                tap = (..., (c * 4 + low) * 4 + mid, 1 + (y >> 2), 1 + (x >> 2))
                out["10.weight"][:16][tap] = axes[:, c, y, x]
                out["10.weight"][16:32][tap] = -axes[:, c, y, x]
    for k in range(16):
        out["14.weight"][k, k, 1, 1], out["14.weight"][k, k + 16, 1, 1] = 1, -1
    out["14.bias"][:] = -pca["b"].float()
    return out


def _blank_taesd(latent_channels: int) -> dict[str, torch.Tensor]:
    """All zero: its residual blocks then pass on what is positive."""
    import comfy.taesd.taesd

    shapes = comfy.taesd.taesd.TAESD(latent_channels=latent_channels).state_dict()
    blank = {key: torch.zeros_like(value) for key, value in shapes.items()}
    blank["vae_scale"].fill_(1)
    return blank


def _weights(name: str) -> Path:
    for folder in _WEIGHTS:
        if (REPO / folder / name).is_file():
            return REPO / folder / name
    raise FileNotFoundError(f"{name} is in none of {', '.join(_WEIGHTS)}")
