"""Distil the demo's small autoencoder from its own: what couples levels at every step.

    python -m zoomstack.train.stages.small --work DIR --comfyui TREE --minutes 40

Asks the large networks first (``DIR/answers``), then learns from what they said. Leaves
``DIR/small/small.safetensors``; goes on where it was stopped when called again.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from ...demo.networks.autoencoder import REACH, load_autoencoder
from ...demo.parts import SMALL, WEIGHTS
from ...files.whole import replacing
from ...spaces.small.file import owner_of, save_small
from ...spaces.small.network import Layout, SmallAutoencoder
from ..answers import SHARD, Lessons, answer_shard
from ..distillation import distillation_loss, fit_linear
from ..learning.loop import Budget, Rates, Trainer
from ..pool import each

SAVE_SECONDS = 60
FITTED = 256  # questions give the linear parts
HELD_OUT = 128  # questions that are only measured on
INNER = 32  # kernels from as many to as many channels are Muon's


class Recipe(NamedTuple):
    """What one training is, beside its data."""

    budget: Budget
    questions: int = 3584  # that the large networks are asked, of 128 px
    held: int = HELD_OUT
    batch: int = 8
    layout: Layout = Layout(reach=REACH)
    rates: Rates = Rates(adam=2e-3)
    weights: Path = WEIGHTS  # the networks to learn from


class Quality(NamedTuple):
    """On held-out questions: dB of D(z) and of D(E(x)), and the share of E(x) explained."""

    decoded: float
    both: float
    explained: float

    def __str__(self) -> str:
        return f"D {self.decoded:.2f} dB, D(E) {self.both:.2f} dB, E {self.explained:.1%} explained"


def small_folder(work: Path) -> Path:
    """Where a work folder keeps its small autoencoder."""
    return work / "small"


def install(work: Path, folder: Path) -> None:
    """Put what was trained into a folder of parts."""
    with replacing(folder / SMALL.name) as half:
        shutil.copyfile(small_folder(work) / SMALL.name, half)


def ask(work: Path, comfyui: Path, recipe: Recipe, processes: int = 1) -> None:
    """Ask for every answer that is missing; the held-out ones first."""
    parts = (("held", recipe.held), ("train", recipe.questions))
    jobs = [
        (work, recipe.weights, comfyui, part, first // SHARD, min(SHARD, count - first))
        for part, count in parts
        for first in range(0, count, SHARD)
    ]
    each(answer_shard, jobs, processes, "asking", unit="shard")


def train(work: Path, recipe: Recipe) -> Quality:
    """Train, or go on with training, on the answers; the quality at the end.

    ``FileNotFoundError`` where nothing was asked.
    """
    torch.manual_seed(0)
    lessons, held = Lessons(work), Lessons(work, "held")
    owner = owner_of(load_autoencoder(recipe.weights).state_dict().values())
    net = SmallAutoencoder(recipe.layout, owner).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    state = small_folder(work) / "state.pt"
    if not state.exists():
        fit_linear(net, lessons.take(np.arange(min(FITTED, len(lessons)))))
    for half in (net.encoder, net.decoder):
        half.linear.requires_grad_(False)  # it is the best already, and one step would spoil it
    trainer = Trainer(net, recipe.budget, recipe.rates, _inner(net))
    average = trainer.average.module
    assert isinstance(average, SmallAutoencoder)
    if state.exists():
        trainer.load(state)

    def loss(step: int, _share: float) -> Tensor:
        rows = np.random.default_rng(step).integers(len(lessons), size=recipe.batch)
        return distillation_loss(net, lessons.take(rows), step)

    def keep() -> None:
        trainer.save(state)
        save_small(average, small_folder(work) / SMALL.name)

    saved = time.monotonic()
    with tqdm(total=100, unit="%", desc="small autoencoder") as bar:
        for share in trainer.steps(loss):
            bar.update(int(100 * share) - bar.n)
            if time.monotonic() - saved > SAVE_SECONDS:
                keep()
                bar.write(f"{share:4.0%} step {trainer.step}: {measure(average, held)}", sys.stderr)
                saved = time.monotonic()
    keep()
    return measure(average, held)


@torch.no_grad()
def measure(net: SmallAutoencoder, held: Lessons, rows: int = 64) -> Quality:
    """How like the large networks ``net`` answers on the first ``rows`` of ``held``."""
    pictures, latents, asked, shown = held.take(np.arange(min(rows, len(held))))
    e = net.encode(pictures)
    same = (asked == latents).flatten(1).all(1)
    spread = (latents - latents.mean((0, 2, 3), keepdim=True)).square().mean()
    return Quality(
        _decibels(net.decode(asked) - shown),
        _decibels(net.decode(e[same]) - shown[same]),
        1 - float((e - latents).square().mean() / spread),
    )


def _decibels(error: Tensor) -> float:
    return -10 * math.log10(float(error.square().mean()) + 1e-12)


def _inner(net: nn.Module) -> list[str]:
    return [n for n, p in net.named_parameters() if p.ndim == 4 and min(p.shape[:2]) >= INNER]


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zoomstack.train.stages.small", description=__doc__, formatter_class=form
    )
    parser.add_argument("--work", type=Path, default=Path(".host/training"))
    parser.add_argument("--comfyui", type=Path, required=True, help="for its tokenizer")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="of the large networks")
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--steps", type=int, default=0, help="a budget in steps instead of minutes")
    parser.add_argument("--batch", type=int, default=8, help="questions a step")
    parser.add_argument("--questions", type=int, default=3584, help="of 128 px, to learn from")
    parser.add_argument("--processes", type=int, default=1, help="that ask")
    options = parser.parse_args(arguments)
    recipe = Recipe(
        Budget(options.minutes, options.steps),
        options.questions,
        min(HELD_OUT, options.questions),
        batch=options.batch,
        weights=options.weights,
    )
    ask(options.work, options.comfyui, recipe, options.processes)
    sys.stdout.write(f"held-out questions: {train(options.work, recipe)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
