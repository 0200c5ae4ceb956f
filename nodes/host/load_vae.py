"""VAEs outside of a graph: found and loaded by the host's own Load VAE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from .layout import Layout, shuffle_of

HALVES = ("_encoder", "_decoder")  # of a pair of files that Load VAE takes for one


def load_vae(name: str, folder: Path | None = None) -> Any:
    """The VAE of a file, or of the name that Load VAE has for it.

    Names are looked for in the host's own folders and in ``folder``: itself, its ``vae`` and its
    ``vae_approx``. One file of a pair stands for both. Raises ``ValueError`` where there is none.
    """
    import comfy.sd
    import comfy.utils

    file = Path(name)
    if file.is_file() and not file.stem.endswith(HALVES):
        weights, metadata = comfy.utils.load_torch_file(str(file), return_metadata=True)
        vae: Any = comfy.sd.VAE(sd=weights, metadata=metadata)
        vae.throw_exception_if_invalid()
        return vae
    if file.is_file():
        return _known(file.stem.rpartition("_")[0], [file.parent])
    return _known(name, [folder / part for part in ("", "vae", "vae_approx")] if folder else [])


def _known(name: str, folders: list[Path]) -> Any:
    """By Load VAE, which looks into ``folders`` as well."""
    import folder_paths

    import nodes  # ComfyUI's, not ours

    stock: Any = nodes.VAELoader  # pyright: ignore[reportAttributeAccessIssue]
    for folder in folders:
        for kind in ("vae", "vae_approx"):
            folder_paths.add_model_folder_path(kind, str(folder.resolve()))
    known = sorted(set(stock.vae_list(stock)))
    if name not in known:
        raise ValueError(
            f"There is no VAE file {name}, and Load VAE knows none of that name; it knows "
            f"{', '.join(known)}. A pair of files must lie together, as "
            f"{name}_encoder.safetensors and {name}_decoder.safetensors."
        )
    return stock().load_vae(name)[0]


def level_layout(vae: Any) -> Layout:
    """How a VAE's latents hold level pictures, where no model is there to say it.

    Raises ``ValueError`` for one that has no pictures.
    """
    import comfy.latent_formats

    if getattr(vae, "latent_dim", 2) == 1:
        raise ValueError("This VAE is of sound; give one of pictures.")
    flux2: Any = comfy.latent_formats.Flux2()
    films = vae.latent_dim == 3
    shuffled = not films and vae.latent_channels == flux2.latent_channels
    return Layout(films, shuffle_of(flux2) if shuffled else 1)


def in_rows_of_pixels(vae: Any) -> None:
    """A pixel's channels side by side on a CPU, where convolutions are then a third faster."""
    if vae.device.type == "cpu" and vae.latent_dim == 2:
        vae.first_stage_model.to(memory_format=torch.channels_last)
