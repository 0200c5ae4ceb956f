"""Gradients through a MODEL, which ComfyUI loads and runs without them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import comfy.model_management as management
import torch

if TYPE_CHECKING:
    from comfy.model_patcher import ModelPatcher


def differentiable(model: ModelPatcher) -> ModelPatcher:
    """The model, or a copy of it, whose weights let gradients pass.

    Raises ``ValueError`` for a model that was loaded in the host's inference mode by a loader that
    cannot load it again.
    """
    if not _blocks_gradients(model):
        return model
    try:
        # As the host's own training node does; not streamed into buffers that are used again.
        with torch.inference_mode(False):
            copy = model.clone(disable_dynamic=True, force_deepcopy=True)
            copy.model.requires_grad_(False)
    except RuntimeError as error:
        raise ValueError(
            "multiscale_solver gradient needs a model that gradients can pass through, and this "
            "one's loader cannot make a second copy that they can. Load it with a stock loader "
            "(Load Checkpoint, Load Diffusion Model), or choose exact."
        ) from error
    if _blocks_gradients(copy):
        raise ValueError(
            "multiscale_solver gradient needs a model that gradients can pass through; the weights "
            "of this one cannot be copied so that they do. Choose exact."
        )
    return copy


@contextmanager
def training() -> Iterator[None]:
    """Tells the host to leave out kernels that have no gradient, as its training node does.

    The one thing of the host that the pack sets for the whole process, and only while a window is
    shown: models read a global where they choose a kernel, and no option of a call does the same.
    The host runs one prompt at a time, so nothing else is sampled meanwhile.
    """
    before = management.in_training
    management.in_training = True
    try:
        yield
    finally:
        management.in_training = before


def _blocks_gradients(model: ModelPatcher) -> bool:
    network = model.model.diffusion_model
    return model.is_dynamic() or any(weight.is_inference() for weight in network.parameters())
