"""Encode the corpus once: the diffusion model learns from latents, not from pictures.

    python -m zoomstack.train.stages.encode --work DIR --processes 2

Each picture gives its latent and its mirror image's, at the full size and shrunk to half of it:
``DIR/latents-256/train-0000.npy`` (float16, N x 2 x 16 x 32 x 32) and ``DIR/latents-128`` beside.
Made with the autoencoder of ``DIR``; shards that exist are kept, whichever autoencoder made them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from ...demo.networks.autoencoder import Autoencoder, channels_last, load_autoencoder
from ..pool import each
from ..reconstruction import unit
from ..shards import write_shard
from .autoencoder import autoencoder_folder
from .corpus import corpus_folder

SIZES = (256, 128)
PICTURES = 16  # encoded at once


@lru_cache(maxsize=1)
def _encoder(folder: Path) -> Autoencoder:
    torch.set_num_threads(1)
    return channels_last(load_autoencoder(folder)).eval()


@torch.no_grad()
def encode_shard(work: Path, name: str, sizes: Sequence[int], device: str) -> None:
    """Encode the shard ``name`` of the corpus at every size that is not there yet."""
    missing = [size for size in sizes if not (latents_folder(work, size) / name).exists()]
    if not missing:
        return
    pictures = np.load(corpus_folder(work) / name, mmap_mode="r")
    encode = _encoder(autoencoder_folder(work)).encoder.to(device)
    found: dict[int, list[np.ndarray]] = {size: [] for size in missing}
    for first in range(0, len(pictures), PICTURES):
        full = unit(pictures[first : first + PICTURES]).to(device)
        for size in missing:
            small = torch.nn.functional.adaptive_avg_pool2d(full, size)
            both = torch.stack([encode(small), encode(small.flip(-1))], dim=1)
            found[size].append(both.half().cpu().numpy())
    for size, latents in found.items():
        write_shard(latents_folder(work, size) / name, np.concatenate(latents))


def latents_folder(work: Path, size: int) -> Path:
    """Where a work folder keeps the latents of pictures of ``size``."""
    return work / f"latents-{size}"


def encode_corpus(
    work: Path, processes: int = 1, device: str = "cpu", sizes: Sequence[int] = SIZES
) -> None:
    """Encode every shard of the corpus that is not encoded yet."""
    shards = sorted(path.name for path in corpus_folder(work).glob("train-[0-9]*.npy"))
    jobs = [(work, name, tuple(sizes), device) for name in shards]
    each(encode_shard, jobs, processes if device == "cpu" else 1, "encoding", unit="shard")


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="zoomstack.train.stages.encode", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".host/training"))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(arguments)
    encode_corpus(options.work, options.processes, options.device)
    return 0


if __name__ == "__main__":
    sys.exit(main())
