"""Tiny random instances of the architectures that people really use, built by ComfyUI's own code.

    sdxl = family("sdxl")
    nodes.common_ksampler(sdxl.model, 1, 3, 3.0, "euler", "normal",
                          sdxl.make_cond(1), sdxl.make_cond(2), {"samples": sdxl.latent(3, 16, 16)})

Widths that the conditioning code fixes (context, pooled, SDXL's size embedding) are the real ones;
depth and hidden width are cut down until a call takes milliseconds. The weights are random, and
layers that training starts at zero are random too: otherwise every prediction would be zero.

One table, ``SPECS`` and ``REFUSED``, knows every class that the host can load: the tests of
``tests/host/test_families.py`` and the help page ``web/docs/Models.md`` are made of it.
"""

from .build import TinyFamily as TinyFamily
from .build import built as built
from .build import shell as shell
from .films import SPECS as _FILMS
from .refused import REFUSED as REFUSED
from .spec import Spec as Spec
from .stills import SPECS as _STILLS
from .unets import SD15_MIDDLE as SD15_MIDDLE
from .unets import SPECS as _UNETS

SPECS = {**_UNETS, **_STILLS, **_FILMS}
ALL = tuple(SPECS)

FAMILIES = ("sd15", "sdxl", "sd3", "flux", "flux2", "qwen_image", "pixel")
"""Of each kind one: most tests try these."""


def family(name: str, seed: int = 0, **changed) -> TinyFamily:
    """Build one of ``ALL``, the same weights for the same seed; its network may be changed."""
    return built(name, SPECS[name], seed, **changed)
