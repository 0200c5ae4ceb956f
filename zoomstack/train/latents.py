"""Batches for the diffusion model: latents, mirrored or not, and a caption made for each."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..demo.world import Scene, caption
from .shards import Shards
from .stages.corpus import corpus_folder
from .stages.encode import latents_folder

DROPPED = 0.1  # the share of captions left out, for guidance


class Batch(NamedTuple):
    """Clean latents (B, 16, h, w), float32, and what each shows."""

    latents: Tensor
    captions: list[str]


class Latents:
    """The latents of ``work``'s corpus at one size, and their labels.

    ``FileNotFoundError`` where there are none, or no labels for them.
    """

    def __init__(self, work: Path, size: int) -> None:
        paths = sorted(latents_folder(work, size).glob("train-[0-9]*.npy"))
        if not paths:
            raise FileNotFoundError(
                f"{latents_folder(work, size)} holds no train-0000.npy; encode the corpus first"
            )
        corpus = corpus_folder(work)
        names = [path.name.replace("train-", "train-labels-") for path in paths]
        self._latents = Shards(paths)
        self._labels = Shards(corpus / name for name in names).take(range(len(self._latents)))

    def __len__(self) -> int:
        return len(self._latents)

    def batch(self, count: int, rng: np.random.Generator) -> Batch:
        """``count`` pictures drawn with ``rng``; a tenth of the captions are empty."""
        rows = rng.integers(len(self), size=count)
        mirrored = rng.integers(2, size=count)
        pairs = zip(rows, mirrored, strict=True)
        latents = np.stack([self._latents[int(row)][side] for row, side in pairs])
        captions = [
            "" if rng.random() < DROPPED else caption(_scene(int(seed)), float(octave), rng)
            for seed, octave, _ in self._labels[rows]
        ]
        return Batch(torch.from_numpy(latents.astype(np.float32)), captions)


@lru_cache(maxsize=4096)
def _scene(seed: int) -> Scene:
    return Scene(seed)
