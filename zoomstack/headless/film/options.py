"""What makes a film of a stack: the names and values of ZoomVideoRender. Standard library only."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

KINDS = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
FORMATS = ("png", "webp", "exr")


@dataclass(frozen=True)
class Described:
    """A film but for its stack: inputs of ZoomVideoRender, with its names and defaults."""

    fps: float = 30.0
    seconds_per_level: float = 2.0
    duration: float = 0.0
    direction: str = "in"
    easing: str = "linear"
    width: int = 0
    height: int = 0
    hold_start: float = 0.0
    hold_end: float = 0.0
    hold_turn: float = 0.0
    captions: str = "none"
    view_width: str = ""
    scale_marks: str = "none"
    caption_size: float = 4.0
    caption_lines: str = ""
    caption_font: str = ""
    subtitles: bool = False
    audio: str = ""
    duration_from_audio: bool = False
    bpm: float = 0.0
    beats_per_level: float = 1.0
    roll: float = 0.0
    shutter: float = 0.0
    keyframes: str = ""
    start: float = 0.0
    end: float = 0.0


MEANINGS = {
    "fps": "frames a second",
    "seconds_per_level": "time from one level to the next",
    "duration": "seconds the camera moves in all; 0: by --seconds-per-level",
    "direction": "in, out, in-out, out-in, loop or loop-out",
    "easing": "linear, smooth, ease-in, ease-out or ease-in-out",
    "width": "pixels; 0: the levels'",
    "height": "pixels; 0: the levels'",
    "hold_start": "seconds to rest on the first view",
    "hold_end": "seconds to rest on the last view",
    "hold_turn": "seconds to rest where a round trip turns",
    "captions": "none, prompts, scale, prompts and scale",
    "view_width": "how wide the widest level is, such as 10000 km",
    "scale_marks": "none, bar, squares, bar and squares",
    "caption_size": "percent of the height",
    "caption_lines": "captions in place of the prompts, a line a level",
    "caption_font": "a font's file or name",
    "subtitles": "of a video: the captions as a track, as chapters and as a .vtt file",
    "audio": "of a video: a file with sound, cut off or played again to its length",
    "duration_from_audio": "the film lasts as long as the sound",
    "bpm": "beats a minute: a level takes --beats-per-level of them",
    "beats_per_level": "beats from one level to the next, with --bpm",
    "roll": "turns of the picture, clockwise, over the whole way",
    "shutter": "degrees that a frame is exposed: motion blur",
    "keyframes": 'seconds and depths, such as "0: 0, 4: 2.5, 6: 2.5, 10: 7"',
    "start": "the widest depth of the way, in levels",
    "end": "the deepest; 0: the deepest level",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``render``."""
    add = parser.add_argument
    add("stack", type=Path, metavar="STACK|FOLDER",
        help="a stack's file (.safetensors); or a folder of pictures from elsewhere, which are "
        "aligned, in any order")  # fmt: skip
    add("--out", type=Path, required=True, metavar="FOLDER|FILE",
        help="a folder for pictures, or a file that ends in .mp4")  # fmt: skip
    add("--frames", metavar="A-B", help="the first and the last frame, from 0 on (all)")
    add("--format", choices=FORMATS, default="png", help="of pictures; exr is linear light (png)")
    add("--bits", type=int, choices=(8, 10), default=8, help="of a video (8)")
    add("--crf", type=float, help="of a video: 0 is lossless, 51 the worst (23)")
    add("--device", default="cpu", help="cpu, cuda, mps (cpu)")
    add("--film", type=Path, metavar="FILE", help="JSON with the options below by their names")
    group = parser.add_argument_group("the film, as ZoomVideoRender's inputs")
    for field in fields(Described):
        kind = type(field.default)
        if kind is bool:
            group.add_argument(
                "--" + field.name.replace("_", "-"), action=argparse.BooleanOptionalAction,
                help=MEANINGS[field.name],
            )  # fmt: skip
            continue
        shown = f" ({field.default})" if field.default not in ("", 0) else ""
        group.add_argument(
            "--" + field.name.replace("_", "-"), type=kind, metavar=kind.__name__.upper(),
            help=MEANINGS[field.name] + shown,
        )  # fmt: skip


def described(options: argparse.Namespace) -> Described:
    """The film of a command line: the JSON file's, with what else is given in its place.

    Raises ``ValueError`` for a file that describes none.
    """
    given: dict[str, Any] = read(options.film) if options.film else {}
    for field in fields(Described):
        value = getattr(options, field.name)
        if value is not None:
            given[field.name] = value
    return Described(**given)


def read(path: Path) -> dict[str, Any]:
    """The names and values in a JSON file. Raises ``ValueError`` for others than a film has."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name} cannot be read as a film ({error}).") from error
    if not isinstance(found, Mapping):
        raise ValueError(f'{path.name} is no film: write {{"fps": 30, "roll": 1}}, for example.')
    known = {field.name: type(field.default) for field in fields(Described)}
    for name, value in found.items():
        if name not in known:
            raise ValueError(f"{path.name}: a film has no {name!r}; it has: {', '.join(known)}.")
        kinds = (int, float) if known[name] is float else (known[name],)
        if not isinstance(value, kinds) or isinstance(value, bool) != (known[name] is bool):
            raise ValueError(f"{path.name}: {name} is {value!r}; it must be {KINDS[known[name]]}.")
    return dict(found)


def part(text: str | None, count: int) -> range:
    """The frames that ``A-B`` or ``A`` names, of ``count``; all where nothing is given.

    Raises ``ValueError`` for others than the film has.
    """
    if text is None:
        return range(count)
    first, dash, last = text.partition("-")
    try:
        numbers = range(int(first), int(last if dash else first) + 1)
    except ValueError:
        numbers = range(0)
    if not numbers or numbers[0] < 0 or numbers[-1] >= count:
        raise ValueError(
            f"--frames {text}: give the first and the last of the film's {count} frames, such as "
            f"0-{count - 1}."
        )
    return numbers
