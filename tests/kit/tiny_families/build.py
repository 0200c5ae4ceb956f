"""A row of the table, built."""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import torch
from tiny_models import Conditioning, import_comfy

from .spec import Refused, Spec


@dataclasses.dataclass(frozen=True)
class TinyFamily:
    """A MODEL and what goes with it."""

    name: str
    model: Any
    """comfy.model_patcher.ModelPatcher"""
    make_cond: Callable[..., Conditioning]
    """``make_cond(prompt_seed, tokens=...)``: a CONDITIONING of the family's shapes."""
    latent: Callable[[int, int, int], torch.Tensor]
    """``latent(levels, h, w)``: the empty latent in node space; h and w in latent pixels."""
    channels: tuple[int, ...]
    """Of the latent; and 1 frame for the families whose latents are 5-D."""

    @functools.cached_property
    def vae(self) -> Any:
        """comfy.sd.VAE of the family's latents (see ``tiny_vae.py``), where there is a tiny one."""
        from tiny_vae import mosaic_vae, mosaic_video_vae, pixel_vae

        if self.channels == (3,):
            return pixel_vae()
        return mosaic_vae(self.channels[0]) if len(self.channels) == 1 else mosaic_video_vae()


def built(name: str, spec: Spec, seed: int = 0, **changed: Any) -> TinyFamily:
    """The same weights for the same seed; its network may be changed."""
    import_comfy()
    import comfy.model_patcher
    import comfy.supported_models

    cpu = torch.device("cpu")
    unet = {**spec.unet, **changed}
    config = getattr(comfy.supported_models, spec.config)(unet)
    # What a class sets for its one checkpoint whatever it is told, a tiny one is told again.
    config.unet_config |= {key: unet[key] for key in config.unet_extra_config if key in unet}
    config.set_inference_dtype(torch.float32, None)
    model = config.get_model(spec.state_dict, "", device=cpu)
    fill(model.diffusion_model, seed)
    return TinyFamily(
        name=name,
        model=comfy.model_patcher.ModelPatcher(model, load_device=cpu, offload_device=cpu),
        make_cond=lambda prompt_seed, tokens=spec.context[0]: _cond(spec, prompt_seed, tokens),
        latent=lambda levels, h, w: torch.zeros(levels, *spec.latent, h, w),
        channels=spec.latent,
    )


def shell(config: str, refused: Refused) -> Any:
    """A MODEL of one of ``refused.configs``, without a network."""
    import_comfy()
    import comfy.model_patcher
    import comfy.supported_models

    kind, cpu = getattr(comfy.supported_models, config), torch.device("cpu")
    made = kind({**kind.unet_config, **refused.unet, "disable_unet_model_creation": True})
    model = made.get_model(dict(refused.state_dict), "", device=cpu)
    return comfy.model_patcher.ModelPatcher(model, load_device=cpu, offload_device=cpu)


def _cond(spec: Spec, prompt_seed: int, tokens: int) -> Conditioning:
    """Random text: a subject that all words share, as in a real encoder, and the words."""
    generator = torch.Generator().manual_seed(prompt_seed)
    width = spec.context[1]
    subject = torch.randn(1, 1, width, generator=generator)
    words = torch.randn(1, tokens, width, generator=generator)
    extras = dict(spec.extras)
    if spec.pooled is not None:
        extras["pooled_output"] = torch.randn(1, spec.pooled, generator=generator)
    if spec.padding is not None:
        heard = tokens - prompt_seed % (1 + spec.padding)
        extras["attention_mask"] = (torch.arange(tokens) < heard).long()[None]
    if spec.make_extras is not None:
        extras |= spec.make_extras(prompt_seed)
    return [[subject + words, extras]]


def fill(network: torch.nn.Module, seed: int) -> None:
    """Random weights that keep signals near unit size from end to end."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if name.endswith("bias"):
                weight.copy_(0.05 * noise)
            elif weight.ndim == 1:  # the scale of a norm
                weight.copy_(1 + 0.05 * noise)
            else:
                weight.copy_(noise / math.sqrt(math.prod(weight.shape[1:])))
