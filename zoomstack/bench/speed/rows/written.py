"""Stack files and level pictures against the libraries that write their bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from ....export.levels import write_levels
from ....files.stack_file import LEVELS, load_stack, save_stack
from ....scene.geometry import Geometry
from ....scene.stack import ZoomStack
from ....spaces.fitting.leaves import dead_leaves
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, ratio

BAR = 1.5
WEBP: dict[str, int] = {"quality": 92, "method": 4}


def written(bench: Bench) -> Iterator[Line]:
    """A stack saved and loaded over raw safetensors, its levels as PNG and WebP over Pillow."""
    from safetensors.torch import load_file, save_file

    side, count = bench.sizes.fused, bench.sizes.stack
    geometry = Geometry(side, side, (2.0,) * (count - 1))
    few = dead_leaves(min(count, 8), side, side, seed=4)
    levels = few.repeat(-(-count // len(few)), 1, 1, 1)[:count]
    stack = ZoomStack(levels, geometry)
    pictures = ZoomStack(few, Geometry(side, side, (2.0,) * (len(few) - 1)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_stack(folder / "load.safetensors", stack)

        def exported(kind: str, quality: int) -> Callable[[], object]:
            return lambda: [*write_levels(_fresh(folder), pictures, kind, 0.0, quality)]

        pairs = {
            "a stack saved over raw safetensors": (
                lambda: save_stack(folder / "ours.safetensors", stack),
                lambda: save_file({LEVELS: levels}, folder / "theirs.safetensors"),
            ),
            # Ours are copied: levels that stay mapped take the process down when their file is cut.
            "a stack loaded over raw safetensors, copied into memory": (
                lambda: load_stack(folder / "load.safetensors").levels.sum(),
                lambda: load_file(folder / "load.safetensors")[LEVELS].clone().sum(),
            ),
            "a stack loaded over raw safetensors, left in the file": (
                lambda: load_stack(folder / "load.safetensors").levels.sum(),
                lambda: load_file(folder / "load.safetensors")[LEVELS].sum(),
            ),
            "levels written as PNG over Pillow": (
                exported("png", 100),
                lambda: _pillow(few, folder, "png", compress_level=1),
            ),
            "levels written as WebP over Pillow": (
                exported("webp", WEBP["quality"]),
                lambda: _pillow(few, folder, "webp", **WEBP),
            ),
        }
        for what, (ours, theirs) in pairs.items():
            found = in_turns({"ours": ours, "theirs": theirs}, bench.sizes.turns, bench.device)
            number = count if "stack" in what else len(few)
            details = f"{number} levels of {side}²"
            value = ratio(found["ours"], found["theirs"])
            most = None if "left in" in what else BAR
            yield Line("files", what, value, most=most, details=details)


def _pillow(levels: torch.Tensor, folder: Path, kind: str, **options: Any) -> None:
    for number, level in enumerate(levels):
        pixels = (level.permute(1, 2, 0) * 255 + 0.5).to(torch.uint8).numpy()
        Image.fromarray(pixels).save(folder / f"{number}.{kind}", **options)


def _fresh(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder)) / "levels"
