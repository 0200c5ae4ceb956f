"""Pictures painted by the loaded model through the stock sampler, inside a mask or as a whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ...zoomstack.paint.grid import on_grid, to_cells
from ...zoomstack.scene.settings import Settings
from .. import host
from ..conditioning.tags import of_level
from ..host.layout import check_pictures, grid_of, ratio_of


class Painted(NamedTuple):
    """A painted picture (3, H, W) in [0, 1], and the latent behind it, of a padded picture."""

    picture: Tensor
    latent: Tensor


@dataclass(frozen=True)
class Painter:
    """The model and how it samples: what every way of painting with it shares.

    Pictures are (3, H, W) in [0, 1], of any size; masks (H, W), 1 where it is to paint.
    Conditioning entries that are tagged with a level paint only that level. ``settings`` are what
    levels ask for themselves, one a level, or none.
    """

    vae: Any
    how: host.Sampling
    settings: tuple[Settings, ...] = ()

    def __post_init__(self) -> None:
        check_pictures(self.how.model)
        ours, has = f"{self._format.latent_channels} channels", "none"
        if self.vae is not None:
            differs = host.misfit(self.vae, self._format)
            if differs is None:
                return
            ours, has = differs.ours, f"one for {differs.theirs}"
        raise ValueError(
            f"The model denoises {ours} and needs its own VAE for them, but got {has}; connect the "
            "VAE that belongs to the model."
        )

    def invent(self, height: int, width: int, level: int, seed: int) -> Tensor:
        """A picture (3, height, width) from nothing but the prompt of ``level``."""
        ratio = ratio_of(self._format)
        rows, columns = self.padded_size(height, width)
        empty = torch.zeros(1, self._format.latent_channels, rows // ratio, columns // ratio)
        latent = self._sample(self._of(level, seed), {"samples": empty}, 1.0)
        return self._decoded(latent, height, width)

    def redraw(self, picture: Tensor, level: int, seed: int, denoise: float) -> Tensor:
        """The picture, drawn anew as far as ``denoise`` says (img2img)."""
        if denoise <= 0:
            return picture
        samples = host.encode_pictures(self.vae, self._padded(picture)[None])
        latent = self._sample(self._of(level, seed), {"samples": samples}, denoise)
        return self._decoded(latent, *picture.shape[-2:])

    def paint(
        self,
        picture: Tensor,
        mask: Tensor,
        level: int,
        seed: int,
        denoise: float = 1.0,
        steps: int | None = None,
        resamplings: int = 0,
    ) -> Painted:
        """The picture with what the mask marks painted; the rest comes back as the VAE keeps it.

        The stock sampler blends with the background before and after each call of the model.
        A latent is painted where any of its pixels is marked. A mask with values between 0 and 1
        is painted by differential diffusion. ``resamplings`` repeats each step (RePaint).
        """
        # Differs from blended diffusion (Avrahami et al., 2022): the host noises the background by
        # one noise for all steps, not anew at each.
        ratio = ratio_of(self._format)
        padded, marked = self._padded(picture)[None], self._padded(mask[None])[0]
        cells = to_cells(marked, ratio)
        how = self._of(level, seed)
        how = how._replace(steps=steps or how.steps)
        if host.takes_masked_picture(how.model):
            pixels = functional.interpolate(cells[None, None], marked.shape)[0]
            positive, negative, samples = host.inpaint_conditioning(
                how.positive, how.negative, self.vae, padded, pixels
            )
            how = how._replace(positive=positive, negative=negative)
        else:
            samples = host.encode_pictures(self.vae, padded)
        # (B, 1, 1, h, w) for films of one frame: of (B, h, w) the host folds B into time.
        shape = (1,) * (samples.ndim - 2) + cells.shape
        latent = {"samples": samples, "noise_mask": cells.reshape(shape)}
        if bool(((cells > 0) & (cells < 1)).any()):
            how = how._replace(model=host.differential(how.model))
        if resamplings:
            how = how._replace(model=host.repainting(how.model, resamplings))
        painted = self._sample(how, latent, denoise)
        return Painted(self._decoded(painted, *picture.shape[-2:]), painted)

    def seed(self, level: int, otherwise: int) -> int:
        """The seed that ``level`` is painted with: its own, where it has one."""
        own = self.settings[level].seed if self.settings else None
        return otherwise if own is None else own

    def kept(self, picture: Tensor) -> Painted:
        """The picture as it is, and its latent."""
        return Painted(picture, host.encode_pictures(self.vae, self._padded(picture)[None]))

    def padded_size(self, height: int, width: int) -> tuple[int, int]:
        """The size of the picture that the latent of one of ``height`` x ``width`` holds."""
        grid = self._grid
        return math.ceil(height / grid) * grid, math.ceil(width / grid) * grid

    @property
    def _format(self) -> Any:
        return self.how.model.get_model_object("latent_format")

    @property
    def _grid(self) -> int:
        # InpaintModelConditioning cuts pictures to a multiple of 8, whatever the model.
        ratio = ratio_of(self._format)
        return math.lcm(ratio * grid_of(self.how.model), 8)

    def _padded(self, picture: Tensor) -> Tensor:
        """(C, H, W) grown to a size that latents have, by its own mirror image."""
        return on_grid(picture.float(), self._grid)

    def _of(self, level: int, seed: int) -> host.Sampling:
        """How the level is sampled: by its own prompts, and by its own cfg where it has one."""
        own = self.settings[level].cfg if self.settings else None
        return self.how.seeded(seed)._replace(
            positive=of_level(self.how.positive, level),
            negative=of_level(self.how.negative, level),
            cfg=self.how.cfg if own is None else own,
        )

    def _sample(self, how: host.Sampling, latent: dict[str, Any], denoise: float) -> Tensor:
        host.check_interrupted()
        samples = host.sample(how, latent, denoise)["samples"]
        if not torch.isfinite(samples).all():
            raise ValueError(
                "The model made NaN or infinite values. Run it in a wider precision (bf16 or "
                "fp32), or lower cfg."
            )
        return samples

    def _decoded(self, latent: Tensor, height: int, width: int) -> Tensor:
        return host.decode_pictures(self.vae, latent)[0, :, :height, :width].float()
