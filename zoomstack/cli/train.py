"""``train``: the demo's own model, from drawing its world to the files that ship."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..setup.host import prepare

STAGES = ("world", "autoencoder", "latents", "model", "decoder", "classifier", "export")


def stages(text: str) -> list[str]:
    """The stages that a comma-separated list names; ``ArgumentTypeError`` for an unknown one."""
    names = text.split(",")
    for name in names:
        if name not in STAGES:
            raise argparse.ArgumentTypeError(f"no stage {name!r}; there are {', '.join(STAGES)}")
    return names


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``train``, for this command line and for ``zoomstack.train.run``."""
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


def train(
    arguments: Sequence[str], *, comfyui: Path | None = None, python: Path | None = None
) -> int:
    """Run ``zoomstack.train.run`` with ``arguments``; its exit code.

    It stops when this is stopped, and goes on from there the next time.
    """
    host = prepare(comfyui, python)
    variables = {**os.environ, "PYTHONPATH": str(host.packages), "OMP_NUM_THREADS": "1"}
    command = [str(host.python), "-m", "zoomstack.train.run"]
    if "--quick" not in arguments:
        # Before what was given: of two the last one counts.
        command += ["--work", str(host.folder / "training")]
    command += [*arguments, "--comfyui", str(host.comfyui)]
    process = subprocess.Popen(command, env=variables)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
