"""How evenly a film moves, against ffmpeg's zoompan and against cutting whole pixels.

The scene is one bright blob, drawn at every level exactly, so that where a film shows it is known
to a fraction of a pixel: a pure zoom about the middle moves it by p^t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ....film.frames import FrameRenderer
from ....film.path import Path
from ....scene.geometry import Geometry
from ..line import Line
from ..settings import Bench
from ..turns import Spread

SIDE, LEVELS, FPS = 480, 3, 60.0
SECONDS = 4.0  # for each level
AWAY = 36.0  # pixels of the widest level from the middle to the blob
SIGMA = 6.0  # of the blob, in pixels of the widest level
ACCELERATION, SPEED = 0.02, 0.001

Frames = Iterator[np.ndarray]


class Motion(NamedTuple):
    """``frozen`` frames without motion; noise of the acceleration in pixels per frame squared, RMS;
    the largest error of the speed over one second, against p^t."""

    frozen: int
    acceleration: float
    speed: float


def motion(bench: Bench) -> Iterator[Line]:
    """Frozen frames, acceleration noise and speed, for each way to make a film."""
    geometry = Geometry(SIDE, SIDE, (2.0,) * (LEVELS - 1))
    path = Path(geometry.zooms, FPS, SECONDS)
    stack = blobs(geometry)
    film = FrameRenderer(stack, geometry)
    bars = (0.0, ACCELERATION, 100 * SPEED)
    ways: dict[str, tuple[Callable[[], Frames], bool]] = {
        "ZoomStack": (lambda: (film.picture(depth)[0].numpy() for depth in path), True),
        "cutting whole pixels": (lambda: whole_pixels(stack[0, 0].numpy(), path), False),
        "ffmpeg's zoompan": (lambda: zoompan_frames(stack[0, 0].numpy(), path), False),
    }
    for name, (frames, ours) in ways.items():
        found = measured(list(frames()), path)
        details = f"{SIDE}², {len(path)} frames at {FPS:g} a second, {SECONDS:g} s a level"
        titles = (
            ("frozen frames", "", 0),
            ("acceleration noise", "px/frame²", 4),
            ("speed against p^t, largest error", "%", 3),
        )
        values = (found.frozen, found.acceleration, 100 * found.speed)
        for (what, unit, digits), value, bar in zip(titles, values, bars, strict=True):
            yield Line(
                "motion", f"motion, {name}: {what}", Spread(value, value, value), unit,
                most=bar if ours else None, digits=digits, details=details,
            )  # fmt: skip


def blobs(geometry: Geometry) -> Tensor:
    """The blob as every level sees it, (N, 1, H, W): at a place and of a size of its own."""
    pixels = torch.arange(geometry.height, dtype=torch.float64) + 0.5 - geometry.height / 2
    views = []
    for level in range(geometry.levels):
        scale = 2.0**level
        down = torch.exp(-(pixels**2) / (2 * (SIGMA * scale) ** 2))
        across = torch.exp(-((pixels - AWAY * scale) ** 2) / (2 * (SIGMA * scale) ** 2))
        views.append(down[:, None] * across)
    return torch.stack(views)[:, None].float()


def measured(frames: list[np.ndarray], path: Path) -> Motion:
    """How the blob's centre moves through ``frames``, (H, W) each."""
    at = np.array([centre(frame) for frame in frames])
    true = AWAY * np.array([2.0 ** (level + offset) for level, offset in path])
    steps = np.diff(at)
    still = sum(np.array_equal(a, b) for a, b in pairwise(frames))
    # What is left of the second difference when that of a perfect zoom is taken away.
    noise = np.diff(at - true, 2)
    window = int(FPS)
    gone = (at[window:] / at[:-window]) / (true[window:] / true[:-window])
    frozen = int(max(still, (np.abs(steps) < 1e-6).sum()))
    return Motion(frozen, float(np.sqrt((noise**2).mean())), float(np.abs(gone - 1).max()))


def centre(frame: np.ndarray) -> float:
    """How far the centre of the frame's mass is right of its middle, in pixels."""
    weight = frame.astype(np.float64).sum(0)
    return float((weight * (np.arange(len(weight)) + 0.5)).sum() / weight.sum()) - len(weight) / 2


def whole_pixels(picture: np.ndarray, path: Path) -> Frames:
    """Crop at whole pixels and enlarge, as common scripts do: (H, W) in [0, 1]."""
    from PIL import Image

    image = Image.fromarray((picture * 255 + 0.5).astype(np.uint8))
    for level, offset in path:
        width = int(SIDE / 2.0 ** (level + offset))
        left = (SIDE - width) // 2
        part = image.crop((left, left, left + width, left + width))
        yield np.asarray(part.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def zoompan_frames(picture: np.ndarray, path: Path) -> Frames:
    """ffmpeg's own zoompan filter, by PyAV, told the zoom of every frame."""
    import av
    import av.filter

    end = len(path) - 1
    total = 2.0 ** (path[-1].level + path[-1].offset)
    graph = av.filter.Graph()
    grey, second = av.VideoFormat("gray", SIDE, SIDE), Fraction(1, round(FPS))
    source = graph.add_buffer(width=SIDE, height=SIDE, format=grey, time_base=second)
    options = (
        f"z='pow({total},on/{end})':x='iw/2-(iw/zoom/2)':y='ih/2-(ih/zoom/2)':"
        f"d={len(path)}:s={SIDE}x{SIDE}:fps={FPS:g}"
    )
    steps = [source, graph.add("zoompan", options), graph.add("format", "gray")]
    steps.append(graph.add("buffersink"))
    for one, following in pairwise(steps):
        one.link_to(following)
    graph.configure()
    still = av.VideoFrame.from_ndarray((picture * 255 + 0.5).astype(np.uint8), format="gray")
    still.pts = 0
    graph.push(still)
    graph.push(None)
    for _ in path:
        yield graph.pull().to_ndarray()
