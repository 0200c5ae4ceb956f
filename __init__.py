"""ZoomStack, a ComfyUI node pack: the host's door, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .nodes import ZoomStackExtension

WEB_DIRECTORY = "./web"


async def comfy_entrypoint() -> ZoomStackExtension:
    from .nodes import ZoomStackExtension

    return ZoomStackExtension()
