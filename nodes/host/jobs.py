"""Progress, cancelling and the log of a running node, and the stock sampler."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import comfy.model_management as management
import comfy.utils

log = logging.getLogger("zoomstack")


def progress(total: int) -> comfy.utils.ProgressBar:
    """A progress bar on the running node; ``update(n)`` moves it, and stops a cancelled run."""
    return comfy.utils.ProgressBar(total)


def check_interrupted() -> None:
    """Raise the host's own exception where the user has cancelled."""
    management.throw_exception_if_processing_interrupted()


def teller(node: Any) -> Callable[[str], None]:
    """Says a line in the log and, as Get Image Size does, under the node that is executing."""
    unique_id = getattr(node.hidden, "unique_id", None)

    def say(line: str) -> None:
        log.info("%s%s.", line[:1].upper(), line[1:])
        server: Any = sys.modules.get("server")  # absent where nodes run without one
        host = getattr(getattr(server, "PromptServer", None), "instance", None)
        if unique_id and host is not None:
            host.send_progress_text(line, unique_id)

    return say


def sample(
    model: Any,
    seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    scheduler: str,
    positive: Any,
    negative: Any,
    latent: dict[str, Any],
    denoise: float,
) -> dict[str, Any]:
    """The stock KSampler's own function: same noise, previews and output as that node."""
    import nodes  # ComfyUI's, not ours

    (samples,) = nodes.common_ksampler(  # pyright: ignore[reportAttributeAccessIssue]
        model, seed, steps, cfg, sampler_name, scheduler, positive, negative, latent, denoise
    )
    return samples
