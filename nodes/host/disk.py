"""Files in ComfyUI's folders: where results may be written to, and what is told of them."""

from __future__ import annotations

import itertools
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import folder_paths
from comfy.cli_args import args

from ...zoomstack.files.whole import explained
from ...zoomstack.scene.geometry import Geometry
from ...zoomstack.scene.stack import ZoomStack
from .jobs import said_by

FILES = "zoomstack_files"  # an output's name: what lies in files that belong together


@contextmanager
def new_output(
    prefix: str, ending: str, geometry: Geometry
) -> Iterator[tuple[str, dict[str, str]]]:
    """A new path in the output folder, and how the front end names it; "" names a folder.

    The number in its name is ours until the block ends, also where a second server writes to the
    same folder.
    """
    with explained(Path(prefix)):
        folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
            prefix, folder_paths.get_output_directory(), geometry.width, geometry.height
        )
    for number in itertools.count(counter):
        file = f"{name}_{number:05}_" + (f".{ending}" if ending else "")
        path, reserved = os.path.join(folder, file), os.path.join(folder, f".{file}.reserved")
        try:
            with explained(Path(path)):
                os.close(os.open(reserved, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        try:
            # Only now: until then another may have finished a file of that name.
            if os.path.lexists(path):
                continue
            yield path, {"filename": file, "subfolder": subfolder, "type": "output"}
            return
        finally:
            os.unlink(reserved)


def belonging(path: str, shown: dict[str, str]) -> dict[str, list[str]]:
    """All files that were written under a name from ``new_output``, as an output of their own.

    For ``run``, which brings them home together. Texts and no entries of files: those the page
    would put into its gallery, a thousand tiles and all.
    """
    name, home = shown["filename"].removesuffix(".dzi"), Path(path).parent
    tops = (home / shown["filename"], home / f"{name}_files")
    files = (file for top in tops for file in (top, *top.rglob("*")) if file.is_file())
    names = sorted(file.relative_to(home).as_posix() for file in files)
    return {FILES: [json.dumps({**shown, "filename": name, "files": names})]}


def temporary_folder() -> tuple[str, dict[str, str]]:
    """A new path in ComfyUI's temp folder, which it empties when it starts, and its name there."""
    subfolder = f"zoomstack/{secrets.token_hex(8)}"
    path = os.path.join(folder_paths.get_temp_directory(), *subfolder.split("/"))
    return path, {"subfolder": subfolder, "type": "temp"}


def fits_folder() -> str:
    """Where what was fitted to VAEs is kept from one start to the next."""
    return os.path.join(folder_paths.get_user_directory(), "zoomstack", "fits")


def workflow_metadata(hidden: Any) -> dict[str, str]:
    """The prompt and workflow that made a file, unless the user has turned metadata off."""
    if args.disable_metadata or hidden is None:
        return {}
    metadata = {} if hidden.prompt is None else {"prompt": json.dumps(hidden.prompt)}
    for key, value in (hidden.extra_pnginfo or {}).items():
        metadata[str(key)] = json.dumps(value)
    return metadata


def with_seed(stack: ZoomStack, hidden: Any, door: str = "stack") -> ZoomStack:
    """A stack that is about to be changed, with the seed it was sampled with, where that is known.

    Once it has a history a later sampler's seed is not its own. ``door`` is the input that it came
    in by.
    """
    if stack.seed is not None or stack.history:
        return stack
    return stack._replace(seed=seed_behind(hidden, door))


def seed_behind(hidden: Any, door: str = "") -> int | None:
    """The seed of the sampler nearest above the saving node in its workflow; None without one.

    With a ``door``, of what lies above that input alone.
    """
    prompt: dict[str, Any] = (hidden.prompt if hidden else None) or {}
    for name in above(hidden, door):
        inputs = prompt.get(name, {}).get("inputs", {})
        seed = inputs.get("seed", inputs.get("noise_seed"))
        if isinstance(seed, list):  # from another node: that one's number, or unknown
            given = prompt.get(str(seed[0]), {}).get("inputs", {})
            seed = next((given[key] for key in ("value", "seed", "noise_seed") if key in given), "")
        if seed is not None:
            return seed if isinstance(seed, int) else None
    return None


def said_behind(hidden: Any) -> dict[str, str]:
    """What the nodes above the saving one said of their runs: where levels met, and how well."""
    prompt: dict[str, Any] = (hidden.prompt if hidden else None) or {}
    found = {
        f"{name} {prompt[name].get('class_type', '')}".strip(): said_by(name)
        for name in above(hidden)
        if name in prompt
    }
    told = {name: line for name, line in found.items() if line}
    return {"zoomstack_said": json.dumps(told)} if told else {}


def above(hidden: Any, door: str = "") -> Iterator[str]:
    """The saving node and all above it in its workflow, by their numbers, the nearest first.

    With a ``door``, what that input of it is linked to and all above that.
    """
    prompt: dict[str, Any] = (hidden.prompt if hidden else None) or {}
    first = str(hidden.unique_id) if prompt else ""
    link = prompt.get(first, {}).get("inputs", {}).get(door)
    waiting, seen = [first] if prompt else [], set()
    if door:
        waiting = [str(link[0])] if isinstance(link, list) and len(link) == 2 else []
    while waiting:
        name = waiting.pop(0)
        yield name
        seen.add(name)
        inputs = prompt.get(name, {}).get("inputs", {})
        links = [value for value in inputs.values() if isinstance(value, list) and len(value) == 2]
        waiting += [source for source in (str(link[0]) for link in links) if source not in seen]
