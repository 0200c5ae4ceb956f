"""What is known of a family before it is built: one row of the table."""

import dataclasses
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Spec:
    """A family that is sampled: how a tiny one of it is built, and what its users are told."""

    title: str
    """What its users call it."""
    config: str
    """Name of the class in comfy.supported_models."""
    unet: dict[str, Any]
    """What comfy.model_detection would have read off a checkpoint."""
    latent: tuple[int, ...]
    """Channels, and 1 frame for the families whose latents are 5-D."""
    context: tuple[int, int]
    """Tokens (when not asked for otherwise) and width of the text conditioning."""
    pooled: int | None = None
    """Width of the pooled text beside it."""
    extras: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Scalars that the family's encode nodes put beside the tensors."""
    make_extras: Callable[[int], dict[str, Any]] | None = None
    """Tensors that they put there, from a prompt's seed."""
    padding: int | None = None
    """Tokens at most that its encoder's mask says are none; None where it hands no mask."""
    state_dict: dict[str, Any] = dataclasses.field(default_factory=dict)
    """What its class looks at in a checkpoint, beside ``unet``."""
    like: tuple[str, ...] = ()
    """Classes of the host that differ from ``config`` in weights, sizes or schedule alone."""
    side: int = 16
    """Latent pixels a side of the smallest square level that shows something."""
    ratio: int | None = None
    """Pixels a side of a latent pixel, where the host does not know it."""
    one_size: bool = False
    """Whether ``make_extras`` makes pictures that fit squares of ``side`` alone."""
    tolerance: float = 1e-5
    """Standard deviations by which calls of other sizes may differ; more where noise drowns it."""
    note: str = ""
    """What its users need to know: one or two sentences of the help page, if any."""


@dataclasses.dataclass(frozen=True)
class Refused:
    """What the host can load and no zoom can be made of."""

    title: str
    """What its users call it."""
    configs: tuple[str, ...]
    """Names of the classes in comfy.supported_models."""
    why: str
    """A clause of the help page, and of what is said when such a MODEL comes: "makes sound"."""
    state_dict: dict[str, Any] = dataclasses.field(default_factory=dict)
    """What the classes look at in a checkpoint."""
    unet: dict[str, Any] = dataclasses.field(default_factory=dict)
    """What they look at in the network's sizes, beside what names the class."""
