"""A tiny SD1.5 made for inpainting: nine channels in, as the real one (concat conditioning)."""

import dataclasses

import tiny_families
from tiny_families import TinyFamily, family


def inpainting_family() -> TinyFamily:
    """The tiny SD1.5 with the mask and the masked picture's latent beside the noisy one."""
    spec = tiny_families._SPECS["sd15"]
    wide = dataclasses.replace(spec, unet={**spec.unet, "in_channels": 9})
    tiny_families._SPECS["sd15_inpainting"] = wide
    try:
        return family("sd15_inpainting")
    finally:
        del tiny_families._SPECS["sd15_inpainting"]
