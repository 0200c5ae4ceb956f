"""Train the demo model's autoencoder on crops of the corpus.

    python -m zoomstack.train.stages.autoencoder --work DIR --minutes 12 --processes 2
    python -m zoomstack.train.stages.autoencoder --work DIR --minutes 5 --processes 2 --decoder-only

The first trains all layers; the second goes on with the decoder alone, as latents that the
diffusion model learns from must not change any more. Both leave encoder.safetensors and
decoder.safetensors in DIR/autoencoder, and go on where they were stopped when called again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from ...demo.networks.autoencoder import (
    CHANNELS,
    Autoencoder,
    channels_last,
    load_autoencoder,
    save_autoencoder,
)
from ...demo.parts import WEIGHTS
from ..learning.loop import Budget, Rates, Trainer, rank
from ..principal import fresh_autoencoder, revive
from ..processes import together
from ..reconstruction import AWAKE, Quality, Waking, crops, measure, reconstruction_loss
from ..shards import Shards
from .corpus import open_corpus

SAVE_SECONDS = 60
FRESH_PICTURES = 256  # as many give the principal components of patches


class Recipe(NamedTuple):
    """What one training is, beside its data."""

    budget: Budget
    rates: Rates = Rates()
    crop: int = 64  # pixels a side, a multiple of 8
    batch: int = 8  # crops for each process
    decoder_only: bool = False
    start: Path | None = WEIGHTS  # a folder with an autoencoder; None: principal components
    device: str = "cpu"
    measured: int = 16  # held-out pictures
    reports: int = 6  # how often their error is measured


def autoencoder_folder(work: Path) -> Path:
    """Where a work folder keeps its autoencoder; ``load_autoencoder`` reads it."""
    return work / "autoencoder"


def train(work: Path, recipe: Recipe) -> Quality:
    """Train, or go on with training, on ``work``'s corpus; the quality at the end.

    ``FileNotFoundError`` without a corpus or, for the decoder alone, without an autoencoder.
    """
    out = autoencoder_folder(work)
    pictures, held = open_corpus(work).pictures, open_corpus(work, "held").pictures
    net = _start(out, pictures, recipe)
    waking = AWAKE if recipe.decoder_only else Waking.of(net)
    kernels = [name for name, p in net.named_parameters() if p.requires_grad and _is_inner(p)]
    trainer = Trainer(net, recipe.budget, recipe.rates, kernels)
    average = trainer.average.module
    assert isinstance(average, Autoencoder)
    polish = out / "decoder.pt"
    state = polish if recipe.decoder_only else out / "both.pt"
    if state.exists():
        trainer.load(state)

    def loss(step: int, share: float) -> Tensor:
        x = crops(pictures, recipe.crop, recipe.batch, step).to(recipe.device)
        with torch.autocast("cuda", torch.bfloat16, enabled=x.is_cuda):
            return reconstruction_loss(net, x, step, share, waking)

    def keep() -> None:
        trainer.save(state)
        if rank() == 0:
            save_autoencoder(average, out)
            if state != polish:  # what was polished belongs to an older encoder
                polish.unlink(missing_ok=True)

    start, saved, reported = trainer.step, time.monotonic(), 0
    with tqdm(total=100, unit="%", desc="autoencoder", disable=rank() > 0) as bar:
        for share in trainer.steps(loss):
            bar.update(int(100 * share) - bar.n)
            if int(share * recipe.reports) > reported:
                reported = int(share * recipe.reports)
                quality = measure(average, held, recipe.measured, share, waking)
                bar.write(f"{share:4.0%} step {trainer.step}: {quality}", file=sys.stderr)
            if time.monotonic() - saved > SAVE_SECONDS:
                keep()
                saved = time.monotonic()
    if trainer.step > start:
        keep()
        return measure(average, held, recipe.measured)
    # It was done before, and its decoder may have been polished since.
    return measure(load_autoencoder(out).to(recipe.device), held, recipe.measured)


def _start(out: Path, pictures: Shards, recipe: Recipe) -> Autoencoder:
    torch.manual_seed(0)
    if recipe.decoder_only:
        net = load_autoencoder(out)
        net.encoder.requires_grad_(False)
        revive(net.decoder)
        return channels_last(net).to(recipe.device)
    if recipe.start is None:
        count = min(FRESH_PICTURES, len(pictures))
        net = fresh_autoencoder(pictures.take(np.linspace(0, len(pictures) - 1, count, dtype=int)))
    else:
        net = load_autoencoder(recipe.start)
    for half in (net.encoder, net.decoder):
        revive(half)
    return channels_last(net).to(recipe.device)


def _is_inner(parameter: Tensor) -> bool:
    return parameter.ndim == 4 and parameter.shape[:2] == (CHANNELS, CHANNELS)


def _work(work: Path, recipe: Recipe) -> None:
    quality = train(work, recipe)
    if rank() == 0:
        sys.stdout.write(f"held-out pictures: {quality}\n")


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zoomstack.train.stages.autoencoder", description=__doc__, formatter_class=form
    )
    parser.add_argument("--work", type=Path, default=Path(".host/training"))
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--steps", type=int, default=0, help="a budget in steps instead of minutes")
    parser.add_argument("--processes", type=int, default=2, help="on the CPU, one thread each")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--crop", type=int, default=64, help="pixels a side, a multiple of 8")
    parser.add_argument("--batch", type=int, default=8, help="crops for each process and step")
    parser.add_argument("--decoder-only", action="store_true")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--start", type=Path, default=WEIGHTS, help="a folder with an autoencoder")
    start.add_argument("--fresh", action="store_true", help="start from principal components")
    options = parser.parse_args(arguments)
    recipe = Recipe(
        Budget(options.minutes, options.steps),
        crop=options.crop,
        batch=options.batch,
        decoder_only=options.decoder_only,
        start=None if options.fresh else options.start,
        device=options.device,
    )
    together(_work, options.processes if options.device == "cpu" else 1, options.work, recipe)
    return 0


if __name__ == "__main__":
    sys.exit(main())
