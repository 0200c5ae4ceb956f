"""Half precision in, half precision out; the arithmetic between in single."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

Moved = TypeVar("Moved", bound=NamedTuple)

HALF = (torch.float16, torch.bfloat16)


def working(tensor: Tensor) -> Tensor:
    """The tensor in a dtype fit to compute with: float32 for the half precisions, else as is."""
    return tensor.float() if tensor.dtype in HALF else tensor


def moved(values: Moved, like: Tensor) -> Moved:
    """A named tuple whose tensors are of ``like``'s dtype, on its device; itself where they are."""
    tensors = {k: v for k, v in values._asdict().items() if isinstance(v, Tensor)}
    if all((v.dtype, v.device) == (like.dtype, like.device) for v in tensors.values()):
        return values
    # ComfyUI runs nodes in inference mode, whose tensors autograd (the Adam anchor) would refuse.
    with torch.inference_mode(False):
        return values._replace(**{name: tensor.to(like) for name, tensor in tensors.items()})
