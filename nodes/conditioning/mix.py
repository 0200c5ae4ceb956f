"""Two texts as one that lies between them: their CONDITIONING, mixed.

As the stock ConditioningAverage, but both texts are brought to the longer one's length, and it is
the same whichever comes first.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def mixed(a: Any, b: Any, share: float) -> Any:
    """The CONDITIONING (1 - ``share``) a + ``share`` b; what is of other kinds is the nearer's.

    The shorter text goes on with zeros. Raises ``ValueError`` for texts that are no mere vectors:
    of several parts, or with numbers of words beside them.
    """
    if len(a) != len(b):
        raise ValueError(
            f"bridge blend mixes two texts, but the text encoder makes {len(a)} and {len(b)} parts "
            "of them; set bridge to both."
        )
    return [_entry(one, other, share) for one, other in zip(a, b, strict=True)]


def _entry(a: Any, b: Any, share: float) -> list[Any]:
    (text, extra), (other, more) = a, b
    nearer, farther = (extra, more) if share <= 0.5 else (more, extra)
    found = dict(nearer)
    for name, value in nearer.items():
        if name in farther and isinstance(value, Tensor) and isinstance(farther[name], Tensor):
            found[name] = _beside(name, extra[name], more[name], share)
    one, two = _as_long(text, other)
    return [one.lerp(two, share), found]


def _beside(name: str, a: Tensor, b: Tensor, share: float) -> Tensor:
    """What comes with a text: a mask counts where either does, vectors are mixed."""
    if "mask" in name:
        return torch.maximum(*_as_long(a, b))
    if a.shape == b.shape and torch.equal(a, b):
        return a
    if not a.is_floating_point() or a.shape != b.shape:
        raise ValueError(
            f"bridge blend cannot mix what this model reads beside a text ({name}); set bridge to "
            "both."
        )
    return a.lerp(b, share)


def _as_long(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Two of as many tokens, (1, M, ...)."""
    most = max(a.shape[1], b.shape[1])
    return _padded(a, most), _padded(b, most)


def _padded(text: Tensor, length: int) -> Tensor:
    missing = text.new_zeros((text.shape[0], length - text.shape[1], *text.shape[2:]))
    return torch.cat([text, missing], 1) if missing.numel() else text
