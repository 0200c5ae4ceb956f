"""A contact sheet of what the model draws: every scale in a row, a seed in each column.

    python -m zoomstack.train.stages.sheet --weights DIR --comfyui TREE --out sheet.png

Where there is a classifier, the share of pictures that it calls by the prompt's scale is told too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from tqdm import tqdm

from ...demo import parts
from ...demo.networks.autoencoder import PATCH, load_autoencoder
from ...demo.networks.classifier import CLASSIFIER, load_classifier, log_probabilities
from ...demo.networks.flow import FlowModel, sigmas
from ...demo.networks.text import TextEncoder
from ...demo.networks.transformer import CHANNELS, load_transformer
from ...demo.world import SCALES, prompt
from ...joint.sample import sample

LABEL = 18  # pixels above each row
SEED = 1000


def load(weights: Path, comfyui: Path) -> FlowModel:
    """The model of a folder of parts."""
    words = (weights / parts.WORDS.name).read_text("ascii").split()
    return FlowModel(load_transformer(weights / parts.DIT.name), TextEncoder(words, comfyui))


@torch.no_grad()
def pictures(
    model: FlowModel,
    decoder: torch.nn.Module,
    prompts: list[str],
    seeds: int,
    steps: int,
    size: int,
) -> Iterator[Tensor]:
    """For each prompt ``seeds`` pictures (seeds, 3, size, size) in 0..1, the same noise for all."""
    generator = torch.Generator().manual_seed(SEED)
    noise = torch.randn(seeds, CHANNELS, size // PATCH, size // PATCH, generator=generator)
    for text in prompts:
        latents = noise
        for step in sample(model.denoiser([text] * seeds), noise, sigmas(steps)):
            latents = step.x
        yield decoder(latents).clamp(0, 1)


def draw_sheet(
    weights: Path, comfyui: Path, out: Path, seeds: int = 6, steps: int = 20, size: int = 256
) -> float | None:
    """Write the sheet to ``out``; the classifier's agreement, 0 to 1, where there is one."""
    model, decoder = load(weights, comfyui), load_autoencoder(weights).eval().decoder
    judge = weights / CLASSIFIER.name
    classifier = load_classifier(judge) if judge.exists() else None
    sheet = Image.new("RGB", (size * seeds, (size + LABEL) * len(SCALES)), "white")
    pen, right = ImageDraw.Draw(sheet), []
    prompts = [prompt(scale.octave) for scale in SCALES]
    rows = pictures(model, decoder, prompts, seeds, steps, size)
    for index, row in enumerate(tqdm(rows, total=len(SCALES), desc="drawing", unit="scale")):
        label, top = prompts[index], (size + LABEL) * index
        if classifier is not None:
            found = log_probabilities(classifier, row).argmax(1)
            right += (found == index).tolist()
            label += f"   ({sum(right[-seeds:])} of {seeds} by the classifier)"
        pen.text((4, top + 3), label, fill="black")
        for column, picture in enumerate(row):
            values = (picture.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
            sheet.paste(Image.fromarray(values), (size * column, top + LABEL))
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(out)
    return sum(right) / len(right) if right else None


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zoomstack.train.stages.sheet", description=__doc__, formatter_class=form
    )
    parser.add_argument("--weights", type=Path, default=parts.WEIGHTS, help="a folder of parts")
    parser.add_argument("--comfyui", type=Path, default=Path(".host/comfyui"))
    parser.add_argument("--out", type=Path, default=Path("output/sheet.png"))
    for name, value in (("seeds", 6), ("steps", 20), ("size", 256)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = vars(parser.parse_args(arguments))
    agreed = draw_sheet(**options)
    if agreed is not None:
        sys.stdout.write(f"right by the classifier: {agreed:.1%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
