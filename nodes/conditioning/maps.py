"""Pictures that a prompt brings in a size of their own, and that lie over the whole of its picture.

Images beside the latent have its size, and are cut as it is. These are smaller: Stable Cascade's
stage B has stage C's latent, PiD the latent that it is to show in pixels.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from ...zoomstack.windows.tiling import Windows

MAPS = ("effnet", "lq_latent")
"""Their names among an entry's ``model_conds``: (n, c, rows, columns)."""


def on_grid(picture: Tensor, windows: Windows) -> Tensor:
    """``picture`` in a size that windows can be cut of: its own where their edges meet its pixels.

    Else a little larger, so that nothing of it is lost.
    """
    rows, columns = picture.shape[-2:]
    most = min(windows.height // rows, windows.width // columns)
    step = max(n for n in range(1, windows.grid + 1) if windows.grid % n == 0 and n <= max(most, 1))
    size = (windows.height // step, windows.width // step)
    if size == (rows, columns):
        return picture
    return F.interpolate(picture, size, mode="bilinear", align_corners=False)
