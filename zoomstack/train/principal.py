"""Where training the autoencoder starts: an encoder that projects patches on their main directions.

Patches of 8 x 8 pixels go to their 16 principal components, written into TAESD's convolutions:
three strided ones gather the pixels of a patch into channels (each halves the picture and
quadruples the channels), the last one projects, and signs pass the ReLUs in between as pairs of
positive and negative parts.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import torch
from torch import Tensor, nn

from ..demo.networks.autoencoder import (
    CHANNELS,
    COLOURS,
    LATENT,
    PATCH,
    Autoencoder,
    Block,
    encoder,
)

# Latents spread as their component does to this power: evenly enough for the diffusion model, and
# yet what says most stands out most from its noise.
EVENNESS = 0.35
SAMPLES = 120_000


def principal_components(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """W (16, 192) and b (16,) with latents ``W x - b`` of mean 0 and mean square 1.

    ``pictures`` (N, H, W, 3), uint8, sides divisible by 8; x is a patch in 0..1, colours first.
    """
    n, height, width, _ = pictures.shape
    rows = pictures.reshape(n, height // PATCH, PATCH, width // PATCH, PATCH, COLOURS)
    patches = rows.transpose(0, 1, 3, 5, 2, 4).reshape(-1, COLOURS * PATCH**2)
    chosen = np.random.default_rng(0).permutation(len(patches))[:SAMPLES]
    patches = patches[chosen].astype(np.float64) / 255
    mean = patches.mean(0)
    values, vectors = np.linalg.eigh(np.cov(patches - mean, rowvar=False, bias=True))
    spread = np.sqrt(values[::-1][:LATENT].clip(min=1e-8))
    wanted = spread**EVENNESS
    wanted /= np.sqrt(np.mean(wanted**2))
    components = vectors.T[::-1][:LATENT] * (wanted / spread)[:, None]
    return components, components @ mean


def principal_encoder(components: np.ndarray, offset: np.ndarray) -> nn.Sequential:
    """TAESD's encoder that computes ``components @ patch - offset``; what it leaves is zero."""
    net = encoder()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
        for colour in range(COLOURS):
            _weight(net[0])[colour, colour, 1, 1] = 1
        _weight(net[2]).copy_(_gather(COLOURS))
        _weight(net[6]).copy_(_gather(4 * COLOURS))
        _weight(net[10]).copy_(_project(components))
        for k in range(LATENT):
            _weight(net[14])[k, [k, k + LATENT], 1, 1] = torch.tensor([1.0, -1.0])
        net[14].get_parameter("bias").copy_(torch.from_numpy(-offset))
    return net


def revive(half: nn.Sequential) -> None:
    """Let what is zero in ``half`` learn, and change nothing that it computes.

    Gradients do not pass a block whose three layers are zero: the first two get random weights.
    So do channels that nothing fills, where nothing reads them either.
    """
    with torch.no_grad():
        for layer in half:
            if isinstance(layer, Block):
                for index in (0, 2):
                    _fill(layer.conv[index])
            elif isinstance(layer, nn.Conv2d):
                _fill(layer)


def _fill(layer: nn.Module) -> None:
    """He's normal weights for the outputs of a convolution that have none."""
    weight = _weight(layer)
    fresh = nn.init.kaiming_normal_(torch.empty_like(weight), nonlinearity="relu")
    idle = (weight == 0).flatten(1).all(1)
    weight[idle] = fresh[idle]


def _weight(layer: nn.Module) -> Tensor:
    return layer.get_parameter("weight")


def fresh_autoencoder(pictures: np.ndarray) -> Autoencoder:
    """The projection for ``pictures`` and a decoder that knows nothing yet, all of it alive."""
    net = Autoencoder()
    net.encoder = principal_encoder(*principal_components(pictures))
    revive(net.encoder)
    for module in net.decoder.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for block in (layer for layer in net.decoder if isinstance(layer, Block)):
        nn.init.zeros_(_weight(block.conv[4]))
    nn.init.normal_(_weight(net.decoder[-1]), std=0.02)
    nn.init.constant_(net.decoder[-1].get_parameter("bias"), 0.5)
    return net


def _gather(channels: int) -> Tensor:
    """Space to depth: channel (c, dy, dx) of the half-size picture is pixel (dy, dx) of c."""
    kernel = torch.zeros(CHANNELS, CHANNELS, 3, 3)
    for c, dy, dx in product(range(channels), (0, 1), (0, 1)):
        kernel[(c * 2 + dy) * 2 + dx, c, 1 + dy, 1 + dx] = 1
    return kernel


def _project(components: np.ndarray) -> Tensor:
    """The last gathering and the projection in one, as positive and negative parts."""
    parts = torch.from_numpy(components).reshape(LATENT, COLOURS, PATCH, PATCH)
    kernel = torch.zeros(CHANNELS, CHANNELS, 3, 3)
    for c, y, x in product(range(COLOURS), range(PATCH), range(PATCH)):
        # The first gathering took the lowest bits of y and x, the second the next ones.
        channel = (((c * 2 + (y & 1)) * 2 + (x & 1)) * 2 + (y >> 1 & 1)) * 2 + (x >> 1 & 1)
        kernel[:LATENT, channel, 1 + (y >> 2), 1 + (x >> 2)] = parts[:, c, y, x].float()
        kernel[LATENT : 2 * LATENT, channel, 1 + (y >> 2), 1 + (x >> 2)] = -parts[
            :, c, y, x
        ].float()
    return kernel
