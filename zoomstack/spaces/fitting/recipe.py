"""How a space is fitted to an autoencoder: what each of them says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import Tensor

from ...scene.geometry import Geometry
from ..space import Encode, Space


class Recipe(NamedTuple):
    """A kind of space that is fitted to an autoencoder.

    A *key* names one of the fits that a geometry needs: its zoom factor, or 0 where one fit serves
    all. ``ratio`` is pixels for a latent. A fit has ``explained``, two shares of variance, and
    ``to(like)``, itself on the device and in the dtype of a tensor.
    """

    title: str  # as the user is told it: "levels meet in ..."
    keys: Callable[[Geometry], tuple[float, ...]]
    refused: Callable[[Geometry], str | None]  # why it does not apply to a geometry; None: it does
    fit: Callable[[Encode, float, int, Tensor | None], Any]  # (encode, key, ratio, pictures)
    side: Callable[[float, int], int]  # of pictures to fit on, in pixels: (key, ratio)
    make: Callable[[Geometry, Mapping[float, Any]], Space]
