"""How much later ComfyUI answers with the pack than without."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ...cli.server import ComfyServer
from ...cli.setup import base_directory
from .line import Line
from .settings import Bench
from .turns import in_turns, spread

LATER = 0.3


def start(bench: Bench) -> Iterator[Line]:
    """A server's start with the pack less one without, in seconds by the clock on the wall."""
    with tempfile.TemporaryDirectory() as name:
        folders = {
            "with": base_directory(Path(name) / "with"),
            "without": base_directory(Path(name) / "without"),
        }
        (folders["without"] / "custom_nodes" / "zoomstack").unlink()
        cpu = not bench.on_gpu

        def started(base: Path) -> None:
            with ComfyServer(bench.comfyui, Path(sys.executable), base, cpu=cpu):
                pass

        works = {name: lambda base=base: started(base) for name, base in folders.items()}
        found = in_turns(works, bench.sizes.turns, bench.device)
    later = [a.wall - b.wall for a, b in zip(found["with"], found["without"], strict=True)]
    took = {name: spread([s.wall for s in times]).written(1) for name, times in found.items()}
    yield Line(
        "start",
        "ComfyUI answers later with the pack than without",
        spread(later),
        "s",
        most=LATER,
        details=f"{took['with']} s against {took['without']} s, started and stopped",
    )
