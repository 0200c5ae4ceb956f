"""The options of a film in parts, beside those of ``render``. Standard library only."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

FRAMES = 1000  # of a part, where none is said: start-up is little beside them
LANGUAGES = ("openjd",)
# Each means parts, and its value where it was not given.
DEFAULTS = {
    "parts": 0,
    "part_frames": 0,
    "workers": 0,
    "ray": None,
    "as_part": False,
    "join": False,
    "describe": None,
}


def add_part_options(parser: argparse.ArgumentParser) -> None:
    """What says that a video is made in parts, and by how many."""
    group = parser.add_argument_group("a video in parts, joined without encoding again")
    # fmt: off
    add = group.add_argument
    add("--parts", type=int, default=0, metavar="N",
        help="cut it into so many; those that are there of a run that broke off are kept")
    add("--part-frames", type=int, default=0, metavar="N",
        help=f"or into parts of at most so many frames ({FRAMES}, or a part a worker)")
    add("--workers", type=int, default=0, metavar="N",
        help="processes at once, each with the stack in memory (one a core)")
    add("--ray", metavar="ADDRESS",
        help="by the cores of the Ray cluster at ADDRESS, which sees the files by the same names; "
        "local: by one on this machine alone")
    add("--as-part", action="store_true",
        help="make --frames of it, and no more: a part, kept in a folder beside --out")
    add("--join", action="store_true", help="make --out of the parts that are there")
    add("--describe", choices=LANGUAGES,
        help="render nothing; write a job for a render farm beside --out")
    # fmt: on


def in_parts(options: argparse.Namespace) -> bool:
    """Whether any option means parts."""
    return any(getattr(options, name) != default for name, default in DEFAULTS.items())


def check(options: argparse.Namespace) -> None:
    """Raise ``ValueError`` for options that do not go together."""
    for name in ("parts", "part_frames", "workers"):
        if getattr(options, name) < 0:
            raise ValueError(
                f"--{name.replace('_', '-')} is {getattr(options, name)}; give 1 or more."
            )
    if options.parts and options.part_frames:
        raise ValueError("--parts and --part-frames both say how a film is cut; give one of them.")
    if options.ray and (options.as_part or options.join or options.describe):
        raise ValueError("--ray makes all parts and joins them; leave it or the other option out.")
    ways = [name for name in ("as_part", "join", "describe") if getattr(options, name)]
    if len(ways) > 1:
        first, second = (f"--{name.replace('_', '-')}" for name in ways[:2])
        raise ValueError(f"{first} and {second} are two things to do; give one of them.")
    if options.out.suffix.lower() != ".mp4":
        raise ValueError(
            f"--out {options.out.name}: only a video is made in parts, and it ends in .mp4; "
            "pictures are apart already: give each machine its --frames."
        )
    if options.as_part and not options.frames:
        raise ValueError("--as-part needs --frames A-B, the first and the last frame of the part.")


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def described_files(film: Path, language: str) -> tuple[Path, Path]:
    """Where the description of a film's job is written, and what its parameters are here."""
    return film.with_suffix(f".{language}.json"), film.with_suffix(f".{language}.values.json")
