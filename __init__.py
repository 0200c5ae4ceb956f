"""ZoomStack, a ComfyUI node pack: the host's door, and nothing else."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comfy_api.latest import ComfyExtension


def _other() -> str:
    """The name of a second copy of this pack that ComfyUI has loaded before; empty without one."""
    loaded = getattr(sys.modules.get("nodes"), "NODE_CLASS_MAPPINGS", {})
    name = getattr(loaded.get("ZoomStackSampler"), "__module__", "")
    return "" if name.startswith(f"{__name__}.") else name.removesuffix(".nodes.sampling")


# Two copies would show every widget twice; where one was found its own nodes and page are kept.
OTHER = _other()
WEB_DIRECTORY = None if OTHER else "./web"


async def comfy_entrypoint() -> ComfyExtension:
    if OTHER:
        from comfy_api.latest import ComfyExtension

        class Nothing(ComfyExtension):
            async def get_node_list(self) -> list:
                return []

        words = "ZoomStack is installed twice: %s is used, and %s adds nothing."
        logging.getLogger("zoomstack").info(words, OTHER, __name__)
        return Nothing()
    from .nodes import ZoomStackExtension

    return ZoomStackExtension()
