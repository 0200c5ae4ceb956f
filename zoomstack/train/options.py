"""What ``train`` takes on a command line. Standard library only: ``--help`` comes before torch."""

from __future__ import annotations

import argparse
from pathlib import Path

STAGES = ("world", "autoencoder", "latents", "model", "decoder", "classifier", "export", "small")


def stages(text: str) -> list[str]:
    """The stages that a comma-separated list names; ``ArgumentTypeError`` for an unknown one."""
    names = text.split(",")
    for name in names:
        if name not in STAGES:
            raise argparse.ArgumentTypeError(f"no stage {name!r}; there are {', '.join(STAGES)}")
    return names


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``train``, of the command line and of ``zoomstack.train.run``."""
    add = parser.add_argument
    add(
        "--work",
        type=Path,
        metavar="FOLDER",
        help="where it works (.host/training)",
    )
    add(
        "--minutes",
        type=float,
        default=240.0,
        metavar="N",
        help="of the model's training (240); the other stages take about two hours on two cores",
    )
    add("--stages", type=stages, default=STAGES, metavar="A,B", help=f"of {','.join(STAGES)}")
    add("--device", default="cpu", help="what torch calls it (cpu)")
    add("--processes", type=int, default=2, metavar="N", help="on the CPU, one thread each (2)")
    add("--depth", type=int, default=4, metavar="N", help="the model's blocks (4)")
    add("--compile", action="store_true", help="a fifth faster; wants a C++ compiler")
    add("--quick", action="store_true", help="all stages in a minute; what comes out is noise")
    add("--install", action="store_true", help="replace the weights in this checkout")
