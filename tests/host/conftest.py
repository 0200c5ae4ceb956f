"""What tests of several nodes ask of the host."""

import pytest


@pytest.fixture(scope="module")
def clip(comfy_host, demo_checkpoint):
    """A real text encoder: the demo model's, which is a whole CLIP-L."""
    import comfy.sd

    kinds = {"output_vae": False, "output_model": False}
    return comfy.sd.load_checkpoint_guess_config(str(demo_checkpoint), output_clip=True, **kinds)[1]
