"""Half precision in, half precision out; the arithmetic between in single."""

from __future__ import annotations

import torch
from torch import Tensor

HALF = (torch.float16, torch.bfloat16)


def working(tensor: Tensor) -> Tensor:
    """The tensor in a dtype fit to compute with: float32 for the half precisions, else as is."""
    return tensor.float() if tensor.dtype in HALF else tensor
