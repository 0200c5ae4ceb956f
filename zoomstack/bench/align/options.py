"""What ``align`` takes on a command line. Standard library only: ``--help`` comes before torch."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``align``, of the command line and of ``python -m zoomstack.bench.align``."""
    add = parser.add_argument
    add("folder", type=Path, help="the pictures, in any order; their names are told")
    add(
        "--out",
        type=Path,
        metavar="PATH",
        help="a new folder for the pictures, of one size, and their manifest; or a .safetensors "
        "file for the zoom stack, its colours matched, blended",
    )
    add("--json", action="store_true", help="the result as JSON, on one line")
