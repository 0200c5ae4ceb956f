"""What ``zoomstack bench`` asks of ComfyUI: no node, and no graph.

Models with their prompts, and the stock KSampler with and without the pack, for ``bench speed`` and
``bench memory``; autoencoders for ``bench space``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import comfy.sd
import comfy.utils
import torch
from torch import Tensor
from torch.nn.functional import pad

from ..zoomstack.scene.ladder import Ladder, parse_ladder
from . import host
from .conditioning.tags import TAG, of_level
from .host.layout import ratio_of
from .host.load_vae import in_rows_of_pixels, level_layout, load_vae
from .host.sizes import SIZES
from .host.vae import decode_pictures, encode_pictures
from .prompts import PromptLadder
from .sampling import ZoomStackSampler

CFG, SAMPLER, SCHEDULER = 3.0, "euler", "simple"

PROBE = 256  # pixels of the picture that tells an autoencoder's size


class Trial(NamedTuple):
    """A model, its VAEs (of random weights the small one alone), and a prompt a level."""

    model: Any
    vae: Any
    small_vae: Any  # None where the VAE brings its own
    ladder: Ladder
    positive: Any
    negative: Any
    sampler: str = SAMPLER
    cfg: float = CFG

    def sampling(self, steps: int, seed: int) -> host.Sampling:
        """How both the pack and the stock sampler are told to sample."""
        return host.Sampling(
            model=self.model,
            positive=self.positive,
            negative=self.negative,
            seed=seed,
            steps=steps,
            cfg=self.cfg,
            sampler_name=self.sampler,
            scheduler=SCHEDULER,
        )


def demo(checkpoint: str, prompts: list[str]) -> Trial:
    """The demo's own model and a level for each prompt."""
    model, clip, vae, _ = comfy.sd.load_checkpoint_guess_config(checkpoint, output_vae=True)
    ladder, positive, negative = PromptLadder.execute(clip, "\n".join(prompts)).result  # type: ignore
    return Trial(model, vae, None, ladder, positive, negative)


def random_weights(name: str, levels: int) -> Trial:
    """A model of a real size, one of ``SIZES``, and random prompts."""
    size = SIZES[name]
    ladder = parse_ladder("\n".join(f"level {level}" for level in range(levels)))
    positive, negative = (
        [size.prompt(seed + level, **{TAG: level}) for level in range(levels)] for seed in (1, 1000)
    )
    model, small = size.model(), size.small_vae()
    return Trial(model, None, small, ladder, positive, negative, cfg=size.cfg)


def empty(trial: Trial, side: int) -> Tensor:
    """An empty latent of every level, for pictures of ``side`` pixels."""
    format = trial.model.get_model_object("latent_format")
    ratio = ratio_of(format)
    return torch.zeros(trial.ladder.levels, format.latent_channels, side // ratio, side // ratio)


def plain(trial: Trial, latent: Tensor, steps: int, seed: int = 0) -> Tensor:
    """The stock KSampler: the same number of latents in one batch, all of the widest's prompt."""
    widest = trial._replace(
        positive=of_level(trial.positive, 0), negative=of_level(trial.negative, 0)
    )
    return host.sample(widest.sampling(steps, seed), {"samples": latent}, 1.0)["samples"]


def joint(trial: Trial, latent: Tensor, steps: int, seed: int = 0, **options: Any) -> Tensor:
    """ZoomStackSampler, with its ``options``; the VAE takes part where the space needs it."""
    latents = options.get("space") == "latent"
    vae, small = (None, None) if latents else (trial.vae, trial.small_vae)
    output = ZoomStackSampler.execute(
        ladder=trial.ladder,
        denoise=1.0,
        width=0,
        height=0,
        latent={"samples": latent},
        vae=vae,
        small_vae=small,
        **trial.sampling(steps, seed)._asdict(),
        **options,
    )
    return output.result[0]["samples"]  # type: ignore[index]


def autoencoder(
    name: str, folder: Path | None
) -> tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor], int, int]:
    """A VAE's ``encode`` and ``decode``, its pixels a latent and its channels, by level pictures.

    Latents are laid out as the pack couples them. ``ValueError`` where there is none of that name.
    """
    vae = load_vae(name, folder)
    in_rows_of_pixels(vae)
    layout = level_layout(vae)

    # A copy of what was made in inference mode: what follows may write into it.
    def encode(pictures: Tensor) -> Tensor:
        # Where latents lie in squares of 2 x 2, half a square more: the edge goes on.
        missing = [-side % (8 * layout.shuffle) for side in pictures.shape[-2:]]
        whole = layout.shuffle == 1 or not any(missing)
        padded = pictures if whole else pad(pictures, (0, missing[1], 0, missing[0]), "replicate")
        parts = [encode_pictures(vae, picture) for picture in _one_by_one(vae, padded)]
        views = layout.views(torch.cat(parts)).float().to(vae.device, copy=True)
        rows, columns = (side // 8 for side in pictures.shape[-2:])
        return views if whole else views[..., :rows, :columns].contiguous()

    def decode(views: Tensor) -> Tensor:
        parts = [decode_pictures(vae, part) for part in _one_by_one(vae, layout.latent(views))]
        return torch.cat(parts).float().to(vae.device, copy=True)

    tried = encode(torch.full((1, 3, PROBE, PROBE), 0.5))
    return encode, decode, PROBE // tried.shape[-1], tried.shape[1]


def _one_by_one(vae: Any, batch: Tensor) -> tuple[Tensor, ...]:
    """On a CPU a picture at a time: what stays in a core's cache is faster."""
    return batch.split(1 if vae.device.type == "cpu" else len(batch))


def silent() -> None:
    """Draw no progress bars."""
    comfy.utils.set_progress_bar_enabled(False)
