"""A model of the benchmark's kind that costs nothing: each prompt is a shade of grey, and noise."""

import torch
from torch.nn import functional

from zoomstack.demo.networks.text import Mixed
from zoomstack.demo.world import SCALES, prompt
from zoomstack.spaces.codec import Codec

SHADES = torch.linspace(0.1, 0.9, len(SCALES))
SPREAD = 0.05


class ToyModel:
    """Latents are pictures at a quarter of their size, four pixels to a latent."""

    channels = 12
    device = torch.device("cpu")

    def __init__(self):
        self.calls = 0
        self.small = Codec(self.encode, self.decode, 8)

    def denoiser(self, prompts, cfg):
        known = [prompt(scale.octave) for scale in SCALES]

        def shade(text):
            return SHADES[[known.index(part) for part in text.split(", ")]].mean()

        pairs = [one if isinstance(one, Mixed) else Mixed(one, one, 0.0) for one in prompts]
        mean = torch.stack([shade(a).lerp(shade(b), share) for a, b, share in pairs])
        mean = mean.view(-1, 1, 1, 1)

        def denoise(x, sigma):
            self.calls += 1
            s = sigma.view(-1, 1, 1, 1)
            # The ideal denoiser of white noise of deviation SPREAD about the shade.
            gain = SPREAD**2 * (1 - s) / ((1 - s) ** 2 * SPREAD**2 + s**2)
            return mean + gain * (x - (1 - s) * mean)

        return denoise

    def encode(self, pictures):
        return functional.pixel_unshuffle(functional.avg_pool2d(pictures, 4), 2)

    def decode(self, latents):
        return functional.interpolate(functional.pixel_shuffle(latents, 2), scale_factor=4)

    def log_probabilities(self, pictures):
        distance = (pictures.mean((1, 2, 3))[:, None] - SHADES) / SPREAD
        return (-distance.square()).log_softmax(1)
