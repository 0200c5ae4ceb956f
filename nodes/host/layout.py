"""A model's latent as pictures, one a level, and back: each family lays it out its own way."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from einops import rearrange
from torch import Tensor


class Layout(NamedTuple):
    """How a latent holds N level pictures; see ``layout_of``."""

    frames: bool  # (N, C, 1, h, w), a film of one frame a level
    shuffle: int  # 2 where each channel quadruple is a 2 x 2 block of pixels (Flux2), else 1

    def grid(self, latent: Tensor) -> tuple[int, int]:
        """Rows and columns of the level pictures."""
        return latent.shape[-2] * self.shuffle, latent.shape[-1] * self.shuffle

    def views(self, latent: Tensor) -> Tensor:
        """(N, C, H, W) level pictures of a latent."""
        flat = latent.squeeze(2) if self.frames else latent
        p = self.shuffle
        return rearrange(flat, "n (c p q) h w -> n c (h p) (w q)", p=p, q=p) if p > 1 else flat

    def latent(self, views: Tensor) -> Tensor:
        """The latent whose level pictures these are."""
        p = self.shuffle
        flat = rearrange(views, "n c (h p) (w q) -> n (c p q) h w", p=p, q=p) if p > 1 else views
        return flat.unsqueeze(2) if self.frames else flat


# What makes no pictures and does not say so otherwise, by the host's class of the model.
_OTHERS = {
    "DepthAnything3": "measures the depth of pictures and makes none",
    "MiniMaxH3": "makes one film at a time, together with its sound",
    "RT_DETR_v4": "finds things in pictures and makes none",
    "SAM3": "cuts things out of pictures and makes none",
    "TripoSplat": "makes splats, not pictures",
}


def check_pictures(model: Any) -> None:
    """Raise ``ValueError`` for a MODEL that does not make a picture of each latent of a batch."""
    network, why = model.model, None
    config = getattr(getattr(network, "model_config", None), "unet_config", {})
    if "audio_model" in config:
        why = "makes sound, not pictures"
    elif model.get_model_object("latent_format").latent_dimensions == 1:
        why = "has latents without height and width, which are no pictures"
    elif config.get("use_temporal_attention"):  # SVD, SV3D
        why = "takes a whole batch for the frames of one film, as levels are not"
    else:
        names = (kind.__name__ for kind in type(network).__mro__)
        why = next((_OTHERS[name] for name in names if name in _OTHERS), None)
    if why:
        raise ValueError(
            f"{type(network).__name__} {why}. Choose a model of pictures, or one of films that may "
            'be a single frame: the help page "Models" lists them.'
        )


def layout_of(latent_format: Any, shape: tuple[int, ...]) -> Layout:
    """The layout of a latent of ``shape``; ``ValueError`` for those that hold no level pictures."""
    name = type(latent_format).__name__
    if len(shape) not in (4, 5):
        raise ValueError(
            f"{name} latents have the shape {shape}, which is no picture a level; ZoomStack needs "
            "a model of still images."
        )
    if len(shape) == 5 and shape[2] != 1:
        raise ValueError(
            f"The latent holds {shape[2]} frames a level; a zoom needs one. Use an empty latent "
            "of length 1."
        )
    return Layout(frames=len(shape) == 5, shuffle=shuffle_of(latent_format))


def shuffle_of(latent_format: Any) -> int:
    """``Layout.shuffle`` of a latent format; ``ValueError`` for one that is not known."""
    unshuffle = getattr(latent_format, "latent_rgb_factors_reshape", None)
    if unshuffle is None:
        return 1
    channels = latent_format.latent_channels
    probe = torch.arange(channels * 6, dtype=torch.float32).reshape(1, channels, 2, 3)
    if channels % 4 == 0 and torch.equal(Layout(False, 2).views(probe), unshuffle(probe)):
        return 2
    raise ValueError(
        f"{type(latent_format).__name__} latents are shuffled in a way that this ZoomStack does "
        "not know; update it, or use another model."
    )


# Where the host leaves its usual 8, by the latent format's class.
_RATIOS = {"SD_X4": 4, "HunyuanImage21Refiner": 16}


def ratio_of(latent_format: Any) -> int:
    """Pixels a side of a latent pixel."""
    known = _RATIOS.get(type(latent_format).__name__)
    return known or int(latent_format.spacial_downscale_ratio)


# What cuts its pictures into squares and does not fill the last ones up, as others do.
_SQUARES = (
    "ChromaRadiance", "CosmosVideo", "GenmoMochi", "HunyuanVideo", "Kandinsky5", "PixArt",
    "StableCascade_B",
)  # fmt: skip
_WHOLES = "PATCH_SIZE"  # what HiDream-O1 alone has


def grid_of(model: Any) -> int:
    """Latent pixels that both sides of a MODEL's pictures must divide by; 1 for nearly all."""
    network = model.model
    if takes_wholes(model):
        return int(getattr(network, _WHOLES))
    if not any(kind.__name__ in _SQUARES for kind in type(network).__mro__):
        return 1
    patch = getattr(network.diffusion_model, "patch_size", 2)
    return int(patch if isinstance(patch, int) else patch[-1])


def takes_wholes(model: Any) -> bool:
    """HiDream-O1 is told of each square where in the whole picture it lies."""
    return hasattr(model.model, _WHOLES)


def nearest(length: int, step: int) -> int:
    """The multiple of ``step`` nearest to ``length``, and one of it at least."""
    return max(1, round(length / step)) * step


def check_grid(model: Any, shape: tuple[int, ...]) -> None:
    """Raise ``ValueError`` for latents whose sides the model cannot cut into its squares."""
    grid, ratio = grid_of(model), ratio_of(model.get_model_object("latent_format"))
    if any(side % grid for side in shape[-2:]):
        rows, columns = (nearest(side, grid) * ratio for side in shape[-2:])
        raise ValueError(
            f"Pictures of {shape[-1] * ratio} x {shape[-2] * ratio} pixels do not divide by "
            f"{grid * ratio}, as this model needs; the nearest that do are {columns} x "
            f"{rows}."
        )
