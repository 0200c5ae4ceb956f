"""What ``fit`` takes on a command line. Standard library only: ``--help`` comes before torch."""

from __future__ import annotations

import argparse
from pathlib import Path

LARGEST = 8  # as fitted operators go


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``fit``, of the command line and of ``python -m zoomstack.bench.fit``."""
    add = parser.add_argument
    add("--vae", default="demo", metavar="VAE", help="a file, or Load VAE's name (the demo's)")
    add("--models", type=Path, metavar="FOLDER", help="where Load VAE looks as well")
    add("--pictures", type=Path, metavar="FOLDER", help="photographs to fit on (drawn scenes)")
    add(
        "--zooms",
        type=zoom,
        nargs="+",
        default=[2, 4],
        metavar="P",
        help=f"whole zoom factors, 2 to {LARGEST} (2 4)",
    )
    add("--device", choices=("cpu", "gpu"), default="gpu", help="gpu: where there is one (gpu)")


def zoom(text: str) -> int:
    """A factor that operators can be fitted for; ``ArgumentTypeError`` for another."""
    if text not in map(str, range(2, LARGEST + 1)):
        raise argparse.ArgumentTypeError(f"{text} is no whole factor from 2 to {LARGEST}")
    return int(text)
