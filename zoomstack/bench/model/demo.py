"""The demo model for the benchmark: the networks that ComfyUI's own agree with, in torch alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from ...demo import parts
from ...demo.networks.autoencoder import LATENT, channels_last, load_autoencoder
from ...demo.networks.classifier import load_classifier, log_probabilities
from ...demo.networks.flow import FlowModel
from ...demo.networks.text import Mixed
from ...joint.denoise import Denoise
from ...spaces.codec import Codec
from ...spaces.small.file import load_small
from .settings import RATIO


class DemoModel:
    """The shipped networks, and the classifier of the same world; a ``Model``.

    ``comfyui`` is the tree of a ComfyUI, for its tokenizer.
    """

    channels = LATENT

    def __init__(self, comfyui: Path, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self._flow = FlowModel.load(comfyui)
        self._flow.transformer.to(self.device)
        self.codec = autoencoder(self.device)
        self._classifier = load_classifier().to(self.device)
        small = load_small(parts.SMALL).to(self.device)
        self.small = small.codec

    def denoiser(self, prompts: Sequence[str | Mixed], cfg: float) -> Denoise:
        return self._flow.denoiser(prompts, cfg=cfg)

    def encode(self, pictures: Tensor) -> Tensor:
        return self.codec.encode(pictures)

    def decode(self, latents: Tensor) -> Tensor:
        return self.codec.decode(latents)

    def log_probabilities(self, pictures: Tensor) -> Tensor:
        return log_probabilities(self._classifier, pictures)


def autoencoder(device: torch.device) -> Codec:
    """The shipped autoencoder by itself."""
    network = channels_last(load_autoencoder().to(device).eval().requires_grad_(False))
    return Codec(partial(_through, network.encoder), partial(_through, network.decoder), RATIO)


def weights() -> list[Path]:
    """The files that it is made of."""
    return [parts.WORDS, *parts.WEIGHTS.glob("*.safetensors")]


@torch.no_grad()
def _through(network: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
    """A picture at a time on a CPU: what stays in a core's cache is faster by another third."""
    parts_ = batch.split(1) if batch.device.type == "cpu" else [batch]
    ready = (part.contiguous(memory_format=torch.channels_last) for part in parts_)
    return torch.cat([network(part) for part in ready]).contiguous()
