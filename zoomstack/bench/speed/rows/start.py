"""How much later ComfyUI answers with the pack than without."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ....headless.server import ComfyServer
from ....setup.host import base_directory
from ..line import Line
from ..settings import Bench
from ..turns import in_turns, spread

LATER = 0.3


def start(bench: Bench) -> Iterator[Line]:
    """A server's start with the pack less one without: its processors' work, and on the wall."""
    with tempfile.TemporaryDirectory() as name:
        folders = {
            "with": base_directory(Path(name) / "with"),
            "without": base_directory(Path(name) / "without"),
        }
        (folders["without"] / "custom_nodes" / "zoomstack").unlink()
        cpu = not bench.on_gpu

        work: dict[str, list[float]] = {name: [] for name in folders}
        said: list[float] = []

        def started(name: str) -> None:
            before = _of_children()
            with ComfyServer(bench.comfyui, Path(sys.executable), folders[name], cpu=cpu) as server:
                pass
            work[name].append(_of_children() - before)
            log = server.log.read_text("utf-8", "replace")
            said.extend(map(float, re.findall(r"([\d.]+) seconds: \S+zoomstack\b", log)))

        works = {name: partial(started, name) for name in folders}
        found = in_turns(works, max(1, bench.sizes.turns // 2), bench.device)
    # The first of each is the warm one, which reads the files from the disk.
    more = [a - b for a, b in zip(work["with"][1:], work["without"][1:], strict=True)]
    yield Line(
        "start",
        "ComfyUI's start with the pack less without, work of the processor",
        spread(more),
        "s",
        most=LATER,
        details=" against ".join(f"{spread(work[name][1:]).written(1)} s" for name in folders),
    )
    what = "ComfyUI's own word on the pack's import, to a tenth"
    yield Line("start", what, spread(said[1:]), "s", most=LATER)
    later = [a.wall - b.wall for a, b in zip(found["with"], found["without"], strict=True)]
    took = {name: spread([s.wall for s in times]).written(1) for name, times in found.items()}
    yield Line(
        "start",
        "the same, by the clock on the wall",
        spread(later),
        "s",
        details=f"{took['with']} s against {took['without']} s, started and stopped",
    )


def _of_children() -> float:
    """Seconds of work of all child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system
