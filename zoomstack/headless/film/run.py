"""A run of ``render``: from a stack's file, or a folder of pictures, to frames or a video."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from inspect import signature
from pathlib import Path as File

from tqdm import tqdm

from ...export.captions import CAPTIONS, MARKS, lines_of, look_of
from ...files.stack_file import load_stack
from ...film.captions.captions import Captions
from ...film.encode import check_size, encode, frame_rate
from ...film.encode.ahead import look_ahead
from ...film.encode.beat import timed
from ...film.encode.cues import Cue, cues, write_webvtt
from ...film.encode.sound import Sound, Track
from ...film.film import Film
from ...film.path import Path
from ...measure.align.stack import aligned_folder, named, stack_of
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
    about = described(options)
    sound = Sound.read(about.audio) if about.audio else None
    stack, words = opened(options.stack)
    stack = on_device(stack, options.device)
    film = film_of(stack, about, sound)
    numbers = part(options.frames, len(film))
    if film.lost:
        words = (*words, f"{film.lost:.0%} of the widest view is not shown")
    folder = options.out.is_dir()  # whatever its name ends in
    if options.out.suffix.lower() == ".mp4" and not folder:
        lines = lines_of(stack, about.caption_lines) if about.subtitles else ()
        rendered(film, numbers, options, sound, lines)
    elif options.out.suffix and not folder:
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
        f"{film.height}, are in {options.out}.\n" + "".join(f"{word}\n" for word in words)
    )


def opened(path: File) -> tuple[ZoomStack, tuple[str, ...]]:
    """The stack of a file, or of a folder of pictures, and what is to be said of these."""
    if not path.is_dir():
        return load_stack(path), ()
    found, files, words = aligned_folder(path, "render")
    return stack_of(found, named(found, files)), words


def on_device(stack: ZoomStack, device: str) -> ZoomStack:
    """The stack with its levels there. Raises ``ValueError`` where torch has no such device."""
    try:
        return stack._replace(levels=stack.levels.to(device))
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(
            f"--device {device} cannot be used here ({reason}); give cpu, or one that this torch "
            "has."
        ) from error


def rendered(
    film: Film,
    numbers: range,
    options: argparse.Namespace,
    sound: Sound | None = None,
    lines: Sequence[str] = (),
) -> None:
    """These frames as an MP4 with its ``sound`` and ``lines``, which appears when it is whole."""
    check_frames(film, numbers[0], options.bits)
    rate = frame_rate(film.path.fps)
    track, words = beside(film, numbers, sound, lines)
    with closing(look_ahead(partial(film.planes, bits=options.bits), numbers)) as frames:
        shown = tqdm(frames, total=len(numbers), unit="frame")
        encode(options.out, shown, rate, options.crf, options.bits, None, track, words)
    if words:
        write_webvtt(options.out, words)


def check_frames(film: Film, number: int, bits: int) -> None:
    """Raise ``ValueError``, before there is a file, for a size that no video has."""
    check_size(film.height, film.width)
    film.planes(number, bits)


def beside(
    film: Film, numbers: range, sound: Sound | None, lines: Sequence[str]
) -> tuple[Track | None, list[Cue]]:
    """What is heard and what is read beside the frames ``numbers``."""
    words = cues(film.path, lines, numbers) if lines else []
    rate = frame_rate(film.path.fps)
    return (sound.beside(numbers, len(film), rate) if sound else None), words


def film_of(stack: ZoomStack, about: Described, sound: Sound | None = None) -> Film:
    """The film of ``stack`` that ZoomVideoRender would make of the same values."""
    values = asdict(about)
    timing = {name: values[name] for name in PATHS}
    timing = timed(timing, sound, about.duration_from_audio, about.bpm, about.beats_per_level)
    path = Path.through(stack.geometry, bridges=stack.bridges, **timing)
    film = Film(
        stack.levels, stack.geometry, path, about.height, about.width,
        roll=about.roll, shutter=about.shutter,
    )  # fmt: skip
    check_choice("captions", about.captions, CAPTIONS)
    check_choice("scale_marks", about.scale_marks, MARKS)
    words = {name: values[name] for name in signature(look_of).parameters if name in values}
    look = look_of(stack, **words)
    return replace(film, overlay=Captions(film, look)) if look else film
