"""Small autoencoders: which the host has for a model's latents, and the short way through them.

ComfyUI keeps them for previews, in ``models/vae_approx``, and each latent format names its own
(``taesd_decoder_name``). Its Load VAE makes a VAE of one that has both halves; so does ``load``.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, NamedTuple

import comfy.model_management as management
import folder_paths
import torch
from torch import Tensor

from . import needs
from .jobs import log

FOLDER = "vae_approx"
_DECODER = "_decoder"
# Of the memory that is free: what the levels that go through together may take.
SHARE = 0.5

_loaded: dict[tuple[Any, ...], Any] = {}


class Found(NamedTuple):
    """A small autoencoder on disk, by the name that Load VAE gives it, or what is missing of it."""

    name: str
    files: tuple[str, ...]
    missing: tuple[str, ...]


def small_vae_of(latent_format: Any) -> Found | None:
    """What ``models/vae_approx`` has for a latent format; None for one that names none."""
    named = getattr(latent_format, "taesd_decoder_name", None)
    if not named:
        return None
    there = folder_paths.get_filename_list(FOLDER)
    if not named.endswith(_DECODER):  # the video families': one file with both halves
        files = tuple(file for file in there if os.path.splitext(file)[0] == named)[:1]
        return Found(files[0] if files else named, files, () if files else (named,))
    name = named.removesuffix(_DECODER)
    halves = (f"{name}_encoder", f"{name}_decoder")
    held = {half: [file for file in there if file.startswith(f"{half}.")] for half in halves}
    return Found(
        name,
        tuple(files[0] for files in held.values() if files),
        tuple(half for half, files in held.items() if not files),
    )


def load_small_vae(found: Found) -> Any:
    """The VAE, as Load VAE makes it; kept until one of its files changes.

    None, with a word in the log, for one that the host cannot read.
    """
    stock: Any = import_module("nodes")
    paths = [folder_paths.get_full_path_or_raise(FOLDER, file) for file in found.files]
    key = (found.name, *((path, os.path.getmtime(path)) for path in paths))
    if key not in _loaded:
        try:
            vae = stock.VAELoader().load_vae(found.name)[0]
        except Exception as error:  # whatever a damaged file makes the host raise
            log.warning("The small autoencoder %s could not be loaded: %s", found.name, error)
            vae = None
        _loaded.clear()  # one at a time is enough
        _loaded[key] = vae
    return _loaded[key]


class ShortWay:
    """A VAE's own network at every step: on its device, in its precision, a few pictures a call.

    The host's ``encode`` and ``decode`` carry each result to the CPU, which a loop must not.
    ``encode`` and ``decode`` are (B, 3, H, W) in [0, 1] to latents as LATENT wires have them, and
    back. Not cut to [0, 1] as the host's are: latents beyond what a screen shows come as near to
    black or white as they are far, and a change of them counts.
    """

    def __init__(self, vae: Any) -> None:
        needs.held("VAE", vae)
        needs.held("small VAE", vae)
        self._vae = vae
        # What the network makes of them: undone without the host's cut.
        self._black, self._white = vae.process_input(torch.tensor([0.0, 1.0])).tolist()

    @property
    def pools(self) -> bool:
        """Whether a part of a picture depends on all of it: by norms or attention over it."""
        kinds = {type(module).__name__.lower() for module in self._vae.first_stage_model.modules()}
        return any("norm" in kind or "attn" in kind or "attention" in kind for kind in kinds)

    @torch.inference_mode()
    def encode(self, pictures: Tensor) -> Tensor:
        vae = self._vae
        films = vae.latent_dim == 3
        found = []
        for part in self._parts(pictures, vae.memory_used_encode, films):
            ready = vae.process_input(part).to(vae.device, vae.vae_dtype)
            latent = vae.first_stage_model.encode(ready.unsqueeze(2) if films else ready)
            found.append(latent.float())
        return torch.cat(found)

    @torch.inference_mode()
    def decode(self, latent: Tensor) -> Tensor:
        vae = self._vae
        if vae.latent_dim == 2 and latent.ndim == 5:
            latent = latent[:, :, 0]
        found = []
        for part in self._parts(latent, vae.memory_used_decode, False):
            decoded = vae.first_stage_model.decode(part.to(vae.device, vae.vae_dtype)).float()
            pictures = (decoded - self._black) / (self._white - self._black)
            found.append(pictures.movedim(2, 1).flatten(0, 1) if pictures.ndim == 5 else pictures)
        return torch.cat(found)

    def _parts(self, batch: Tensor, memory: Any, films: bool) -> tuple[Tensor, ...]:
        """As many at once as memory takes; on a CPU one, which stays in a core's cache."""
        vae = self._vae
        if torch.device(vae.device).type == "cpu":
            return batch.split(1)
        shape = (1, *batch.shape[1:])
        one = memory((*shape[:2], 1, *shape[2:]) if films else shape, vae.vae_dtype)
        free: Any = management.get_free_memory(vae.device)
        return batch.split(max(1, int(free * SHARE / max(1, one))))
