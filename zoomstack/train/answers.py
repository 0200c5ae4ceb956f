"""What the large networks answer to the questions, kept on disk: a small one learns from these."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..demo import parts
from ..demo.networks.autoencoder import channels_last, load_autoencoder
from ..demo.networks.flow import FlowModel
from ..demo.world import Scene, prompt
from .questions import questions
from .shards import Shards, open_shards, shard_path, write_shard
from .stages.corpus import open_corpus

SHARD, BATCH = 128, 8  # rows of a file, and of one call of the networks
HELD = 2**30  # seeds of what is held out begin here
GUIDANCE = 3.5  # of the predictions
PREDICTED = 0.5  # the share of latents that the transformer predicted of noisy ones
NAMES = ("pictures", "latents", "asked", "shown")


class Answers(NamedTuple):
    """Rows of float16: pictures x and E(x); latents z and D(z), of which half are E(x)."""

    pictures: Tensor  # (B, 3, 128, 128)
    latents: Tensor  # (B, 16, 16, 16)
    asked: Tensor  # z
    shown: Tensor  # D(z), not cut off at 0 and 1


class Teacher:
    """The demo's networks in ``weights``: E, D, and what its transformer predicts."""

    def __init__(self, weights: Path, comfyui: Path) -> None:
        self._net = channels_last(load_autoencoder(weights)).eval()
        self._flow = FlowModel.load(comfyui, weights / parts.DIT.name)

    @torch.no_grad()
    def answers(self, pictures: Tensor, prompts: list[str], rng: np.random.Generator) -> Answers:
        """What it makes of ``pictures``; its predictions of half of them at any noise level."""
        x = pictures.contiguous(memory_format=torch.channels_last)
        latents = self._net.encoder(x)
        noise = torch.from_numpy(rng.standard_normal(latents.shape, np.float32))
        levels = torch.from_numpy(rng.random(len(x), np.float32))
        noisy = latents.lerp(noise, levels.view(-1, 1, 1, 1))
        guessed = torch.from_numpy(rng.random(len(x)) < PREDICTED)
        asked = latents.clone()
        if guessed.any():
            said = [text for text, guess in zip(prompts, guessed.tolist(), strict=True) if guess]
            denoise = self._flow.denoiser(said, cfg=GUIDANCE)
            asked[guessed] = denoise(noisy[guessed], levels[guessed])
        shown = self._net.decoder(asked.contiguous(memory_format=torch.channels_last))
        return Answers(*(part.half() for part in (pictures, latents, asked, shown)))


def answers_folder(work: Path) -> Path:
    """Where a work folder keeps the answers."""
    return work / "answers"


def answer_shard(
    work: Path, weights: Path, comfyui: Path, part: str, index: int, rows: int = SHARD
) -> None:
    """Ask and write one shard of "train" or "held", of so many rows, if it is not there."""
    folder = answers_folder(work)
    target = shard_path(folder, f"{part}-{NAMES[-1]}", index)
    if target.exists():
        return
    teacher = _teacher(weights, comfyui)
    corpus = open_corpus(work, part)
    found: list[Answers] = []
    for first in range(0, rows, BATCH):
        seed = (part == "held") * HELD + index * SHARD + first
        rng = np.random.default_rng(seed)
        taken = rng.integers(len(corpus.pictures), size=min(BATCH, rows - first))
        labels = corpus.labels[taken]
        said = [prompt(float(row["octave"]), _scene(int(row["seed"]))) for row in labels]
        found.append(teacher.answers(questions(corpus.pictures, taken, seed), said, rng))
    for name, values in zip(NAMES, zip(*found, strict=True), strict=True):
        write_shard(shard_path(folder, f"{part}-{name}", index), torch.cat(values).numpy())


class Lessons:
    """All answers that are on disk; ``FileNotFoundError`` where there are none."""

    def __init__(self, work: Path, part: str = "train") -> None:
        folder = answers_folder(work)
        self._shards: list[Shards] = [open_shards(folder, f"{part}-{name}") for name in NAMES]

    def __len__(self) -> int:
        return min(len(shards) for shards in self._shards)

    def take(self, rows: np.ndarray) -> Answers:
        """These rows, in float32."""
        return Answers(*(torch.from_numpy(s.take(rows)).float() for s in self._shards))


@lru_cache(maxsize=1)
def _teacher(weights: Path, comfyui: Path) -> Teacher:
    torch.set_num_threads(1)
    return Teacher(weights, comfyui)


@lru_cache(maxsize=256)
def _scene(seed: int) -> Scene:
    return Scene(seed)
