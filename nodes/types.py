"""The pack's own wire types; what travels on them is immutable, for ComfyUI caches it."""

from __future__ import annotations

from comfy_api.latest import io

ZoomLadderType = io.Custom("ZOOM_LADDER")  # zoomstack.scene.ladder.Ladder
ZoomAnchorType = io.Custom("ZOOM_ANCHOR")  # tuple of nodes.run.photo.Photo
ZoomStackType = io.Custom("ZOOM_STACK")  # zoomstack.scene.stack.ZoomStack

CATEGORY = "ZoomStack"
SEARCH = ["infinite zoom", "powers of ten", "generative zoom", "zoom stack"]
