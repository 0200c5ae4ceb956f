"""ComfyUI in this process, and the pack in it as ComfyUI would load it.

What the benchmark asks of them is ``nodes/bench.py``'s: only nodes/ knows ComfyUI. Here is what
must happen before that can be imported.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import sys
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from typing import Any

from ...demo import parts
from ...demo.checkpoint import write
from ...setup.places import CHECKPOINT, REPOSITORY, host_folder
from ..model.ladders import PATTERNS
from .settings import Bench

PACK = "zoomstack_pack"
PROMPTS = ("a galaxy", "a sun with planets", "a planet", "a continent", "an island", "a forest")


@lru_cache(maxsize=1)
def trial(comfyui: Path, cpu: bool) -> Any:
    """The module ``nodes/bench.py``. ``cpu``: whether ComfyUI must do without a GPU."""
    # First, because this repository has a nodes folder and ComfyUI a nodes.py.
    sys.path.insert(0, str(comfyui.resolve()))
    # ComfyUI's models look for a device when they are imported; its options are read before that.
    importlib.import_module("comfy.cli_args").args.cpu = cpu
    logging.getLogger().setLevel(logging.WARNING)
    # As its main.py does: a user's models may lie elsewhere.
    elsewhere = comfyui / "extra_model_paths.yaml"
    if elsewhere.is_file():
        importlib.import_module("utils.extra_config").load_extra_path_config(str(elsewhere))
    if PACK not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            PACK, REPOSITORY / "__init__.py", submodule_search_locations=[str(REPOSITORY)]
        )
        assert spec is not None and spec.loader is not None
        sys.modules[PACK] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[PACK])
    module = importlib.import_module(f"{PACK}.nodes.bench")
    module.silent()
    return module


def loaded(bench: Bench, levels: int, pattern: str = "p2") -> tuple[Any, Any]:
    """``nodes/bench.py``, and the benchmark's model with ``levels`` prompts.

    ``pattern``, one of ``model.ladders``, places the demo's levels; random weights have p = 2.
    """
    module = trial(bench.comfyui, not bench.on_gpu)
    if bench.model != "demo":
        return module, module.random_weights(bench.model, levels)
    prompts = [PROMPTS[level * len(PROMPTS) // levels] for level in range(levels)]
    placed = zip(cycle(PATTERNS[pattern].zooms), cycle(PATTERNS[pattern].focus), strict=True)
    prompts[1:] = [
        f"[p={zoom:g} focus={x:g},{y:g}] {prompt}"
        for prompt, (zoom, (x, y)) in zip(prompts[1:], placed, strict=False)
    ]
    return module, module.demo(str(checkpoint(bench.comfyui)), prompts)


def checkpoint(comfyui: Path) -> Path:
    """The demo's checkpoint: the one that is named, or the set-up's, made where it is not there."""
    given = os.environ.get(CHECKPOINT)
    if given:
        return Path(given)
    target = host_folder() / "base" / "models" / "checkpoints" / parts.CHECKPOINT
    if not parts.is_fresh(target):
        write(target, comfyui)
    return target
