"""A zoom stack for others to see: pictures with a manifest, one page, a deep-zoom image.

Needs Pillow. Each writer yields while it works, so that its caller can show progress and stop it;
what it writes is there whole or not at all.
"""

from __future__ import annotations

from .deepzoom import DeepZoom
from .levels import write_levels
from .manifest import describe, plain
from .page import page
from .tree import Branch, branches_of

__all__ = ["Branch", "DeepZoom", "branches_of", "describe", "page", "plain", "write_levels"]
