"""Where a named checkpoint lies, and what a workflow says of the node that writes it."""

from __future__ import annotations

import os
import re
from typing import Any

import folder_paths

from ...zoomstack.files.fingerprint import fingerprint

FOLDER = ("zoomstack", "checkpoints")
# A folder that several machines share, so that each goes on with what another began.
SHARED = "ZOOMSTACK_CHECKPOINTS"
_NAME = re.compile(r"\w(?:[\w .-]{0,62}[\w-])?")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def checkpoint_folder(name: str) -> str:
    """Where the checkpoint of that name lies; ``ValueError`` for what is no name of a folder."""
    shared, output = os.environ.get(SHARED), folder_paths.get_output_directory()
    home = shared or output
    path = os.path.join(home, *(() if shared else FOLDER), name)
    fits = _NAME.fullmatch(name) and not _DEVICE.fullmatch(name)
    if not fits or not folder_paths.is_within_directory(home, path):
        raise ValueError(
            f"{name!r} is no name for a checkpoint; take up to 64 letters, digits, spaces, dots, "
            "hyphens and underscores, such as my-zoom."
        )
    return path


def workflow_above(hidden: Any) -> str:
    """A fingerprint of all nodes above this one in its workflow and what is set on them."""
    prompt: dict[str, Any] = (hidden.prompt if hidden else None) or {}
    known: dict[str, str] = {}

    def of(name: str) -> str:
        if name not in known:
            node = prompt[name]
            inputs = {
                key: (of(value[0]), value[1]) if _is_link(value, prompt) else value
                for key, value in node.get("inputs", {}).items()
            }
            known[name] = fingerprint(node["class_type"], inputs)
        return known[name]

    return of(str(hidden.unique_id)) if prompt else ""


def _is_link(value: Any, prompt: dict[str, Any]) -> bool:
    return isinstance(value, list) and len(value) == 2 and value[0] in prompt
