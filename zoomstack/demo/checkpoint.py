"""Assemble the demo checkpoint: ``python -m zoomstack.demo.checkpoint OUT --comfyui TREE``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from safetensors.numpy import load_file, save_file

from ..files.whole import replacing
from . import parts
from .clip import designed_clip
from .dit import sd3_layout
from .state import State
from .taesd import taesd_layout


def assemble(comfyui: Path) -> State:
    """All tensors of the checkpoint (about 270 MB); ``comfyui``'s tokenizer numbers the words."""
    return {
        **sd3_layout(load_file(parts.DIT)),
        **taesd_layout(load_file(parts.ENCODER), load_file(parts.DECODER)),
        **designed_clip(parts.words(), comfyui),
    }


def write(target: Path, comfyui: Path) -> None:
    """Put the checkpoint at ``target``, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as half:
        save_file(assemble(comfyui), half, {"format": "pt", parts.STAMP: parts.fingerprint()})


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0, or 1 with a line on what was missing."""
    parser = argparse.ArgumentParser(prog="zoomstack.demo.checkpoint", description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write")
    parser.add_argument("--comfyui", type=Path, required=True, help="the tree of a ComfyUI")
    options = parser.parse_args(arguments)
    try:
        write(options.out, options.comfyui)
    except OSError as error:
        sys.stderr.write(f"error: the demo checkpoint was not written: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
