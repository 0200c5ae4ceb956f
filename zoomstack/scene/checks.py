"""What is checked of an argument at more than one public door."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from .geometry import Geometry


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise ``ValueError`` unless ``value`` is one of ``choices``."""
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(choices)}.")


def check_levels(levels: Tensor, g: Geometry) -> None:
    """Raise ``ValueError`` unless ``levels`` is (N, C, H, W) as the geometry says."""
    if levels.ndim != 4 or levels.shape[0] != g.levels or levels.shape[2:] != (g.height, g.width):
        raise ValueError(
            f"The geometry has {g.levels} levels of {g.height} x {g.width} (rows x columns) but "
            f"the tensor's shape is {tuple(levels.shape)}; it must be (levels, channels, rows, "
            "columns). Resize the levels, or use geometry.resized(height, width)."
        )
