"""A zoom stack in one safetensors file: levels, geometry, prompts, seed. No pickle anywhere.

Version 1 is a stack that was made once and has an end; a ring, or a stack with a history, is
version 2: an older ZoomStack refuses it instead of losing what it does not know. Which levels were
put between two it may lose: that changes how long a film of it lasts, and no picture.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..scene.between.written import Flags, check_flags
from ..scene.geometry import Geometry
from ..scene.stack import ZoomStack
from . import events
from .tensors import write_tensors

if TYPE_CHECKING:
    import torch

FORMAT = "zoomstack"
PLAIN = 1
VERSION = 2  # the newest that is read
HISTORY = "zoomstack history"
LEVELS = "levels"


def save_stack(path: str | Path, stack: ZoomStack, extra: Mapping[str, str] | None = None) -> None:
    """Write ``stack`` to ``path``, replacing a file of that name only once the new one is whole.

    The levels keep their dtype. ``extra`` is further metadata, text to text, such as a workflow.
    Raises ``ValueError`` where levels, geometry and prompts do not match, ``OSError`` as the disk
    does.
    """
    g = stack.geometry
    _check_shape(tuple(stack.levels.shape), g, Path(path).name)
    if stack.levels.dtype not in _dtypes():
        raise ValueError(f"The levels are {stack.levels.dtype}; a stack holds floats in [0, 1].")
    _check_prompts(stack.prompts, g, Path(path).name)
    about: dict[str, Any] = {
        "height": g.height,
        "width": g.width,
        "zooms": g.zooms,
        "focus": g.focus,
        "prompts": stack.prompts,
        "seed": stack.seed,
    }
    if g.closed:
        about["closed"] = True
    if any(stack.bridges):
        check_flags(stack.bridges, g.levels)
        about["bridges"] = stack.bridges
    version = VERSION if g.closed or stack.history else PLAIN
    metadata = {**(extra or {}), FORMAT: json.dumps(about), "version": str(version)}
    if stack.history:
        metadata[HISTORY] = events.written(stack.history)
    write_tensors(path, {LEVELS: stack.levels.detach().cpu().contiguous()}, metadata)


def load_stack(path: str | Path) -> ZoomStack:
    """The stack in ``path``. Raises ``ValueError`` where the file is not one, and says why.

    A history that is broken costs no stack: what of it cannot be read is an event that says so.
    """
    from safetensors import SafetensorError, safe_open

    if not os.path.isfile(path):
        raise ValueError(f"There is no stack file {Path(path).name}.")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            geometry, prompts, seed, bridges = _about(metadata, Path(path).name)
            if LEVELS not in file.keys():  # noqa: SIM118 (a safe_open is no mapping)
                raise ValueError(f"{Path(path).name} holds no tensor named {LEVELS!r}.")
            shape = tuple(file.get_slice(LEVELS).get_shape())
            _check_shape(shape, geometry, Path(path).name)
            _check_prompts(prompts, geometry, Path(path).name)
            # A copy: what is mapped from a file would take the process down when that is cut short.
            levels = file.get_tensor(LEVELS).clone()
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{Path(path).name} cannot be read as a stack ({error}); it may be cut short. "
            "Save it again, or copy it anew."
        ) from error
    if levels.dtype not in _dtypes():
        raise ValueError(
            f"{Path(path).name}'s levels are {levels.dtype}; they must be floats of 16 to 64 bits."
        )
    history = events.read(metadata[HISTORY], geometry.levels) if HISTORY in metadata else ()
    return ZoomStack(levels, geometry, prompts, seed, history, bridges)


def _about(
    metadata: dict[str, str], name: str
) -> tuple[Geometry, tuple[str, ...], int | None, Flags]:
    if FORMAT not in metadata:
        raise ValueError(
            f"{name} is a safetensors file but not a zoom stack; choose one that Save Zoom Stack "
            "wrote."
        )
    version = metadata.get("version", "")
    if not version.isdecimal() or int(version) > VERSION:
        raise ValueError(
            f"{name} is version {version or 'unknown'} of the stack format and this ZoomStack "
            f"reads up to {VERSION}; update ZoomStack."
        )
    try:
        about: dict[str, Any] = json.loads(metadata[FORMAT])
        geometry = Geometry(
            int(about["height"]),
            int(about["width"]),
            tuple(about["zooms"]),
            tuple((x, y) for x, y in about["focus"]),
            _flag(about.get("closed", False)),
        )
        prompts = _texts(about["prompts"])
        seed = None if about["seed"] is None else int(about["seed"])
        bridges = tuple(map(_flag, about.get("bridges", ())))
        check_flags(bridges, geometry.levels)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"{name}'s description of its levels is broken: {error}.") from error
    return geometry, prompts, seed, bridges


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("closed and bridges must be true or false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TypeError("prompts must be a list of texts")
    return tuple(value)


def _dtypes() -> tuple[torch.dtype, ...]:
    import torch

    return torch.float16, torch.bfloat16, torch.float32, torch.float64


def _check_prompts(prompts: tuple[str, ...], g: Geometry, name: str) -> None:
    if len(prompts) not in (0, g.levels):
        raise ValueError(
            f"{name}: there are {len(prompts)} prompts for {g.levels} levels; give one a level, or "
            "none."
        )


def _check_shape(shape: tuple[int, ...], g: Geometry, name: str) -> None:
    if len(shape) != 4 or (shape[0], *shape[2:]) != (g.levels, g.height, g.width):
        raise ValueError(
            f"{name}: the geometry has {g.levels} levels of {g.height} x {g.width} (rows x "
            f"columns) but the levels' shape is {shape}."
        )
    if shape[1] < 1:
        raise ValueError(f"{name}: the levels have no channels; a stack holds pictures.")
