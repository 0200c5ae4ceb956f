"""A run of ``render``: from a stack's file to pictures or a video."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from inspect import signature
from pathlib import Path as File

from tqdm import tqdm

from ...export.captions import CAPTIONS, MARKS, look_of
from ...files.stack_file import load_stack
from ...film.captions.captions import Captions
from ...film.encode import check_size, encode, frame_rate
from ...film.encode.ahead import look_ahead
from ...film.film import Film
from ...film.path import Path
from ...scene.checks import check_choice
from ...scene.stack import ZoomStack
from .options import Described, described, part
from .stills import write_still

PATHS = (
    "fps seconds_per_level duration direction easing hold_start hold_end hold_turn start end "
    "keyframes"
).split()


def report(options: argparse.Namespace) -> str:
    """Render the frames that the command line asks for; a line that says where they are."""
    stack = load_stack(options.stack)
    stack = stack._replace(levels=stack.levels.to(options.device))
    film = film_of(stack, described(options))
    numbers = part(options.frames, len(film))
    lost = f" {film.lost:.0%} of the widest view is not shown." if film.lost else ""
    if options.out.suffix.lower() == ".mp4":
        rendered(film, numbers, options.out, options.bits, options.crf)
    elif options.out.suffix:
        raise ValueError(
            f"--out {options.out.name}: a video ends in .mp4; for pictures give a folder and "
            "--format."
        )
    else:
        options.out.mkdir(parents=True, exist_ok=True)
        write = partial(write_still, film, folder=options.out, kind=options.format)
        with closing(look_ahead(write, numbers)) as written:
            for _ in tqdm(written, total=len(numbers), unit="frame"):
                pass
    return (
        f"{len(numbers)} of {len(film)} frames ({numbers[0]} to {numbers[-1]}), {film.width} x "
        f"{film.height}, are in {options.out}.{lost}\n"
    )


def rendered(film: Film, numbers: range, target: File, bits: int, crf: float | None) -> None:
    """These frames as an MP4, which appears when it is complete."""
    check_size(film.height, film.width)
    film.planes(numbers[0], bits)  # an odd size is refused before there is a file
    with closing(look_ahead(partial(film.planes, bits=bits), numbers)) as frames:
        shown = tqdm(frames, total=len(numbers), unit="frame")
        encode(target, shown, frame_rate(film.path.fps), crf, bits)


def film_of(stack: ZoomStack, about: Described) -> Film:
    """The film of ``stack`` that ZoomVideoRender would make of the same values."""
    values = asdict(about)
    path = Path.through(stack.geometry, **{name: values[name] for name in PATHS})
    film = Film(
        stack.levels, stack.geometry, path, about.height, about.width,
        roll=about.roll, shutter=about.shutter,
    )  # fmt: skip
    check_choice("captions", about.captions, CAPTIONS)
    check_choice("scale_marks", about.scale_marks, MARKS)
    words = {name: values[name] for name in signature(look_of).parameters if name in values}
    look = look_of(stack, **words)
    return replace(film, overlay=Captions(film, look)) if look else film
