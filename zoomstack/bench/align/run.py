"""A run of ``align``: a user's pictures, in order, and how they lie in each other."""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import torch

from ...export.levels import write_levels
from ...files.stack_file import save_stack
from ...measure.align.align import Alignment
from ...measure.align.report import report as table
from ...measure.align.stack import aligned_folder, named, stack_of
from ...scene.stack import ZoomStack

ENDING = ".safetensors"


def report(options: argparse.Namespace) -> str:
    """Align the pictures that the command line names; what is to be read of them.

    Raises ``ValueError`` where they are no zoom.
    """
    # Many small steps: threads would wait for each other, on a busy machine ten times as long.
    torch.set_num_threads(1)
    found, files, words = aligned_folder(options.folder, "align")
    names = [file.name for file in files]
    if not found.found:
        raise ValueError("; ".join(words) + ".")
    prompts = named(found, files)
    if options.out:
        _write(options.out, found, prompts)
    if options.json:
        return json.dumps(_plain(found, names, words)) + "\n"
    return f"{table(found, names, words)}\n\n{found.text(prompts)}\n"


def _write(path: Path, found: Alignment, prompts: Sequence[str]) -> None:
    if path.suffix == ENDING:
        save_stack(path, stack_of(found, prompts))
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
