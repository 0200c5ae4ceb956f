"""Stacks with a common beginning, as BranchZoom makes them, without a model."""

import torch

from zoomstack.scene.geometry import Geometry


def branched(stack, level, zooms, focus, name="other", seed=5):
    """A stack that is ``stack`` down to ``level`` and goes on by levels of its own."""
    g = stack.geometry
    own = torch.rand(
        len(zooms), *stack.levels.shape[1:], generator=torch.Generator().manual_seed(seed)
    )
    levels = torch.cat([stack.levels[: level + 1], own])
    geometry = Geometry(g.height, g.width, (*g.zooms[:level], *zooms), (*g.focus[:level], *focus))
    texts = tuple(f"{name} {i}" for i in range(level + 1, len(levels)))
    prompts = stack.prompts[: level + 1] + texts if stack.prompts else ()
    return stack._replace(levels=levels, geometry=geometry, prompts=prompts)
