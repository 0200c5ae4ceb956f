"""A tiny SD1.5 made for inpainting: nine channels in, as the real one (concat conditioning)."""

from tiny_families import TinyFamily, family


def inpainting_family() -> TinyFamily:
    """The tiny SD1.5 with the mask and the masked picture's latent beside the noisy one."""
    return family("sd15", in_channels=9)
