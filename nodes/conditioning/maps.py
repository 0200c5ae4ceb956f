"""Pictures that a prompt brings in a size of their own, and that lie over the whole of its picture.

Images beside the latent have its size and its axes, and are cut as it is. These have not: Stable
Cascade's stage B has stage C's latent, PiD the latent that it is to show in pixels, Wan a camera's
rays for each pixel, a pose at half the size, and VACE's pictures along an axis of their own.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from ...zoomstack.windows.tiling import Windows

MAPS = ("effnet", "lq_latent", "camera_conditions", "pose_latents", "sam_latents", "vace_context")
"""Their names among an entry's ``model_conds``: (n, ..., rows, columns)."""


def on_grid(picture: Tensor, windows: Windows, whole: tuple[int, int]) -> Tensor:
    """``picture`` in a size that windows can be cut of; it lies over a latent of ``whole``.

    Where it is larger, as many times the windows' picture. Else its own where their edges meet its
    pixels, or a little larger, so that nothing of it is lost.
    """
    rows, columns = picture.shape[-2:]
    times = rows // whole[0]
    if times > 1:
        size = (windows.height * times, windows.width * times)
    else:
        most = max(min(windows.height // rows, windows.width // columns), 1)
        step = max(n for n in range(1, windows.grid + 1) if windows.grid % n == 0 and n <= most)
        size = (windows.height // step, windows.width // step)
    if size == (rows, columns):
        return picture
    flat = picture.reshape(-1, 1, rows, columns)
    sized = F.interpolate(flat, size, mode="bilinear", align_corners=False)
    return sized.reshape(*picture.shape[:-2], *size)
