"""A run of ``render --parts``: cut, dealt to workers, joined."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tqdm import tqdm

from ...files.whole import replacing
from ...film.encode.cues import write_webvtt
from ...headless.film.options import described, part
from ...headless.film.run import beside, check_frames
from .join import chain, check_settings, join
from .openjd import template, values_of
from .options import FRAMES, check, cores, described_files
from .part import Part, is_whole, make, read_part
from .plan import cleared, cuts, folder_of, name_of, named
from .reel import Reel
from .workers import Map, over_ray, processes


def report(options: argparse.Namespace, by: Map | None = None) -> str:
    """Do what the command line asks for; a line that says what is where.

    Parts are made ``by`` the workers of a cluster, a core each, or else by processes here.
    """
    check(options)
    how = {name: getattr(options, name) for name in ("bits", "crf", "device")}
    reel = Reel.at(options.stack, described(options), **how)
    numbers = part(options.frames, len(reel.film))
    folder = folder_of(options.out)
    if options.as_part:
        path = make(reel, folder, numbers)
        return f"{len(numbers)} of {len(reel.film)} frames are in {path}.\n"
    if options.describe:
        return described_job(reel, numbers, options)
    if options.join:
        parts = [read_part(path) for path in named(folder)]
        for one in parts:
            check_settings(one, reel.settings, "this film")
        parts = chain(parts, numbers)
        joined(reel, parts, options.out)
        return told(reel, numbers, parts, options.out)
    check_frames(reel.film, numbers[0], reel.bits)
    workers = options.workers or (1 if by else cores())
    planned = cut(numbers, options, workers)
    if by:
        return made(reel, planned, options.out.absolute(), by)
    workers = min(workers, len(planned))
    return made(reel, planned, options.out, processes(workers), max(1, cores() // workers))


def report_over_ray(options: argparse.Namespace) -> str:
    """The same by the cores of a Ray cluster: ``--workers`` of them, or all."""
    from ..cluster.start import joined as connected

    check(options)
    count = options.workers or None
    ray = connected(argparse.Namespace(ray=options.ray, workers=count, cores=count and 1))
    try:
        options.workers = count or int(ray.cluster_resources().get("CPU", 1))
        return report(options, over_ray())
    finally:
        ray.shutdown()


def cut(numbers: range, options: argparse.Namespace, workers: int = 1) -> tuple[range, ...]:
    """The parts that the options ask for; a part a worker at least."""
    fewest = min(FRAMES, -(-len(numbers) // workers))
    return cuts(numbers, options.parts, 0 if options.parts else options.part_frames or fewest)


def made(reel: Reel, planned: Sequence[range], out: Path, by: Map, threads: int = 1) -> str:
    """The film ``out`` of the parts ``planned``, made ``by`` workers with ``threads`` each.

    Parts that are there and whole are kept, so that a run that broke off goes on. They go once the
    film is there.
    """
    folder = folder_of(out)
    there = [is_whole(folder / name_of(numbers), reel, numbers) for numbers in planned]
    missing = [numbers for numbers, whole in zip(planned, there, strict=True) if not whole]
    total, left = sum(map(len, planned)), sum(map(len, missing))
    with tqdm(total=total, initial=total - left, unit="frame") as bar:
        done = by(partial(make, reel, folder, threads=threads), missing)
        for numbers, _ in zip(missing, done, strict=True):
            bar.update(len(numbers))
    parts = [read_part(folder / name_of(numbers)) for numbers in planned]
    joined(reel, parts, out)
    return told(reel, range(planned[0][0], planned[-1].stop), parts, out)


def joined(reel: Reel, parts: Sequence[Part], out: Path) -> None:
    """Join ``parts`` with the sound and the words of their frames; then they go."""
    numbers = range(parts[0].numbers[0], parts[-1].numbers.stop)
    track, words = beside(reel.film, numbers, reel.sound, reel.lines)
    join(parts, out, track, words)
    if words:
        write_webvtt(out, words)
    cleared(folder_of(out), numbers)


def told(reel: Reel, numbers: range, parts: Sequence[Part], out: Path) -> str:
    film = reel.film
    lost = f"{film.lost:.0%} of the widest view is not shown\n" if film.lost else ""
    return (
        f"{len(numbers)} of {len(film)} frames ({numbers[0]} to {numbers[-1]}), {film.width} x "
        f"{film.height}, in {len(parts)} parts, are in {out}.\n{lost}"
    )


def described_job(reel: Reel, numbers: range, options: argparse.Namespace) -> str:
    """Write the job of a render farm, and its paths; a line that says how it is tried."""
    frames = max(map(len, cut(numbers, options)))
    values = values_of(reel, options.out, options.comfyui, options.python)
    job, given = described_files(options.out, options.describe)
    for path, text in (
        (job, template(reel, options.out.name, numbers, frames, values)),
        (given, json.dumps(values, indent=2) + "\n"),
    ):
        with replacing(path) as half:
            Path(half).write_text(text, "utf-8")
    run = shlex.join(["openjd", "run", str(job), "-p", f"file://{given}"])
    return (
        f"{len(numbers)} frames, at most {frames} a part: the job is {job}, its paths on this "
        f"machine are {given}. To run it here: {run}\n"
    )
