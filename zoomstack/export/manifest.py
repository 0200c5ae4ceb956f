"""What a viewer knows of a stack before any picture has come: plain JSON, checked on the way out.

``web/viewer/manifest.mjs`` reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ..joint.blend import agreement
from ..scene.stack import ZoomStack
from .tree import Branch

VERSION = 1
MANIFEST = "manifest.json"
# Decibels from which on a pair counts as agreeing exactly.
EXACT = 100.0


def describe(
    stack: ZoomStack,
    files: Sequence[str] = (),
    thumbnails: Mapping[str, Any] | None = None,
    metres: float = 0.0,
    branches: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The manifest of ``stack``, whose level pictures are ``files``, as plain JSON.

    ``metres`` is how wide the widest view is; 0 where that is unknown. ``thumbnails`` is what
    ``thumbnail_sheet`` says of its sheet. Values that are no numbers are told in ``notes``. Of a
    tree ``stack`` is the trunk, and ``branches`` are what ``describe_branch`` says of the others;
    a viewer that knows no trees shows the trunk. Raises ``ValueError`` where ``metres`` is negative
    or not finite.
    """
    if not (math.isfinite(metres) and metres >= 0):
        raise ValueError(f"The widest view is {metres:g} metres wide; give 0 or more.")
    g = stack.geometry
    ring = {"closed": True} if g.closed else {}
    return plain({
        "format": "zoomstack",
        "version": VERSION,
        "width": g.width,
        "height": g.height,
        "zooms": g.zooms,
        "focus": g.focus,
        **ring,
        "prompts": stack.prompts,
        **({"bridges": stack.bridges} if any(stack.bridges) else {}),
        "agreement": [min(pair, EXACT) for pair in agreement(stack.levels, g)],
        "metres": metres or None,
        "files": list(files),
        "thumbnails": thumbnails,
        "notes": broken(stack.levels),
        **({"branches": list(branches)} if branches else {}),
    })  # fmt: skip


def describe_branch(
    branch: Branch, files: Sequence[str] = (), thumbnails: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a tree's manifest says of one of its ``branches``, as plain JSON.

    ``from`` is the deepest level that it shares with the stack ``of`` (0: the trunk; 1: the first
    branch). All else is of its own levels alone, one entry each, but ``thumbnails``: its sheet
    shows all levels from the widest on.
    """
    (of, level, stack), g = branch, branch.stack.geometry
    return plain({
        "of": of,
        "from": level,
        "zooms": g.zooms[level:],
        "focus": g.focus[level:],
        "prompts": stack.prompts[level + 1 :],
        **({"bridges": stack.bridges[level + 1 :]} if any(stack.bridges) else {}),
        "agreement": [min(pair, EXACT) for pair in agreement(stack.levels, g)][level:],
        "files": list(files),
        "thumbnails": thumbnails,
        "notes": broken(stack.levels, branch.own),
    })  # fmt: skip


def broken(levels: Tensor, among: Iterable[int] | None = None) -> list[str]:
    """A line for the levels (N, C, H, W) that hold NaN or infinite values; empty without one.

    ``among``: the numbers of the levels to look at; None for all.
    """
    looked = range(len(levels)) if among is None else among
    parts = {one: float((~torch.isfinite(levels[one])).any(0).float().mean()) for one in looked}
    found = [level for level, share in parts.items() if share]
    if not found:
        return []
    names = ", ".join(map(str, found[:5])) + (", ..." if len(found) > 5 else "")
    word, verb = ("Level", "holds") if len(found) == 1 else ("Levels", "hold")
    return [
        f"{word} {names} (0 is the widest) {verb} NaN or infinite values in up to "
        f"{100 * max(parts.values()):.3g} % of the pixels, shown black. Decode with a VAE in a "
        "wider precision."
    ]


def plain(value: Any, place: str = "value") -> Any:
    """``value`` as nothing but dict, list, str, int, float, bool and None, for any JSON writer.

    Scalars of numpy and torch become Python's own; numbers that are not finite become None, for
    JSON has no word for them. Raises ``TypeError`` naming the place of anything else.
    """
    if value is None or isinstance(value, (str, bool)):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{place} has the key {key!r}; JSON's keys are texts.")
        return {str(key): plain(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, f"{place}[{i}]") for i, item in enumerate(value)]
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        item = value.item()
        if isinstance(item, (bool, int, float, str)):
            return plain(item, place)
    raise TypeError(f"{place} is a {type(value).__name__}, which JSON cannot hold.")
