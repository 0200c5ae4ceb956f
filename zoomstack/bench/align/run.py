"""A run of ``align``: a user's pictures, in order, and how they lie in each other."""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import torch

from ...export.levels import write_levels
from ...files.cut import cut_off
from ...files.photos import opened, photo_files
from ...files.stack_file import save_stack
from ...joint.consensus import Consensus
from ...measure.align.align import Alignment, align
from ...measure.align.report import report as table
from ...scene.stack import ZoomStack

ENDING = ".safetensors"


def report(options: argparse.Namespace) -> str:
    """Align the pictures that the command line names; what is to be read of them.

    Raises ``ValueError`` where they are no zoom.
    """
    # Many small steps: threads would wait for each other, on a busy machine ten times as long.
    torch.set_num_threads(1)
    files = photo_files(options.folder, 2, "align")
    names = [file.name for file in files]
    broken = [f"{file.name} {trouble}" for file in files if (trouble := cut_off(file))]
    found = align([opened(file) for file in files], names)
    words = (*broken, *found.words)
    if not found.found:
        raise ValueError("; ".join(words) + ".")
    prompts = [files[number].stem for number in found.order]
    if options.out:
        _write(options.out, found, prompts)
    if options.json:
        return json.dumps(_plain(found, names, words)) + "\n"
    return f"{table(found, names, words)}\n\n{found.text(prompts)}\n"


def _write(path: Path, found: Alignment, prompts: Sequence[str]) -> None:
    if path.suffix == ENDING:
        levels = Consensus(values=(0.0, 1.0))(found.pictures, found.geometry)
        save_stack(path, ZoomStack(levels, found.geometry, tuple(prompts)))
        return
    stack = ZoomStack(found.pictures, found.geometry, tuple(prompts))
    deque(write_levels(path, stack, about={"ladder": found.text(prompts)}), maxlen=0)


def _plain(found: Alignment, names: Sequence[str], words: Sequence[str]) -> dict[str, object]:
    return {
        "order": [names[number] for number in found.order],
        "zooms": found.zooms,
        "focus": found.focus,
        "confidence": found.confidence,
        "agreement": found.agreement,
        "words": words,
    }
