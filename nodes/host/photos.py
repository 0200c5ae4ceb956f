"""Picture files behind a node, which ComfyUI loads even where they are not all there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import folder_paths

from ...zoomstack.files.cut import cut_off
from .disk import above


def cut_pictures(hidden: Any) -> Iterator[str]:
    """A line for each picture that Load Image nodes above took from a file that breaks off.

    ``hidden`` holds the prompt and the node's number in it.
    """
    prompt: dict[str, Any] = (hidden.prompt if hidden else None) or {}
    for node in above(hidden):
        name = prompt.get(node, {}).get("inputs", {}).get("image")
        if not str(prompt.get(node, {}).get("class_type")).startswith("LoadImage"):
            continue
        try:
            trouble = cut_off(Path(folder_paths.get_annotated_filepath(name)))
        except (OSError, TypeError, ValueError, AttributeError):  # a name that another node makes
            continue
        if trouble:
            yield f"{name} {trouble}"
