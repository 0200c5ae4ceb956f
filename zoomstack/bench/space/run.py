"""A run of ``bench space``: ladder after ladder, and tables that grow with them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from ...files.whole import replacing
from ..speed.machine import machine
from ..told.sheet import save_strip, sheet
from ..told.table import write
from ..work import cores
from .autoencoder import Autoencoder, load, of_one_kind
from .couples import Couples, Way, chosen_ways
from .explained import explained
from .line import Line
from .sampled import SAMPLERS, mosaic, sampled
from .scenes import drawn, mirrored, photographs, scene, square
from .settings import FULL, LADDERS, LEAST, QUICK, Sizes
from .tables import comma_separated, markdown
from .unharmed import unharmed

SHEET_SIDE = 160  # pixels of a level on the contact sheet


def report(options: argparse.Namespace) -> str:
    """Measure what the command line asks for; the tables, and where they lie."""
    if options.grid or options.levels:
        raise ValueError("bench space has no grid and its own ladders; choose with --rows.")
    torch.set_num_threads(options.processes or cores())
    sizes = chosen_sizes(options)
    ways = chosen_ways(options.rows)
    own = load(options.vae, options.comfyui, options.models, options.device)
    small = own
    if options.small_vae:
        small = load(options.small_vae, options.comfyui, options.models, options.device)
        of_one_kind(own, small)
    pictures = (
        photographs(options.pictures, LEAST)
        if options.pictures
        else drawn(sizes.scenes, 2 * sizes.side)
    )
    folder = options.out or Path("output") / "space"
    about = (
        f"{own.name} ({own.channels} channels at 1/{own.ratio})"
        f"{f', pixels through {small.name}' if small is not own else ''}; "
        f"{len(pictures)} {'photographs' if options.pictures else 'drawn pictures'}, "
        f"{sizes.side} pixels, {sizes.steps} steps; {machine(own.device)}"
    )
    with torch.no_grad():
        text = Run(own, small, pictures, ways, sizes, folder, about).all()
    return f"{text}\n{folder}\n"


def chosen_sizes(options: argparse.Namespace) -> Sizes:
    """``--quick``'s or the full sizes, with what was given for itself."""
    sizes = QUICK if options.quick else FULL
    given = {"side": options.size, "steps": options.steps, "seeds": options.seeds}
    return sizes._replace(**{name: value for name, value in given.items() if value})


@dataclass
class Run:
    """One run; after each line the tables are on the disk for a run that is stopped."""

    own: Autoencoder
    small: Autoencoder
    pictures: Sequence[Tensor]
    ways: Sequence[Way]
    sizes: Sizes
    folder: Path
    about: str
    lines: list[Line] = field(default_factory=list[Line])

    def all(self) -> str:
        """Everything; the text of ``table.md``."""
        couples = Couples(self.own, self.small)
        text = ""
        with tqdm(unit="line") as bar:
            for name in LADDERS:
                for line in self._ladder(name, couples):
                    self.lines.append(line)
                    text = self._write()
                    bar.set_postfix_str(f"{line.table}, {name}, {line.way}")
                    bar.update()
        return text

    def _ladder(self, name: str, couples: Couples) -> Iterator[Line]:
        sizes, zooms = self.sizes, LADDERS[name]
        held = [square(picture, 2 * sizes.side) for picture in self.pictures[: sizes.explained]]
        yield from explained(name, zooms, torch.stack(held), self.ways, self.own, couples)
        pixels = zooms.geometry(sizes.side)
        scenes = [scene(picture, pixels) for picture in self.pictures[: sizes.scenes]]
        once = scenes[: sizes.unharmed]
        yield from unharmed(name, once, pixels, self.ways, self.own, couples)
        on = mosaic(name, mirrored(scenes, pixels), pixels, self.own, couples, sizes.steps)
        strips: dict[str, list[Tensor]] = {}
        for line, views in sampled(on, self.ways, sizes.seeds):
            strips.setdefault(line.way, []).append(views)
            self._sheet(name, strips)
            yield line

    def _write(self) -> str:
        ways = {way.name: way.title for way in self.ways}
        ladders = {name: zooms.title for name, zooms in LADDERS.items()}
        text = f"{self.about}.\n\n{markdown(self.lines, ways, ladders)}"
        write(self.folder / "table.md", text)
        write(self.folder / "table.csv", comma_separated(self.lines))
        return text

    def _sheet(self, ladder: str, strips: dict[str, list[Tensor]]) -> None:
        """The results of a ladder's first seed, a line a way, its samplers side by side."""
        levels = LADDERS[ladder].geometry(self.sizes.side).levels
        labels = [f"{sampler}, {level}" for sampler in SAMPLERS for level in range(levels)]
        titles = {way.name: way.title for way in self.ways}
        rows = list[tuple[str, list[str], Path]]()
        for way, views in strips.items():
            file = self.folder / "pictures" / f"{ladder}-{way}.jpg"
            save_strip(torch.cat(views), file)
            rows.append((titles[way], labels[: levels * len(views)], file))
        page = sheet(rows, f"{LADDERS[ladder].title}: {self.own.name}", SHEET_SIDE)
        with replacing(self.folder / f"sheet-{ladder}.png") as half:
            page.save(half, "PNG")
