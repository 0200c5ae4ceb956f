"""The training pictures: regions of many worlds at many magnifications, drawn once and kept.

    python -m zoomstack.train.stages.corpus --work DIR --pictures 16384 --processes 2

Pictures lie in ``DIR/corpus`` as ``train-0000.npy`` (uint8, N x 256 x 256 x 3) beside
``train-labels-0000.npy``; ``held-*`` are of worlds that training never sees. Shard k is the same
on every machine, whoever draws it and in whatever order.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...demo.world import SCALES, Scene, view
from ..pool import each
from ..shards import Shards, open_shards, shard_path, write_shard

Draw = Callable[[int, float, int, tuple[float, float]], np.ndarray]  # seed, octave, size, shift

LABEL = np.dtype([("seed", np.int64), ("octave", np.float32), ("shift", np.float32, 2)])
NAMED = 0.6  # the share of pictures at a named scale
JITTER = 0.1  # octaves to either side of the name
LOWEST, HIGHEST = -0.25, 28.25
SHIFT_SPREAD, SHIFT_LIMIT = 0.03, 0.08  # sides
HELD_SEED = 1_000_000_000  # held-out worlds are numbered from here


class Amount(NamedTuple):
    """How many pictures (rounded up to whole shards), of what size, and how many a world."""

    pictures: int = 16384
    held: int = 512
    shard: int = 128
    per_scene: int = 8
    size: int = 256


class Corpus(NamedTuple):
    """Pictures (uint8, size x size x 3 each) and, row by row, what each shows (``LABEL``)."""

    pictures: Shards
    labels: np.ndarray


def corpus_folder(work: Path) -> Path:
    """Where a work folder keeps its corpus."""
    return work / "corpus"


def open_corpus(work: Path, part: str = "train") -> Corpus:
    """What is drawn so far of ``part``, "train" or "held"; ``FileNotFoundError`` if nothing."""
    folder = corpus_folder(work)
    pictures = open_shards(folder, part)
    labels = open_shards(folder, f"{part}-labels")
    return Corpus(pictures, labels.take(range(len(pictures))))


def labels(plan: Amount, part: str, index: int) -> np.ndarray:
    """What the pictures of one shard show, from its number alone."""
    first = 0 if part == "train" else HELD_SEED
    rows = np.arange(index * plan.shard, (index + 1) * plan.shard)
    rng = np.random.default_rng([index, first])
    found = np.empty(len(rows), LABEL)
    found["seed"] = first + rows // plan.per_scene
    names = np.array([scale.octave for scale in SCALES])
    near = rng.choice(names, len(rows)) + rng.uniform(-JITTER, JITTER, len(rows))
    anywhere = rng.uniform(LOWEST, HIGHEST, len(rows))
    found["octave"] = np.where(rng.random(len(rows)) < NAMED, near, anywhere)
    moved = rng.normal(0, SHIFT_SPREAD, (len(rows), 2)).clip(-SHIFT_LIMIT, SHIFT_LIMIT)
    found["shift"] = moved * (rng.random((len(rows), 1)) < 0.5)
    return found


@lru_cache(maxsize=2)
def _scene(seed: int) -> Scene:
    return Scene(seed)


def draw_world(seed: int, octave: float, size: int, shift: tuple[float, float]) -> np.ndarray:
    """A region of world ``seed``, (size, size, 3) in 0..1."""
    return view(_scene(seed), octave, size, shift)


def draw_shard(folder: Path, plan: Amount, part: str, index: int, draw: Draw) -> None:
    """Draw one shard and its labels, if it is not there."""
    target = shard_path(folder, part, index)
    if target.exists():
        return
    rows = labels(plan, part, index)
    pictures = np.empty((len(rows), plan.size, plan.size, 3), np.uint8)
    for picture, row in zip(pictures, rows, strict=True):
        x, y = row["shift"].tolist()
        values = draw(int(row["seed"]), float(row["octave"]), plan.size, (x, y))
        picture[...] = np.rint(values.clip(0, 1) * 255)
    write_shard(shard_path(folder, f"{part}-labels", index), rows)
    write_shard(target, pictures)  # last: its being there says that the shard is whole


def draw_corpus(work: Path, plan: Amount, processes: int = 1, draw: Draw = draw_world) -> None:
    """Draw every shard that is missing; the held-out ones first, as training measures on them."""
    folder = corpus_folder(work)
    jobs = []
    for part, count in (("held", plan.held), ("train", plan.pictures)):
        indices = range(-(-count // plan.shard))
        missing = [i for i in indices if not shard_path(folder, part, i).exists()]
        jobs += [(folder, plan, part, index, draw) for index in missing]
    each(draw_shard, jobs, processes, "drawing the world", unit="shard")


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="zoomstack.train.stages.corpus", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".host/training"))
    parser.add_argument("--processes", type=int, default=2)
    for name, value in Amount()._asdict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value)
    options = parser.parse_args(arguments)
    plan = Amount(*(getattr(options, name) for name in Amount._fields))
    draw_corpus(options.work, plan, options.processes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
