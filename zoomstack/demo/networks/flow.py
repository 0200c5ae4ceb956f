"""The demo model without ComfyUI: prompts in, a denoiser of latents out.

    model = FlowModel.load(comfyui)
    denoise = model.denoiser(["a planet", "a coast"], cfg=3.0)
    for step in sample(denoise, noise, sigmas(20)): ...

``noise`` is (N, 16, h, w), one latent for each prompt; what it ends as, the autoencoder decodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ...joint.denoise import Denoise
from .. import parts
from .text import Mixed, TextEncoder
from .transformer import Prompt, Transformer, joined, load_transformer

SHIFT = 3.0  # ComfyUI's for SD3
TIMES = 1000


@dataclass(frozen=True, eq=False)
class FlowModel:
    """The transformer and its text encoder."""

    transformer: Transformer
    text: TextEncoder

    @classmethod
    def load(cls, comfyui: Path, weights: Path = parts.DIT) -> FlowModel:
        """The shipped model, or other ``weights``; ``comfyui``'s tokenizer reads the prompts."""
        return cls(load_transformer(weights), TextEncoder(parts.words(), comfyui))

    @torch.no_grad()
    def read(self, prompts: Sequence[str | Mixed]) -> Prompt:
        """The prompts as the transformer keeps them for all steps."""
        weight = self.transformer.text.weight
        text = self.text.encode(prompts)
        return self.transformer.read(text.context.to(weight), text.pooled.to(weight))

    def denoiser(
        self,
        positive: Sequence[str | Mixed],
        negative: Sequence[str] | str = "",
        cfg: float = 3.0,
    ) -> Denoise:
        """``denoise(x, sigma) -> x0`` for one latent a prompt; ``negative`` is one for all or each.

        Raises ``ValueError`` where there are neither one nor as many negative prompts.
        """
        against = [negative] * len(positive) if isinstance(negative, str) else list(negative)
        if len(against) != len(positive):
            raise ValueError(
                f"{len(positive)} prompts but {len(against)} negative ones; "
                "give as many, or one string for all"
            )
        return denoiser(self.transformer, self.read(positive), self.read(against), cfg)


def denoiser(transformer: Transformer, positive: Prompt, negative: Prompt, cfg: float) -> Denoise:
    """``denoise(x, sigma) -> x0`` with classifier-free guidance, one prompt for each latent.

    x is (N, 16, h, w) = (1 - sigma) x0 + sigma noise, sigma (N,) or a number in 0..1. The answer
    has x's dtype; the transformer computes in its own.
    """
    prompts = positive if cfg == 1 else joined([positive, negative])

    @torch.no_grad()
    def denoise(x: Tensor, sigma: Tensor) -> Tensor:
        weight = transformer.out.weight
        levels = torch.as_tensor(sigma, device=weight.device).to(weight).expand(len(x))
        twice = len(prompts.vector) // len(x)
        latents = x.to(weight).repeat(twice, 1, 1, 1)
        flow = transformer(latents, TIMES * levels.repeat(twice), prompts)
        if twice > 1:
            wanted, unwanted = flow.chunk(2)
            flow = unwanted + cfg * (wanted - unwanted)
        return x - levels.to(x).view(-1, 1, 1, 1) * flow.to(x)

    return denoise


def sigmas(steps: int, shift: float = SHIFT, scheduler: str = "simple") -> list[float]:
    """The noise levels of ``steps`` steps and 0, as ComfyUI's ``scheduler`` gives for SD3.

    "simple" or "normal"; ``ValueError`` for another.
    """
    if scheduler == "simple":
        times = [(TIMES - int(step * TIMES / steps)) / TIMES for step in range(steps)]
    elif scheduler == "normal":
        # ComfyUI goes to the sigma of the last time, and takes that for a time.
        last = _shifted(1 / TIMES, shift)
        times = [1 + (last - 1) * step / max(steps - 1, 1) for step in range(steps)]
    else:
        raise ValueError(f"scheduler {scheduler!r}; there are 'simple' and 'normal'")
    return [*(_shifted(time, shift) for time in times), 0.0]


def _shifted(time: float, shift: float) -> float:
    return shift * time / (1 + (shift - 1) * time)
