"""Train the classifier of the demo world on the corpus.

    python -m zoomstack.train.stages.classifier --work DIR --minutes 3

Leaves ``DIR/classifier/classifier.safetensors``; goes on where it was stopped when called again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cross_entropy, interpolate
from tqdm import tqdm

from ...demo.networks.autoencoder import channels_last, save_half
from ...demo.networks.classifier import CLASSIFIER, SIZE, Classifier, shrunk
from ...demo.world import SCALES
from ..learning.loop import Budget, Rates, Trainer
from ..reconstruction import unit
from .corpus import JITTER, open_corpus

SAVE_SECONDS = 30
BATCH = 64
NOISE, CONTRAST, TINT = 0.04, 0.25, 0.08  # how far a picture may be off, at most
MOVED = 4  # pixels


def classifier_folder(work: Path) -> Path:
    """Where a work folder keeps its classifier."""
    return work / "classifier"


def examples(work: Path, part: str) -> tuple[Tensor, np.ndarray]:
    """All of the corpus's pictures, shrunk, as uint8 (N, 3, 64, 64), and their octaves (N,)."""
    corpus = open_corpus(work, part)
    found = torch.empty(len(corpus.pictures), 3, SIZE, SIZE, dtype=torch.uint8)
    for index in tqdm(range(len(found)), desc=f"reading {part} pictures", unit="picture"):
        small = shrunk(unit(corpus.pictures.take([index])))[0]
        found[index] = (small * 255).round().to(torch.uint8)
    return found, corpus.labels["octave"]


def targets(octaves: np.ndarray) -> Tensor:
    """(N, 15): 1 at a scale's own octave, shared linearly between two neighbours."""
    places = np.interp(octaves, [scale.octave for scale in SCALES], np.arange(len(SCALES)))
    distance = np.abs(places[:, None] - np.arange(len(SCALES)))
    return torch.from_numpy(1 - distance.clip(max=1)).float()


def augment(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Pictures in 0..1 as a diffusion model might draw them: soft, noisy, off in colour."""
    n = len(pictures)

    def random(*shape: int) -> Tensor:
        return torch.rand(n, *shape, generator=rng).to(pictures.device)

    x = torch.where(random(1, 1, 1) < 0.5, pictures.flip(3), pictures)
    dy, dx = torch.randint(-MOVED, MOVED + 1, (2,), generator=rng).tolist()
    x = torch.nn.functional.pad(x, (MOVED,) * 4, mode="reflect")
    x = x[..., MOVED + dy : MOVED + dy + SIZE, MOVED + dx : MOVED + dx + SIZE]
    soft = avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    coarse = interpolate(avg_pool2d(x, 2), scale_factor=2, mode="bilinear")
    softness = random(1, 1, 1) * (random(1, 1, 1) < 0.6)
    x = x.lerp(torch.where(random(1, 1, 1) < 0.5, soft, coarse), softness)
    x = (x - 0.5) * (1 + CONTRAST * (2 * random(1, 1, 1) - 1)) + 0.5
    x = x + TINT * (2 * random(3, 1, 1) - 1)
    noise = torch.randn(x.shape, generator=rng).to(x.device)
    return (x + NOISE * random(1, 1, 1) * noise).clamp(0, 1)


def accuracy(net: Classifier, pictures: Tensor, octaves: np.ndarray) -> float:
    """The share of pictures at a named scale that ``net`` calls by that name."""
    wanted = targets(octaves)
    named = (wanted.amax(1) > 1 - JITTER).nonzero()[:, 0]
    with torch.no_grad():
        found = [net(pictures[rows].float() / 255).argmax(1) for rows in named.split(BATCH)]
    return (torch.cat(found) == wanted[named].argmax(1)).float().mean().item()


def train(work: Path, budget: Budget, batch: int = BATCH) -> float:
    """Train, or go on with training, on ``work``'s corpus; the held-out accuracy at the end."""
    torch.manual_seed(0)
    pictures, octaves = examples(work, "train")
    wanted = targets(octaves)
    held = examples(work, "held")
    net = channels_last(Classifier())
    kernels = [n for n, p in net.named_parameters() if p.ndim == 4 and p.shape[1] > 3]
    trainer = Trainer(net, budget, Rates(adam=3e-3), kernels)
    average = trainer.average.module
    assert isinstance(average, Classifier)
    out = classifier_folder(work)
    if (out / "state.pt").exists():
        trainer.load(out / "state.pt")

    def loss(step: int, _share: float) -> Tensor:
        rng = torch.Generator().manual_seed(step)
        rows = torch.randint(len(pictures), (batch,), generator=rng)
        x = augment(pictures[rows].float() / 255, rng)
        x = x.contiguous(memory_format=torch.channels_last)
        return cross_entropy(net(x), wanted[rows])

    def keep() -> None:
        trainer.save(out / "state.pt")
        save_half(average.state_dict(), out / CLASSIFIER.name)

    saved = time.monotonic()
    with tqdm(total=100, unit="%", desc="classifier") as bar:
        for share in trainer.steps(loss):
            bar.update(int(100 * share) - bar.n)
            if time.monotonic() - saved > SAVE_SECONDS:
                keep()
                saved = time.monotonic()
    keep()
    return accuracy(average, *held)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zoomstack.train.stages.classifier", description=__doc__, formatter_class=form
    )
    parser.add_argument("--work", type=Path, default=Path(".host/training"))
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--steps", type=int, default=0, help="a budget in steps instead of minutes")
    parser.add_argument("--batch", type=int, default=BATCH, help="pictures a step")
    options = parser.parse_args(arguments)
    right = train(options.work, Budget(options.minutes, options.steps), options.batch)
    sys.stdout.write(f"right on held-out pictures at named scales: {right:.1%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
