"""The cfg_pp samplers listen for the unconditional prediction, by a function after CFG."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

POST_CFG = "sampler_post_cfg_function"

Listener = Callable[[dict[str, Any]], Tensor]


def listeners(guider: Any, options: dict[str, Any]) -> list[Listener]:
    """The functions that a sampler added to those of its guider's MODEL."""
    return options.get(POST_CFG, [])[len(guider.model_options.get(POST_CFG, [])) :]


def overheard(
    executor: Any, x: Tensor, timestep: Tensor, options: dict[str, Any], seed: Any
) -> tuple[Tensor, Tensor]:
    """A prediction, and the unconditional one as its listeners heard it."""
    heard: dict[str, Tensor] = {}

    def listen(args: dict[str, Any]) -> Tensor:
        heard.update(unconditional=args["uncond_denoised"])
        return args["denoised"]

    heeded = {**options, POST_CFG: [*options[POST_CFG], listen]}
    return executor(x, timestep, heeded, seed), heard["unconditional"]


def tell(listening: list[Listener], denoised: Tensor, unconditional: Tensor) -> None:
    """What they would have heard."""
    for listener in listening:
        listener({"denoised": denoised, "uncond_denoised": unconditional})
