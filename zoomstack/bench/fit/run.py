"""A run of ``fit``: what each space explains of pictures held out, before and after."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from ...files.shelf import Shelf
from ...scene.geometry import Geometry
from ...spaces.choose import SPACES, Fits, Kept, Kind
from ...spaces.fitting.fidelity import fidelity
from ...spaces.fitting.scenery import scenery
from ...spaces.plain import plain_space
from ...spaces.space import Encode
from ..space.scenes import photographs, square
from ..speed.host import PACK, checkpoint, trial
from .pictures import LEAST, parted, shown

DRAWN, UNSEEN = 8, 2  # pictures to judge by where none are given, and their seed
BLOCKS = 16  # along the side of one that is judged by


def report(options: argparse.Namespace) -> str:
    """Fit on the pictures that the command line names; a table, and where the fits are kept."""
    given = photographs(options.pictures, LEAST) if options.pictures else []
    seen, unseen = parted(given)
    started(options.comfyui, options.base, options.device == "cpu")
    host = importlib.import_module(f"{PACK}.nodes.fit")
    coders = host.autoencoders(options.vae, options.models, checkpoint(options.comfyui))
    shelf = Shelf(host.fits_folder(), tqdm.write)
    rows: list[str] = []
    for coder in tqdm(coders, unit="format"):
        kept = Kept(shelf, coder.identity)
        ways = {"before": Fits(kept=kept)}
        if seen:
            ways["after"] = Fits(partial(shown, seen), kept)
        if not rows:
            rows = table(ways, coder.encode, coder.ratio, options.zooms, unseen)
        for kind, key in wanted(options.zooms):
            [*ways.values()][-1].fit(kind, key, coder.encode, coder.ratio)
    names = ", ".join(coder.latent_format for coder in coders)
    return "\n".join([*rows, "", f"Kept in {shelf.folder} for models of {names}."]) + "\n"


def started(comfyui: Path, base: Path | None, cpu: bool) -> None:
    """ComfyUI in this process, with the folders of ``base`` instead of its own."""
    sys.path.insert(0, str(comfyui.resolve()))
    # Read when ComfyUI's folders are imported.
    importlib.import_module("comfy.cli_args").args.base_directory = base and str(base)
    trial(comfyui, cpu or not torch.cuda.is_available())


def wanted(zooms: Sequence[int]) -> list[tuple[Kind, float]]:
    """The fits that are made: a space, and the key of one of its fits."""
    geometry = Geometry(8, 8, tuple(map(float, zooms)))
    return [(kind, key) for kind, recipe in SPACES.items() for key in recipe.keys(geometry)]


def table(
    ways: Mapping[str, Fits], encode: Encode, ratio: int, zooms: Sequence[int], unseen: list[Tensor]
) -> list[str]:
    """Markdown: what each space explains of (shrinking, enlarging), in percent, of ``unseen``."""
    lines = [
        "| zoom | space | " + " | ".join(ways) + " |",
        "| ---: | --- |" + " ---: |" * len(ways),
    ]
    for zoom in zooms:
        side = zoom * BLOCKS
        pictures = judges(unseen, side * ratio)
        plain = plain_space(Geometry(side, side, (float(zoom),)))
        shares = told(*fidelity(plain, encode, ratio, pictures))
        lines.append(f"| {zoom} | plain latents |" + f" {shares} |" * len(ways))
        like = encode(pictures[:1]).new_empty(0)
        for kind, recipe in SPACES.items():
            found = [
                told(
                    *fidelity(
                        fits.space(kind, plain.geometry, encode, ratio, like),
                        encode,
                        ratio,
                        pictures,
                    )
                )
                for fits in ways.values()
            ]
            lines.append(f"| {zoom} | {recipe.title} | " + " | ".join(found) + " |")
    return lines


def judges(unseen: list[Tensor], side: int) -> Tensor:
    """Pictures that no fit has seen."""
    if not unseen:
        return scenery(DRAWN, side, side, UNSEEN)
    return torch.stack([square(picture, side) for picture in unseen])


def told(shrinking: float, enlarging: float) -> str:
    return f"{100 * shrinking:.0f}, {100 * enlarging:.0f}"
