"""Which words stand when: a film's captions as subtitles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ...files.whole import replacing
from ...scene.depth import Depth
from ..path import Path as CameraPath

LOOKED = 20.0  # times a second, at most, at which it is looked which level is on show


class Cue(NamedTuple):
    """A text from second ``start`` to second ``end``."""

    start: float
    end: float
    text: str


def cues(path: CameraPath, lines: Sequence[str], numbers: range) -> list[Cue]:
    """The ``lines`` of the frames ``numbers`` of ``path``, each while its level is nearest.

    There is one a level, but for those that were put between two (``path.bridges``). Times are
    those of a film that begins with the first of these frames.
    """
    step = max(1, int(path.fps / LOOKED))
    found: list[tuple[int, int]] = []
    for place in range(0, len(numbers), step):
        level = nearest(path.among_lines(path[numbers[place]]), len(lines))
        if not found or found[-1][1] != level:
            found.append((place, level))
    ends = [place for place, _ in found[1:]] + [len(numbers)]
    return [
        Cue(start / path.fps, end / path.fps, lines[level])
        for (start, level), end in zip(found, ends, strict=True)
        if lines[level]
    ]


def nearest(depth: Depth, levels: int) -> int:
    """The level that most of the picture shows; in a ring the one after the last is the first."""
    return (depth.level + (depth.offset > 0.5)) % levels


def webvtt(cues: Sequence[Cue]) -> str:
    """A WebVTT file's text."""
    blocks = (f"{_clock(cue.start)} --> {_clock(cue.end)}\n{_escaped(cue.text)}\n" for cue in cues)
    return "\n".join(["WEBVTT\n", *blocks])


def write_webvtt(film: Path | str, cues: Sequence[Cue]) -> Path:
    """A WebVTT file beside a ``film``, for players that know no other subtitles; whole or not."""
    target = Path(film).with_suffix(".vtt")
    with replacing(target) as half:
        Path(half).write_text(webvtt(cues), "utf-8")
    return target


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _escaped(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
