"""What ``bench`` takes on a command line. Standard library only: ``--help`` comes before torch."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``bench``, of the command line and of ``python -m zoomstack.bench``."""
    add = parser.add_argument
    add(
        "what",
        choices=("quality", "methods", "operators", "space", "align", "speed", "memory"),
        help="the ways of coupling, the neighbouring methods, fitted operators, spaces on any "
        "autoencoder, pictures whose place is known, time or memory",
    )
    add("--quick", action="store_true", help="small and short: minutes, and only a hint")
    add("--seeds", type=count, metavar="N", help="seeds of a row (16; quick: 2); of align cases")
    add(
        "--rows",
        nargs="+",
        metavar="ROW",
        help="only these: names, or new ones as 'snr feather=0.4 space=fitted'",
    )
    add("--grid", metavar="AXES", help="all combinations of 'feather=0,0.25 weighting=snr,uniform'")
    add("--out", type=Path, metavar="FOLDER", help="where results go (output/WHAT)")
    add("--processes", type=count, metavar="N", help="processes of one thread each (one a core)")
    add("--device", default="cpu", help="what torch calls it (cpu)")
    add("--size", type=count, metavar="PIXELS", help="a level's side (256; quick: 128)")
    add("--levels", type=count, metavar="N", help="of a zoom (5; quick: 4)")
    add("--steps", type=count, metavar="N", help="of the sampler (16; quick: 8)")
    add("--cfg", type=float, metavar="SCALE", help="guidance (3.5)")
    add(
        "--model",
        choices=("demo", "sd15", "sdxl", "flux"),
        default="demo",
        help="of speed and memory: the demo's, or random weights of a real size (demo)",
    )
    add("--vae", default="demo", metavar="VAE", help="of space: a file, or Load VAE's name (demo)")
    add("--small-vae", metavar="VAE", help="of space: the one that pixels go through (--vae)")
    add("--models", type=Path, metavar="FOLDER", help="of space: where Load VAE looks as well")
    add("--pictures", type=Path, metavar="FOLDER", help="of space: photographs (drawn ones)")
    add("--sheet-seed", type=int, default=0, metavar="SEED", help="on the contact sheet (0)")


def count(text: str) -> int:
    """A number of things, 1 or more; ``ArgumentTypeError`` for another text."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 on")
    return int(text)
